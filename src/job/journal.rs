//! What a job says on its way, and what it could not do.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use super::Jobs;
use super::queue::now;
use crate::db::entity::{job_failure, job_log};
use crate::db::{database_error, storable};
use crate::error::Result;
use crate::types::JobId;

/// Rows of one insert; databases bound the number of parameters.
const ROWS_PER_INSERT: usize = 1_000;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For those who want to know more.
    Debug,
    /// Something went wrong.
    Error,
}

impl Level {
    /// The word in the database and in events.
    pub fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Error => "error",
        }
    }
}

/// A line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobLine {
    /// Number of the line.
    pub id: i64,
    /// The job.
    pub job: JobId,
    /// How loud it is.
    pub level: Level,
    /// The line.
    pub message: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl From<job_log::Model> for JobLine {
    fn from(row: job_log::Model) -> Self {
        let level = if row.level == "error" { Level::Error } else { Level::Debug };
        Self { id: row.id, job: JobId(row.job_id), level, message: row.message, created_at: row.created_at }
    }
}

/// An item that a job could not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobFailure {
    /// Path, URL, media number or file name.
    pub item: String,
    /// Why, and what would help.
    pub reason: String,
}

impl Jobs {
    /// Adds a line to a job's log.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn log(&self, id: JobId, level: Level, message: &str) -> Result<()> {
        let row = job_log::ActiveModel {
            job_id: Set(id.0),
            level: Set(level.word().into()),
            message: Set(storable(message)),
            created_at: Set(now()),
            ..Default::default()
        };
        // Watchers ask for lines after the last one they saw: numbers must become visible in their order.
        let transaction = self.db.write().await?;
        job_log::Entity::insert(row).exec(&transaction).await.map_err(|source| database_error("write a log line", source))?;
        transaction.commit().await.map_err(|source| database_error("write a log line", source))?;
        self.watcher.look_now();
        Ok(())
    }

    /// Lines of a job after this number, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lines(&self, id: JobId, after: i64, limit: u64) -> Result<Vec<JobLine>> {
        let query = job_log::Entity::find().filter(job_log::Column::JobId.eq(id.0)).filter(job_log::Column::Id.gt(after));
        let rows = query.order_by_asc(job_log::Column::Id).limit(limit).all(self.db.connection()).await;
        Ok(rows.map_err(|source| database_error("read a log", source))?.into_iter().map(JobLine::from).collect())
    }

    /// The last line of this level.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_line(&self, id: JobId, level: Level) -> Result<Option<JobLine>> {
        let query = job_log::Entity::find().filter(job_log::Column::JobId.eq(id.0)).filter(job_log::Column::Level.eq(level.word()));
        let row = query.order_by_desc(job_log::Column::Id).one(self.db.connection()).await;
        Ok(row.map_err(|source| database_error("read a log", source))?.map(JobLine::from))
    }

    /// Lists what a job could not do, in place of what it listed before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_failures(&self, id: JobId, failures: &[JobFailure]) -> Result<()> {
        let transaction = self.db.write().await?;
        let old = job_failure::Entity::delete_many().filter(job_failure::Column::JobId.eq(id.0));
        old.exec(&transaction).await.map_err(|source| database_error("list failures", source))?;
        for chunk in failures.chunks(ROWS_PER_INSERT) {
            let rows = chunk.iter().map(|failure| job_failure::ActiveModel {
                job_id: Set(id.0),
                item: Set(storable(&failure.item)),
                reason: Set(storable(&failure.reason)),
                ..Default::default()
            });
            let inserted = job_failure::Entity::insert_many(rows).exec(&transaction).await;
            inserted.map_err(|source| database_error("list failures", source))?;
        }
        transaction.commit().await.map_err(|source| database_error("list failures", source))
    }

    /// What a job could not do.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failures(&self, id: JobId, offset: u64, limit: u64) -> Result<Vec<JobFailure>> {
        let query = job_failure::Entity::find().filter(job_failure::Column::JobId.eq(id.0)).order_by_asc(job_failure::Column::Id);
        let rows = query.offset(offset).limit(limit).all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("read failures", source))?;
        Ok(rows.into_iter().map(|row| JobFailure { item: row.item, reason: row.reason }).collect())
    }

    /// How many items a job could not do.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failure_count(&self, id: JobId) -> Result<u64> {
        let query = job_failure::Entity::find().filter(job_failure::Column::JobId.eq(id.0));
        query.count(self.db.connection()).await.map_err(|source| database_error("count failures", source))
    }
}
