//! Table `dataset`: labelled sets of pictures.

use sea_orm::entity::prelude::*;

/// One row of `dataset`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dataset")]
pub struct Model {
    /// `YYYYMMDD-HHMMSS-xxxx`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Word of a kind of `DatasetSpec`.
    pub kind: String,
    /// For people.
    pub name: String,
    /// Datasets of a group are shown together.
    pub group_name: String,
    /// Whose it is.
    pub username: Option<String>,
    /// What somebody wrote about it.
    pub notes: Option<String>,
    /// JSON of what was said in the form.
    pub form: String,
    /// JSON of a `DatasetSpec`.
    pub spec: String,
    /// The bits of the seed.
    pub seed: i64,
    /// JSON of `Findings`.
    pub findings: String,
    /// The job that makes it.
    pub job_id: i64,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// Last change by a person.
    pub updated_at: Option<DateTimeUtc>,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
