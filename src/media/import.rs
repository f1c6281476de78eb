//! Importing: many files at once, in bounded memory, in an order that does not depend on timing.
//! A file counts as added only when its bytes and its row are durable; running the same import again goes on where it stopped.

use std::future::ready;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt, stream};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::MediaStore;
use super::commit;
use super::prepare::{Prepared, Preparer};
use super::walk::{self, Found, Rules};
use crate::error::{Error, Result};

mod report;

pub use report::{FailedFile, ImportReport, KnownFile, MOST_KNOWN};

/// Most pictures whose rows are committed together, and that wait for it. The disk is waited for once a batch.
const BATCH: usize = 2048;

/// After this time rows are written, however few they are.
const PATIENCE: Duration = Duration::from_secs(1);

/// Candidates that wait between the walk and the readers.
const QUEUE: usize = 1024;

/// Most candidates that are prepared together, and most bytes of them.
const CHUNK: usize = 64;
const CHUNK_BYTES: u64 = 8 << 20;

/// The first candidates come in so small a chunk, the next in twice as large a one, and so on: the first rows are there at once.
const FIRST_CHUNK: usize = 4;

/// How many candidates may be looked at whose rows are not written yet, at first; with every one that is done it is two more, up to
/// [`MOST_AHEAD`]. So an import into the last corner of a disk gets rows for what it has room for, before its files fill the rest.
const FIRST_AHEAD: usize = 4 * FIRST_CHUNK;
const MOST_AHEAD: usize = 2 * BATCH;

/// Chunks that are prepared at the same time.
pub(super) fn at_once() -> usize {
    2 * std::thread::available_parallelism().map_or(2, usize::from)
}

/// How an import goes about its work.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Decode every picture, so that a damaged one is found now and not when it is searched for.
    pub check: bool,
    /// Most entries of one ZIP archive.
    pub max_archive_entries: u64,
    /// Most bytes that the pictures of one ZIP archive may unpack to.
    pub max_archive_bytes: u64,
    /// How far the work steps back behind what people wait for: 0 to 19, as `nice` counts.
    pub niceness: u8,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { check: true, max_archive_entries: 200_000, max_archive_bytes: 256 << 30, niceness: 0 }
    }
}

/// Where the time of an import goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading pictures.
    Read,
    /// Decoding them, to find the damaged ones, and hashing.
    Check,
    /// Writing their bytes.
    Store,
    /// Waiting until the bytes are on the disk.
    Settle,
    /// Writing the rows.
    Rows,
}

/// Hears how an import comes along; called from several threads.
pub trait ImportProgress: Send + Sync {
    /// So many more files than announced so far are to be looked at.
    fn expect(&self, more: u64);
    /// A file is done: added, already there, or failed.
    fn done(&self);
    /// A stage took so long on one of the threads.
    fn spent(&self, _stage: Stage, _time: Duration) {}
    /// A long video is read up to this moment of its length, in milliseconds; it is not done yet.
    fn video(&self, _name: &str, _moment_ms: i64, _length_ms: Option<i64>) {}
}

/// Nobody listens.
impl ImportProgress for () {
    fn expect(&self, _more: u64) {}
    fn done(&self) {}
}

enum Step {
    Prepared(Prepared),
    Seen(Found),
    /// Somebody asked to stop before this candidate was looked at: what comes after it does not count either, so that the same
    /// pictures get the same numbers however often an import is stopped.
    Stopped,
}

impl Step {
    fn picture(&self) -> Option<&Prepared> {
        match self {
            Self::Prepared(picture) => Some(picture),
            Self::Seen(_) | Self::Stopped => None,
        }
    }
}

/// How far the readers may be ahead of the rows.
#[derive(Clone)]
struct Ahead {
    room: Arc<Semaphore>,
    size: usize,
}

impl Ahead {
    fn new() -> Self {
        Self { room: Arc::new(Semaphore::new(FIRST_AHEAD)), size: FIRST_AHEAD }
    }

    /// Waits for room for so many candidates.
    async fn take(&self, count: usize) -> Result<()> {
        let room = self.room.acquire_many(count as u32).await;
        room.map(SemaphorePermit::forget).map_err(|source| Error::internal("the import is closed").because(source))
    }

    /// So many rows are worth a wait for the disk: while it makes one batch durable, hardly a file of the next can be written.
    fn worthwhile(&self) -> usize {
        (self.size / 2).min(BATCH)
    }

    /// So many are done.
    fn give_back(&mut self, count: usize) {
        let more = (2 * count).min(MOST_AHEAD - self.size);
        self.size += more;
        self.room.add_permits(count + more);
    }
}

/// Imports pictures and videos from files, folders and ZIP archives. What is wrong with one file is reported and the rest goes on.
///
/// # Errors
/// What stops everything: the disk of the library is full or cannot be written, or its database fails. All files
/// that were done before stay imported.
pub async fn import(
    store: &MediaStore,
    paths: &[PathBuf],
    options: ImportOptions,
    progress: Arc<dyn ImportProgress>,
    cancel: CancellationToken,
) -> Result<ImportReport> {
    let rules = Rules {
        own_folder: store.data_dir().to_owned(),
        max_file_bytes: store.limits().max_file_bytes,
        max_video_bytes: store.video.max_file_gib.saturating_mul(1 << 30),
        max_archive_entries: options.max_archive_entries,
        max_archive_bytes: options.max_archive_bytes,
    };
    let finished = cancel.child_token();
    let _look_ahead_ends_with_the_import = finished.clone().drop_guard();
    look_ahead(paths.to_vec(), rules.clone(), Arc::clone(&progress), finished);
    let preparer = Preparer::new(store.clone(), options.check, options.niceness, Arc::clone(&progress), cancel.clone());
    let ahead = Ahead::new();
    let (steps, preparing) = prepare_in_background(preparer, walk_in_background(paths.to_vec(), rules), ahead.clone(), cancel.clone());
    let mut report = ImportReport::default();
    let settled = settle_all(store, steps, ahead.clone(), &mut report, progress.as_ref()).await;
    // Whoever waits for room now would wait for ever.
    ahead.room.close();
    let ended = preparing.await;
    settled.map_err(|error| error.context(format!("the import into {} stopped", store.data_dir().display())))?;
    ended.map_err(|source| Error::internal("preparing the pictures failed; please report it").because(source))?;
    report.cancelled = cancel.is_cancelled();
    Ok(report)
}

fn look_ahead(paths: Vec<PathBuf>, rules: Rules, progress: Arc<dyn ImportProgress>, cancel: CancellationToken) {
    tokio::task::spawn_blocking(move || progress.expect(walk::count(&paths, &rules, &|| cancel.is_cancelled())));
}

fn walk_in_background(paths: Vec<PathBuf>, rules: Rules) -> mpsc::Receiver<Result<Found>> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::task::spawn_blocking(move || {
        let walked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            walk::walk(&paths, &rules, &mut |found| sender.blocking_send(Ok(found)).is_ok());
        }));
        if walked.is_err() {
            // The receiver is gone when nobody wants to know any more.
            let _ = sender.blocking_send(Err(Error::internal("walking the folders failed; please report it, with the folder's listing")));
        }
    });
    receiver
}

/// What waits for the readers, at most a chunk of it; nothing at the end of the walk.
async fn next_chunk(found: &mut mpsc::Receiver<Result<Found>>, most: usize) -> Vec<Result<Found>> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < most && bytes < CHUNK_BYTES {
        // Whatever is there is taken; nobody waits for more.
        let next = if chunk.is_empty() { found.recv().await } else { found.try_recv().ok() };
        let Some(next) = next else { break };
        if let Ok(Found::Candidate(candidate)) = &next {
            bytes += candidate.origin.byte_size;
        }
        chunk.push(next);
    }
    chunk
}

/// The candidates of a chunk are prepared; everything keeps its place.
async fn prepare_chunk(preparer: Preparer, chunk: Vec<Result<Found>>, ahead: Ahead) -> Vec<Result<Step>> {
    if let Err(error) = ahead.take(chunk.len()).await {
        return vec![Err(error)];
    }
    let (mut candidates, mut steps) = (Vec::new(), Vec::with_capacity(chunk.len()));
    for found in chunk {
        match found {
            Ok(Found::Candidate(candidate)) => {
                candidates.push(candidate);
                steps.push(None);
            }
            seen => steps.push(Some(seen.map(Step::Seen))),
        }
    }
    let mut outcomes = preparer.prepare_all(candidates).await.into_iter();
    let mut next = || match outcomes.next() {
        Some(step) => step.map(|ready| ready.map_or(Step::Stopped, Step::Prepared)),
        // One failure of the whole library stands for all that would have come.
        None => Ok(Step::Stopped),
    };
    steps.into_iter().map(|step| step.unwrap_or_else(&mut next)).collect()
}

/// Candidates are prepared several chunks at a time and come out in the order they were found.
fn prepared_in_order(
    preparer: Preparer,
    found: mpsc::Receiver<Result<Found>>,
    ahead: Ahead,
    cancel: CancellationToken,
) -> impl Stream<Item = Result<Step>> {
    let chunks = stream::unfold((found, FIRST_CHUNK), |(mut found, most)| async move {
        let chunk = next_chunk(&mut found, most).await;
        // By what was there, and not by what might have been: a chunk always has room among those that may be ahead.
        let next = most.max(2 * chunk.len()).min(CHUNK);
        (!chunk.is_empty()).then_some((chunk, (found, next)))
    });
    chunks
        .take_while(move |_| ready(!cancel.is_cancelled()))
        .map(move |chunk| prepare_chunk(preparer.clone(), chunk, ahead.clone()))
        .buffered(at_once())
        .flat_map(stream::iter)
        .take_while(|step| ready(!matches!(step, Ok(Step::Stopped))))
}

/// Rows are written while the next pictures are prepared: the slower the disk, the larger the batches.
fn prepare_in_background(
    preparer: Preparer,
    found: mpsc::Receiver<Result<Found>>,
    ahead: Ahead,
    cancel: CancellationToken,
) -> (mpsc::Receiver<Result<Step>>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(BATCH);
    let steps = prepared_in_order(preparer, found, ahead, cancel);
    let preparing = tokio::spawn(async move {
        let mut steps = std::pin::pin!(steps);
        while let Some(step) = steps.next().await {
            if sender.send(step).await.is_err() {
                return;
            }
        }
    });
    (receiver, preparing)
}

async fn settle_all(
    store: &MediaStore,
    mut steps: mpsc::Receiver<Result<Step>>,
    mut ahead: Ahead,
    report: &mut ImportReport,
    progress: &dyn ImportProgress,
) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    while gather(&mut steps, &mut batch, ahead.worthwhile()).await {
        let count = batch.len();
        settle(store, std::mem::take(&mut batch), report, progress).await?;
        ahead.give_back(count);
    }
    Ok(())
}

/// Collects steps until there are enough, or the time is up, or no more come; false at the end.
async fn gather(steps: &mut mpsc::Receiver<Result<Step>>, batch: &mut Vec<Result<Step>>, enough: usize) -> bool {
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut more = steps.recv_many(batch, BATCH).await;
    while more > 0 && batch.len() < enough {
        more = tokio::time::timeout_at(until, steps.recv_many(batch, BATCH - batch.len())).await.unwrap_or_default();
    }
    !batch.is_empty()
}

/// Commits a batch up to the first failure that concerns everything, and counts it.
async fn settle(store: &MediaStore, batch: Vec<Result<Step>>, report: &mut ImportReport, progress: &dyn ImportProgress) -> Result<()> {
    let mut fatal = None;
    let steps: Vec<Step> = batch.into_iter().map_while(|step| step.map_err(|error| fatal = Some(error)).ok()).collect();
    let pictures: Vec<&Prepared> = steps.iter().filter_map(Step::picture).collect();
    let started = Instant::now();
    commit::settle(store, &pictures).await?;
    progress.spent(Stage::Settle, started.elapsed());
    let started = Instant::now();
    let mut outcomes = commit::commit(store, &pictures).await?.into_iter();
    progress.spent(Stage::Rows, started.elapsed());
    for step in steps {
        match step {
            Step::Seen(seen) => report.count_seen(seen, progress),
            Step::Stopped => {}
            Step::Prepared(picture) => {
                if let Some(outcome) = outcomes.next() {
                    report.count_outcome(outcome, picture.origin.path);
                    progress.done();
                }
            }
        }
    }
    fatal.map_or(Ok(()), Err)
}
