//! The rows of a batch of prepared pictures and videos, written in order in one transaction, so that numbers do not depend on
//! how many threads worked or how often the import was killed.

use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::blobs::Existing;
use super::prepare::{Prepared, Ready, ReadyPicture};
use super::video::ingest::ReadyVideo;
use super::video::rows;
use super::walk::Origin;
use super::{MediaStore, now, rows as rows_of_many};
use crate::db::entity::{media, media_source};
use crate::db::{database_error, is_unique_violation, storable};
use crate::error::{Error, Kind, Result};
use crate::types::{MediaType, Sha256};

/// How often a batch is tried when another process stores the same picture at the same moment.
const ATTEMPTS: usize = 5;

/// What became of one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Added,
    /// A video, with so many frames that were not there; what is missing of it, if anything.
    AddedVideo {
        frames: u64,
        note: Option<String>,
    },
    /// This medium was there before, or was met twice. An import does not bring a deleted one back.
    AlreadyThere {
        media: i64,
        deleted: bool,
    },
    Failed(String),
}

/// Writes the rows of a batch, whose bytes are durable, all or none.
///
/// # Errors
/// Those of the database and of the library's disk.
pub(super) async fn commit(store: &MediaStore, batch: &[&Prepared]) -> Result<Vec<Outcome>> {
    if !batch.iter().any(|prepared| needs_row(prepared)) {
        return Ok(batch.iter().copied().map(without_row).collect());
    }
    let mut attempt = 1;
    loop {
        match commit_once(store, batch).await {
            Err(error) if error.kind() == Kind::Conflict && attempt < ATTEMPTS => attempt += 1,
            done => return done,
        }
    }
}

/// Waits until the bytes of a batch are durable.
///
/// # Errors
/// Those of the library's disk.
pub(super) async fn settle(store: &MediaStore, batch: &[&Prepared]) -> Result<()> {
    if !batch.iter().any(|prepared| matches!(&prepared.outcome, Ok(Ready::Picture(picture)) if picture.behind)) {
        return Ok(());
    }
    let blobs = store.blobs.clone();
    let settled = tokio::task::spawn_blocking(move || blobs.settle()).await;
    settled.map_err(|source| Error::internal("waiting for the disk was interrupted").because(source))?
}

fn needs_row(prepared: &Prepared) -> bool {
    matches!(prepared.outcome, Ok(Ready::Picture(_) | Ready::Video(_) | Ready::KnownVideo(_)))
}

async fn commit_once(store: &MediaStore, batch: &[&Prepared]) -> Result<Vec<Outcome>> {
    let transaction = store.db.write().await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut rest = batch;
    while let [prepared, ..] = rest {
        let pictures: Vec<_> = rest.iter().map_while(|prepared| plain(prepared)).collect();
        if !pictures.is_empty() {
            outcomes.extend(rows_of_many::store(&transaction, &pictures).await.map_err(failed)?);
            rest = &rest[pictures.len()..];
            continue;
        }
        outcomes.push(match &prepared.outcome {
            Ok(Ready::Picture(picture)) => store_row(store, &transaction, &prepared.origin, picture).await?,
            Ok(Ready::Video(video)) => store_video(store, &transaction, &prepared.origin, video).await?,
            Ok(Ready::KnownVideo(sha256)) => meet_again(&transaction, &prepared.origin, sha256).await?,
            _ => without_row(prepared),
        });
        rest = &rest[1..];
    }
    transaction.commit().await.map_err(failed)?;
    Ok(outcomes)
}

/// A picture whose row has no rules of its own: not a frame.
fn plain(prepared: &Prepared) -> Option<(&Origin, &ReadyPicture)> {
    let Ok(Ready::Picture(picture)) = &prepared.outcome else { return None };
    picture.frame.is_none().then_some((&prepared.origin, &**picture))
}

fn without_row(prepared: &Prepared) -> Outcome {
    match &prepared.outcome {
        Ok(Ready::Unchanged { media, deleted }) => Outcome::AlreadyThere { media: *media, deleted: *deleted },
        Ok(_) => Outcome::Failed("was read, but got no row; please report it".into()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

async fn store_row(store: &MediaStore, transaction: &DatabaseTransaction, origin: &Origin, picture: &ReadyPicture) -> Result<Outcome> {
    let Some(row) = find(transaction, picture).await.map_err(failed)? else {
        if let Some(bytes) = &picture.displaced {
            // No row names the bytes under this key: a killed import left them.
            store.blobs.put(&picture.key(), bytes.clone(), Existing::Replace).await?;
        }
        let id = insert(transaction, picture).await.map_err(failed)?;
        add_source(transaction, id, origin).await.map_err(failed)?;
        return Ok(Outcome::Added);
    };
    if row.content_sha256 != picture.content_sha256.0 {
        if row.ext != picture.info.format.extension() {
            store.blobs.delete(&picture.key()).await?;
        }
        return Ok(Outcome::Failed(format!(
            "frame {} of video {} is already in the library as media {}, with other bytes; the first stays",
            picture.frame.unwrap_or_default(),
            picture.sha256,
            row.id
        )));
    }
    add_source(transaction, row.id, origin).await.map_err(failed)?;
    Ok(Outcome::AlreadyThere { media: row.id, deleted: row.deleted_at.is_some() })
}

/// All rows of a video, unless another process was faster.
async fn store_video(store: &MediaStore, transaction: &DatabaseTransaction, origin: &Origin, video: &ReadyVideo) -> Result<Outcome> {
    if rows::find(transaction, &video.sha256).await.map_err(failed)?.is_some() {
        return meet_again(transaction, origin, &video.sha256).await;
    }
    let (id, frames) = rows::insert(store, transaction, video, failed).await?;
    add_source(transaction, id, origin).await.map_err(failed)?;
    Ok(Outcome::AddedVideo { frames, note: video.note.clone() })
}

/// Remembers where else a video was found.
async fn meet_again(transaction: &DatabaseTransaction, origin: &Origin, sha256: &Sha256) -> Result<Outcome> {
    let Some(row) = rows::find(transaction, sha256).await.map_err(failed)? else {
        return Err(Error::internal("a video vanished from the library while it was imported: run the same command again"));
    };
    add_source(transaction, row.id, origin).await.map_err(failed)?;
    Ok(Outcome::AlreadyThere { media: row.id, deleted: row.deleted_at.is_some() })
}

async fn find(transaction: &DatabaseTransaction, picture: &ReadyPicture) -> std::result::Result<Option<media::Model>, DbErr> {
    let of_hash = media::Entity::find().filter(media::Column::Sha256.eq(picture.sha256.0.to_vec()));
    let of_key = match picture.frame {
        Some(frame) => of_hash.filter(media::Column::Frame.eq(frame)),
        None => of_hash.filter(media::Column::Frame.is_null()),
    };
    of_key.one(transaction).await
}

async fn insert(transaction: &DatabaseTransaction, picture: &ReadyPicture) -> std::result::Result<i64, DbErr> {
    Ok(media::Entity::insert(new_row(picture)).exec(transaction).await?.last_insert_id)
}

pub(super) fn new_row(picture: &ReadyPicture) -> media::ActiveModel {
    let media_type = if picture.frame.is_some() { MediaType::VideoFrame } else { MediaType::Image };
    media::ActiveModel {
        id: ActiveValue::NotSet,
        media_type: ActiveValue::Set(media_type as i32),
        sha256: ActiveValue::Set(picture.sha256.0.to_vec()),
        frame: ActiveValue::Set(picture.frame),
        content_sha256: ActiveValue::Set(picture.content_sha256.0.to_vec()),
        ext: ActiveValue::Set(picture.info.format.extension().to_owned()),
        width: ActiveValue::Set(picture.info.width as i32),
        height: ActiveValue::Set(picture.info.height as i32),
        byte_size: ActiveValue::Set(picture.byte_size as i64),
        captured_at: ActiveValue::Set(picture.info.captured_at),
        camera: ActiveValue::Set(picture.info.camera.as_deref().map(storable)),
        time_ms: ActiveValue::Set(None),
        duration_ms: ActiveValue::Set(None),
        frame_rate: ActiveValue::Set(None),
        created_at: ActiveValue::Set(now()),
        deleted_at: ActiveValue::Set(None),
        preview: ActiveValue::Set(picture.info.preview.clone()),
        graphic: ActiveValue::Set(false),
    }
}

async fn add_source(transaction: &DatabaseTransaction, media_id: i64, origin: &Origin) -> std::result::Result<(), DbErr> {
    let known = media_source::Entity::find()
        .filter(media_source::Column::MediaId.eq(media_id))
        .filter(media_source::Column::Path.eq(storable(&origin.path)))
        .one(transaction)
        .await?;
    let fresh = new_source(media_id, origin);
    let row = match known {
        None => fresh,
        Some(known) => media_source::ActiveModel {
            location: fresh.location,
            byte_size: fresh.byte_size,
            modified_at: fresh.modified_at,
            ..known.into_active_model()
        },
    };
    row.save(transaction).await.map(|_| ())
}

pub(super) fn new_source(media_id: i64, origin: &Origin) -> media_source::ActiveModel {
    media_source::ActiveModel {
        id: ActiveValue::NotSet,
        media_id: ActiveValue::Set(media_id),
        name: ActiveValue::Set(storable(&origin.name)),
        path: ActiveValue::Set(storable(&origin.path)),
        location: ActiveValue::Set(origin.location.as_deref().map(storable)),
        byte_size: ActiveValue::Set(origin.byte_size as i64),
        modified_at: ActiveValue::Set(origin.modified_at),
        imported_at: ActiveValue::Set(now()),
    }
}

/// A unique key that somebody else filled first is a conflict: the batch is tried again and then finds their row.
fn failed(source: DbErr) -> Error {
    if is_unique_violation(&source) {
        return Error::new(Kind::Conflict, "another import stored the same picture at the same moment: run the command again")
            .because(source);
    }
    database_error("store a picture", source)
}
