//! `/api/v1/modelzoo/*`: the models there are.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, RawModel};
use crate::app::App;
use crate::http::error::{Failure, Failures};
use crate::http::extract::Word;

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// All models by key.
#[utoipa::path(get, path = "/modelzoo", tag = "modelzoo", operation_id = "list_models",
    responses((status = 200, body = Envelope<BTreeMap<String, RawModel>>), Failures))]
async fn list(State(app): State<App>) -> Answer {
    let models = app.zoo.list().into_values();
    let models: BTreeMap<_, _> =
        models.map(|entry| (entry.key.clone(), shapes::raw_model(&entry, app.zoo.is_downloaded(&entry)))).collect();
    Ok(shapes::ok(models))
}

/// One model, with the names of its documents.
#[utoipa::path(get, path = "/modelzoo/name/{key}", tag = "modelzoo", operation_id = "show_model", params(("key" = String, Path)),
    responses((status = 200, body = Envelope<RawModel>), Failures))]
async fn show(State(app): State<App>, Word(key): Word) -> Answer {
    let entry = app.zoo.get(&key)?;
    let mut model = shapes::raw_model(&entry, app.zoo.is_downloaded(&entry));
    model.modelzoo_files = Some(app.zoo.documents(&entry));
    Ok(shapes::ok(model))
}
