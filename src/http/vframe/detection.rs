//! `/api/v1/detection/*`: what detectors saw in the library.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::narrowed::Narrowed;
use super::schema;
use super::shapes::{self, Envelope, Listed, Media, http_date};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Id, Params, Word};
use crate::media;
use crate::media::detections::{LabelFilter, StoredDetection};
use crate::types::MediaId;

type Answer = Result<Response, Failure>;

/// Media of one page unless the request says otherwise.
const DEFAULT_PAGE: u64 = 50;
/// Most media of one page.
const LARGEST_PAGE: u64 = 1000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, clear)).routes(routes!(of_media)).routes(routes!(by_label))
}

/// Corners as fractions of the upright picture, not clipped.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rect {
    /// Left.
    #[serde(serialize_with = "shapes::wide")]
    x1: f32,
    /// Right.
    #[serde(serialize_with = "shapes::wide")]
    x2: f32,
    /// Top.
    #[serde(serialize_with = "shapes::wide")]
    y1: f32,
    /// Bottom.
    #[serde(serialize_with = "shapes::wide")]
    y2: f32,
}

impl From<media::Rect> for Rect {
    fn from(media::Rect { x1, y1, x2, y2 }: media::Rect) -> Self {
        Self { x1, x2, y1, y2 }
    }
}

/// Something that a detector saw.
#[derive(Serialize, ToSchema)]
pub(crate) struct Seen {
    /// 0 to 1.
    #[serde(serialize_with = "shapes::wide")]
    confidence: f32,
    /// Key of the model.
    detector: String,
    /// Index of the class.
    index: i32,
    /// What it is; empty when the model has no name for the class.
    label: String,
    /// Where.
    rect: Rect,
}

impl From<StoredDetection> for Seen {
    fn from(stored: StoredDetection) -> Self {
        let found = stored.detection;
        let (label, index, confidence) = (found.label, found.index, found.confidence);
        Self { detector: stored.detector, label, index, confidence, rect: found.rect.into() }
    }
}

/// How far a detector is, and what it saw.
#[derive(Serialize, ToSchema)]
struct DetectorSummary {
    /// Key of the model.
    detector: String,
    /// Pictures that it has looked at.
    media: u64,
    /// Pictures that it could not look at.
    failed: u64,
    /// What it saw, the most frequent first.
    labels: Vec<LabelSummary>,
}

/// How often a label was seen.
#[derive(Serialize, ToSchema)]
struct LabelSummary {
    /// The label.
    label: String,
    /// Boxes.
    boxes: u64,
    /// Pictures with at least one.
    media: u64,
}

/// That a detector has looked at a medium.
#[derive(Serialize, ToSchema)]
struct RunSummary {
    /// Key of the model.
    detector: String,
    /// Boxes found.
    found: u64,
    /// Why it could not be looked at.
    reason: Option<String>,
    /// When, as an HTTP date.
    created_at: String,
}

/// A medium with what was seen in it, and who looked.
#[derive(Serialize, ToSchema)]
struct MediumRuns {
    /// The medium.
    media: Media,
    /// Most confident first.
    detections: Vec<Seen>,
    /// Which detectors have looked.
    runs: Vec<RunSummary>,
}

/// A detector whose detections were forgotten.
#[derive(Serialize, ToSchema)]
struct Forgotten {
    /// Key of the model.
    detector: String,
    /// Pictures that it had looked at.
    media: u64,
}

/// A medium with what was seen in it.
#[derive(Serialize, ToSchema)]
struct MediumSeen {
    /// The medium.
    media: Media,
    /// Most confident first.
    detections: Vec<Seen>,
}

/// Which page of the media with a label is wanted.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LabelParams {
    /// Media to skip; 0 when absent.
    #[param(schema_with = schema::count)]
    offset: Option<String>,
    /// Media wanted; 50 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
}

/// Whose detections to forget.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ClearParams {
    /// Key of the model.
    #[param(required = true, min_length = 1)]
    detector: Option<String>,
}

/// Labels with their counts, by detector.
#[utoipa::path(get, path = "/detection", tag = "detection", operation_id = "detection_list",
    responses((status = 200, body = Envelope<Vec<DetectorSummary>>), Failures))]
async fn list(State(app): State<App>) -> Answer {
    let mut labels = app.detections.labels().await?;
    let summaries = app.detections.detectors().await?.into_iter().map(|detector| {
        let own = labels.extract_if(.., |label| label.detector == detector.detector);
        let labels = own.map(|count| LabelSummary { label: count.label, boxes: count.boxes, media: count.media }).collect();
        DetectorSummary { detector: detector.detector, media: detector.media, failed: detector.failed, labels }
    });
    Ok(shapes::ok(summaries.collect::<Vec<_>>()))
}

/// Forgets what a detector saw in the library.
#[utoipa::path(delete, path = "/detection", tag = "detection", operation_id = "detection_clear", params(ClearParams),
    responses((status = 200, body = Envelope<Forgotten>), Failures))]
async fn clear(State(app): State<App>, Params(params): Params<ClearParams>) -> Answer {
    let detector = params.detector.filter(|detector| !detector.is_empty());
    let detector = detector.ok_or_else(|| Error::invalid("detector: name the model whose detections are to be forgotten"))?;
    let media = app.detections.clear(&detector).await?;
    Ok(shapes::ok(Forgotten { detector, media }))
}

/// What was seen in one medium.
#[utoipa::path(get, path = "/detection/media/{id}", tag = "detection", operation_id = "detection_media", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<MediumRuns>), Failures))]
async fn of_media(State(app): State<App>, Id(id): Id) -> Answer {
    let media = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    let seen = app.detections.of_media(&[media.id], None).await?.remove(&media.id).unwrap_or_default();
    let runs = app.detections.runs(media.id).await?.into_iter().map(|run| RunSummary {
        detector: run.detector,
        found: run.found,
        reason: run.reason,
        created_at: http_date(run.created_at),
    });
    let detections = seen.into_iter().map(Seen::from).collect();
    Ok(shapes::ok(MediumRuns { media: shapes::media(&media), detections, runs: runs.collect() }))
}

/// Media in which a label was seen, the most confident first, with their boxes of that label. They can be narrowed like every list of
/// media; what is said there of `label` holds for the one of the path too, and `label` itself asks for another one besides.
#[utoipa::path(get, path = "/detection/label/{label}", tag = "detection", operation_id = "detection_label",
    params(("label" = String, Path, description = "The label, as the model spells it"), LabelParams, Narrowed),
    responses((status = 200, body = Listed<MediumSeen>), Failures))]
async fn by_label(
    State(app): State<App>,
    Word(label): Word,
    Params(params): Params<LabelParams>,
    Params(narrowed): Params<Narrowed>,
) -> Answer {
    let (filter, among) = (narrowed.seen(label)?, narrowed.whole_filter(&app).await?);
    let offset = shapes::number("offset", params.offset.as_deref(), 0)?.min(i64::MAX as u64);
    let limit = shapes::number("limit", params.limit.as_deref(), DEFAULT_PAGE)?.min(LARGEST_PAGE);
    let (ids, total) = app.detections.media_with_label(&filter, &among, offset, limit).await?;
    let mut seen = app.detections.of_media(&ids, filter.detector.as_deref()).await?;
    let is_wanted =
        |stored: &StoredDetection| stored.detection.label == filter.label && stored.detection.confidence >= filter.min_confidence;
    let media = if among.deleted { app.media.by_ids_also_deleted(&ids).await? } else { app.media.by_ids(&ids).await? };
    let page = media.iter().map(|media| {
        let own = seen.remove(&media.id).unwrap_or_default().into_iter().filter(is_wanted);
        MediumSeen { media: shapes::media(media), detections: own.map(Seen::from).collect() }
    });
    Ok(shapes::envelope(Listed { status: "ok", res: page.collect(), total, offset, limit }))
}

/// A checked filter.
///
/// # Errors
/// `Invalid` when the confidence is no number in 0..=1.
pub(super) fn filter(label: String, detector: Option<&str>, min_confidence: Option<&str>) -> Result<LabelFilter> {
    let min_confidence = match min_confidence {
        None | Some("") => 0.0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|value: &f64| (0.0..=1.0).contains(value))
            .ok_or_else(|| Error::invalid(format!("min_confidence must be a number from 0 to 1, not `{}`", shapes::clipped(text))))?,
    };
    Ok(LabelFilter { label, detector: detector.filter(|key| !key.is_empty()).map(str::to_owned), min_confidence: min_confidence as f32 })
}
