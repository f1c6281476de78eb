//! Detection models in the search: choosing one, and `infer`, what it sees in the query picture.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{detection, shapes};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::Failure;
use crate::media::Detection;
use crate::model::descriptor::TaskType;
use crate::search::{Detector, Inference, Probe, detector};
use crate::types::{MediaId, Region};

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(load)).routes(routes!(current, unload))
}

/// What is loaded.
#[derive(Serialize, ToSchema)]
struct LoadedModels {
    /// The model of the current feature; `{}` without a feature.
    #[schema(value_type = Object)]
    model: Value,
    /// The current feature; `{}` without one.
    #[schema(value_type = Object)]
    feature: Value,
    /// The detection model; `{}` without one.
    #[schema(value_type = Object)]
    detection_model: Value,
}

/// The answer to loading and unloading a detection model.
#[derive(Serialize, ToSchema)]
struct LoadedModelsAnswer {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// What is loaded now.
    res: LoadedModels,
}

/// Loads a model of the zoo as the detection model of searches that name none. A failure leaves the old one.
#[utoipa::path(
    get, path = "/search/load_detection_model/{key}", tag = "search", params(("key" = String, Path, description = "Key of a model of the zoo")),
    responses((status = 200, body = LoadedModelsAnswer), (status = 404), (status = 503, description = "The weights are not there"))
)]
async fn load(State(app): State<App>, Path(key): Path<String>) -> Answer {
    app.search.detectors().choose(&key).await?;
    loaded(&app).await
}

/// What is loaded.
#[utoipa::path(get, path = "/search/detection_model", tag = "search", responses((status = 200, body = LoadedModelsAnswer)))]
async fn current(State(app): State<App>) -> Answer {
    loaded(&app).await
}

/// From now on searches that name no detection model use none.
#[utoipa::path(delete, path = "/search/detection_model", tag = "search", responses((status = 200, body = LoadedModelsAnswer)))]
async fn unload(State(app): State<App>) -> Answer {
    app.search.detectors().unload();
    loaded(&app).await
}

async fn loaded(app: &App) -> Answer {
    let mut res = LoadedModels { model: json!({}), feature: json!({}), detection_model: detection_model(app) };
    match app.search.current().await {
        Ok(Some((feature, signature))) => {
            res.model = shapes::loaded_model(&app.zoo.get(&feature.modelzoo_name)?, Some(&signature));
            res.feature = shapes::feature(&feature);
        }
        Ok(None) => {}
        // The detection model was changed all the same; `search/info` tells what is wrong with the feature.
        Err(error) => tracing::warn!(%error, "there is no usable feature beside the detection model"),
    }
    let value = serde_json::to_value(LoadedModelsAnswer { status: "ok", res });
    Ok(shapes::envelope(value.map_err(|error| Error::internal("an answer cannot be written").because(error))?))
}

/// The detection model of requests that name none; `{}` without one.
pub(super) fn detection_model(app: &App) -> Value {
    app.search.detectors().current().map_or_else(|| json!({}), |detector| shapes::loaded_model(detector.entry(), None))
}

/// The model that looks at the query picture of one request.
pub(super) enum Choice {
    /// None.
    Nobody,
    /// That of the process.
    Current(Arc<Detector>),
    /// One that the request names.
    Named(String),
}

/// Reads `detect=<key>` or `detect=none`; without it the model of the process.
///
/// # Errors
/// `NotFound` for a model that the zoo does not offer.
pub(super) fn choice(app: &App, detect: Option<&str>) -> Result<Choice> {
    match detect {
        None | Some("") => Ok(app.search.detectors().current().map_or(Choice::Nobody, Choice::Current)),
        Some("none") => Ok(Choice::Nobody),
        Some(key) => Ok(Choice::Named(app.zoo.get_active(key)?.key)),
    }
}

/// What the chosen model sees in the whole query picture; `None` without a model. What is stored of a picture of the library is
/// not looked for again.
///
/// # Errors
/// Those of loading the model, decoding, and the engine.
pub(super) async fn look(app: &App, choice: &Choice, probe: &Probe) -> Result<Option<Inference>> {
    let detector = match choice {
        Choice::Nobody => return Ok(None),
        Choice::Current(detector) => Arc::clone(detector),
        Choice::Named(key) => app.search.detectors().get(key).await?,
    };
    let bytes = match probe {
        Probe::Bytes(bytes) => bytes.clone(),
        Probe::Media(media) => {
            if let Some(detections) = app.detections.seen(detector.key(), detector.fingerprint(), media.id).await? {
                return Ok(Some(Inference { task_type: detector.task_type(), detections, forward: std::time::Duration::ZERO }));
            }
            app.media.bytes(media).await?
        }
    };
    detector.look(bytes).await.map(Some)
}

/// The part of the picture that `detection=<n>` names, counted from 0.
///
/// # Errors
/// `Invalid` without a detection model, for a classifier, or for a number that is out of range.
pub(super) fn region(seen: Option<&Inference>, number: usize) -> Result<Region> {
    let seen = seen.ok_or_else(|| {
        Error::invalid("detection needs a detection model: name one with detect=<key>, or load one with search/load_detection_model/<key>")
    })?;
    if seen.task_type == TaskType::Classification {
        return Err(Error::invalid("detection needs a detector; the detection model is a classifier and finds no boxes"));
    }
    detector::region_of(&seen.detections, number)
}

/// `infer` as clients see it. A failure is told there and does not end the search.
pub(super) fn shown(seen: &Result<Option<Inference>>) -> Value {
    let seen = match seen {
        Ok(None) => return json!({}),
        Ok(Some(seen)) => seen,
        Err(error) => return json!({ "error": error.message() }),
    };
    let duration = seen.forward.as_secs_f64() * 1e3;
    let named = |found: &Detection| json!({ "label": found.label, "index": found.index, "confidence": found.confidence });
    if seen.task_type == TaskType::Classification {
        let classes: Vec<_> = seen.detections.iter().map(named).collect();
        return json!({ "task_type": "classification", "duration": duration, "classifications": classes });
    }
    let with_rect = |found: &Detection| {
        let mut value = named(found);
        value["rect"] = json!(found.rect);
        value
    };
    let boxes: Vec<_> = seen.detections.iter().map(with_rect).collect();
    json!({ "task_type": "detection", "duration": duration, "detections": boxes })
}

/// The media that `label`, `detector` and `min_confidence` leave; all without a label.
///
/// # Errors
/// `Invalid` for a wrong confidence, those of the database.
pub(super) async fn among(
    app: &App,
    label: Option<&str>,
    detector: Option<&str>,
    min_confidence: Option<&str>,
) -> Result<Option<Arc<HashSet<MediaId>>>> {
    let Some(label) = label.filter(|label| !label.is_empty()) else { return Ok(None) };
    let filter = detection::filter(label.to_owned(), detector, min_confidence)?;
    app.detections.all_media_with_label(&filter).await.map(|media| Some(Arc::new(media)))
}
