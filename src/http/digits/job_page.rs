//! What the page of any job says of its work: state, times, folder, log, and what could not be used.

use std::path::Path;

use chrono::Utc;
use serde_json::{Value, json};

use super::known::{Known, Status};
use super::words;
use crate::app::App;
use crate::error::Result;
use crate::job::Job;

/// Lines of the log, and items that could not be used, on the page.
const MOST_LINES: u64 = 200;

/// Entries of a folder that are looked at for its size.
const MOST_ENTRIES: usize = 100_000;

/// The job, for the template.
pub(super) async fn job(app: &App, known: &Known) -> Result<Value> {
    let folder = app.folders.path(known.id());
    let directory = folder.to_string_lossy().into_owned();
    let bytes = tokio::task::spawn_blocking(move || size(&folder)).await.unwrap_or_default();
    let (mut log, mut failures, mut failure_count) = (Vec::new(), Vec::new(), 0);
    if let Some(job) = &known.job {
        log = app.jobs.lines(job.id, 0, MOST_LINES).await?.into_iter().map(|line| line.message).collect();
        failure_count = app.jobs.failure_count(job.id).await?;
        let listed = app.jobs.failures(job.id, 0, MOST_LINES).await?;
        failures = listed.into_iter().map(|failure| format!("{}: {}", failure.item, failure.reason)).collect();
    }
    Ok(json!({
        "id": known.id(), "name": known.name(), "type": known.type_words(), "username": known.username(), "group": known.group(),
        "notes": known.notes(), "status": known.status.word(), "status_css": known.status.css(), "running": known.status.is_running(),
        "progress": known.percent(), "message": known.job.as_ref().map(|job| job.progress.message.as_str()),
        "eta": known.job.as_ref().and_then(|job| job.eta_seconds(Utc::now())).map(words::duration),
        "error": known.error(), "history": history(known), "directory": directory, "disk_size": words::size(bytes),
        "log": log, "failures": failures, "failure_count": failure_count,
    }))
}

/// The states that the work went through, with their moments.
fn history(known: &Known) -> Vec<Value> {
    let event = |status: Status, at| json!({ "status": status.word(), "at": words::moment(at) });
    let began = known.job.as_ref().and_then(|job: &Job| job.started_at);
    let ended = known.job.as_ref().and_then(|job: &Job| job.ended_at);
    let first = event(Status::Initialized, known.created_at());
    let began = began.map(|at| event(Status::Running, at));
    let ended = ended.filter(|_| !known.status.is_running()).map(|at| event(known.status, at));
    std::iter::once(first).chain(began).chain(ended).collect()
}

/// Bytes of all files in a folder.
fn size(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().take(MOST_ENTRIES).flatten();
    files.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}
