//! Table `feature`: one row for each model x layer x index kind.

use sea_orm::entity::prelude::*;

/// One row of `feature`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feature")]
pub struct Model {
    /// Number of the feature.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whether it takes part in searches.
    pub active: bool,
    /// Key of the model.
    pub modelzoo_name: String,
    /// Layer whose output is the feature; empty for the model's own choice.
    pub layer: String,
    /// Kind of index.
    pub index_type: String,
    /// JSON text of the index parameters.
    pub index_settings: Option<String>,
    /// Who asked for it.
    pub username: Option<String>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// Last change of the row.
    pub updated_at: Option<DateTimeUtc>,
    /// When extraction last finished.
    pub processed_at: Option<DateTimeUtc>,
    /// Highest media id that was extracted.
    pub process_id: i64,
    /// When the index was last built.
    pub indexed_at: Option<DateTimeUtc>,
    /// Highest media id in the index.
    pub index_id: i64,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
