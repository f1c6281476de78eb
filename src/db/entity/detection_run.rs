//! Table `detection_run`: which pictures a detector has looked at.

use sea_orm::entity::prelude::*;

/// One row of `detection_run`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "detection_run")]
pub struct Model {
    /// Key of the model.
    #[sea_orm(primary_key, auto_increment = false)]
    pub detector: String,
    /// The picture.
    #[sea_orm(primary_key, auto_increment = false)]
    pub media_id: i64,
    /// Which weights and settings looked.
    pub fingerprint: String,
    /// Boxes found.
    pub found: i32,
    /// Why the picture could not be looked at.
    pub reason: Option<String>,
    /// When.
    pub created_at: DateTimeUtc,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
