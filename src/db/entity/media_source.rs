//! Table `media_source`: where the bytes of a medium came from; one medium may have many sources.

use sea_orm::entity::prelude::*;

/// One row of `media_source`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media_source")]
pub struct Model {
    /// Number of the source.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The medium it holds.
    pub media_id: i64,
    /// Original file name.
    pub name: String,
    /// Original path as given, or `archive.zip!/inner/name`.
    pub path: String,
    /// Absolute path; null when it is not text.
    pub location: Option<String>,
    /// Bytes of the file.
    pub byte_size: i64,
    /// Last change of the file, nanoseconds since 1970.
    pub modified_at: Option<i64>,
    /// When it was imported.
    pub imported_at: DateTimeUtc,
}

/// What a source belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The medium it holds.
    #[sea_orm(belongs_to = "super::media::Entity", from = "Column::MediaId", to = "super::media::Column::Id")]
    Media,
}

impl Related<super::media::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Media.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
