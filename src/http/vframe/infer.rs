//! Detection models in the search: choosing one, and `infer`, what it sees in the query picture.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::detection::Rect;
use super::shapes::{self, Loaded, LoadedAnswer};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::Word;
use crate::model::descriptor::TaskType;
use crate::search::{Answer as Found, Detector, Inference, Probe, Query, detector};
use crate::types::Region;

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(load)).routes(routes!(current, unload))
}

/// What a detection model saw in the query picture; empty without one.
#[derive(Serialize, ToSchema, Default)]
pub(crate) struct Infer {
    /// Of a classifier: the best class, if it is above the model's threshold.
    #[serde(skip_serializing_if = "Option::is_none")]
    classifications: Option<Vec<ClassSeen>>,
    /// Of a detector: boxes, most confident first.
    #[serde(skip_serializing_if = "Option::is_none")]
    detections: Option<Vec<BoxSeen>>,
    /// Milliseconds of the forward pass; 0 when the answer was stored already.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    /// Why the model could not look; the search goes on without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// `detection` or `classification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    task_type: Option<&'static str>,
}

/// Something that a detector saw.
#[derive(Serialize, ToSchema)]
struct BoxSeen {
    /// 0 to 1.
    #[serde(serialize_with = "shapes::wide")]
    confidence: f32,
    /// Index of the class.
    index: i32,
    /// What it is; empty when the model has no name for the class.
    label: String,
    /// Where.
    rect: Rect,
}

/// What a classifier takes the picture for.
#[derive(Serialize, ToSchema)]
struct ClassSeen {
    /// 0 to 1.
    #[serde(serialize_with = "shapes::wide")]
    confidence: f32,
    /// Index of the class.
    index: i32,
    /// What it is; empty when the model has no name for the class.
    label: String,
}

/// Loads a model of the zoo as the detection model of searches that name none. A failure leaves the old one.
#[utoipa::path(get, path = "/search/load_detection_model/{key}", tag = "search", operation_id = "search_load_detection_model",
    params(("key" = String, Path)), responses((status = 200, body = LoadedAnswer), Failures))]
async fn load(State(app): State<App>, Word(key): Word) -> Answer {
    app.search.detectors().choose(&key).await?;
    loaded(&app).await
}

/// Which detection model is loaded.
#[utoipa::path(get, path = "/search/detection_model", tag = "search", operation_id = "search_detection_model",
    responses((status = 200, body = LoadedAnswer), Failures))]
async fn current(State(app): State<App>) -> Answer {
    loaded(&app).await
}

/// From now on searches that name no detection model use none.
#[utoipa::path(delete, path = "/search/detection_model", tag = "search", operation_id = "search_unload_detection_model",
    responses((status = 200, body = LoadedAnswer), Failures))]
async fn unload(State(app): State<App>) -> Answer {
    app.search.detectors().unload();
    loaded(&app).await
}

async fn loaded(app: &App) -> Answer {
    let mut res = Loaded { detection_model: Some(detection_model(app)), ..Loaded::default() };
    match app.search.current().await {
        Ok(Some((feature, signature))) => {
            res.model = Some(shapes::loaded_model(&app.zoo.get(&feature.modelzoo_name)?, Some(&signature)));
            res.feature = Some(shapes::feature(&feature));
        }
        Ok(None) => {}
        // The detection model was changed all the same; `search/info` tells what is wrong with the feature.
        Err(error) => tracing::warn!(%error, "there is no usable feature beside the detection model"),
    }
    Ok(shapes::envelope(LoadedAnswer { status: "ok", res }))
}

/// The detection model of requests that name none; empty without one.
pub(super) fn detection_model(app: &App) -> BTreeMap<String, Value> {
    let model = app.search.detectors().current().map(|detector| shapes::loaded_model(detector.entry(), None));
    let fields = model.and_then(|model| serde_json::to_value(model).ok());
    fields.as_ref().and_then(Value::as_object).map(|fields| fields.clone().into_iter().collect()).unwrap_or_default()
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
async fn look(app: &App, choice: &Choice, probe: &Probe) -> Result<Option<Inference>> {
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
fn region(seen: Option<&Inference>, number: usize) -> Result<Region> {
    let seen = seen.ok_or_else(|| {
        Error::invalid("detection needs a detection model: name one with detect=<key>, or load one with search/load_detection_model/<key>")
    })?;
    if seen.task_type == TaskType::Classification {
        return Err(Error::invalid("detection needs a detector; the detection model is a classifier and finds no boxes"));
    }
    detector::region_of(&seen.detections, number)
}

/// Searches, and lets the chosen model look at the query picture: beside the search, or before it when `detection` names the part
/// of the picture to search with.
///
/// # Errors
/// Those of the search; with `detection` also those of looking, else they are the second answer's.
pub(super) async fn search(
    app: &App,
    probe: Probe,
    query: &mut Query,
    choice: &Choice,
    detection: Option<usize>,
) -> Result<(Found, Result<Option<Inference>>)> {
    let Some(number) = detection else {
        let (found, seen) = tokio::join!(app.search.search(probe.clone(), query.clone()), look(app, choice, &probe));
        return Ok((found?, seen));
    };
    if query.region.is_some() {
        return Err(Error::invalid("name either a region (x, y, w, h) or a detection, not both"));
    }
    let seen = look(app, choice, &probe).await?;
    query.region = Some(region(seen.as_ref(), number)?);
    Ok((app.search.search(probe, query.clone()).await?, Ok(seen)))
}

/// `infer` as clients see it. A failure is told there and does not end the search.
pub(super) fn shown(seen: Result<Option<Inference>>) -> Infer {
    let seen = match seen {
        Ok(None) => return Infer::default(),
        Ok(Some(seen)) => seen,
        Err(error) => return Infer { error: Some(error.message().to_owned()), ..Infer::default() },
    };
    let duration = Some(seen.forward.as_secs_f64() * 1e3);
    let found = seen.detections.into_iter();
    if seen.task_type == TaskType::Classification {
        let classes = found.map(|one| ClassSeen { label: one.label, index: one.index, confidence: one.confidence }).collect();
        return Infer { task_type: Some("classification"), duration, classifications: Some(classes), ..Infer::default() };
    }
    let boxes = found.map(|one| BoxSeen { label: one.label, index: one.index, confidence: one.confidence, rect: one.rect.into() });
    Infer { task_type: Some("detection"), duration, detections: Some(boxes.collect()), ..Infer::default() }
}
