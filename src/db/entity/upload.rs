//! Table `upload`: pictures sent in as queries.

use sea_orm::entity::prelude::*;

/// One row of `upload`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    /// Number of the upload.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// 32 bytes; hash of the stored bytes.
    #[sea_orm(unique)]
    pub sha256: Vec<u8>,
    /// Extension with its dot.
    pub ext: String,
    /// Who sent it, at most 16 characters.
    pub username: String,
    /// Pixels per row, upright.
    pub width: i32,
    /// Rows, upright.
    pub height: i32,
    /// Bytes stored.
    pub byte_size: i64,
    /// File name the sender gave.
    pub original_name: String,
    /// When it was sent.
    pub created_at: DateTimeUtc,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
