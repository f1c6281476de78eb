//! `/api/v1/feature/{id}/recall`: how much of the truth the index of a feature finds, against time.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope};
use crate::app::App;
use crate::error::Error;
use crate::http::error::{Failure, Failures};
use crate::http::extract::Id;
use crate::tasks::evaluate_index::{KIND, Recall, RecallPoint};
use crate::types::FeatureId;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(recall))
}

/// Jobs that are looked through for the last measurement.
const MOST_JOBS: u64 = 1000;

/// What the last measurement of a feature's index found.
#[derive(Serialize, ToSchema)]
struct RecallShown {
    /// Number of the feature.
    feature: i64,
    /// Kind of its index.
    #[schema(example = "hnsw")]
    index: String,
    /// When it was measured, RFC 3339.
    made_at: String,
    /// Vectors that asked.
    sampled: usize,
    /// Vectors that were searched.
    vectors: usize,
    /// Name of the setting that trades time for recall; null for an index without one.
    #[schema(example = "ef_search")]
    parameter: Option<String>,
    /// Its present value; 0 lets the index choose.
    present: Option<usize>,
    /// What was found, by value of the setting.
    points: Vec<PointShown>,
}

/// What one value of the setting gives.
#[derive(Serialize, ToSchema)]
struct PointShown {
    /// The value; null for the index as it is.
    value: Option<usize>,
    /// Share, 0 to 1, of the ten closest vectors that were found.
    recall: f64,
    /// Half of the searches took no longer, in milliseconds.
    p50_ms: f64,
    /// All but a twentieth of the searches took no longer, in milliseconds.
    p95_ms: f64,
}

impl From<RecallPoint> for PointShown {
    fn from(RecallPoint { value, recall, p50_ms, p95_ms }: RecallPoint) -> Self {
        Self { value, recall, p50_ms, p95_ms }
    }
}

/// Recall and time of a feature's index, as the task `evaluate_index` measured them last.
#[utoipa::path(get, path = "/feature/{id}/recall", tag = "feature", operation_id = "feature_recall", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<RecallShown>), Failures))]
async fn recall(State(app): State<App>, Id(id): Id) -> Result<Response, Failure> {
    app.features.get(FeatureId(id)).await?.ok_or_else(|| Error::not_found("item not found"))?;
    let jobs = app.jobs.at_work_since(KIND, chrono::DateTime::UNIX_EPOCH, MOST_JOBS).await?;
    let results = jobs.into_iter().filter_map(|job| serde_json::from_value::<Recall>(job.result?).ok());
    let last = results.into_iter().find(|recall| recall.feature_id == id);
    let remedy = || Error::not_found(format!("the index of feature {id} was not measured yet: run the task `{KIND}` with feature_id {id}"));
    let Recall { feature_id, index, made_at, sampled, vectors, parameter, present, points } = last.ok_or_else(remedy)?;
    let points = points.into_iter().map(PointShown::from).collect();
    Ok(shapes::ok(RecallShown { feature: feature_id, index, made_at, sampled, vectors, parameter, present, points }))
}
