//! Table `job_log`: what a job said on its way.

use sea_orm::entity::prelude::*;

/// One row of `job_log`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_log")]
pub struct Model {
    /// Number of the line.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The job.
    pub job_id: i64,
    /// `debug` or `error`.
    pub level: String,
    /// The line.
    pub message: String,
    /// When.
    pub created_at: DateTimeUtc,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
