//! Table `collection`: curated lists of media.

use sea_orm::entity::prelude::*;

/// One row of `collection`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collection")]
pub struct Model {
    /// Number of the collection.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// At most 64 characters.
    pub title: String,
    /// Who made it, at most 16 characters.
    pub username: String,
    /// Markdown.
    pub notes: Option<String>,
    /// Put away, not deleted.
    pub archived: bool,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Last change of the row.
    pub updated_at: Option<DateTimeUtc>,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
