//! `/api/v1/modelzoo/*`: the models there are.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, RawModel};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::Word;
use crate::model::{Entry, Zoo};
use crate::network::GraphDefinition;

type Answer = std::result::Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(layers))
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

/// A layer of a model.
#[derive(Serialize, ToSchema)]
struct LayerShown {
    /// Name, as features take it.
    #[schema(example = "feature")]
    name: String,
    /// Shape of what it makes of one picture, the batch first.
    #[schema(example = json!([1, 256]))]
    shape: Vec<i64>,
}

/// The layers of a model in their order. Of one whose files are not here, and of a TorchScript module, which does not list its inside,
/// only the layer that the descriptor names.
#[utoipa::path(get, path = "/modelzoo/name/{key}/layers", tag = "modelzoo", operation_id = "model_layers", params(("key" = String, Path)),
    responses((status = 200, body = Envelope<Vec<LayerShown>>), Failures))]
async fn layers(State(app): State<App>, Word(key): Word) -> Answer {
    let (zoo, entry) = (app.zoo.clone(), app.zoo.get(&key)?);
    let read = tokio::task::spawn_blocking(move || layers_of(&zoo, &entry)).await;
    let found = read.map_err(|source| Error::internal("reading a model was interrupted").because(source))??;
    Ok(shapes::ok(found))
}

fn layers_of(zoo: &Zoo, entry: &Entry) -> Result<Vec<LayerShown>> {
    // A look must not fetch anything: a model that is not here is told as far as its descriptor goes.
    let definition = if zoo.is_downloaded(entry) { zoo.definition(entry)? } else { None };
    let Some(text) = definition else { return Ok(declared(entry)) };
    let named = GraphDefinition::parse(&text).and_then(|graph| graph.infer_shapes(1));
    let named = named.map_err(|error| error.context(format!("model `{}`", entry.key)))?;
    Ok(named.into_iter().map(|one| LayerShown { name: one.layer, shape: one.shape }).collect())
}

fn declared(entry: &Entry) -> Vec<LayerShown> {
    let descriptor = &entry.descriptor;
    let shape = vec![1, descriptor.dimensions as i64];
    if descriptor.is_indexable() { vec![LayerShown { name: descriptor.features.clone(), shape }] } else { Vec::new() }
}
