//! Indexes that have fallen behind are built again without being asked: whoever added the vectors (another process, an extraction
//! that was killed before its build), searches must not scan a long tail for ever.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::registry;
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::Feature;
use crate::feature::vectors::Vectors;
use crate::index::wants_rebuild;
use crate::job::{Job, Status};

/// How often somebody looks.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Jobs that may be under way and already do it.
const MOST_UNDER_WAY: u64 = 1_000;

/// Looks at every active feature, now and once a minute until `end`.
pub(super) async fn watch(app: App, end: CancellationToken) {
    loop {
        if let Err(error) = enqueue_where_wanted(&app).await {
            tracing::warn!(%error, "it cannot be told whether an index has fallen behind");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = end.cancelled() => return,
        }
    }
}

/// Asks for an `update_index` of every active feature whose index has fallen behind, unless one is under way. Answers the new jobs.
///
/// # Errors
/// Those of the database.
pub async fn enqueue_where_wanted(app: &App) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for feature in app.features.list().await?.into_iter().filter(|feature| feature.active && feature.process_id > feature.index_id) {
        if is_behind(app, &feature).await && !is_under_way(app, &feature).await? {
            jobs.push(registry::start(app, "update_index", json!({ "feature_id": feature.id }), "").await?);
        }
    }
    Ok(jobs)
}

/// What cannot be opened is not behind: whoever searches is told what is wrong with it.
async fn is_behind(app: &App, feature: &Feature) -> bool {
    let (zoo, features, feature) = (app.zoo.clone(), app.features.clone(), feature.clone());
    let count = move || {
        let Some(signature) = zoo.signature(&feature.modelzoo_name, &feature.layer)? else { return Ok::<_, Error>(false) };
        let vectors = Vectors::open(&features.vectors_folder(&signature), signature.dimension, &signature.fingerprint.to_string())?;
        let all = vectors.media_ids().len();
        let tail = vectors.media_ids().filter(|media| media.0 > feature.index_id).count();
        Ok(wants_rebuild(all - tail, all))
    };
    matches!(tokio::task::spawn_blocking(count).await, Ok(Ok(true)))
}

async fn is_under_way(app: &App, feature: &Feature) -> Result<bool> {
    let jobs = app.jobs.list(&[Status::Queued, Status::Running], &[], 0, MOST_UNDER_WAY).await?;
    let does_it = |job: &Job| {
        let of = job.payload["feature_id"].as_i64();
        job.kind == "update_index" && of.is_none_or(|id| id == feature.id.0)
    };
    Ok(jobs.iter().any(does_it))
}
