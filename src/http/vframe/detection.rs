//! `/api/v1/detection/*`: what detectors saw in the library.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::Failure;
use crate::http::extract::{Id, Params};
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
struct Rect {
    /// Left.
    x1: f32,
    /// Top.
    y1: f32,
    /// Right.
    x2: f32,
    /// Bottom.
    y2: f32,
}

/// Something that a detector saw.
#[derive(Serialize, ToSchema)]
struct Seen {
    /// Key of the model.
    detector: String,
    /// What it is; empty when the model has no name for the class.
    label: String,
    /// Index of the class.
    index: i32,
    /// 0 to 1.
    confidence: f32,
    /// Where.
    rect: Rect,
}

impl From<StoredDetection> for Seen {
    fn from(stored: StoredDetection) -> Self {
        let found = stored.detection;
        let rect = Rect { x1: found.rect.x1, y1: found.rect.y1, x2: found.rect.x2, y2: found.rect.y2 };
        Self { detector: stored.detector, label: found.label, index: found.index, confidence: found.confidence, rect }
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

/// The detectors of the library.
#[derive(Serialize, ToSchema)]
struct DetectorList {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// By key.
    res: Vec<DetectorSummary>,
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
    /// When, as ISO 8601.
    created_at: String,
}

/// A medium with what was seen in it.
#[derive(Serialize, ToSchema)]
struct MediumSeen {
    /// The medium.
    #[schema(value_type = Object)]
    media: Value,
    /// Most confident first.
    detections: Vec<Seen>,
}

/// What was seen in one medium.
#[derive(Serialize, ToSchema)]
struct MediumAnswer {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The medium with its detections.
    res: MediumSeen,
    /// Which detectors have looked.
    runs: Vec<RunSummary>,
}

/// Media in which a label was seen.
#[derive(Serialize, ToSchema)]
struct LabelAnswer {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// One page, the most confident detection first.
    res: Vec<MediumSeen>,
    /// Media in all.
    total: u64,
}

/// Which detections of a label are wanted.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LabelParams {
    /// Least confidence, 0 to 1.
    min_confidence: Option<String>,
    /// Key of a model; any when left out.
    detector: Option<String>,
    /// Media to skip.
    offset: Option<String>,
    /// Media wanted, at most 1000.
    limit: Option<String>,
}

/// Whose detections to forget.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ClearParams {
    /// Key of the model.
    detector: Option<String>,
}

/// Labels with their counts, by detector.
#[utoipa::path(get, path = "/detection", tag = "detection", responses((status = 200, body = DetectorList)))]
async fn list(State(app): State<App>) -> Answer {
    let mut labels = app.detections.labels().await?;
    let summaries = app.detections.detectors().await?.into_iter().map(|detector| {
        let own = labels.extract_if(.., |label| label.detector == detector.detector);
        let labels = own.map(|count| LabelSummary { label: count.label, boxes: count.boxes, media: count.media }).collect();
        DetectorSummary { detector: detector.detector, media: detector.media, failed: detector.failed, labels }
    });
    answer(&DetectorList { status: "ok", res: summaries.collect() })
}

/// Forgets what a detector saw in the library.
#[utoipa::path(delete, path = "/detection", tag = "detection", params(ClearParams), responses((status = 200), (status = 400)))]
async fn clear(State(app): State<App>, Params(params): Params<ClearParams>) -> Answer {
    let detector = params.detector.filter(|detector| !detector.is_empty());
    let detector = detector.ok_or_else(|| Error::invalid("detector: name the model whose detections are to be forgotten"))?;
    let forgotten = app.detections.clear(&detector).await?;
    Ok(shapes::envelope(json!({ "status": "ok", "detector": detector, "media": forgotten })))
}

/// What was seen in one medium.
#[utoipa::path(
    get, path = "/detection/media/{id}", tag = "detection", params(("id" = i64, Path, description = "Number of the medium")),
    responses((status = 200, body = MediumAnswer), (status = 404))
)]
async fn of_media(State(app): State<App>, Id(id): Id) -> Answer {
    let media = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    let seen = app.detections.of_media(&[media.id], None).await?.remove(&media.id).unwrap_or_default();
    let runs = app.detections.runs(media.id).await?.into_iter().map(|run| RunSummary {
        detector: run.detector,
        found: run.found,
        reason: run.reason,
        created_at: run.created_at.to_rfc3339(),
    });
    let res = MediumSeen { media: shapes::media(&media), detections: seen.into_iter().map(Seen::from).collect() };
    answer(&MediumAnswer { status: "ok", res, runs: runs.collect() })
}

/// Media in which a label was seen, with their boxes of that label.
#[utoipa::path(
    get, path = "/detection/label/{label}", tag = "detection",
    params(("label" = String, Path, description = "The label, as the model spells it"), LabelParams),
    responses((status = 200, body = LabelAnswer), (status = 400))
)]
async fn by_label(State(app): State<App>, Path(label): Path<String>, Params(params): Params<LabelParams>) -> Answer {
    let filter = filter(label, params.detector.as_deref(), params.min_confidence.as_deref())?;
    let offset = whole("offset", params.offset.as_deref())?.unwrap_or(0);
    let limit = whole("limit", params.limit.as_deref())?.unwrap_or(DEFAULT_PAGE).min(LARGEST_PAGE);
    let (ids, total) = app.detections.media_with_label(&filter, offset, limit).await?;
    let mut seen = app.detections.of_media(&ids, filter.detector.as_deref()).await?;
    let is_wanted =
        |stored: &StoredDetection| stored.detection.label == filter.label && stored.detection.confidence >= filter.min_confidence;
    let media = app.media.by_ids(&ids).await?;
    let page = media.iter().map(|media| {
        let own = seen.remove(&media.id).unwrap_or_default().into_iter().filter(is_wanted);
        MediumSeen { media: shapes::media(media), detections: own.map(Seen::from).collect() }
    });
    answer(&LabelAnswer { status: "ok", res: page.collect(), total })
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
            .filter(|value: &f32| (0.0..=1.0).contains(value))
            .ok_or_else(|| Error::invalid(format!("min_confidence must be a number from 0 to 1, not `{}`", shapes::clipped(text))))?,
    };
    Ok(LabelFilter { label, detector: detector.filter(|key| !key.is_empty()).map(str::to_owned), min_confidence })
}

fn whole(name: &str, text: Option<&str>) -> Result<Option<u64>> {
    let wrong = |text: &str| Error::invalid(format!("{name} must be a whole number from 0, not `{}`", shapes::clipped(text)));
    let parse = |text: &str| text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok()).ok_or_else(|| wrong(text));
    text.filter(|text| !text.is_empty()).map(parse).transpose()
}

fn answer(value: &impl Serialize) -> Answer {
    let value = serde_json::to_value(value).map_err(|error| Error::internal("an answer cannot be written").because(error))?;
    Ok(shapes::envelope(value))
}
