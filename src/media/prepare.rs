//! What happens to one candidate before its row is written: recognise, read, hash, check, store the bytes. Runs for many at once;
//! plain pictures go a quicker way together (`chunk.rs`).

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::blobs::{Existing, Put, media_key};
use super::import::{ImportProgress, at_once};
use super::video::ingest::{self, Fault, Ingested, ReadyVideo, Watch};
use super::video::{Container, is_video};
use super::walk::{Candidate, Content, Origin, is_picture};
use super::{MediaStore, archive};
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::imaging::{self, DecodeLimits, PictureInfo};
use crate::priority;
use crate::types::Sha256;

/// Memory that files being read may take together, in KiB.
pub(super) const READ_BUDGET_KIB: u32 = 512 * 1024;

/// Memory that pictures being decoded may take together, in KiB.
pub(super) const DECODE_BUDGET_KIB: u32 = 1024 * 1024;

/// What all candidates of one import share.
#[derive(Clone)]
pub(super) struct Preparer {
    pub(super) store: MediaStore,
    pub(super) check: bool,
    pub(super) reading: Arc<Semaphore>,
    pub(super) decoding: Arc<Semaphore>,
    /// Videos being decoded; each keeps several cores busy.
    videos: Arc<Semaphore>,
    pub(super) progress: Arc<dyn ImportProgress>,
    pub(super) cancel: CancellationToken,
    pub(super) runtime: Handle,
    niceness: u8,
    threads: Arc<OnceLock<ThreadPool>>,
}

/// A candidate that is ready for its row, or has failed.
pub(super) struct Prepared {
    pub(super) origin: Origin,
    pub(super) outcome: Result<Ready>,
}

/// What the row will say.
pub(super) enum Ready {
    /// The same unchanged file was imported before.
    Unchanged { media: i64, deleted: bool },
    /// A picture whose bytes are stored.
    Picture(Box<ReadyPicture>),
    /// A video whose bytes and frames are stored.
    Video(Box<ReadyVideo>),
    /// A video that has its row; only where it came from is new.
    KnownVideo(Sha256),
}

/// A checked picture whose bytes are in their place.
pub(super) struct ReadyPicture {
    pub(super) sha256: Sha256,
    pub(super) frame: Option<i32>,
    pub(super) content_sha256: Sha256,
    pub(super) byte_size: u64,
    pub(super) info: PictureInfo,
    /// Set when other bytes lie under the key: whether they are another picture or the remains of a killed import, the rows will tell.
    pub(super) displaced: Option<Bytes>,
    /// The bytes are durable only when the disk has settled.
    pub(super) behind: bool,
}

impl ReadyPicture {
    pub(super) fn key(&self) -> String {
        media_key(&self.sha256, self.frame, self.info.format.extension())
    }
}

struct Examined {
    bytes: Bytes,
    content_sha256: Sha256,
    info: PictureInfo,
    _memory: OwnedSemaphorePermit,
}

impl Preparer {
    /// `niceness` is how far its threads step back. To be made inside a runtime.
    pub(super) fn new(store: MediaStore, check: bool, niceness: u8, progress: Arc<dyn ImportProgress>, cancel: CancellationToken) -> Self {
        let semaphore = |permits: u32| Arc::new(Semaphore::new(permits as usize));
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u32;
        let (reading, decoding) = (semaphore(READ_BUDGET_KIB), semaphore(DECODE_BUDGET_KIB));
        let (videos, runtime) = (semaphore((cores / 4).max(1)), Handle::current());
        Self { store, check, reading, decoding, videos, progress, cancel, runtime, niceness, threads: Arc::default() }
    }

    /// Threads of this import alone, started when they are first needed.
    ///
    /// # Errors
    /// `Internal` when the system has none left.
    pub(super) fn threads(&self) -> Result<&ThreadPool> {
        if let Some(threads) = self.threads.get() {
            return Ok(threads);
        }
        let niceness = self.niceness;
        let builder = ThreadPoolBuilder::new().num_threads(at_once()).thread_name(|number| format!("import {number}"));
        let started = builder.start_handler(move |_| priority::step_back(niceness)).build();
        let started = started.map_err(|source| Error::internal("cannot start the threads of the import").because(source))?;
        Ok(self.threads.get_or_init(|| started))
    }

    /// Prepares a candidate of which nobody knows yet whether it was imported before. What is wrong with the file itself stands in
    /// the outcome; `None` when the import was stopped first.
    ///
    /// # Errors
    /// What would fail for every other file too: the library's disk or database.
    pub(super) async fn prepare(self, candidate: Candidate) -> Result<Option<Prepared>> {
        let Candidate { origin, content } = candidate;
        let outcome = if holds_video(&origin, &content).await {
            match self.video(&origin, content).await {
                Err(Fault::Video(error)) if error.kind() == Kind::Cancelled => return Ok(None),
                Err(Fault::Video(error)) => Err(error),
                Err(Fault::Library(error)) => return Err(error),
                Ok(ready) => Ok(ready),
            }
        } else {
            match self.examine(origin.byte_size, content).await {
                Ok(examined) => Ok(self.store_bytes(&origin.name, examined).await?),
                Err(error) => Err(error),
            }
        };
        Ok(Some(Prepared { origin, outcome }))
    }

    async fn video(&self, origin: &Origin, content: Content) -> Result<Ready, Fault> {
        let _turn = tokio::select! {
            turn = reserve(&self.videos, 1, 1) => turn.map_err(Fault::Library)?,
            () = self.cancel.cancelled() => return Err(Fault::Video(Error::new(Kind::Cancelled, "stopped"))),
        };
        let told = |moment_ms: i64, length_ms: Option<i64>| self.progress.video(&origin.name, moment_ms, length_ms);
        let watch = Watch { progress: &told, cancel: &self.cancel };
        Ok(match ingest::ingest(&self.store, content, &watch).await? {
            Ingested::New(video) => Ready::Video(video),
            Ingested::Known(sha256) => Ready::KnownVideo(sha256),
        })
    }

    async fn examine(&self, byte_size: u64, content: Content) -> Result<Examined> {
        let limits = self.store.limits;
        let memory = reserve(&self.reading, byte_size.min(limits.max_file_bytes), READ_BUDGET_KIB).await?;
        let seen = blocking(move || {
            let (bytes, info) = look_at(byte_size, &content, &limits)?;
            Ok((Sha256::of(&bytes), Bytes::from(bytes), info))
        });
        let (content_sha256, bytes, mut info) = seen.await?;
        if self.check {
            let _pixels = reserve(&self.decoding, pixel_bytes(&info), DECODE_BUDGET_KIB).await?;
            let encoded = bytes.clone();
            info.preview = blocking(move || imaging::verify(&encoded, &limits)).await?.preview;
        }
        Ok(Examined { bytes, content_sha256, info, _memory: memory })
    }

    async fn store_bytes(&self, name: &str, examined: Examined) -> Result<Ready> {
        let Examined { bytes, content_sha256, info, _memory } = examined;
        let (sha256, frame) = frame_name(name).map_or((content_sha256, None), |(video, frame)| (video, Some(frame)));
        let mut picture =
            ReadyPicture { sha256, frame, content_sha256, byte_size: bytes.len() as u64, info, displaced: None, behind: false };
        let key = picture.key();
        if frame.is_none() {
            self.store.blobs.put(&key, bytes, Existing::Keep).await?;
        } else if self.store.blobs.put_first(&key, bytes.clone()).await? == Put::AlreadyThere {
            let there = self.store.blobs.get(&key).await?;
            picture.displaced = (there != bytes).then_some(bytes);
        }
        Ok(Ready::Picture(Box::new(picture)))
    }
}

/// The bytes of a file, and what their header says.
///
/// # Errors
/// What is wrong with this file.
pub(super) fn look_at(byte_size: u64, content: &Content, limits: &DecodeLimits) -> Result<(Vec<u8>, PictureInfo)> {
    if byte_size > limits.max_file_bytes {
        return Err(too_large(byte_size, limits.max_file_bytes));
    }
    let bytes = content.read(limits.max_file_bytes)?;
    let info = imaging::probe(&bytes, limits)?;
    Ok((bytes, info))
}

/// Memory that a decoder may take for the pixels.
pub(super) fn pixel_bytes(info: &PictureInfo) -> u64 {
    3 * u64::from(info.width) * u64::from(info.height)
}

impl Content {
    fn read(&self, limit: u64) -> Result<Vec<u8>> {
        match self {
            Self::Entry(archive, entry) => archive::read(archive, entry, limit),
            Self::File(path) => {
                let file = File::open(path).map_err(|source| io_error(path, "open", source))?;
                let size = file.metadata().map_or(0, |metadata| metadata.len()).min(limit);
                let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
                // The file may grow while it is read.
                file.take(limit + 1).read_to_end(&mut bytes).map_err(|source| io_error(path, "read", source))?;
                if bytes.len() as u64 > limit { Err(too_large(bytes.len() as u64, limit)) } else { Ok(bytes) }
            }
        }
    }
}

/// Videos are told by their names; a file that somebody named and whose name says nothing, by its content.
async fn holds_video(origin: &Origin, content: &Content) -> bool {
    let name = Path::new(&origin.name);
    let Content::File(path) = content else { return is_video(name) };
    if is_video(name) || is_picture(name) {
        return is_video(name);
    }
    let path = path.clone();
    // A file that cannot be read says so when it is.
    blocking(move || Container::of_file(&path)).await.is_ok_and(|container| container.is_some())
}

/// The video's hash and the frame's number of a name like `<64 hexadecimal digits>_<number>.<extension>`; any other name is just a name.
pub(super) fn frame_name(name: &str) -> Option<(Sha256, i32)> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (hash, number) = stem.split_once('_')?;
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((hash.parse().ok()?, number.parse().ok()?))
}

fn too_large(size: u64, limit: u64) -> Error {
    Error::too_large(format!(
        "has {size} bytes, more than the limit of {limit} per file (max_file_bytes): raise the limit or make it smaller"
    ))
}

/// Waits for this much memory; what exceeds the whole budget takes the whole budget.
pub(super) async fn reserve(budget: &Arc<Semaphore>, bytes: u64, all_kib: u32) -> Result<OwnedSemaphorePermit> {
    let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(all_kib).clamp(1, all_kib);
    Arc::clone(budget).acquire_many_owned(kib).await.or_error(Kind::Internal, || "the import is closed".into())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    // A decoder that panics on one file must not end the import of the others.
    done.unwrap_or_else(|source| Err(decoder_failed().because(source)))
}

pub(super) fn decoder_failed() -> Error {
    Error::corrupt("the decoder failed on this file; please report it")
}
