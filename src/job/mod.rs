//! Long work as records: what is asked for, who does it, how far it is, how it ended. The records are the queue: a job is claimed
//! by a worker, which must give signs of life; one that stays silent is dead, and its job goes on elsewhere.
//! What a job does is in `tasks/`; nothing here knows it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::db::entity::job::Model;
use crate::error::{Error, Result};
use crate::types::JobId;

mod claim;
mod journal;
mod known;
mod queue;
mod watch;

pub use claim::{Beat, Lease};
pub use journal::{JobFailure, JobLine, Level};
pub use known::JobKnown;
pub use queue::Jobs;
pub use watch::JobEvent;

/// Where a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// Somebody asked to stop it; the worker has not stopped yet.
    Cancelling,
    /// Ended well; single items may have failed.
    Done,
    /// Ended with an error.
    Failed,
    /// Stopped because somebody asked.
    Cancelled,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] = [Self::Queued, Self::Running, Self::Cancelling, Self::Done, Self::Failed, Self::Cancelled];

    /// The word in the database and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this word.
    ///
    /// # Errors
    /// `Invalid` naming all words.
    pub fn parse(word: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word).ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|status| status.word()).collect();
            Error::invalid(format!("status must be one of {}, not `{}`", words.join(", "), word.chars().take(40).collect::<String>()))
        })
    }

    /// True once nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// The transition table. A dead worker's job goes from running to queued, or ends.
    pub fn may_become(self, next: Self) -> bool {
        use Status::{Cancelled, Cancelling, Done, Failed, Queued, Running};
        match self {
            Queued => matches!(next, Running | Cancelled),
            Running => matches!(next, Queued | Cancelling | Done | Failed | Cancelled),
            Cancelling => matches!(next, Done | Failed | Cancelled),
            Done | Failed | Cancelled => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JobProgress {
    /// Steps done.
    pub current: u64,
    /// Steps in all; 0 when not known.
    pub total: u64,
    /// What is being done.
    pub message: String,
}

/// A job's record.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What clients know it by.
    pub uuid: String,
    /// Which task does it.
    pub kind: String,
    /// For people.
    pub title: String,
    /// What to do; the task's own fields.
    pub payload: Value,
    /// Where it is in its life.
    pub status: Status,
    /// Jobs with the same key never run at the same time; empty bars nothing.
    pub exclusive_key: String,
    /// Who asked for it.
    pub username: String,
    /// How far it is.
    pub progress: JobProgress,
    /// What came out.
    pub result: Option<Value>,
    /// Why it failed.
    pub error: Option<String>,
    /// How often it was begun.
    pub attempts: u32,
    /// Who runs it, or ran it last.
    pub worker: Option<String>,
    /// The job that this one repeats.
    pub retry_of: Option<JobId>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was first begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Job {
    fn from_row(row: Model) -> Result<Self> {
        let json = |text: &str| serde_json::from_str(text).map_err(|error| Error::corrupt(format!("job {}: {error}", row.id)));
        Ok(Self {
            id: JobId(row.id),
            payload: json(&row.payload)?,
            result: row.result.as_deref().map(json).transpose()?,
            status: Status::parse(&row.status).map_err(|error| Error::corrupt(format!("job {}: {error}", row.id)))?,
            uuid: row.uuid,
            kind: row.kind,
            title: row.title,
            exclusive_key: row.exclusive_key,
            username: row.username,
            progress: JobProgress {
                current: row.progress_current.try_into().unwrap_or_default(),
                total: row.progress_total.try_into().unwrap_or_default(),
                message: row.progress_message,
            },
            error: row.error,
            attempts: row.attempts.try_into().unwrap_or_default(),
            worker: row.worker,
            retry_of: row.retry_of.map(JobId),
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
        })
    }

    /// Seconds until it is done, if it goes on at its pace so far; `None` while that cannot be known.
    pub fn eta_seconds(&self, now: DateTime<Utc>) -> Option<f64> {
        let started = self.started_at.filter(|_| self.status == Status::Running)?;
        let JobProgress { current, total, .. } = self.progress;
        if current == 0 || total <= current {
            return None;
        }
        let elapsed = (now - started).as_seconds_f64();
        Some(elapsed * (total - current) as f64 / current as f64)
    }
}

/// What somebody wants done.
#[derive(Debug, Clone, Default)]
pub struct NewJob {
    /// Which task does it.
    pub kind: String,
    /// For people.
    pub title: String,
    /// The task's own fields.
    pub payload: Value,
    /// Jobs with the same key never run at the same time; empty bars nothing.
    pub exclusive_key: String,
    /// Who asks, at most 16 characters.
    pub username: String,
    /// The job that this one repeats.
    pub retry_of: Option<JobId>,
}
