//! Taking media out of a collection, and putting them back as they were: who put them there, when, where, and what was written about
//! them. What is taken out is kept for a while for that.

use std::collections::HashSet;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use super::links::{ROWS_PER_STATEMENT, must_exist, present};
use super::{Collections, unknown};
use crate::db::database_error;
use crate::db::entity::{collection_media as link, collection_media_removed as removed};
use crate::error::{Error, Result};
use crate::media::{Marked, now};
use crate::types::{CollectionId, MediaId};

/// Days for which what was taken out can be put back.
pub const KEPT_DAYS: i64 = 30;

impl Collections {
    /// Takes a medium out of a collection.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    pub async fn remove(&self, id: CollectionId, media: MediaId) -> Result<()> {
        match self.remove_all(id, &[media]).await?[..] {
            [Marked::Changed] => Ok(()),
            _ => Err(unknown()),
        }
    }

    /// Takes these media out of a collection, in one step; those that are not in it are unknown.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection.
    pub async fn remove_all(&self, id: CollectionId, media: &[MediaId]) -> Result<Vec<Marked>> {
        let transaction = self.db.write().await?;
        must_exist(&transaction, id).await?;
        forget_old(&transaction).await?;
        let mut gone = HashSet::new();
        for chunk in media.chunks(ROWS_PER_STATEMENT) {
            gone.extend(remove_chunk(&transaction, id, chunk).await?);
        }
        transaction.commit().await.map_err(failed)?;
        let marked = |media: &MediaId| if gone.contains(&media.0) { Marked::Changed } else { Marked::Unknown };
        Ok(media.iter().map(marked).collect())
    }

    /// Puts media back that were taken out of a collection in the last [`KEPT_DAYS`], as they were there. What is in it stays as it is.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection.
    pub async fn restore_all(&self, id: CollectionId, media: &[MediaId]) -> Result<Vec<Marked>> {
        let transaction = self.db.write().await?;
        must_exist(&transaction, id).await?;
        let (mut there, mut back) = (HashSet::new(), HashSet::new());
        for chunk in media.chunks(ROWS_PER_STATEMENT) {
            let present = present(&transaction, id, chunk).await?;
            let absent: Vec<MediaId> = chunk.iter().copied().filter(|media| !present.contains(&media.0)).collect();
            back.extend(restore_chunk(&transaction, id, &absent).await?);
            there.extend(present);
        }
        transaction.commit().await.map_err(failed)?;
        let marked = |media: &MediaId| match media.0 {
            id if back.contains(&id) => Marked::Changed,
            id if there.contains(&id) => Marked::Already,
            _ => Marked::Unknown,
        };
        Ok(media.iter().map(marked).collect())
    }
}

async fn remove_chunk(transaction: &DatabaseTransaction, id: CollectionId, media: &[MediaId]) -> Result<Vec<i64>> {
    let ids = || media.iter().map(|media| media.0);
    let links = link::Entity::find().filter(link::Column::CollectionId.eq(id.0)).filter(link::Column::MediaId.is_in(ids()));
    let rows = links.all(transaction).await.map_err(failed)?;
    let gone: Vec<i64> = rows.iter().map(|row| row.media_id).collect();
    forget(transaction, id, &gone).await?;
    let removed_at = now();
    let kept = rows.into_iter().map(|row| removed::ActiveModel {
        collection_id: Set(row.collection_id),
        media_id: Set(row.media_id),
        username: Set(row.username),
        notes: Set(row.notes),
        created_at: Set(row.created_at),
        position: Set(row.position),
        removed_at: Set(removed_at),
    });
    removed::Entity::insert_many(kept).exec_without_returning(transaction).await.map_err(failed)?;
    let delete = link::Entity::delete_many().filter(link::Column::CollectionId.eq(id.0)).filter(link::Column::MediaId.is_in(ids()));
    delete.exec(transaction).await.map_err(failed)?;
    Ok(gone)
}

async fn restore_chunk(transaction: &DatabaseTransaction, id: CollectionId, media: &[MediaId]) -> Result<Vec<i64>> {
    let ids = media.iter().map(|media| media.0);
    let kept = removed::Entity::find().filter(removed::Column::CollectionId.eq(id.0)).filter(removed::Column::MediaId.is_in(ids));
    let rows = kept.all(transaction).await.map_err(failed)?;
    let back: Vec<i64> = rows.iter().map(|row| row.media_id).collect();
    let links = rows.into_iter().map(|row| link::ActiveModel {
        collection_id: Set(row.collection_id),
        media_id: Set(row.media_id),
        username: Set(row.username),
        notes: Set(row.notes),
        created_at: Set(row.created_at),
        position: Set(row.position),
    });
    link::Entity::insert_many(links).exec_without_returning(transaction).await.map_err(failed)?;
    forget(transaction, id, &back).await?;
    Ok(back)
}

async fn forget(transaction: &DatabaseTransaction, id: CollectionId, media: &[i64]) -> Result<()> {
    let of_collection = removed::Entity::delete_many().filter(removed::Column::CollectionId.eq(id.0));
    let old = of_collection.filter(removed::Column::MediaId.is_in(media.iter().copied()));
    old.exec(transaction).await.map(drop).map_err(failed)
}

async fn forget_old(transaction: &DatabaseTransaction) -> Result<()> {
    let old = removed::Entity::delete_many().filter(removed::Column::RemovedAt.lt(now() - TimeDelta::days(KEPT_DAYS)));
    old.exec(transaction).await.map(drop).map_err(failed)
}

fn failed(source: DbErr) -> Error {
    database_error("take media out of a collection or put them back", source)
}
