//! Table `collection_media`: which media are in which collection.

use sea_orm::entity::prelude::*;

/// One row of `collection_media`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collection_media")]
pub struct Model {
    /// The collection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub collection_id: i64,
    /// The medium.
    #[sea_orm(primary_key, auto_increment = false)]
    pub media_id: i64,
    /// Who put it there, at most 16 characters.
    pub username: String,
    /// What somebody wrote about it.
    pub notes: Option<String>,
    /// When it was put there.
    pub created_at: DateTimeUtc,
    /// Where it is in the order made by hand; the smallest is the first.
    pub position: i64,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
