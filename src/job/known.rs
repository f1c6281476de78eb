//! What a job found to be there before, item by item.

use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Jobs;
use crate::db::entity::job_known::{ActiveModel, Column, Entity};
use crate::db::{database_error, storable};
use crate::error::{Error, Result};
use crate::types::{JobId, MediaId};

/// Rows of one insert; databases bound the number of parameters.
const ROWS_PER_INSERT: usize = 1_000;

/// An item that was in the library before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobKnown {
    /// Path, URL or file name.
    pub item: String,
    /// The medium that it is.
    pub media: MediaId,
    /// Whether that medium was deleted then.
    pub deleted: bool,
}

impl Jobs {
    /// Lists what a job found to be there, in place of what it listed before.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn set_known(&self, id: JobId, known: &[JobKnown]) -> Result<()> {
        let failed = |source| database_error("list what was there", source);
        let transaction = self.db.write().await?;
        Entity::delete_many().filter(Column::JobId.eq(id.0)).exec(&transaction).await.map_err(failed)?;
        for chunk in known.chunks(ROWS_PER_INSERT) {
            let rows = chunk.iter().map(|one| ActiveModel {
                job_id: Set(id.0),
                item: Set(storable(&one.item)),
                media_id: Set(one.media.0),
                deleted: Set(one.deleted),
                ..Default::default()
            });
            Entity::insert_many(rows).exec_without_returning(&transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// What a job found to be there, in the order it was met.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn known(&self, id: JobId, offset: u64, limit: u64) -> Result<Vec<JobKnown>> {
        let query = Entity::find().filter(Column::JobId.eq(id.0)).order_by_asc(Column::Id).offset(offset).limit(limit);
        let rows = query.all(self.db.connection()).await.map_err(unread)?;
        Ok(rows.into_iter().map(|row| JobKnown { item: row.item, media: MediaId(row.media_id), deleted: row.deleted }).collect())
    }

    /// How many items a job has listed as there before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn known_count(&self, id: JobId) -> Result<u64> {
        Entity::find().filter(Column::JobId.eq(id.0)).count(self.db.connection()).await.map_err(unread)
    }
}

fn unread(source: DbErr) -> Error {
    database_error("read what was there", source)
}
