//! Watching jobs: what changed since the last look, told to everybody who listens in this process. The records are the only
//! source, so every server process that shares them tells the same story, whoever runs the work.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::{Notify, broadcast};

use super::{Job, JobLine, Jobs, Status};
use crate::db::database_error;
use crate::db::entity::{job, job_log};
use crate::error::Result;

/// How often the records are looked at while nothing rings; what other processes do is seen this late.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Shortest time between two looks.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// Events that a slow listener may fall behind before it misses some.
const BACKLOG: usize = 1024;

/// What happened to a job.
#[derive(Debug, Clone)]
pub enum JobEvent {
    /// It waits for a worker.
    Queued(Job),
    /// A worker began it, perhaps again.
    Started(Job),
    /// It came further.
    Progress(Job),
    /// It said something. The second value is its `uuid`.
    Line(JobLine, String),
    /// It is over.
    Ended(Job),
}

#[derive(Debug)]
pub(super) struct Watcher {
    ring: Notify,
    events: broadcast::Sender<JobEvent>,
    started: AtomicBool,
}

impl Watcher {
    pub(super) fn new() -> Self {
        Self { ring: Notify::new(), events: broadcast::channel(BACKLOG).0, started: AtomicBool::new(false) }
    }

    pub(super) fn look_now(&self) {
        self.ring.notify_one();
    }
}

/// What the watcher knows of the jobs that are not over.
#[derive(Default)]
struct Seen {
    last_job: i64,
    last_line: i64,
    unfinished: HashMap<i64, Job>,
}

impl Jobs {
    /// Everything that happens to jobs from now on. The first call starts the watching.
    pub fn subscribe(&self) -> broadcast::Receiver<JobEvent> {
        let receiver = self.watcher.events.subscribe();
        if !self.watcher.started.swap(true, Ordering::SeqCst) {
            tokio::spawn(watch(self.clone()));
        }
        receiver
    }

    /// Jobs that are not over, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn unfinished(&self) -> Result<Vec<Job>> {
        let words = [Status::Queued, Status::Running, Status::Cancelling].map(Status::word);
        self.many(job::Entity::find().filter(job::Column::Status.is_in(words)).order_by_asc(job::Column::Id)).await
    }
}

async fn watch(jobs: Jobs) {
    let mut seen: Option<Seen> = None;
    loop {
        if jobs.watcher.events.receiver_count() == 0 {
            // What happens while nobody listens is no news.
            seen = None;
        } else if let Err(error) = jobs.look_again(&mut seen).await {
            tracing::warn!(%error, "the jobs cannot be watched");
        }
        tokio::time::sleep(SHORTEST_PAUSE).await;
        let _ = tokio::time::timeout(LOOK_EVERY, jobs.watcher.ring.notified()).await;
    }
}

impl Jobs {
    async fn look_again(&self, seen: &mut Option<Seen>) -> Result<()> {
        match seen {
            Some(seen) => self.look(seen).await?,
            None => *seen = Some(self.first_look().await?),
        }
        Ok(())
    }

    /// What is already there is no news; what is unfinished is watched. The last numbers are read first: a job that comes in
    /// between is then new, and not forgotten.
    async fn first_look(&self) -> Result<Seen> {
        let last = job_log::Entity::find().order_by_desc(job_log::Column::Id).one(self.db.connection()).await;
        let last_line = last.map_err(|source| database_error("read the logs", source))?.map_or(0, |line| line.id);
        let last_job = self.many(job::Entity::find().order_by_desc(job::Column::Id).limit(1)).await?.first().map_or(0, |job| job.id.0);
        let unfinished = self.unfinished().await?.into_iter().filter(|job| job.id.0 <= last_job).map(|job| (job.id.0, job)).collect();
        Ok(Seen { last_job, last_line, unfinished })
    }

    async fn look(&self, seen: &mut Seen) -> Result<()> {
        // Lines first: a job's last line must not come after its end.
        let lines = job_log::Entity::find().filter(job_log::Column::Id.gt(seen.last_line)).order_by_asc(job_log::Column::Id);
        let lines = lines.limit(BACKLOG as u64 / 2).all(self.db.connection()).await;
        let lines = lines.map_err(|source| database_error("read the logs", source))?;
        let of_interest = Condition::any()
            .add(job::Column::Id.gt(seen.last_job))
            .add(job::Column::Id.is_in(seen.unfinished.keys().copied()))
            .add(job::Column::Status.is_in([Status::Queued.word(), Status::Running.word(), Status::Cancelling.word()]));
        let jobs = self.many(job::Entity::find().filter(of_interest).order_by_asc(job::Column::Id)).await?;
        let (over, alive): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| job.status.is_over());
        let mut uuids: HashMap<i64, String> = over.iter().chain(&alive).map(|job| (job.id.0, job.uuid.clone())).collect();
        for job in over.iter().chain(&alive) {
            self.tell_changes(seen, job);
        }
        for line in lines {
            seen.last_line = line.id;
            if !uuids.contains_key(&line.job_id)
                && let Some(job) = self.get(crate::types::JobId(line.job_id)).await?
            {
                uuids.insert(line.job_id, job.uuid);
            }
            if let Some(uuid) = uuids.get(&line.job_id) {
                self.tell(JobEvent::Line(line.into(), uuid.clone()));
            }
        }
        for job in over {
            seen.unfinished.remove(&job.id.0);
            self.tell(JobEvent::Ended(job));
        }
        Ok(())
    }

    /// What happened between the last look and this one, in order, whatever was skipped in between.
    fn tell_changes(&self, seen: &mut Seen, job: &Job) {
        seen.last_job = seen.last_job.max(job.id.0);
        let before = seen.unfinished.insert(job.id.0, job.clone());
        if before.is_none() {
            self.tell(JobEvent::Queued(job.clone()));
        }
        let began = job.attempts > before.as_ref().map_or(0, |before| before.attempts);
        if began {
            self.tell(JobEvent::Started(job.clone()));
        }
        let moved = before.as_ref().is_some_and(|before| before.progress != job.progress || before.status != job.status);
        if job.attempts > 0 && (moved || (began && job.progress.total > 0)) {
            self.tell(JobEvent::Progress(job.clone()));
        }
    }

    fn tell(&self, event: JobEvent) {
        // Nobody listening is no error.
        let _ = self.watcher.events.send(event);
    }
}
