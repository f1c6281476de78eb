//! Table `trained_model`: models that were, or are being, trained here.

use sea_orm::entity::prelude::*;

/// One row of `trained_model`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trained_model")]
pub struct Model {
    /// `YYYYMMDD-HHMMSS-xxxx`, also the name of its folder and its key in the zoo.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Word of a `TrainedKind`.
    pub kind: String,
    /// For people.
    pub name: String,
    /// Who asked for it; null for nobody.
    pub username: Option<String>,
    /// A word that its maker sorts by; may be empty.
    pub group_name: String,
    /// Remarks.
    pub notes: Option<String>,
    /// The dataset that it learns from.
    pub dataset_id: String,
    /// JSON of what to train and how.
    pub spec: String,
    /// JSON of the form it was made with.
    pub form: String,
    /// Its work.
    pub job_uuid: String,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
