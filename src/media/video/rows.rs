//! The rows of one video, written in the transaction of its batch: the video and its frames, all or none.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::ingest::{FRAME_EXTENSION, ReadyFrame, ReadyVideo};
use crate::db::entity::media;
use crate::error::{Error, Result};
use crate::media::blobs::{Existing, media_key};
use crate::media::{MediaStore, now};
use crate::types::{MediaType, Sha256};

/// Rows in one statement; databases bound the number of parameters.
const ROWS_AT_ONCE: usize = 250;

type Stored<T> = std::result::Result<T, DbErr>;

/// The row of the video with this hash, deleted or not.
///
/// # Errors
/// Those of the database.
pub(in crate::media) async fn find(transaction: &DatabaseTransaction, sha256: &Sha256) -> Stored<Option<media::Model>> {
    let of_hash = media::Entity::find().filter(media::Column::Sha256.eq(sha256.0.to_vec()));
    of_hash.filter(media::Column::Frame.is_null()).one(transaction).await
}

/// Writes the video's row, then those of its frames. A frame that is there already, whoever brought it, stays as it is.
/// Answers the number of the video and how many frames were new.
///
/// # Errors
/// Those of the database, through `explain`, and of the library's disk.
pub(in crate::media) async fn insert(
    store: &MediaStore,
    transaction: &DatabaseTransaction,
    video: &ReadyVideo,
    explain: fn(DbErr) -> Error,
) -> Result<(i64, u64)> {
    let id = media::Entity::insert(video_row(video)).exec(transaction).await.map_err(explain)?.last_insert_id;
    let mut known = frames_of(transaction, &video.sha256).await.map_err(explain)?;
    let mut new = Vec::with_capacity(video.frames.len());
    for frame in &video.frames {
        if let Some(row) = known.remove(&frame.number) {
            tell_time(transaction, row, frame).await.map_err(explain)?;
            continue;
        }
        if let Some(name) = &frame.displaced {
            // No row names the bytes under this key: a killed import left them.
            let key = media_key(&video.sha256, Some(frame.number), FRAME_EXTENSION);
            store.blobs.put_file(&key, &video.folder, name, Existing::Replace).await?;
        }
        new.push(frame_row(video, frame));
    }
    let count = new.len() as u64;
    while !new.is_empty() {
        let rest = new.split_off(new.len().min(ROWS_AT_ONCE));
        media::Entity::insert_many(new).exec_without_returning(transaction).await.map_err(explain)?;
        new = rest;
    }
    Ok((id, count))
}

async fn frames_of(transaction: &DatabaseTransaction, sha256: &Sha256) -> Stored<HashMap<i32, media::Model>> {
    let of_hash = media::Entity::find().filter(media::Column::Sha256.eq(sha256.0.to_vec()));
    let rows = of_hash.filter(media::Column::Frame.is_not_null()).all(transaction).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.frame?, row))).collect())
}

/// A frame that came by its file name does not know its moment; the same picture under the same number does now.
async fn tell_time(transaction: &DatabaseTransaction, row: media::Model, frame: &ReadyFrame) -> Stored<()> {
    if row.time_ms.is_some() || row.content_sha256 != frame.content_sha256.0 {
        return Ok(());
    }
    let mut row = row.into_active_model();
    row.time_ms = ActiveValue::Set(Some(frame.time_ms));
    row.update(transaction).await.map(|_| ())
}

fn video_row(video: &ReadyVideo) -> media::ActiveModel {
    media::ActiveModel {
        media_type: ActiveValue::Set(MediaType::Video as i32),
        frame: ActiveValue::Set(None),
        content_sha256: ActiveValue::Set(video.sha256.0.to_vec()),
        ext: ActiveValue::Set(video.info.container.extension().to_owned()),
        width: ActiveValue::Set(video.info.width as i32),
        height: ActiveValue::Set(video.info.height as i32),
        byte_size: ActiveValue::Set(video.byte_size as i64),
        time_ms: ActiveValue::Set(None),
        duration_ms: ActiveValue::Set(Some(video.duration_ms)),
        frame_rate: ActiveValue::Set(video.info.frame_rate),
        ..common(video)
    }
}

fn frame_row(video: &ReadyVideo, frame: &ReadyFrame) -> media::ActiveModel {
    media::ActiveModel {
        media_type: ActiveValue::Set(MediaType::VideoFrame as i32),
        frame: ActiveValue::Set(Some(frame.number)),
        content_sha256: ActiveValue::Set(frame.content_sha256.0.to_vec()),
        ext: ActiveValue::Set(FRAME_EXTENSION.to_owned()),
        width: ActiveValue::Set(frame.width as i32),
        height: ActiveValue::Set(frame.height as i32),
        byte_size: ActiveValue::Set(frame.byte_size as i64),
        time_ms: ActiveValue::Set(Some(frame.time_ms)),
        duration_ms: ActiveValue::Set(None),
        frame_rate: ActiveValue::Set(None),
        ..common(video)
    }
}

fn common(video: &ReadyVideo) -> media::ActiveModel {
    media::ActiveModel {
        id: ActiveValue::NotSet,
        sha256: ActiveValue::Set(video.sha256.0.to_vec()),
        captured_at: ActiveValue::Set(None),
        camera: ActiveValue::Set(None),
        created_at: ActiveValue::Set(now()),
        deleted_at: ActiveValue::Set(None),
        ..Default::default()
    }
}
