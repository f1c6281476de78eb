//! What is known of a medium for showing it: its tiny preview, made with its first thumbnail, and whether people have called it
//! graphic.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Marked, Media, MediaStore};
use crate::db::database_error;
use crate::db::entity::media::{Column, Entity};
use crate::error::{Error, Result};
use crate::imaging;
use crate::types::MediaId;

/// Previews that wait to be written, and whether somebody is writing.
#[derive(Debug, Default)]
pub(super) struct Previews(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    previews: Vec<(MediaId, Vec<u8>)>,
    is_written: bool,
}

impl Previews {
    /// Adds one; true when the caller has to write.
    fn push(&self, id: MediaId, preview: Vec<u8>) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.previews.push((id, preview));
        !std::mem::replace(&mut waiting.is_written, true)
    }

    /// What waits; nothing ends the caller's turn.
    fn take(&self) -> Vec<(MediaId, Vec<u8>)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_written = !waiting.previews.is_empty();
        std::mem::take(&mut waiting.previews)
    }
}

impl MediaStore {
    /// Makes and keeps the preview of a medium that has none, from its thumbnail, beside the request that asked for it. What fails is
    /// tried with the next thumbnail.
    pub(super) fn keep_preview(&self, media: &Media, thumbnail: &Bytes) {
        if media.preview.is_some() {
            return;
        }
        let (store, id, bytes) = (self.clone(), media.id, thumbnail.clone());
        tokio::spawn(async move {
            let limits = store.limits;
            let made = tokio::task::spawn_blocking(move || imaging::preview(&bytes, &limits)).await;
            if let Ok(Ok(preview)) = made
                && store.previews.push(id, preview)
            {
                store.write_previews().await;
            }
        });
    }

    /// A page of thumbnails comes at once: what came while one transaction was written is the next.
    async fn write_previews(&self) {
        loop {
            let waiting = self.previews.take();
            if waiting.is_empty() {
                return;
            }
            if let Err(error) = self.set_previews(waiting).await {
                tracing::debug!(%error, "previews could not be kept");
            }
        }
    }

    async fn set_previews(&self, previews: Vec<(MediaId, Vec<u8>)>) -> Result<()> {
        let failed = |source| database_error("keep previews", source);
        let transaction = self.db.write().await?;
        for (id, preview) in previews {
            let update = Entity::update_many().col_expr(Column::Preview, Expr::value(preview)).filter(Column::Id.eq(id.0));
            update.exec(&transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// Notes that people call these media graphic, or take it back: all or none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mark_graphic(&self, ids: &[MediaId], graphic: bool) -> Result<Vec<Marked>> {
        let failed = |source| database_error("mark media", source);
        let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let transaction = self.db.write().await?;
        let live = |select: sea_orm::Select<Entity>| select.filter(Column::DeletedAt.is_null());
        let known = live(Entity::find().select_only().columns([Column::Id, Column::Graphic]).filter(Column::Id.is_in(numbers.clone())));
        let known: std::collections::HashMap<i64, bool> =
            known.into_tuple::<(i64, bool)>().all(&transaction).await.map_err(failed)?.into_iter().collect();
        let update = Entity::update_many().col_expr(Column::Graphic, Expr::value(graphic)).filter(Column::Id.is_in(numbers));
        update.filter(Column::DeletedAt.is_null()).filter(Column::Graphic.ne(graphic)).exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        let marked = |id: &MediaId| match known.get(&id.0) {
            None => Marked::Unknown,
            Some(before) if *before == graphic => Marked::Already,
            Some(_) => Marked::Changed,
        };
        Ok(ids.iter().map(marked).collect())
    }

    /// As [`MediaStore::mark_graphic`], of one.
    ///
    /// # Errors
    /// `NotFound` when there is no such medium, or it is deleted.
    pub async fn set_graphic(&self, id: MediaId, graphic: bool) -> Result<()> {
        match self.mark_graphic(&[id], graphic).await?[..] {
            [Marked::Unknown] => Err(Error::not_found("not found")),
            _ => Ok(()),
        }
    }
}
