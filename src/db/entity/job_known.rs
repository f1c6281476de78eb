//! Table `job_known`: items that a job found to be in the library before.

use sea_orm::entity::prelude::*;

/// One row of `job_known`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_known")]
pub struct Model {
    /// Number of the row.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The job.
    pub job_id: i64,
    /// Path, URL or file name.
    pub item: String,
    /// The medium that it is.
    pub media_id: i64,
    /// Whether that medium was deleted then.
    pub deleted: bool,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
