//! How a video comes into the library: copied and hashed, its key frames taken, and all bytes made durable. Its rows follow in
//! one transaction, so a killed import leaves no half video; the next one finds the bytes and writes the rows.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use futures::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use sha2::Digest;
use tokio_util::sync::CancellationToken;

use super::{Ffmpeg, KeyFrame, VideoInfo};
use crate::db::database_error;
use crate::db::entity::media;
use crate::error::{Error, Kind, Result, io_error};
use crate::imaging;
use crate::media::MediaStore;
use crate::media::archive;
use crate::media::blobs::{Existing, Put, StagedFolder, media_key};
use crate::media::walk::Content;
use crate::types::Sha256;

/// Name of the copy in its staging folder.
const COPY: &str = "video";

/// Extension of the frames.
pub(in crate::media) const FRAME_EXTENSION: &str = ".jpg";

/// Frames that are hashed and stored at the same time.
const FRAMES_AT_ONCE: usize = 8;

/// A video whose bytes, and those of its frames, are durable.
pub(in crate::media) struct ReadyVideo {
    pub(in crate::media) sha256: Sha256,
    pub(in crate::media) byte_size: u64,
    pub(in crate::media) info: VideoInfo,
    /// Length in milliseconds: as stated, or as it was found.
    pub(in crate::media) duration_ms: i64,
    pub(in crate::media) frames: Vec<ReadyFrame>,
    /// What is missing of it.
    pub(in crate::media) note: Option<String>,
    /// Holds the frames whose place under their key is taken.
    pub(in crate::media) folder: StagedFolder,
}

/// A key frame whose bytes are durable.
pub(in crate::media) struct ReadyFrame {
    pub(in crate::media) number: i32,
    pub(in crate::media) time_ms: i64,
    pub(in crate::media) content_sha256: Sha256,
    pub(in crate::media) byte_size: u64,
    pub(in crate::media) width: u32,
    pub(in crate::media) height: u32,
    /// Name of the staged file, set when other bytes lie under the key: the rows will tell whose they are.
    pub(in crate::media) displaced: Option<String>,
}

/// What became of a video before its rows.
pub(in crate::media) enum Ingested {
    /// Ready for its rows.
    New(Box<ReadyVideo>),
    /// The library has its row.
    Known(Sha256),
}

/// What went wrong: with this video, or with the library, which is the end of the whole import.
pub(in crate::media) enum Fault {
    Video(Error),
    Library(Error),
}

/// Who hears of the work on one video.
pub(in crate::media) struct Watch<'a> {
    /// Hears the moment that is reached and the whole length, in milliseconds.
    pub(in crate::media) progress: &'a (dyn Fn(i64, Option<i64>) + Send + Sync),
    pub(in crate::media) cancel: &'a CancellationToken,
}

/// Copies a video into the library, takes its key frames, and makes all bytes durable.
///
/// # Errors
/// [`Fault::Video`] with what is wrong with it; of kind `Cancelled` when somebody asked to stop.
pub(in crate::media) async fn ingest(store: &MediaStore, content: Content, watch: &Watch<'_>) -> Result<Ingested, Fault> {
    let ffmpeg = Ffmpeg::find(&store.video).await.map_err(Fault::Video)?;
    let folder = store.blobs.stage_folder().map_err(Fault::Library)?;
    let (sha256, byte_size) = copy(store, content, &folder, watch.cancel.clone()).await?;
    if is_known(store, &sha256).await.map_err(Fault::Library)? {
        return Ok(Ingested::Known(sha256));
    }
    let copied = folder.path().join(COPY);
    let info = super::probe(&ffmpeg, &copied, &store.limits, watch.cancel).await.map_err(Fault::Video)?;
    let told = |moment: i64| (watch.progress)(moment, info.duration_ms);
    let taken = super::take_key_frames(&ffmpeg, &copied, &info, &store.video, folder.path(), &told, watch.cancel).await;
    let taken = taken.map_err(|error| if error.kind() == Kind::Internal { Fault::Library(error) } else { Fault::Video(error) })?;
    let frames = stream::iter(taken.frames).map(|frame| store_frame(store, &sha256, &folder, frame));
    let frames = frames.buffered(FRAMES_AT_ONCE).try_collect().await.map_err(Fault::Library)?;
    let key = media_key(&sha256, None, info.container.extension());
    store.blobs.put_file(&key, &folder, COPY, Existing::Keep).await.map_err(Fault::Library)?;
    let one_frame = info.frame_rate.map_or(0, |rate| (1000.0 / rate).round() as i64);
    let duration_ms = info.duration_ms.unwrap_or(taken.end_ms + one_frame);
    Ok(Ingested::New(Box::new(ReadyVideo { sha256, byte_size, info, duration_ms, frames, note: taken.note, folder })))
}

async fn is_known(store: &MediaStore, sha256: &Sha256) -> Result<bool> {
    let rows = media::Entity::find().filter(media::Column::Sha256.eq(sha256.0.to_vec())).filter(media::Column::Frame.is_null());
    let count = rows.count(store.db.connection()).await.map_err(|source| database_error("look for a video", source))?;
    Ok(count > 0)
}

async fn store_frame(store: &MediaStore, video: &Sha256, folder: &StagedFolder, frame: KeyFrame) -> Result<ReadyFrame> {
    let name = frame.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = tokio::fs::read(&frame.file).await.map_err(|source| io_error(&frame.file, "read", source))?;
    let picture = imaging::probe(&bytes, &store.limits)?;
    let mut ready = ReadyFrame {
        number: frame.number,
        time_ms: frame.time_ms,
        content_sha256: Sha256::of(&bytes),
        byte_size: bytes.len() as u64,
        width: picture.width,
        height: picture.height,
        displaced: None,
    };
    let key = media_key(video, Some(frame.number), FRAME_EXTENSION);
    if store.blobs.put_file_first(&key, folder, &name).await? == Put::AlreadyThere && store.blobs.get(&key).await? != bytes {
        ready.displaced = Some(name);
    }
    Ok(ready)
}

async fn copy(store: &MediaStore, content: Content, folder: &StagedFolder, cancel: CancellationToken) -> Result<(Sha256, u64), Fault> {
    let (path, limit) = (folder.path().join(COPY), store.video.max_file_gib.saturating_mul(1 << 30));
    let copied = tokio::task::spawn_blocking(move || copy_blocking(content, &path, limit, cancel)).await;
    copied.unwrap_or_else(|source| Err(Fault::Library(Error::internal("copying a video was interrupted").because(source))))
}

fn copy_blocking(content: Content, path: &Path, limit: u64, cancel: CancellationToken) -> Result<(Sha256, u64), Fault> {
    let file = File::create_new(path).map_err(|source| Fault::Library(io_error(path, "create", source)))?;
    let mut copy = Copy { file, hasher: sha2::Sha256::new(), written: 0, limit, cancel, failure: None };
    let read = match content {
        Content::Entry(archive, entry) => archive::unpack(&archive, &entry, limit, &mut copy),
        Content::File(from) => File::open(&from)
            .and_then(|mut file| std::io::copy(&mut Read::by_ref(&mut file).take(limit.saturating_add(1)), &mut copy))
            .map_err(|source| io_error(&from, "read", source)),
    };
    // Writing fails for reasons of its own, which the reader's error only repeats.
    match (copy.failure, read) {
        (Some(Failure::Disk(source)), _) => Err(Fault::Library(io_error(path, "write", source))),
        (Some(Failure::Cancelled), _) => Err(Fault::Video(Error::new(Kind::Cancelled, "stopped"))),
        (Some(Failure::TooLarge), _) => Err(Fault::Video(too_large(limit))),
        (None, Err(error)) => Err(Fault::Video(error)),
        (None, Ok(_)) => Ok((Sha256(copy.hasher.finalize().into()), copy.written)),
    }
}

fn too_large(limit: u64) -> Error {
    let gib = limit >> 30;
    Error::too_large(format!("has more than the limit of {gib} GiB per video (video.max_file_gib): raise the limit or cut it into parts"))
}

enum Failure {
    Disk(std::io::Error),
    TooLarge,
    Cancelled,
}

/// A file that is hashed while it is written, up to a limit and until somebody asks to stop.
struct Copy {
    file: File,
    hasher: sha2::Sha256,
    written: u64,
    limit: u64,
    cancel: CancellationToken,
    failure: Option<Failure>,
}

impl Write for Copy {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let failure = if self.cancel.is_cancelled() {
            Failure::Cancelled
        } else if self.written + bytes.len() as u64 > self.limit {
            Failure::TooLarge
        } else {
            match self.file.write_all(bytes) {
                Ok(()) => {
                    self.hasher.update(bytes);
                    self.written += bytes.len() as u64;
                    return Ok(bytes.len());
                }
                Err(source) => Failure::Disk(source),
            }
        };
        self.failure = Some(failure);
        Err(std::io::Error::other("not copied further"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
