//! The tasks that clients may ask for, by name.

use serde_json::Value;

use super::{
    Work, create_dataset, delete_media, detect, download_model, evaluate_index, export_collection, import, long_task, map, train_model,
    update_index,
};
use crate::app::App;
use crate::dataset;
use crate::error::{Error, Kind, Result};
use crate::job::{Job, NewJob};
use crate::model::trained;

/// A kind of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Its name in requests.
    pub key: &'static str,
    /// For people.
    pub title: &'static str,
    /// Names of its parameters.
    pub params: &'static [&'static str],
}

/// Every task.
pub const TASKS: [Task; 9] = [
    Task { key: "delete_media", title: "Delete media", params: &["ids", "sha256", "collection_id"] },
    Task { key: "detect", title: "Detect objects", params: &["model", "retry_failed"] },
    Task { key: "download_model", title: "Download model", params: &["name"] },
    Task { key: "evaluate_index", title: "Recall of an index", params: &["feature_id", "sample"] },
    Task { key: "export_collection", title: "Export collection", params: &["collection_id"] },
    Task { key: "import", title: "Import", params: &["paths", "urls"] },
    Task { key: "long_task", title: "Long task", params: &[] },
    Task { key: "map", title: "Map of pictures", params: &["feature_id", "method"] },
    Task { key: "update_index", title: "Update index", params: &["feature_id"] },
];

/// Failed items that one retry takes up.
const MOST_RETRIED: u64 = 100_000;

/// Checks what is asked for, writes the job down and wakes a worker.
///
/// # Errors
/// `NotFound` for an unknown task, `Invalid` naming a wrong parameter.
pub async fn start(app: &App, name: &str, params: Value, username: &str) -> Result<Job> {
    let params = if params.is_null() { Value::Object(serde_json::Map::new()) } else { params };
    if !params.is_object() {
        return Err(Error::invalid("params must be a JSON object"));
    }
    let mut new: NewJob = match name {
        "delete_media" => delete_media::new_job(params),
        "detect" => detect::new_job(app, params),
        "download_model" => download_model::new_job(app, params),
        evaluate_index::KIND => evaluate_index::new_job(app, params).await,
        "export_collection" => export_collection::new_job(app, params).await,
        "import" => import::new_job(app, params),
        "long_task" => long_task::new_job(params),
        "map" => map::new_job(app, params).await,
        "update_index" => update_index::new_job(app, params).await,
        _ => Err(Error::not_found("No such task")),
    }?;
    new.kind = name.to_owned();
    username.clone_into(&mut new.username);
    app.jobs.enqueue(new).await
}

/// Asks for a job once more: all of it, or only what failed.
///
/// # Errors
/// `NotFound`; `Conflict` while it is not over, or when nothing failed.
pub async fn retry(app: &App, uuid: &str, only_failed: bool) -> Result<Job> {
    let payload = if only_failed { Some(failed_payload(app, uuid).await?) } else { None };
    app.jobs.repeat(uuid, payload).await
}

async fn failed_payload(app: &App, uuid: &str) -> Result<Value> {
    let job = app.jobs.by_uuid(uuid).await?.ok_or_else(|| Error::not_found("there is no such job"))?;
    let failures = app.jobs.failures(job.id, 0, MOST_RETRIED).await?;
    if failures.is_empty() {
        return Err(Error::new(Kind::Conflict, format!("job {uuid} has no failed items: there is nothing to repeat")));
    }
    Ok(match job.kind.as_str() {
        "delete_media" => delete_media::retry_payload(&job.payload, &failures),
        "detect" => detect::retry_payload(job.payload),
        "download_model" => download_model::retry_payload(&failures),
        "import" => import::retry_payload(&job.payload, &failures),
        "update_index" => update_index::retry_payload(job.payload),
        _ => job.payload,
    })
}

/// Does a job.
///
/// # Errors
/// What makes the whole job fail.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    match work.job().kind.as_str() {
        // Asked for through the datasets, which write the job down together with their record.
        dataset::TASK => create_dataset::run(app, work).await,
        "delete_media" => delete_media::run(app, work).await,
        "detect" => detect::run(app, work).await,
        "download_model" => download_model::run(app, work).await,
        evaluate_index::KIND => evaluate_index::run(app, work).await,
        "export_collection" => export_collection::run(app, work).await,
        "import" => import::run(app, work).await,
        "long_task" => long_task::run(work).await,
        "map" => map::run(app, work).await,
        // Asked for through the models, which write the job down together with their record.
        trained::TASK => train_model::run(app, work).await,
        "update_index" => update_index::run(app, work).await,
        other => Err(Error::internal(format!("this version of likeness knows no task `{other}`"))),
    }
}
