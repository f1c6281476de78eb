//! Table `job_failure`: items that a job could not do, each with its reason.

use sea_orm::entity::prelude::*;

/// One row of `job_failure`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_failure")]
pub struct Model {
    /// Number of the failure.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The job.
    pub job_id: i64,
    /// Path, URL, media number or file name.
    pub item: String,
    /// Why, and what would help.
    pub reason: String,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
