//! Exact duplicates: bytes that the library holds as several media, or that were imported from several places.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select};

use super::{Media, MediaStore, Order, stored_hash};
use crate::db::database_error;
use crate::db::entity::media::{Column, Entity};
use crate::db::entity::media_source;
use crate::error::Result;
use crate::types::{MediaId, Sha256};

/// The same bytes, more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicates {
    /// Hash of the bytes.
    pub content_sha256: Sha256,
    /// Media that have them.
    pub media_count: u64,
    /// Places they were imported from.
    pub source_count: u64,
    /// The first of the media.
    pub first: Media,
}

impl MediaStore {
    /// One page of what is there more than once, by the number of the first medium.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn duplicates(&self, offset: u64, limit: u64, order: Order) -> Result<Vec<Duplicates>> {
        let page = groups().order_by(Column::Id.min(), order.into()).offset(offset).limit(limit);
        let rows = page.into_tuple::<(Vec<u8>, i64, i64, i64)>().all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("look for duplicates", source))?;
        let first: Vec<_> = rows.iter().map(|(_, id, _, _)| MediaId(*id)).collect();
        let media = self.by_ids(&first).await?;
        let groups = rows.into_iter().filter_map(|(hash, id, media_count, source_count)| {
            // A medium deleted between the two questions takes its group along.
            let first = media.iter().find(|media| media.id.0 == id)?.clone();
            let counts = (media_count.unsigned_abs(), source_count.unsigned_abs());
            Some(stored_hash(&hash).map(|content_sha256| Duplicates {
                content_sha256,
                media_count: counts.0,
                source_count: counts.1,
                first,
            }))
        });
        groups.collect()
    }

    /// How many contents are there more than once.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_duplicates(&self) -> Result<u64> {
        groups()
            .into_tuple::<(Vec<u8>, i64, i64, i64)>()
            .count(self.db.connection())
            .await
            .map_err(|source| database_error("count the duplicates", source))
    }
}

fn groups() -> Select<Entity> {
    let media = || Expr::col((Entity, Column::Id)).count_distinct();
    let sources = || media_source::Column::Id.count();
    Entity::find()
        .filter(Column::DeletedAt.is_null())
        .join(JoinType::LeftJoin, media_source::Relation::Media.def().rev())
        .select_only()
        .column(Column::ContentSha256)
        .column_as(Column::Id.min(), "first_id")
        .column_as(media(), "media_count")
        .column_as(sources(), "source_count")
        .group_by(Column::ContentSha256)
        .having(Condition::any().add(media().gt(1)).add(sources().gt(1)))
}
