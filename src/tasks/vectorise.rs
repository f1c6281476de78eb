//! Pictures to vectors in bulk. Pages of pictures are cut into pieces; each piece is read ahead and then goes from bytes to vectors on
//! one thread, so all cores work and none waits for another. Pages come out in order, and what is in memory is bounded.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::try_join_all;
use futures::{Stream, StreamExt};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::imaging::DecodeLimits;
use crate::network::engine::{NetworkId, Taken};
use crate::network::{Engine, Prepared, Signature};

/// Pictures that are committed together. Pages, and the pieces in them, are cut at fixed places, so that a run that was killed and
/// continued forms the same batches, and the same vectors bit by bit, as one that was not.
pub const PAGE: usize = 64;

/// Reads one picture; blocks.
pub type Read<T> = Arc<dyn Fn(&T) -> Result<Bytes> + Send + Sync>;

/// One network's layer, ready for bulk work.
#[derive(Clone)]
pub struct Vectoriser {
    engine: Engine,
    network: NetworkId,
    layer: Arc<str>,
    limits: DecodeLimits,
    /// Pieces whose bytes may be in memory.
    ahead: Arc<Semaphore>,
    spent: Arc<Spent>,
}

/// A page with its vectors.
pub struct Page<T> {
    /// What was asked for.
    pub items: Vec<T>,
    /// A result for each.
    pub vectors: Vec<Result<Vec<f32>>>,
}

/// What the stages cost, in seconds of all threads together: more than the time that went by where several work at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Stages {
    /// Reading files.
    pub read_seconds: f64,
    /// From bytes to the network's input: decoding, turning, resizing.
    pub decode_seconds: f64,
    /// The network.
    pub forward_seconds: f64,
    /// Writing vectors and waiting for the disk.
    pub write_seconds: f64,
}

impl Stages {
    /// What was spent after an earlier moment.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            read_seconds: self.read_seconds - before.read_seconds,
            decode_seconds: self.decode_seconds - before.decode_seconds,
            forward_seconds: self.forward_seconds - before.forward_seconds,
            write_seconds: self.write_seconds - before.write_seconds,
        }
    }
}

#[derive(Default)]
struct Spent {
    read: AtomicU64,
    decode: AtomicU64,
    forward: AtomicU64,
}

fn add(to: &AtomicU64, time: Duration) {
    to.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
}

impl Vectoriser {
    /// Bulk work with a loaded network.
    pub fn new(engine: &Engine, network: NetworkId, signature: &Signature, limits: DecodeLimits) -> Self {
        // A piece for each thread, another that is ready when it is done, and two that are being read.
        let ahead = Arc::new(Semaphore::new(2 * engine.pieces_at_once() + 2));
        let layer = signature.layer.as_str().into();
        Self { engine: engine.clone(), network, layer, limits, ahead, spent: Arc::default() }
    }

    /// Pictures of a piece.
    pub fn piece(&self) -> usize {
        self.engine.piece()
    }

    /// Pieces that are worked on at once.
    pub fn pieces_at_once(&self) -> usize {
        self.engine.pieces_at_once()
    }

    /// What the stages cost so far; nobody writes here.
    pub fn stages(&self) -> Stages {
        let seconds = |spent: &AtomicU64| Duration::from_nanos(spent.load(Ordering::Relaxed)).as_secs_f64();
        let Spent { read, decode, forward } = &*self.spent;
        Stages { read_seconds: seconds(read), decode_seconds: seconds(decode), forward_seconds: seconds(forward), write_seconds: 0.0 }
    }

    /// Vectors of pages, in the order of the pages. So many pages are begun before they are asked for that no thread waits while
    /// the one before is written.
    pub fn pages<T: Clone + Send + Sync + 'static>(
        &self,
        pages: impl Stream<Item = Result<Vec<T>>>,
        read: Read<T>,
    ) -> impl Stream<Item = Result<Page<T>>> {
        let begun = 2 + 2 * self.pieces_at_once() * self.piece() / PAGE;
        let vectors = move |page: Result<Vec<T>>| {
            let (vectoriser, read) = (self.clone(), Arc::clone(&read));
            tokio::spawn(async move { vectoriser.page(page?, &read).await })
        };
        let ended = |page: std::result::Result<_, tokio::task::JoinError>| {
            ready(page.unwrap_or_else(|error| Err(Error::internal("reading pictures failed inside").because(error))))
        };
        pages.map(vectors).buffered(begun).then(ended)
    }

    /// Vectors of one page.
    ///
    /// # Errors
    /// Those of the network as a whole.
    pub async fn page<T: Clone + Send + Sync + 'static>(&self, items: Vec<T>, read: &Read<T>) -> Result<Page<T>> {
        let pieces = items.chunks(self.piece()).map(|piece| self.read_and_take(piece.to_vec(), read));
        let vectors = try_join_all(pieces).await?.into_iter().flatten().collect();
        Ok(Page { items, vectors })
    }

    async fn read_and_take<T: Send + Sync + 'static>(&self, items: Vec<T>, read: &Read<T>) -> Result<Vec<Result<Vec<f32>>>> {
        let _room = self.ahead.acquire().await.map_err(|error| Error::internal("bulk work is closed").because(error))?;
        let (read, spent) = (Arc::clone(read), Arc::clone(&self.spent));
        let reading = move || {
            let started = Instant::now();
            let pictures = items.iter().map(|item| read(item)).collect();
            add(&spent.read, started.elapsed());
            pictures
        };
        let pictures = tokio::task::spawn_blocking(reading).await;
        let pictures = pictures.map_err(|error| Error::internal("reading pictures failed inside").because(error))?;
        let Taken { vectors, decode, forward } = self.engine.vectors(self.network, &self.layer, pictures, self.limits).await?;
        add(&self.spent.decode, decode);
        add(&self.spent.forward, forward);
        Ok(vectors)
    }

    /// Decodes and prepares a piece, and no more: to measure it alone.
    ///
    /// # Errors
    /// Only if the work itself could not run.
    pub async fn prepare(&self, pictures: Vec<Result<Bytes>>) -> Result<Vec<Result<Prepared>>> {
        Ok(self.engine.prepared(self.network, pictures, self.limits).await?.0)
    }

    /// Vectors of a piece that is prepared: to measure the network alone.
    ///
    /// # Errors
    /// Those of the network as a whole.
    pub async fn forward(&self, prepared: Vec<Result<Prepared>>) -> Result<Vec<Result<Vec<f32>>>> {
        self.engine.forward(self.network, &self.layer, prepared).await
    }
}
