//! What this door calls a job: a dataset or a trained model together with the work that makes it, and the words for how far that is.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::failure::Problem;
use crate::app::App;
use crate::dataset::roots::Roots;
use crate::dataset::spec::DatasetSpec;
use crate::dataset::{Dataset, TimedId};
use crate::error::Result;
use crate::job::{Job, Status as JobStatus};
use crate::model::trained::{TrainedKind, TrainedModel};

/// Seconds after which work that nobody has begun counts as waiting.
const SOON_SECONDS: i64 = 1;

/// Where a job is in its life, in this door's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Initialized,
    Waiting,
    Running,
    Done,
    Aborted,
    Error,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Initialized => "Initialized",
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Aborted => "Aborted",
            Self::Error => "Error",
        }
    }

    /// Class of the word in pages.
    pub(super) fn css(self) -> &'static str {
        match self {
            Self::Initialized | Self::Waiting | Self::Aborted => "warning",
            Self::Running => "info",
            Self::Done => "success",
            Self::Error => "danger",
        }
    }

    pub(super) fn is_running(self) -> bool {
        matches!(self, Self::Initialized | Self::Waiting | Self::Running)
    }

    /// Of some work; `waits` for something else to be done first. Work whose record is gone was stopped for good.
    fn of(job: Option<&Job>, waits: bool) -> Self {
        let Some(job) = job else { return Self::Aborted };
        match job.status {
            JobStatus::Queued if (Utc::now() - job.created_at).num_seconds() < SOON_SECONDS => Self::Initialized,
            JobStatus::Queued => Self::Waiting,
            JobStatus::Running if waits => Self::Waiting,
            JobStatus::Running => Self::Running,
            JobStatus::Cancelling | JobStatus::Cancelled => Self::Aborted,
            JobStatus::Done => Self::Done,
            JobStatus::Failed => Self::Error,
        }
    }
}

/// What work made, or makes.
#[derive(Debug, Clone)]
pub(super) enum Thing {
    Dataset(Box<Dataset>),
    Model(Box<TrainedModel>),
}

/// A thing and its work.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) thing: Thing,
    pub(super) job: Option<Job>,
    pub(super) status: Status,
}

impl Known {
    pub(super) async fn of_dataset(app: &App, dataset: Dataset) -> Result<Self> {
        let job = app.jobs.get(dataset.job.id).await?;
        let status = Status::of(job.as_ref(), false);
        Ok(Self { thing: Thing::Dataset(Box::new(dataset)), job, status })
    }

    pub(super) async fn of_model(app: &App, model: TrainedModel) -> Result<Self> {
        let job = app.trained.job(&model).await?;
        let mut waits = false;
        if job.as_ref().is_some_and(|job| job.status == JobStatus::Running)
            && let Some(dataset) = app.datasets.get(&model.dataset).await?
        {
            waits = !dataset.job.status.is_over();
        }
        let status = Status::of(job.as_ref(), waits);
        Ok(Self { thing: Thing::Model(Box::new(model)), job, status })
    }

    pub(super) fn id(&self) -> &TimedId {
        match &self.thing {
            Thing::Dataset(dataset) => &dataset.id,
            Thing::Model(model) => &model.id,
        }
    }

    pub(super) fn name(&self) -> &str {
        match &self.thing {
            Thing::Dataset(dataset) => &dataset.name,
            Thing::Model(model) => &model.name,
        }
    }

    pub(super) fn username(&self) -> Option<&str> {
        match &self.thing {
            Thing::Dataset(dataset) => dataset.username.as_deref(),
            Thing::Model(model) => model.username.as_deref(),
        }
    }

    pub(super) fn group(&self) -> &str {
        match &self.thing {
            Thing::Dataset(dataset) => &dataset.group,
            Thing::Model(model) => &model.group,
        }
    }

    pub(super) fn notes(&self) -> Option<&str> {
        match &self.thing {
            Thing::Dataset(dataset) => dataset.notes.as_deref(),
            Thing::Model(model) => model.notes.as_deref(),
        }
    }

    /// The form that it was made with.
    pub(super) fn form(&self) -> &Value {
        match &self.thing {
            Thing::Dataset(dataset) => &dataset.form,
            Thing::Model(model) => &model.form,
        }
    }

    pub(super) fn created_at(&self) -> DateTime<Utc> {
        match &self.thing {
            Thing::Dataset(dataset) => dataset.created_at,
            Thing::Model(model) => model.created_at,
        }
    }

    /// What it is, in the original's words.
    pub(super) fn type_words(&self) -> &'static str {
        match &self.thing {
            Thing::Dataset(dataset) => dataset.spec.title(),
            Thing::Model(model) => match model.kind {
                TrainedKind::Classification => "Image Classification Model",
                TrainedKind::Generic => "Generic Image Model",
            },
        }
    }

    /// The address of its page.
    pub(super) fn page(&self) -> String {
        match &self.thing {
            Thing::Dataset(dataset) => format!("/datasets/{}", dataset.id),
            Thing::Model(model) => format!("/models/{}", model.id),
        }
    }

    /// Why it failed.
    pub(super) fn error(&self) -> Option<&str> {
        self.job.as_ref().filter(|_| self.status == Status::Error).and_then(|job| job.error.as_deref())
    }

    /// How far it is, in percent.
    pub(super) fn percent(&self) -> u64 {
        match (self.status, &self.job) {
            (Status::Done, _) => 100,
            (_, Some(job)) if job.progress.total > 0 => (job.progress.current * 100 / job.progress.total).min(100),
            _ => 0,
        }
    }

    /// Seconds of work so far, or in all.
    pub(super) fn elapsed_seconds(&self) -> f64 {
        let Some(job) = &self.job else { return 0.0 };
        let Some(began) = job.started_at else { return 0.0 };
        (job.ended_at.unwrap_or_else(Utc::now) - began).as_seconds_f64()
    }
}

/// The job of this id, which may end in `.json`.
pub(super) async fn find(app: &App, id: &str) -> Result<Option<Known>> {
    let Ok(id) = id.strip_suffix(".json").unwrap_or(id).parse::<TimedId>() else { return Ok(None) };
    if let Some(dataset) = app.datasets.get(&id).await? {
        return Known::of_dataset(app, dataset).await.map(Some);
    }
    match app.trained.get(&id).await? {
        Some(model) => Known::of_model(app, model).await.map(Some),
        None => Ok(None),
    }
}

/// The same, where there must be one.
pub(super) async fn required(app: &App, id: &str) -> std::result::Result<Known, Problem> {
    find(app, id).await?.ok_or_else(|| Problem::not_found("Job not found"))
}

/// A dataset that there must be.
pub(super) async fn dataset(app: &App, id: &str) -> std::result::Result<(Known, Dataset), Problem> {
    let known = required(app, id).await?;
    match known.thing.clone() {
        Thing::Dataset(dataset) => Ok((known, *dataset)),
        Thing::Model(_) => Err(Problem::not_found("Job not found")),
    }
}

/// A model that there must be.
pub(super) async fn model(app: &App, id: &str) -> std::result::Result<(Known, TrainedModel), Problem> {
    let known = required(app, id).await?;
    match known.thing.clone() {
        Thing::Model(model) => Ok((known, *model)),
        Thing::Dataset(_) => Err(Problem::not_found("Job not found")),
    }
}

/// All datasets: those in work first, then the others, the newest of each first.
pub(super) async fn datasets(app: &App) -> Result<Vec<Known>> {
    let mut all = Vec::new();
    for dataset in app.datasets.list().await? {
        all.push(Known::of_dataset(app, dataset).await?);
    }
    Ok(in_order(all))
}

/// All models in the same order.
pub(super) async fn models(app: &App) -> Result<Vec<Known>> {
    let mut all = Vec::new();
    for model in app.trained.list().await? {
        all.push(Known::of_model(app, model).await?);
    }
    Ok(in_order(all))
}

fn in_order(mut all: Vec<Known>) -> Vec<Known> {
    all.sort_by(|one, other| (other.status.is_running(), other.id()).cmp(&(one.status.is_running(), one.id())));
    all
}

/// The datasets that a model of this kind can learn from: in work, or done.
pub(super) async fn trainable(app: &App, kind: TrainedKind) -> Result<Vec<(TimedId, String)>> {
    let fits = |known: &Known| match &known.thing {
        Thing::Dataset(dataset) => matches!(dataset.spec, DatasetSpec::Classification(_)) == (kind == TrainedKind::Classification),
        Thing::Model(_) => false,
    };
    let usable = datasets(app).await?.into_iter().filter(|known| known.status.is_running() || known.status == Status::Done);
    Ok(usable.filter(fits).map(|known| (known.id().clone(), known.name().to_owned())).collect())
}

/// The folders of this server that clients may name files in: those for imports, and the jobs' own.
pub(super) fn roots(app: &App) -> Roots {
    let incoming = app.config.data_dir.join("incoming");
    let own = app.folders.root().to_owned();
    Roots::new(app.config.import.roots.iter().cloned().chain([incoming, own]))
}
