//! `/api/v1/modelzoo/*`: the models there are.

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, json};
use utoipa_axum::router::OpenApiRouter;

use super::shapes;
use crate::app::App;
use crate::http::error::Failure;

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().route("/modelzoo", get(list)).route("/modelzoo/name/{key}", get(show))
}

pub(super) async fn list(State(app): State<App>) -> Answer {
    let models: Map<_, _> =
        app.zoo.list().into_values().map(|entry| (entry.key.clone(), shapes::raw_model(&entry, app.zoo.is_downloaded(&entry)))).collect();
    Ok(shapes::ok(models.into()))
}

pub(super) async fn show(State(app): State<App>, Path(key): Path<String>) -> Answer {
    let entry = app.zoo.get(&key)?;
    let mut model = shapes::raw_model(&entry, app.zoo.is_downloaded(&entry));
    model["modelzoo_files"] = json!(app.zoo.documents(&entry));
    Ok(shapes::ok(model))
}
