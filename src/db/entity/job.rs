//! Table `job`: long work: waiting, running and ended.

use sea_orm::entity::prelude::*;

/// One row of `job`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Number of the job.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What clients know it by.
    #[sea_orm(unique)]
    pub uuid: String,
    /// Which task does it.
    pub kind: String,
    /// For people.
    pub title: String,
    /// JSON of what to do.
    pub payload: String,
    /// Word of a `Status`.
    pub status: String,
    /// Jobs with the same key never run at the same time; empty bars nothing.
    pub exclusive_key: String,
    /// Who asked for it.
    pub username: String,
    /// Steps done.
    pub progress_current: i64,
    /// Steps in all; 0 when not known.
    pub progress_total: i64,
    /// What is being done.
    pub progress_message: String,
    /// JSON of what came out.
    pub result: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// How often it was begun.
    pub attempts: i32,
    /// Somebody asked to stop it.
    pub cancel_requested: bool,
    /// Who runs it.
    pub worker: Option<String>,
    /// When the worker was last heard of.
    pub heartbeat_at: Option<DateTimeUtc>,
    /// The job that this one repeats.
    pub retry_of: Option<i64>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// When it was first begun.
    pub started_at: Option<DateTimeUtc>,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
