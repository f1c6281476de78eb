//! Workers: take jobs, run them, give signs of life, write down how they ended. Any number of them, in any number of processes
//! that share a database and a data folder.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;

use super::{Work, rebuild, registry};
use crate::app::App;
use crate::error::{Error, Result};
use crate::job::{Beat, Job, Lease};

/// How often a worker looks for jobs of other processes, and tries again after a failure of the database.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often progress is written down and a cancellation is looked for.
const BEAT_EVERY: Duration = Duration::from_millis(200);

/// Runs `app.config.tasks.workers` workers until `end`; a job in work is then put back and goes on elsewhere or later.
pub fn start(app: &App, end: &CancellationToken) -> Vec<tokio::task::JoinHandle<()>> {
    if app.config.tasks.workers > 0 {
        tokio::spawn(rebuild::watch(app.clone(), end.clone()));
    }
    (0..app.config.tasks.workers).map(|_| tokio::spawn(work(app.clone(), end.clone()))).collect()
}

async fn work(app: App, end: CancellationToken) {
    let name = format!("{}-{}", std::process::id(), random_word());
    let lease = Lease { silence: Duration::from_secs(app.config.tasks.lease_seconds), max_attempts: app.config.tasks.max_attempts };
    while !end.is_cancelled() {
        match app.jobs.claim(&name, lease).await {
            Ok(Some(job)) => {
                // Another may wait behind it.
                app.jobs.wake();
                attend(&app, &name, job, &end).await;
            }
            Ok(None) => {
                tokio::select! {
                    () = app.jobs.until_woken() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = end.cancelled() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no job could be taken");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Sixteen hexadecimal digits: names of workers must differ between machines that share a database.
fn random_word() -> String {
    format!("{:016x}", rand::random::<u64>())
}

async fn attend(app: &App, name: &str, job: Job, end: &CancellationToken) {
    tracing::info!(job = %job.uuid, kind = %job.kind, attempt = job.attempts, "job begins");
    let work = Work::new(job, app.jobs.clone());
    let running = tokio::spawn(run(app.clone(), work.clone()));
    let outcome = tokio::select! {
        outcome = until_done(app, name, &work, running) => outcome,
        () = end.cancelled() => {
            work.stop().ask();
            if let Err(error) = app.jobs.give_back(work.job().id, name).await {
                tracing::warn!(job = %work.job().uuid, %error, "a job could not be put back; it goes on when its lease is over");
            }
            return;
        }
    };
    let Some(outcome) = outcome else { return };
    match &outcome {
        Ok(_) => tracing::info!(job = %work.job().uuid, "job done"),
        Err(error) => tracing::warn!(job = %work.job().uuid, error = ?error, "job ended"),
    }
    let progress = work.so_far();
    // What a job did is done; that it ended must not get lost in a moment's trouble of the database.
    while let Err(error) = app.jobs.finish(work.job().id, name, &progress, outcome.as_ref().map(Clone::clone)).await {
        tracing::error!(job = %work.job().uuid, %error, "the end of a job could not be written down; trying again");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A panic is a failure like any other.
async fn run(app: App, work: Work) -> Result<serde_json::Value> {
    let done = AssertUnwindSafe(registry::run(&app, &work)).catch_unwind().await;
    done.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(format!("the job failed inside; please report it: {}", text.unwrap_or_default())))
    })
}

/// The outcome, or `None` when the job was given to somebody else.
async fn until_done(
    app: &App,
    name: &str,
    work: &Work,
    mut running: tokio::task::JoinHandle<Result<serde_json::Value>>,
) -> Option<Result<serde_json::Value>> {
    loop {
        tokio::select! {
            done = &mut running => {
                return Some(done.unwrap_or_else(|error| Err(Error::internal("the job was interrupted").because(error))));
            }
            () = tokio::time::sleep(BEAT_EVERY) => {
                match app.jobs.beat(work.job().id, name, &work.so_far()).await {
                    Ok(Beat::GoOn) => {}
                    Ok(Beat::Cancel) => work.stop().ask(),
                    Ok(Beat::Lost) => {
                        tracing::warn!(job = %work.job().uuid, "this job was given to another worker");
                        work.stop().ask();
                        running.abort();
                        return None;
                    }
                    Err(error) => tracing::warn!(job = %work.job().uuid, %error, "a sign of life could not be written down"),
                }
            }
        }
    }
}
