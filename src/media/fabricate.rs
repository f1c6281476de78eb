//! Rows of a library that was never imported, for measuring large ones: media without bytes, and choices of them (collections,
//! labels) that hold 1 %, 10 % and 50 %. Only an empty library takes them.

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, DbErr, EntityTrait};

use super::{MediaStore, now};
use crate::db::database_error;
use crate::db::entity::{collection, collection_media, detection, media};
use crate::error::{Error, Kind, Result};
use crate::types::{MediaType, Sha256};

/// Rows of one statement; databases bound the number of parameters.
const ROWS_PER_STATEMENT: usize = 1_000;
/// Rows of one transaction.
const ROWS_PER_CHANGE: usize = 100_000;
/// Every so many-th medium is in the collection and has the label of that name.
const CHOICES: [(&str, i64); 3] = [("1 in 100", 100), ("1 in 10", 10), ("1 in 2", 2)];
/// One medium in four is the frame of a video; a video has so many.
const FRAMES: i64 = 100;
/// What is said to have seen the labels.
const DETECTOR: &str = "fabricated";

impl MediaStore {
    /// Writes `count` media, numbered from 1, into an empty library: three pictures in four, one frame, imported evenly over a
    /// thousand days from 2023 on. With `choices` every 100th, 10th and 2nd is in a collection of its own and has a label of the
    /// same name. Their bytes do not exist: originals and thumbnails of them answer `Corrupt`.
    ///
    /// # Errors
    /// `Conflict` when the library has media; those of the database.
    pub async fn fabricate(&self, count: usize, choices: bool) -> Result<()> {
        if self.nth(0).await?.is_some() {
            return Err(Error::new(Kind::Conflict, "the library has media: fabricate into a folder of its own (--data-dir)"));
        }
        let failed = |source| database_error("fabricate media", source);
        let step = Duration::days(1000) / i32::try_from(count.max(1)).unwrap_or(i32::MAX);
        for first in (1..=count).step_by(ROWS_PER_CHANGE) {
            let ids: Vec<i64> = (first..=count.min(first + ROWS_PER_CHANGE - 1)).map(|id| id as i64).collect();
            let transaction = self.db.write().await?;
            for ids in ids.chunks(ROWS_PER_STATEMENT) {
                let rows = ids.iter().map(|id| medium(*id, step));
                media::Entity::insert_many(rows).exec_without_returning(&transaction).await.map_err(failed)?;
            }
            transaction.commit().await.map_err(failed)?;
        }
        for choice in CHOICES.iter().filter(|_| choices) {
            let transaction = self.db.write().await?;
            choose(&transaction, *choice, count as i64).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
        }
        Ok(())
    }
}

fn medium(id: i64, step: Duration) -> media::ActiveModel {
    let is_frame = id % 4 == 0;
    let own = Sha256::of(format!("fabricated {id}").as_bytes()).0.to_vec();
    let of_video = || Sha256::of(format!("fabricated video {}", id / 4 / FRAMES).as_bytes()).0.to_vec();
    let start = DateTime::from_timestamp(1_672_531_200, 0).unwrap_or_default();
    media::ActiveModel {
        id: Set(id),
        media_type: Set(if is_frame { MediaType::VideoFrame } else { MediaType::Image } as i32),
        sha256: Set(if is_frame { of_video() } else { own.clone() }),
        frame: Set(is_frame.then_some((id / 4 % FRAMES) as i32)),
        content_sha256: Set(own),
        ext: Set(".jpg".into()),
        width: Set(4000),
        height: Set(3000),
        byte_size: Set(3_000_000 + id % 1_000_000),
        captured_at: Set((id % 3 == 0).then(|| start.naive_utc() + step * (id % 1_000_000) as i32)),
        camera: Set((id % 3 == 0).then(|| "Fabricated Camera".into())),
        time_ms: Set(is_frame.then_some(id / 4 % FRAMES * 1000)),
        duration_ms: Set(None),
        frame_rate: Set(None),
        created_at: Set(start + step * id as i32),
        deleted_at: Set(None),
        ..Default::default()
    }
}

/// A collection and a label of every `each`-th medium.
async fn choose(transaction: &DatabaseTransaction, (title, each): (&str, i64), count: i64) -> std::result::Result<(), DbErr> {
    let at: DateTime<Utc> = now();
    let row = collection::ActiveModel {
        title: Set(title.into()),
        username: Set("fabricated".into()),
        archived: Set(false),
        created_at: Set(at),
        ..Default::default()
    };
    let collection = row.insert(transaction).await?.id;
    let ids: Vec<i64> = (1..=count).filter(|id| id % each == 0).collect();
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let links = ids.iter().map(|id| link(collection, *id, at));
        collection_media::Entity::insert_many(links).exec_without_returning(transaction).await?;
        let seen = ids.iter().map(|id| seen(title, *id));
        detection::Entity::insert_many(seen).exec_without_returning(transaction).await?;
    }
    Ok(())
}

fn link(collection: i64, media: i64, at: DateTime<Utc>) -> collection_media::ActiveModel {
    collection_media::ActiveModel {
        collection_id: Set(collection),
        media_id: Set(media),
        username: Set("fabricated".into()),
        notes: Set(None),
        created_at: Set(at),
        position: Set(media << 20),
    }
}

fn seen(label: &str, media: i64) -> detection::ActiveModel {
    detection::ActiveModel {
        media_id: Set(media),
        detector: Set(DETECTOR.into()),
        label: Set(label.into()),
        label_index: Set(0),
        confidence: Set(0.9),
        x1: Set(0.25),
        y1: Set(0.25),
        x2: Set(0.75),
        y2: Set(0.75),
        ..Default::default()
    }
}
