//! Table `feature_failure`: pictures that gave no vector, with the reason.

use sea_orm::entity::prelude::*;

/// One row of `feature_failure`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feature_failure")]
pub struct Model {
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: i64,
    /// The picture.
    #[sea_orm(primary_key, auto_increment = false)]
    pub media_id: i64,
    /// Why it gave no vector.
    pub reason: String,
    /// When that was found.
    pub created_at: DateTimeUtc,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
