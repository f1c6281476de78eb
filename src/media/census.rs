//! How much is in the library, exactly: counted from an index, and again only after something changed.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{MediaStore, disk};
use crate::db::database_error;
use crate::db::entity::media::{Column, Entity};
use crate::error::Result;
use crate::types::MediaType;

/// What is in the library.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Of each kind how many media that are not deleted, and their bytes.
    pub kinds: Vec<(MediaType, u64, u64)>,
    /// Deleted media.
    pub deleted: u64,
}

/// Room on the disk of the library, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskRoom {
    /// That may still be written.
    pub free: u64,
    /// Of the whole disk.
    pub total: u64,
}

/// The last census, and the library's counter then.
pub(super) type LastCensus = Arc<Mutex<Option<(i64, Census)>>>;

impl MediaStore {
    /// Counts by kind, as of now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn census(&self) -> Result<Census> {
        // Asked for first: what changes meanwhile makes the census old, never wrong.
        let change = self.library_change().await?;
        let kept = self.census.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, census)) = kept.filter(|(at, _)| *at == change) {
            return Ok(census);
        }
        let census = self.count_kinds().await?;
        *self.census.lock().unwrap_or_else(PoisonError::into_inner) = Some((change, census.clone()));
        Ok(census)
    }

    /// Room on the disk of the library.
    ///
    /// # Errors
    /// When the folder cannot be reached.
    pub fn disk_room(&self) -> Result<DiskRoom> {
        let (free, total) = disk::room(&self.data_dir)?;
        Ok(DiskRoom { free, total })
    }

    async fn count_kinds(&self) -> Result<Census> {
        let failed = |source| database_error("count the media", source);
        let bytes = Func::cast_as(Expr::col(Column::ByteSize).sum(), "bigint");
        let live = Entity::find().filter(Column::DeletedAt.is_null()).select_only().column(Column::MediaType);
        let rows = live.expr(Column::Id.count()).expr(bytes).group_by(Column::MediaType).order_by_asc(Column::MediaType);
        let rows: Vec<(i32, i64, i64)> = rows.into_tuple().all(self.db.connection()).await.map_err(failed)?;
        let all = Entity::find().count(self.db.connection()).await.map_err(failed)?;
        let kinds: Vec<_> =
            rows.into_iter().map(|(kind, count, bytes)| (MediaType::from_number(kind), count as u64, bytes as u64)).collect();
        let live: u64 = kinds.iter().map(|(_, count, _)| count).sum();
        Ok(Census { kinds, deleted: all.saturating_sub(live) })
    }
}
