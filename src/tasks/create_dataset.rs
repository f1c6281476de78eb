//! `create_dataset`: makes a dataset that was written down together with this job. Begun again after a kill it goes on where it was.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Work;
use crate::app::App;
use crate::dataset::{Made, Payload, Watch};
use crate::error::Result;
use crate::job::JobFailure;

/// Lines about what was skipped that go into the log of the job.
const MOST_LINES: usize = 100;

/// Makes the dataset. Pictures that cannot be read are failures of the job, and the rest is made.
///
/// # Errors
/// What makes the whole dataset impossible; `Cancelled`, also when the dataset was deleted.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let Payload { dataset } = work.payload()?;
    app.datasets.sweep().await?;
    let dataset = app.datasets.take_up(&dataset, work.job().id).await?;
    let made = app.datasets.make(dataset.clone(), &watch(app, work)).await?;
    tell(work, &made).await?;
    app.datasets.tidy_up(&dataset);
    let so_far = work.so_far();
    work.progress(so_far.total, so_far.total, "Done");
    let entries: Map<String, Value> = made.entries.iter().map(|(subset, count)| (subset.word().into(), json!(count))).collect();
    Ok(json!({ "dataset": dataset.id, "entries": entries, "failed": made.failed }))
}

fn watch(app: &App, work: &Work) -> Watch {
    let (stop, told) = (work.stop().clone(), work.clone());
    Watch {
        check: Arc::new(move || stop.check()),
        progress: Arc::new(move |current, total, message| told.progress(current, total, message)),
        cancel: work.stop().token().clone(),
        niceness: app.config.engine.bulk_niceness,
    }
}

async fn tell(work: &Work, made: &Made) -> Result<()> {
    let failures: Vec<JobFailure> =
        made.failures.iter().map(|failure| JobFailure { item: failure.place.clone(), reason: failure.reason.clone() }).collect();
    work.failures(&failures).await?;
    for note in made.notes.iter().take(MOST_LINES) {
        work.debug(note).await;
    }
    if made.failed > 0 {
        work.error(format!("{} pictures could not be read and were left out", made.failed)).await;
    }
    Ok(())
}
