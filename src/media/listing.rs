//! Finding media: by id, by hash, in pages, at random; and deleting and restoring them.
//! Deleted media keep their row and bytes and are seen by nothing here but [`MediaStore::restore`].

use chrono::{DateTime, Utc};
use rand::Rng;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{Media, MediaSource, MediaStore, disk, now};
use crate::db::database_error;
use crate::db::entity::media::{Column, Entity, Model};
use crate::db::entity::{media_source, upload};
use crate::error::{Error, Result};
use crate::types::{MediaId, MediaType, Sha256};

/// Ids in one query; databases bound the number of parameters.
const IDS_PER_QUERY: usize = 1_000;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By number.
    #[default]
    Id,
    /// By the time it was added; equal times by number.
    Date,
}

/// Direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest or oldest first.
    #[default]
    Asc,
    /// Largest or newest first.
    Desc,
}

impl From<Order> for sea_orm::Order {
    fn from(order: Order) -> Self {
        match order {
            Order::Asc => Self::Asc,
            Order::Desc => Self::Desc,
        }
    }
}

/// Size of the library and of what is left of its disk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LibraryInfo {
    /// Media that are not deleted.
    pub media_count: u64,
    /// Uploads.
    pub upload_count: u64,
    /// GiB that an ordinary user may still write to the disk of the library.
    pub free_space_gib: f64,
}

impl MediaStore {
    /// The medium with this number.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn get(&self, id: MediaId) -> Result<Option<Media>> {
        // One row by its number: quicker read than handed over to another thread.
        if let Some(found) = self.get_now(id) {
            return found;
        }
        self.one(live().filter(Column::Id.eq(id.0))).await
    }

    /// The media with these numbers, in this order; those that are deleted or were never there are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_ids(&self, ids: &[MediaId]) -> Result<Vec<Media>> {
        if self.db.reader().is_some() {
            let (store, ids) = (self.clone(), ids.to_vec());
            let found = tokio::task::spawn_blocking(move || store.by_ids_now(&ids, ids.len())).await;
            let found = found.map_err(|source| Error::internal("listing media was interrupted").because(source))?;
            return found.unwrap_or_else(|| Ok(Vec::new()));
        }
        let mut found = std::collections::HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(IDS_PER_QUERY) {
            let query = live().filter(Column::Id.is_in(chunk.iter().map(|id| id.0)));
            found.extend(self.many(query).await?.into_iter().map(|media| (media.id, media)));
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// The picture with this hash; of a video its first frame, and the video itself only when it has no frame any more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_sha256(&self, sha256: &Sha256) -> Result<Option<Media>> {
        let picture = self.one(in_order(of_hash(pictures(), sha256))).await?;
        if picture.is_some() { Ok(picture) } else { self.one(of_hash(live(), sha256).order_by_asc(Column::Id)).await }
    }

    /// All pictures with this hash: the picture itself, or the frames of one video in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn siblings(&self, sha256: &Sha256) -> Result<Vec<Media>> {
        self.many(in_order(of_hash(live(), sha256).filter(Column::MediaType.ne(MediaType::Video as i32)))).await
    }

    /// The medium with this hash and frame number; without a number the picture or the video itself.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_frame(&self, sha256: &Sha256, frame: Option<i32>) -> Result<Option<Media>> {
        let of_frame = frame.map_or_else(|| Column::Frame.is_null(), |frame| Column::Frame.eq(frame));
        self.one(of_hash(live(), sha256).filter(of_frame)).await
    }

    /// The video with this hash.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn video_of(&self, sha256: &Sha256) -> Result<Option<Media>> {
        self.one(of_hash(live(), sha256).filter(Column::MediaType.eq(MediaType::Video as i32))).await
    }

    /// What is shown and compared for a medium: itself, or the first frame of a video; of a deleted video a deleted one too.
    ///
    /// # Errors
    /// `NotFound` for a video without frames and for what has no pictures at all; those of the database.
    pub async fn picture_of(&self, media: &Media) -> Result<Media> {
        let shown = match (media.media_type.is_picture(), media.deleted_at) {
            (true, _) => Some(media.clone()),
            (false, None) => self.by_sha256(&media.sha256).await?,
            (false, Some(_)) => self.first_frame_also_deleted(&media.sha256).await?,
        };
        let shown = shown.filter(|shown| shown.media_type.is_picture());
        shown.ok_or_else(|| Error::not_found(format!("media {} has no picture: all its frames are deleted, or it never had any", media.id)))
    }

    /// One page of the library.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, offset: u64, limit: u64, sort: Sort, order: Order) -> Result<Vec<Media>> {
        let sorted = match sort {
            Sort::Id => live(),
            Sort::Date => live().order_by(Column::CreatedAt, order.into()),
        };
        self.many(sorted.order_by(Column::Id, order.into()).offset(offset).limit(limit)).await
    }

    /// How many media there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self) -> Result<u64> {
        live().count(self.db.connection()).await.map_err(|source| database_error("count the media", source))
    }

    /// How many pictures and frames have a number above this one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_newer(&self, id: i64) -> Result<u64> {
        let newer = pictures().filter(Column::Id.gt(id)).count(self.db.connection()).await;
        newer.map_err(|source| database_error("count the pictures", source))
    }

    /// The `n`-th medium by number, counted from zero.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn nth(&self, n: u64) -> Result<Option<Media>> {
        self.nth_of(live(), n).await
    }

    /// Pictures and frames from this number on, ascending, itself included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pictures_from(&self, id: MediaId, limit: u64) -> Result<Vec<Media>> {
        self.many(pictures().filter(Column::Id.gte(id.0)).order_by_asc(Column::Id).limit(limit)).await
    }

    /// Any picture or frame, each as likely as the other; `None` when there are none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn random_picture(&self) -> Result<Option<Media>> {
        let count = pictures().count(self.db.connection()).await.map_err(|source| database_error("count the pictures", source))?;
        if count == 0 {
            return Ok(None);
        }
        let n = rand::rng().random_range(0..count);
        self.nth_of(pictures(), n).await
    }

    /// The numbers of all pictures and frames, ascending; eight bytes each, so millions fit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn picture_ids(&self) -> Result<Vec<i64>> {
        let query = pictures().select_only().column(Column::Id).order_by_asc(Column::Id).into_tuple();
        query.all(self.db.connection()).await.map_err(|source| database_error("list the pictures", source))
    }

    /// The numbers of pictures and frames after `after` and up to `up_to`, ascending, at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn picture_ids_between(&self, after: i64, up_to: i64, limit: u64) -> Result<Vec<i64>> {
        let wanted = pictures().filter(Column::Id.gt(after)).filter(Column::Id.lte(up_to));
        let query = wanted.select_only().column(Column::Id).order_by_asc(Column::Id).limit(limit).into_tuple();
        query.all(self.db.connection()).await.map_err(|source| database_error("list the pictures", source))
    }

    /// The highest number of a picture or frame; 0 when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_picture_id(&self) -> Result<i64> {
        let query = pictures().select_only().column(Column::Id).order_by_desc(Column::Id).limit(1).into_tuple();
        let last = query.one(self.db.connection()).await;
        Ok(last.map_err(|source| database_error("list the pictures", source))?.unwrap_or_default())
    }

    /// Where a medium was imported from, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sources(&self, id: MediaId) -> Result<Vec<MediaSource>> {
        let query = media_source::Entity::find().filter(media_source::Column::MediaId.eq(id.0)).order_by_asc(media_source::Column::Id);
        let rows = query.all(self.db.connection()).await.map_err(|source| database_error("list the sources", source))?;
        Ok(rows.into_iter().map(|row| MediaSource { name: row.name, path: row.path, imported_at: row.imported_at }).collect())
    }

    /// Hides a medium from everything at once, a video with its frames; rows and bytes stay. False when it is deleted already.
    ///
    /// # Errors
    /// `NotFound` when there never was such a medium.
    pub async fn delete(&self, id: MediaId) -> Result<bool> {
        self.set_deleted(id, Some(now())).await
    }

    /// Brings a deleted medium back, a video with the frames that were deleted with it. False when it is not deleted.
    ///
    /// # Errors
    /// `NotFound` when there never was such a medium.
    pub async fn restore(&self, id: MediaId) -> Result<bool> {
        self.set_deleted(id, None).await
    }

    /// The numbers of all media with this hash, deleted ones included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn ids_by_sha256(&self, sha256: &Sha256) -> Result<Vec<MediaId>> {
        let query = Entity::find().filter(Column::Sha256.eq(sha256.0.to_vec())).order_by_asc(Column::Id);
        let ids = query.select_only().column(Column::Id).into_tuple::<i64>().all(self.db.connection()).await;
        Ok(ids.map_err(|source| database_error("look for a hash", source))?.into_iter().map(MediaId).collect())
    }

    /// Counts, and the space that is left.
    ///
    /// # Errors
    /// Those of the database and of the disk.
    pub async fn info(&self) -> Result<LibraryInfo> {
        let uploads = upload::Entity::find().count(self.db.connection()).await;
        Ok(LibraryInfo {
            media_count: self.count().await?,
            upload_count: uploads.map_err(|source| database_error("count the uploads", source))?,
            free_space_gib: disk::free_bytes(&self.data_dir)? as f64 / f64::from(1 << 30),
        })
    }

    async fn set_deleted(&self, id: MediaId, at: Option<DateTime<Utc>>) -> Result<bool> {
        let failed = |source| database_error("mark a medium", source);
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id(id.0).one(&transaction).await.map_err(failed)?;
        let row = row.ok_or_else(|| Error::not_found(format!("there is no media {id}")))?;
        if row.deleted_at.is_some() == at.is_some() {
            return Ok(false);
        }
        let update = Entity::update_many().col_expr(Column::DeletedAt, Expr::value(at));
        let update = if row.media_type == MediaType::Video as i32 {
            let same_state = row.deleted_at.map_or_else(|| Column::DeletedAt.is_null(), |deleted| Column::DeletedAt.eq(deleted));
            update.filter(Column::Sha256.eq(row.sha256)).filter(same_state)
        } else {
            update.filter(Column::Id.eq(id.0))
        };
        update.exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(true)
    }

    /// The row number is found in an index of ids alone; only the one row is then read.
    async fn nth_of(&self, of: Select<Entity>, n: u64) -> Result<Option<Media>> {
        let query = of.select_only().column(Column::Id).order_by_asc(Column::Id).offset(n).limit(1).into_tuple::<i64>();
        let id = query.one(self.db.connection()).await.map_err(|source| database_error("find a row", source))?;
        match id {
            Some(id) => self.get(MediaId(id)).await,
            None => Ok(None),
        }
    }

    async fn one(&self, query: Select<Entity>) -> Result<Option<Media>> {
        Ok(records(query.limit(1).all(self.db.connection()).await)?.pop())
    }

    async fn many(&self, query: Select<Entity>) -> Result<Vec<Media>> {
        records(query.all(self.db.connection()).await)
    }
}

fn live() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}

fn of_hash(media: Select<Entity>, sha256: &Sha256) -> Select<Entity> {
    media.filter(Column::Sha256.eq(sha256.0.to_vec()))
}

/// Frames as they are shown in their video, whenever they were imported.
fn in_order(media: Select<Entity>) -> Select<Entity> {
    media.order_by_asc(Column::Frame).order_by_asc(Column::Id)
}

fn pictures() -> Select<Entity> {
    live().filter(Column::MediaType.is_in([MediaType::Image as i32, MediaType::VideoFrame as i32]))
}

fn records(rows: std::result::Result<Vec<Model>, DbErr>) -> Result<Vec<Media>> {
    rows.map_err(|source| database_error("list the media", source))?.into_iter().map(Media::from_row).collect()
}
