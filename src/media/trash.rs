//! The trash: deleting and restoring many media at once, and looking at what is deleted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Media, MediaStore, now};
use crate::db::database_error;
use crate::db::entity::media::{Column, Entity};
use crate::error::Result;
use crate::types::{MediaId, Sha256};

/// What became of one medium that was to be deleted or restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is deleted, or back, from now on.
    Changed,
    /// It was so before.
    Already,
    /// There is no such medium.
    Unknown,
}

impl MediaStore {
    /// The medium with this number, deleted or not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn get_also_deleted(&self, id: MediaId) -> Result<Option<Media>> {
        let row = Entity::find_by_id(id.0).one(self.db.connection()).await;
        row.map_err(|source| database_error("look for a medium", source))?.map(Media::from_row).transpose()
    }

    /// The media with these numbers, deleted or not, in this order; a thousand at most.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_ids_also_deleted(&self, ids: &[MediaId]) -> Result<Vec<Media>> {
        let rows = Entity::find().filter(Column::Id.is_in(ids.iter().map(|id| id.0))).all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("list the media", source))?;
        let mut found: HashMap<i64, Media> = HashMap::with_capacity(rows.len());
        for row in rows {
            found.insert(row.id, Media::from_row(row)?);
        }
        Ok(ids.iter().filter_map(|id| found.remove(&id.0)).collect())
    }

    /// The file of this hash and frame number, deleted or not; without a number the picture or the video itself.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_frame_also_deleted(&self, sha256: &Sha256, frame: Option<i32>) -> Result<Option<Media>> {
        let of_frame = frame.map_or_else(|| Column::Frame.is_null(), |frame| Column::Frame.eq(frame));
        let row = Entity::find().filter(Column::Sha256.eq(sha256.0.to_vec())).filter(of_frame).one(self.db.connection()).await;
        row.map_err(|source| database_error("look for a medium", source))?.map(Media::from_row).transpose()
    }

    /// The first frame of a video in the trash; of one that is not, see [`MediaStore::by_sha256`].
    pub(super) async fn first_frame_also_deleted(&self, sha256: &Sha256) -> Result<Option<Media>> {
        let frames = Entity::find().filter(Column::Sha256.eq(sha256.0.to_vec())).filter(Column::Frame.is_not_null());
        let row = frames.order_by_asc(Column::Frame).one(self.db.connection()).await;
        row.map_err(|source| database_error("look for a frame", source))?.map(Media::from_row).transpose()
    }

    /// Hides these media from everything at once, all or none; their rows and bytes stay.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_all(&self, ids: &[MediaId]) -> Result<Vec<Marked>> {
        self.mark_all(ids, Some(now())).await
    }

    /// Brings these media back, all or none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn restore_all(&self, ids: &[MediaId]) -> Result<Vec<Marked>> {
        self.mark_all(ids, None).await
    }

    async fn mark_all(&self, ids: &[MediaId], at: Option<DateTime<Utc>>) -> Result<Vec<Marked>> {
        let failed = |source| database_error("mark media", source);
        let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let transaction = self.db.write().await?;
        let known = Entity::find().select_only().columns([Column::Id, Column::DeletedAt]).filter(Column::Id.is_in(numbers.clone()));
        let known: HashMap<i64, Option<DateTime<Utc>>> =
            known.into_tuple::<(i64, Option<DateTime<Utc>>)>().all(&transaction).await.map_err(failed)?.into_iter().collect();
        let wrong_state = if at.is_some() { Column::DeletedAt.is_null() } else { Column::DeletedAt.is_not_null() };
        let update =
            Entity::update_many().col_expr(Column::DeletedAt, Expr::value(at)).filter(Column::Id.is_in(numbers)).filter(wrong_state);
        update.exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        let marked = |id: &MediaId| match known.get(&id.0) {
            None => Marked::Unknown,
            Some(before) if before.is_some() == at.is_some() => Marked::Already,
            Some(_) => Marked::Changed,
        };
        Ok(ids.iter().map(marked).collect())
    }
}
