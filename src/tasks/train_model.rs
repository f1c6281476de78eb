//! `train_model`: trains a model that was written down together with this job. It waits for the dataset first. Begun again after a
//! kill, it goes on where the last whole state ended.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::Work;
use crate::app::App;
use crate::dataset::{Dataset, TimedId};
use crate::error::{Error, Kind, Result};
use crate::job::Status;
use crate::model::trained::{FeatureSource, ReadyTraining, Snapshot, TrainedModel, base_name};
use crate::network::device;
use crate::priority;
use crate::train::supervised::{self, Ended, Examples, Report};

/// How often a dataset that is being made is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Epochs are told in so many parts, so that a bar moves within one.
const PARTS: f64 = 1000.0;

/// What a job that trains is told.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    model: TimedId,
}

/// Trains. Snapshots that are written stay, however it ends.
///
/// # Errors
/// What is wrong with network, dataset or training, in the original's words; `Cancelled`.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let Payload { model } = work.payload()?;
    let deleted = || Error::new(Kind::Cancelled, "the model was deleted");
    app.trained.adopt(&model, work.job()).await.map_err(|error| if error.kind() == Kind::NotFound { deleted() } else { error })?;
    let model = Arc::new(app.trained.get(&model).await?.ok_or_else(deleted)?);
    let dataset = Arc::new(dataset(app, work, &model).await?);
    let ready = prepared(app, &model, &dataset).await?;
    for line in &ready.printed {
        work.debug(line.clone()).await;
    }
    let there = Arc::clone(&ready);
    for snapshot in blocking(move || there.snapshots()).await? {
        app.trained.record_snapshot(&model.id, &snapshot).await?;
    }
    let ended = train(app, work, &model, &ready).await;
    // What was learnt can be searched with, also when somebody stopped it.
    publish(app, work, &model, &dataset, &ready).await;
    match ended? {
        Ended::Done { iterations } => Ok(json!({ "model": model.id, "iterations": iterations })),
        Ended::Stopped { .. } => Err(Error::new(Kind::Cancelled, "stopped; the snapshots that were written stay and can be used")),
    }
}

/// The dataset, once it is done.
async fn dataset(app: &App, work: &Work, model: &TrainedModel) -> Result<Dataset> {
    loop {
        work.stop().check()?;
        let dataset = app.datasets.get(&model.dataset).await?;
        let dataset = dataset.ok_or_else(|| Error::not_found(format!("the dataset {} was deleted", model.dataset)))?;
        match dataset.job.status {
            Status::Done => return Ok(dataset),
            Status::Failed | Status::Cancelled => {
                let text = format!("the dataset \"{}\" is {}: there is nothing to learn from", dataset.name, dataset.job.status);
                return Err(Error::new(Kind::Cancelled, text));
            }
            _ => {
                work.progress(0, 0, format!("Waiting for the dataset \"{}\"", dataset.name));
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn prepared(app: &App, model: &Arc<TrainedModel>, dataset: &Arc<Dataset>) -> Result<Arc<ReadyTraining>> {
    let (app, model, dataset) = (app.clone(), Arc::clone(model), Arc::clone(dataset));
    blocking(move || {
        let mut ready = app.trained.ready(&app.datasets, &model, &dataset)?;
        // Which machine trains is no part of the plan that is kept.
        ready.plan.threads = Some(app.config.engine.threads).filter(|&threads| threads > 0);
        Ok(Arc::new(ready))
    })
    .await
}

async fn train(app: &App, work: &Work, model: &Arc<TrainedModel>, ready: &Arc<ReadyTraining>) -> Result<Ended> {
    let device = device::choose(app.config.engine.device)?;
    let (app, work, model, ready) = (app.clone(), work.clone(), Arc::clone(model), Arc::clone(ready));
    let runtime = Handle::current();
    let (sender, outcome) = tokio::sync::oneshot::channel();
    // A thread of its own: one that stepped back does not come forward again.
    let thread = std::thread::Builder::new().name("train".into()).spawn(move || {
        priority::step_back(app.config.engine.bulk_niceness);
        let mut failed = None;
        let mut hear = |report: Report| {
            // What happened is durable before the training goes on from it.
            if let Err(error) = runtime.block_on(heard(&app, &work, &model, ready.plan.schedule.epochs, report)) {
                failed = failed.take().or(Some(error));
                work.stop().ask();
            }
        };
        let validation = ready.validation.as_ref().map(|validation| validation as &dyn Examples);
        let ended = supervised::train(&ready.plan, &ready.training, validation, device, work.stop().flag(), &mut hear);
        // Nobody waits any more when the job was given away.
        let _ = sender.send(failed.map_or(ended, Err));
    });
    thread.map_err(|error| Error::internal("no thread can be started to train").because(error))?;
    outcome.await.map_err(|error| Error::internal("the training failed inside; the log has the details").because(error))?
}

/// Keeps what a training reports.
async fn heard(app: &App, work: &Work, model: &TrainedModel, epochs: u32, report: Report) -> Result<()> {
    match report {
        Report::Iteration { iteration, iterations, epoch } => {
            let parts = |epochs: f64| (epochs * PARTS) as u64;
            let message = format!("Epoch {epoch:.2} of {epochs}, iteration {iteration} of {iterations}");
            work.progress(parts(epoch), parts(f64::from(epochs)), message);
        }
        Report::Train { .. } => {}
        Report::Validation { epoch, outputs } => {
            let shown: Vec<String> = outputs.iter().map(|(name, value)| format!("{name} = {value:.4}")).collect();
            work.debug(format!("Validation (epoch {epoch:.3}): {}", shown.join(", "))).await;
        }
        Report::Snapshot { epoch, file } => {
            app.trained.record_snapshot(&model.id, &Snapshot { epoch, file: base_name(&file) }).await?;
        }
    }
    Ok(())
}

/// Makes the last snapshot a model of the zoo. A network that gives no feature is no failure of its training.
async fn publish(app: &App, work: &Work, model: &Arc<TrainedModel>, dataset: &Arc<Dataset>, ready: &Arc<ReadyTraining>) {
    let Ok(Some(last)) = app.trained.snapshots(&model.id).await.map(|mut snapshots| snapshots.pop()) else { return };
    let (keeper, model, dataset, ready) = (app.trained.clone(), Arc::clone(model), Arc::clone(dataset), Arc::clone(ready));
    let published = blocking(move || keeper.publish(&model.id, &FeatureSource::of(&model, &dataset, &ready, &last.file)?)).await;
    if let Err(error) = published {
        work.debug(format!("its layers cannot be searched with: {}", error.message())).await;
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal("the training failed inside").because(error))?
}
