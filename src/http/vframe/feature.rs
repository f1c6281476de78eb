//! `/api/v1/feature/*`: which model's layer is indexed, with which kind of index.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::form::{Form, truth};
use super::shapes::{self, Done, Envelope};
use crate::app::App;
use crate::error::Error;
use crate::feature::FeatureSpec;
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Fields, Id};
use crate::types::FeatureId;

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, update, delete))
}

/// All features.
#[utoipa::path(get, path = "/feature", tag = "feature", operation_id = "list_features",
    responses((status = 200, body = Envelope<Vec<shapes::Feature>>), Failures))]
async fn list(State(app): State<App>) -> Answer {
    let features: Vec<_> = app.features.list().await?.iter().map(shapes::feature).collect();
    Ok(shapes::ok(features))
}

/// One feature.
#[utoipa::path(get, path = "/feature/{id}", tag = "feature", operation_id = "show_feature", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<shapes::Feature>), Failures))]
async fn show(State(app): State<App>, Id(id): Id) -> Answer {
    let feature = app.features.get(FeatureId(id)).await?.ok_or_else(|| Error::not_found("item not found"))?;
    Ok(shapes::ok(shapes::feature(&feature)))
}

/// Makes a feature. Nothing is extracted by that: run the task *update index*.
#[utoipa::path(post, path = "/feature", tag = "feature", operation_id = "create_feature",
    request_body(content((shapes::NewFeatureForm = "application/json"), (shapes::NewFeatureForm = "application/x-www-form-urlencoded"))),
    responses((status = 200, body = Envelope<shapes::Feature>), Failures))]
async fn create(State(app): State<App>, Fields(fields): Fields) -> Answer {
    let spec = parse(&fields, None)?;
    Ok(shapes::ok(shapes::feature(&app.features.create(spec).await?)))
}

/// Changes a feature; absent fields stay as they are.
#[utoipa::path(put, path = "/feature/{id}", tag = "feature", operation_id = "update_feature", params(("id" = i64, Path, minimum = 1)),
    request_body(content((Option<shapes::FeatureForm> = "application/json"), (Option<shapes::FeatureForm> = "application/x-www-form-urlencoded"))),
    responses((status = 200, body = Envelope<shapes::Feature>), Failures))]
async fn update(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let present = app.features.get(FeatureId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    let spec = parse(&fields, Some(FeatureSpec::of(&present)))?;
    Ok(shapes::ok(shapes::feature(&app.features.update(FeatureId(id), spec).await?)))
}

/// Deletes a feature and its index.
#[utoipa::path(delete, path = "/feature/{id}", tag = "feature", operation_id = "delete_feature", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Done), Failures))]
async fn delete(State(app): State<App>, Id(id): Id) -> Answer {
    app.features.delete(FeatureId(id)).await?;
    Ok(shapes::envelope(Done { status: "ok" }))
}

/// Reads the form over the defaults of a new feature, or over a present one. All wrong fields are answered together.
fn parse(fields: &Map<String, Value>, present: Option<FeatureSpec>) -> Result<FeatureSpec, Error> {
    let is_new = present.is_none();
    let mut spec = present.unwrap_or_else(|| FeatureSpec { active: false, ..FeatureSpec::default() });
    let mut form = Form::of(fields);
    form.text("modelzoo_name", 64, is_new, &mut spec.modelzoo_name);
    form.text("index_type", 16, is_new, &mut spec.index_type);
    form.text("layer", 128, false, &mut spec.layer);
    form.text("username", 16, false, &mut spec.username);
    if let Some(value) = fields.get("active") {
        spec.active = truth(value);
    }
    match fields.get("index_settings") {
        None => {}
        Some(Value::Null) => spec.index_settings = None,
        Some(Value::String(value)) => spec.index_settings = Some(value.clone()).filter(|value| !value.trim().is_empty()),
        Some(value) => spec.index_settings = Some(value.to_string()),
    }
    form.finish()?;
    Ok(spec)
}
