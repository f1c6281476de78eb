//! A job in the hands of a worker: what a task sees of it.

use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::{Progress, Stop};
use crate::error::{Error, Kind, Result};
use crate::job::{Job, JobFailure, JobKnown, JobProgress, Jobs, Level};

/// A running job.
#[derive(Clone)]
pub struct Work {
    job: Arc<Job>,
    jobs: Jobs,
    stop: Stop,
    progress: Arc<Mutex<JobProgress>>,
}

impl Work {
    /// Of a job that was just claimed.
    pub fn new(job: Job, jobs: Jobs) -> Self {
        let progress = Arc::new(Mutex::new(JobProgress::default()));
        Self { job: Arc::new(job), jobs, stop: Stop::default(), progress }
    }

    /// The record, as it was when the work began.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Asked when somebody cancels the job.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// What to do.
    ///
    /// # Errors
    /// `Corrupt` when the record was written by another version of the program.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.job.payload.clone()).map_err(|source| {
            Error::new(Kind::Corrupt, format!("this job cannot be read by this version of likeness: {source}")).because(source)
        })
    }

    /// Says how far the work is. Costs next to nothing: the worker writes it down a few times a second.
    pub fn progress(&self, current: u64, total: u64, message: impl Into<String>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = JobProgress { current, total, message: message.into() };
    }

    /// For engines that report steps alone.
    pub fn steps(&self, message: &str) -> impl Fn(Progress) + Sync + use<> {
        let (work, message) = (self.clone(), message.to_owned());
        move |progress| work.progress(progress.done, progress.total, message.clone())
    }

    /// How far it is.
    pub fn so_far(&self) -> JobProgress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A line for those who want to know more.
    pub async fn debug(&self, message: impl Into<String>) {
        self.line(Level::Debug, message.into()).await;
    }

    /// Something went wrong, and the work goes on.
    pub async fn error(&self, message: impl Into<String>) {
        self.line(Level::Error, message.into()).await;
    }

    /// Lists the items that could not be done, in place of what was listed before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failures(&self, failures: &[JobFailure]) -> Result<()> {
        self.jobs.set_failures(self.job.id, failures).await
    }

    /// Lists the items that were there before, in place of what was listed before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn known(&self, known: &[JobKnown]) -> Result<()> {
        self.jobs.set_known(self.job.id, known).await
    }

    /// A lost line of a log is no reason to lose the work.
    async fn line(&self, level: Level, message: String) {
        if let Err(error) = self.jobs.log(self.job.id, level, &message).await {
            tracing::warn!(job = %self.job.uuid, %error, message, "a log line could not be kept");
        }
    }
}
