//! Asking for work, looking at it, stopping it, asking again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use tokio::sync::Notify;

use super::watch::Watcher;
use super::{Job, NewJob, Status};
use crate::db::entity::job::{ActiveModel, Column, Entity};
use crate::db::{Database, database_error, storable};
use crate::error::{Error, Kind, Result};
use crate::types::JobId;

/// Keeper of the jobs; clones share everything.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub(super) db: Database,
    /// Rung when a job of this process may be waiting; workers also look by themselves, for those of other processes.
    pub(super) waiting: Arc<Notify>,
    pub(super) watcher: Arc<Watcher>,
}

impl Jobs {
    /// Over this database.
    pub fn new(db: Database) -> Self {
        Self { watcher: Arc::new(Watcher::new()), db, waiting: Arc::default() }
    }

    /// Writes the job down and wakes a worker.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn enqueue(&self, new: NewJob) -> Result<Job> {
        // As a line of a log: the numbers of jobs become visible in their order.
        let transaction = self.db.write().await?;
        let job = insert(&transaction, new).await?;
        transaction.commit().await.map_err(|source| database_error("write a job down", source))?;
        self.wake();
        Ok(job)
    }

    /// Writes the job down together with the change that needs it. Call [`Jobs::wake`] after the commit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn enqueue_in(&self, transaction: &DatabaseTransaction, new: NewJob) -> Result<Job> {
        insert(transaction, new).await
    }

    /// Tells workers and watchers of this process to look now.
    pub fn wake(&self) {
        self.waiting.notify_one();
        self.watcher.look_now();
    }

    /// Returns when a job may be waiting.
    pub async fn until_woken(&self) {
        self.waiting.notified().await;
    }

    /// The job that clients know by this word.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_uuid(&self, uuid: &str) -> Result<Option<Job>> {
        self.one(Entity::find().filter(Column::Uuid.eq(uuid))).await
    }

    /// The job with this number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn get(&self, id: JobId) -> Result<Option<Job>> {
        self.one(Entity::find_by_id(id.0)).await
    }

    /// Jobs in these states and of these kinds, newest first; where none is named, all of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, statuses: &[Status], kinds: &[&str], offset: u64, limit: u64) -> Result<Vec<Job>> {
        self.many(wanted(statuses, kinds).order_by_desc(Column::Id).offset(offset).limit(limit)).await
    }

    /// How many jobs are in these states and of these kinds.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, statuses: &[Status], kinds: &[&str]) -> Result<u64> {
        wanted(statuses, kinds).count(self.db.connection()).await.map_err(|source| database_error("count the jobs", source))
    }

    /// How many jobs are in each state; states without a job are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn counts(&self) -> Result<Vec<(Status, u64)>> {
        let rows = Entity::find().select_only().column(Column::Status).expr(Column::Id.count()).group_by(Column::Status);
        let rows: Vec<(String, i64)> =
            rows.into_tuple().all(self.db.connection()).await.map_err(|source| database_error("count the jobs", source))?;
        rows.into_iter().map(|(word, count)| Ok((Status::parse(&word)?, count as u64))).collect()
    }

    /// The jobs of a kind that were at work after a moment, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn at_work_since(&self, kind: &str, since: DateTime<Utc>, most: u64) -> Result<Vec<Job>> {
        let late = Condition::any().add(Column::EndedAt.gte(since)).add(Column::EndedAt.is_null());
        let found = Entity::find().filter(Column::Kind.eq(kind)).filter(Column::StartedAt.is_not_null()).filter(late);
        self.many(found.order_by_desc(Column::Id).limit(most)).await
    }

    /// Asks a job to stop: one that waits is cancelled at once, one that runs sees it within a second.
    ///
    /// # Errors
    /// `NotFound`, and `Conflict` when it is over.
    pub async fn cancel(&self, uuid: &str) -> Result<Job> {
        let transaction = self.db.write().await?;
        let found = Entity::find().filter(Column::Uuid.eq(uuid)).one(&transaction).await;
        let row = found.map_err(|source| database_error("look for a job", source))?.ok_or_else(unknown)?;
        let job = Job::from_row(row.clone())?;
        let mut change: ActiveModel = row.into();
        match job.status {
            Status::Queued => {
                change.status = Set(Status::Cancelled.word().into());
                change.ended_at = Set(Some(now()));
            }
            Status::Running | Status::Cancelling => change.status = Set(Status::Cancelling.word().into()),
            over => return Err(Error::new(Kind::Conflict, format!("job {uuid} is {over}: there is nothing to cancel"))),
        }
        change.cancel_requested = Set(true);
        let row = change.update(&transaction).await.map_err(|source| database_error("cancel a job", source))?;
        transaction.commit().await.map_err(|source| database_error("cancel a job", source))?;
        self.wake();
        Job::from_row(row)
    }

    /// Asks for the same work once more, as a new job. `payload` replaces the old one where given.
    ///
    /// # Errors
    /// `NotFound`, and `Conflict` while it is not over.
    pub async fn repeat(&self, uuid: &str, payload: Option<serde_json::Value>) -> Result<Job> {
        let old = self.by_uuid(uuid).await?.ok_or_else(unknown)?;
        if !old.status.is_over() {
            return Err(Error::new(Kind::Conflict, format!("job {uuid} is {}: wait for its end, or cancel it first", old.status)));
        }
        let Job { id, kind, title, exclusive_key, username, .. } = old;
        self.enqueue(NewJob { kind, title, payload: payload.unwrap_or(old.payload), exclusive_key, username, retry_of: Some(id) }).await
    }

    async fn one(&self, query: Select<Entity>) -> Result<Option<Job>> {
        Ok(self.many(query.limit(1)).await?.pop())
    }

    pub(super) async fn many(&self, query: Select<Entity>) -> Result<Vec<Job>> {
        let rows = query.all(self.db.connection()).await.map_err(|source| database_error("read the jobs", source))?;
        rows.into_iter().map(Job::from_row).collect()
    }
}

pub(super) fn unknown() -> Error {
    Error::not_found("there is no such job")
}

pub(super) fn now() -> chrono::DateTime<chrono::Utc> {
    use chrono::SubsecRound;
    chrono::Utc::now().trunc_subsecs(6)
}

fn wanted(statuses: &[Status], kinds: &[&str]) -> Select<Entity> {
    let mut found = Entity::find();
    if !statuses.is_empty() {
        found = found.filter(Column::Status.is_in(statuses.iter().map(|status| status.word())));
    }
    if !kinds.is_empty() {
        found = found.filter(Column::Kind.is_in(kinds.iter().copied()));
    }
    found
}

async fn insert(connection: &impl ConnectionTrait, new: NewJob) -> Result<Job> {
    let row = ActiveModel {
        uuid: Set(uuid::Uuid::new_v4().to_string()),
        kind: Set(new.kind),
        title: Set(storable(&new.title)),
        payload: Set(new.payload.to_string()),
        status: Set(Status::Queued.word().into()),
        exclusive_key: Set(storable(&new.exclusive_key)),
        username: Set(storable(&new.username)),
        progress_current: Set(0),
        progress_total: Set(0),
        progress_message: Set(String::new()),
        attempts: Set(0),
        cancel_requested: Set(false),
        retry_of: Set(new.retry_of.map(|id| id.0)),
        created_at: Set(now()),
        ..Default::default()
    };
    let row = row.insert(connection).await.map_err(|source| database_error("write a job down", source))?;
    Job::from_row(row)
}
