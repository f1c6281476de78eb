//! Labelled sets of pictures, as DIGITS knows them: made from folders, lists or an extension into databases that networks are trained
//! on, with their pictures as media of the library. A dataset is a record and a folder; the job that makes it is another thing.
//!
//! Knows nothing of HTTP, and of networks only the trait by which examples are read.

pub mod build;
pub mod checkpoint;
pub mod datum;
mod delete;
pub mod files;
pub mod findings;
pub mod folder;
pub mod gradients;
mod identity;
mod items;
pub mod list;
pub mod lmdb;
mod make;
pub mod mean;
mod open;
pub mod prebuilt;
mod records;
pub mod resize;
pub mod roots;
pub mod source;
pub mod spec;
pub mod split;
mod subset;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::db::Database;
use crate::error::{Error, Result};
use crate::job::{JobProgress, Jobs, Status};
use crate::media::MediaStore;
use crate::types::{JobId, MediaId};

pub use findings::Findings;
pub use identity::TimedId;
pub use make::Made;
pub use records::DatasetChange;
pub use spec::{DatasetSpec, NewDataset};
pub use subset::Subset;

use source::Sources;

/// The task that makes datasets.
pub const TASK: &str = "create_dataset";

/// Hears how far something is: steps done, steps in all, what is being done.
pub type Progress = dyn Fn(u64, u64, &str) + Send + Sync;

/// Asked while something long is done; called from several threads.
#[derive(Clone)]
pub struct Watch {
    /// Fails with `Cancelled` once somebody asked to stop.
    pub check: Arc<dyn Fn() -> Result<()> + Send + Sync>,
    /// Hears how far it is.
    pub progress: Arc<Progress>,
    /// The wish to stop, for what waits.
    pub cancel: CancellationToken,
    /// How far the work steps back behind what people wait for: 0 to 19, as `nice` counts.
    pub niceness: u8,
}

impl Watch {
    /// Nobody listens, nobody stops it.
    pub fn nobody() -> Self {
        Self { check: Arc::new(|| Ok(())), progress: Arc::new(|_, _, _| {}), cancel: CancellationToken::new(), niceness: 0 }
    }
}

/// A dataset's record.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its id, and the name of its folder.
    pub id: TimedId,
    /// For people.
    pub name: String,
    /// Datasets of a group are shown together; may be empty.
    pub group: String,
    /// Whose it is.
    pub username: Option<String>,
    /// What somebody wrote about it.
    pub notes: Option<String>,
    /// What was said in the form.
    pub form: Value,
    /// What it is made of.
    pub spec: DatasetSpec,
    /// Decides everything random.
    pub seed: u64,
    /// What is known of it so far.
    pub findings: Findings,
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The job that makes it.
    pub job: JobState,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

impl Dataset {
    /// Whether its databases can be read.
    pub fn is_done(&self) -> bool {
        self.job.status == Status::Done
    }
}

/// How the job of a dataset stands.
#[derive(Debug, Clone, PartialEq)]
pub struct JobState {
    /// Its number.
    pub id: JobId,
    /// What clients know it by.
    pub uuid: String,
    /// Where it is in its life.
    pub status: Status,
    /// Why it failed.
    pub error: Option<String>,
    /// How far it is.
    pub progress: JobProgress,
    /// When it was first begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

/// A picture of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The set that it is in.
    pub subset: Subset,
    /// Number of its entry in the set's database.
    pub number: u64,
    /// Number of its class.
    pub class: u32,
    /// What it is in the library; `None` for what came from an address, or is of a kind that the library does not take.
    pub media: Option<MediaId>,
}

/// What a job that makes a dataset is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Which one.
    pub dataset: TimedId,
}

/// Keeper of the datasets; clones share everything.
#[derive(Clone)]
pub struct Datasets {
    db: Database,
    jobs: Jobs,
    media: MediaStore,
    folder: PathBuf,
    sources: Sources,
}

impl Datasets {
    /// Over this database; the folder of each dataset is made in `folder`, and pictures are taken from `sources`.
    pub fn new(db: Database, jobs: Jobs, media: MediaStore, folder: PathBuf, sources: Sources) -> Self {
        Self { db, jobs, media, folder, sources }
    }

    /// The folder of the dataset with this id.
    pub fn folder(&self, id: &TimedId) -> PathBuf {
        self.folder.join(id.as_str())
    }

    /// Where pictures may come from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

/// Work that blocks, away from the asynchronous threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|source| Err(Error::internal("work on a dataset was interrupted; please report it").because(source)))
}

/// Now, to the microsecond: what every database keeps.
fn now() -> DateTime<Utc> {
    use chrono::SubsecRound;
    Utc::now().trunc_subsecs(6)
}
