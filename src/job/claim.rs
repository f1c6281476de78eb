//! A worker's side of a job: taking it, giving signs of life, ending it. A job belongs to the worker whose name its row bears;
//! one that was given away because its worker fell silent does not come back to it.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;

use super::queue::now;
use super::{Job, JobProgress, Jobs, Status};
use crate::db::entity::job::{ActiveModel, Column, Entity, Model};
use crate::db::{database_error, storable};
use crate::error::{Error, Kind, Result};
use crate::types::JobId;

/// How workers are trusted.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// After so long without a sign of life a worker counts as dead.
    pub silence: Duration,
    /// How often a job may be begun.
    pub max_attempts: u32,
}

/// What a worker hears when it gives a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    GoOn,
    /// Somebody asked to stop.
    Cancel,
    /// The job belongs to somebody else now, or is over: leave it alone.
    Lost,
}

impl Jobs {
    /// Takes the oldest job that may run now: one that waits, or one whose worker is dead. Dead workers' jobs that must not run
    /// again are ended here, with their reason.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim(&self, worker: &str, lease: Lease) -> Result<Option<Job>> {
        // Most looks find nothing, and must not queue behind a writer.
        let unfinished = [Status::Queued, Status::Running, Status::Cancelling];
        if self.count(&unfinished, &[]).await? == 0 {
            return Ok(None);
        }
        let transaction = self.db.write().await?;
        let words = unfinished.map(Status::word);
        let rows = Entity::find().filter(Column::Status.is_in(words)).order_by_asc(Column::Id).all(&transaction).await;
        let rows = rows.map_err(|source| database_error("look for work", source))?;
        let alive_after = now() - chrono::Duration::from_std(lease.silence).unwrap_or_default();
        let is_dead = |row: &Model| row.heartbeat_at.is_none_or(|heard| heard < alive_after);
        let queued = Status::Queued.word();
        let busy: Vec<String> =
            rows.iter().filter(|row| row.status != queued && !is_dead(row)).map(|row| row.exclusive_key.clone()).collect();
        let mut claimed = None;
        for row in rows {
            let orphan = row.status != queued;
            let barred = !row.exclusive_key.is_empty() && busy.contains(&row.exclusive_key);
            if (orphan && !is_dead(&row)) || (!orphan && (barred || claimed.is_some())) {
                continue;
            }
            if orphan && let Some((status, reason)) = end_of_orphan(&row, lease) {
                end(&transaction, row, status, None, reason).await?;
            } else if claimed.is_none() {
                claimed = Some(take(&transaction, row, worker).await?);
            }
        }
        transaction.commit().await.map_err(|source| database_error("take a job", source))?;
        self.watcher.look_now();
        claimed.map(Job::from_row).transpose()
    }

    /// A sign of life, with how far the job is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn beat(&self, id: JobId, worker: &str, progress: &JobProgress) -> Result<Beat> {
        let update = Entity::update_many()
            .col_expr(Column::HeartbeatAt, Expr::value(Some(now())))
            .col_expr(Column::ProgressCurrent, Expr::value(progress.current as i64))
            .col_expr(Column::ProgressTotal, Expr::value(progress.total as i64))
            .col_expr(Column::ProgressMessage, Expr::value(storable(&progress.message)))
            .filter(Column::Id.eq(id.0))
            .filter(Column::Worker.eq(worker))
            .filter(Column::Status.is_in([Status::Running.word(), Status::Cancelling.word()]));
        let changed = update.exec(self.db.connection()).await.map_err(|source| database_error("note a sign of life", source))?;
        self.watcher.look_now();
        if changed.rows_affected == 0 {
            return Ok(Beat::Lost);
        }
        let row = Entity::find_by_id(id.0).one(self.db.connection()).await.map_err(|source| database_error("read a job", source))?;
        Ok(if row.is_some_and(|row| row.cancel_requested) { Beat::Cancel } else { Beat::GoOn })
    }

    /// Puts a job back that a worker, asked to end, has not finished: the next one goes on with it at once, and that it was begun
    /// here does not count.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_back(&self, id: JobId, worker: &str) -> Result<()> {
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id(id.0).filter(Column::Worker.eq(worker)).one(&transaction).await;
        if let Some(row) = row.map_err(|source| database_error("read a job", source))?
            && Status::parse(&row.status)?.may_become(Status::Queued)
        {
            let attempts = row.attempts - 1;
            let mut change: ActiveModel = row.into();
            change.status = Set(Status::Queued.word().into());
            change.attempts = Set(attempts.max(0));
            change.worker = Set(None);
            change.update(&transaction).await.map_err(|source| database_error("put a job back", source))?;
        }
        transaction.commit().await.map_err(|source| database_error("put a job back", source))
    }

    /// Ends a job: with its result, or with its reason. Nothing happens when it belongs to somebody else by now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn finish(&self, id: JobId, worker: &str, progress: &JobProgress, outcome: std::result::Result<Value, &Error>) -> Result<()> {
        let (status, result, reason) = match outcome {
            Ok(value) => (Status::Done, Some(value), None),
            Err(error) if error.kind() == Kind::Cancelled => (Status::Cancelled, None, Some(error.message().to_owned())),
            Err(error) => (Status::Failed, None, Some(error.message().to_owned())),
        };
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id(id.0).filter(Column::Worker.eq(worker)).one(&transaction).await;
        if let Some(mut row) = row.map_err(|source| database_error("read a job", source))?
            && Status::parse(&row.status)?.may_become(status)
        {
            row.progress_current = progress.current as i64;
            row.progress_total = progress.total as i64;
            row.progress_message = storable(&progress.message);
            end(&transaction, row, status, result, reason).await?;
        }
        transaction.commit().await.map_err(|source| database_error("end a job", source))?;
        self.wake();
        Ok(())
    }
}

/// How the job of a dead worker ends; `None` when it may be begun again.
fn end_of_orphan(row: &Model, lease: Lease) -> Option<(Status, Option<String>)> {
    if row.cancel_requested {
        return Some((Status::Cancelled, Some("stopped, together with the worker that ran it".into())));
    }
    let attempts = row.attempts.try_into().unwrap_or(u32::MAX);
    (attempts >= lease.max_attempts).then(|| {
        let reason = format!(
            "given up: its worker died {attempts} times while doing this (the server's log says why; `tasks.max_attempts` is the limit)"
        );
        (Status::Failed, Some(reason))
    })
}

async fn take(transaction: &DatabaseTransaction, row: Model, worker: &str) -> Result<Model> {
    let mut change: ActiveModel = row.clone().into();
    change.status = Set(Status::Running.word().into());
    change.worker = Set(Some(worker.into()));
    change.heartbeat_at = Set(Some(now()));
    change.started_at = Set(row.started_at.or_else(|| Some(now())));
    change.attempts = Set(row.attempts + 1);
    change.update(transaction).await.map_err(|source| database_error("take a job", source))
}

async fn end(transaction: &DatabaseTransaction, row: Model, status: Status, result: Option<Value>, error: Option<String>) -> Result<()> {
    let mut change: ActiveModel = row.clone().into();
    change.status = Set(status.word().into());
    change.progress_current = Set(row.progress_current);
    change.progress_total = Set(row.progress_total);
    change.progress_message = Set(row.progress_message);
    change.result = Set(result.map(|value| value.to_string()));
    change.error = Set(error.as_deref().map(storable));
    change.ended_at = Set(Some(now()));
    change.update(transaction).await.map_err(|source| database_error("end a job", source)).map(drop)
}
