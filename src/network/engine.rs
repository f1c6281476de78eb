//! The engine: one thread owns a device and its networks. Requests are messages with a reply channel, in two lanes:
//! *interactive* goes first and is told "busy" when too many wait; *bulk* waits. Batches are formed from the interactive
//! lane by whoever is there, never by waiting; entries whose caller left are dropped. Whole libraries go another way where
//! networks run on the processor: a piece at a time, on threads that step back ([`pieces`]); they read the same networks.

mod bulk;
pub mod pieces;
mod worker;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tch::Device;
use tokio::sync::oneshot;

use super::{Execution, Network, NetworkSource, Output, Prepared, Signature, device};
use crate::config::{EngineConfig, PrecisionChoice};
use crate::error::{Error, Kind, Result};
use crate::types::Sha256;
use bulk::BulkThreads;
pub use pieces::Taken;

/// A network the engine has loaded; cheap to copy, valid as long as the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetworkId(u64);

/// A feature and how long its phases took.
#[derive(Debug, Clone)]
pub struct Extracted {
    /// Unit vector.
    pub vector: Vec<f32>,
    /// Time in the queue.
    pub queued: Duration,
    /// Time of the forward pass that this picture was in.
    pub forward: Duration,
}

/// Raw outputs for one picture and how long they took.
#[derive(Debug, Clone)]
pub struct Answered {
    /// In the order of the layers that were asked for.
    pub outputs: Vec<Output>,
    /// Time of the forward pass.
    pub forward: Duration,
}

type Reply<T> = oneshot::Sender<Result<T>>;

struct Interactive {
    network: NetworkId,
    picture: Prepared,
    since: Instant,
    wish: Wish,
}

/// What somebody waits for.
enum Wish {
    Feature { layer: Arc<str>, reply: Reply<Extracted> },
    Outputs { layers: Arc<[String]>, reply: Reply<Answered> },
}

impl Wish {
    fn is_closed(&self) -> bool {
        match self {
            Self::Feature { reply, .. } => reply.is_closed(),
            Self::Outputs { reply, .. } => reply.is_closed(),
        }
    }

    fn refuse(self, error: Error) {
        match self {
            Self::Feature { reply, .. } => drop(reply.send(Err(error))),
            Self::Outputs { reply, .. } => drop(reply.send(Err(error))),
        }
    }

    /// Whether two wishes may share a forward pass.
    fn is_alike(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Feature { layer, .. }, Self::Feature { layer: same, .. }) if layer == same)
    }
}

enum Bulk {
    Open { source: Box<NetworkSource>, layers: Vec<String>, reply: Reply<(NetworkId, Vec<Output>)> },
    Outputs { network: NetworkId, layers: Arc<[String]>, pictures: Vec<Prepared>, reply: Reply<Vec<Output>> },
    Load { source: Box<NetworkSource>, layer: String, reply: Reply<(NetworkId, Signature)> },
    Layers { network: NetworkId, reply: Reply<Vec<String>> },
    Batch { network: NetworkId, layer: Arc<str>, pictures: Vec<Prepared>, reply: Reply<Vec<Result<Vec<f32>>>> },
}

#[derive(Default)]
struct Lanes {
    interactive: VecDeque<Interactive>,
    bulk: VecDeque<Bulk>,
    closed: bool,
}

/// A network that is loaded; read by the engine's thread and by those for bulk work.
struct Loaded {
    network: Network,
    hash: Sha256,
    model: String,
}

#[expect(unsafe_code, reason = "tensors are not marked as shareable, because some of their methods write through a shared reference")]
// SAFETY: after it is loaded a network is only read, by `Network::features` and `Network::outputs`, and libtorch lets any number of
// threads read a tensor or run a module. Nothing in `src/network` hides a change behind a shared reference; `tests/it/tidy.rs` looks.
unsafe impl Sync for Loaded {}

struct Shared {
    lanes: Mutex<Lanes>,
    networks: RwLock<HashMap<NetworkId, Arc<Loaded>>>,
    woken: Condvar,
    interactive_waiting: usize,
    max_batch: usize,
    /// Threads of one forward pass for somebody who waits.
    threads: usize,
    device: Device,
    precision: PrecisionChoice,
    /// How the features of loaded layers are computed.
    executions: Mutex<HashMap<(NetworkId, String), Execution>>,
    description: String,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Handle to the engine thread; clones share it. The thread ends when the last handle is gone.
#[derive(Clone)]
pub struct Engine(Arc<Owner>);

struct Owner {
    shared: Arc<Shared>,
    bulk: BulkThreads,
}

impl Shared {
    fn find(&self, network: NetworkId) -> Result<Arc<Loaded>> {
        let networks = self.networks.read().unwrap_or_else(PoisonError::into_inner);
        networks.get(&network).cloned().ok_or_else(|| Error::internal("a network was asked for that the engine has not loaded"))
    }
}

impl Engine {
    /// Starts the thread on the configured device.
    ///
    /// # Errors
    /// `NotReady` when the device is not there.
    pub fn start(config: &EngineConfig) -> Result<Self> {
        let device = device::choose(config.device)?;
        let threads = if config.threads == 0 { std::thread::available_parallelism().map_or(1, Into::into) } else { config.threads };
        device::tune();
        let shared = Arc::new(Shared {
            lanes: Mutex::default(),
            networks: RwLock::default(),
            woken: Condvar::new(),
            interactive_waiting: config.interactive_waiting,
            max_batch: config.max_batch,
            threads,
            device,
            precision: config.precision,
            executions: Mutex::default(),
            description: device::describe(device, threads),
            thread: Mutex::default(),
        });
        tracing::info!(device = %shared.description, max_batch = config.max_batch, "engine started");
        let inside = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("engine".into())
            .spawn(move || worker::Worker::new(inside).run())
            .map_err(|error| Error::internal("cannot start the engine thread").because(error))?;
        *lock(&shared.thread) = Some(thread);
        Ok(Self(Arc::new(Owner { shared, bulk: BulkThreads::new(threads, config.bulk_niceness) })))
    }

    /// The device in words.
    pub fn device(&self) -> &str {
        &self.0.shared.description
    }

    /// Whether the thread that answers is alive.
    pub fn is_up(&self) -> bool {
        lock(&self.0.shared.thread).as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Most pictures of one forward pass.
    pub fn max_batch(&self) -> usize {
        self.0.shared.max_batch
    }

    /// Loads a network and measures the dimension of a layer with a blank picture. Loading the same files again is free.
    ///
    /// # Errors
    /// `Corrupt`, `Invalid` (the layer; the message lists the names) or `Unsupported`.
    pub async fn load(&self, source: NetworkSource, layer: &str) -> Result<(NetworkId, Signature)> {
        let layer = layer.to_owned();
        self.ask_bulk(|reply| Bulk::Load { source: Box::new(source), layer, reply }).await
    }

    /// How the features of a loaded layer are computed; nothing for one that is not loaded.
    pub fn execution(&self, network: NetworkId, layer: &str) -> Option<Execution> {
        lock(&self.0.shared.executions).get(&(network, layer.to_owned())).cloned()
    }

    /// Names of a loaded network's layers.
    ///
    /// # Errors
    /// `Internal` when the engine is gone.
    pub async fn layers(&self, network: NetworkId) -> Result<Vec<String>> {
        self.ask_bulk(|reply| Bulk::Layers { network, reply }).await
    }

    /// Feature of one picture, ahead of all bulk work.
    ///
    /// # Errors
    /// `Busy` at once when too many wait; those of [`Network::features`].
    pub async fn feature(&self, network: NetworkId, layer: &Arc<str>, picture: Prepared) -> Result<Extracted> {
        let (reply, answer) = oneshot::channel();
        self.push(network, picture, Wish::Feature { layer: Arc::clone(layer), reply })?;
        answer.await.unwrap_or_else(|_| Err(engine_gone()))
    }

    /// Raw outputs of layers for one picture, ahead of all bulk work.
    ///
    /// # Errors
    /// `Busy` at once when too many wait; those of [`Network::outputs`].
    pub async fn outputs(&self, network: NetworkId, layers: &Arc<[String]>, picture: Prepared) -> Result<Answered> {
        let (reply, answer) = oneshot::channel();
        self.push(network, picture, Wish::Outputs { layers: Arc::clone(layers), reply })?;
        answer.await.unwrap_or_else(|_| Err(engine_gone()))
    }

    fn push(&self, network: NetworkId, picture: Prepared, wish: Wish) -> Result<()> {
        let mut lanes = lock(&self.0.shared.lanes);
        let waiting = lanes.interactive.len();
        if waiting >= self.0.shared.interactive_waiting {
            let message = format!("{waiting} searches are waiting for the network already; try again in a moment");
            return Err(Error::new(Kind::Busy, message));
        }
        lanes.interactive.push_back(Interactive { network, picture, since: Instant::now(), wish });
        drop(lanes);
        self.0.shared.woken.notify_one();
        Ok(())
    }

    /// Loads a network and tries layers (or, without names, its final outputs) with a blank picture: their names and shapes.
    ///
    /// # Errors
    /// Those of [`Network::load`] and [`Network::outputs`].
    pub async fn open(&self, source: NetworkSource, layers: Vec<String>) -> Result<(NetworkId, Vec<Output>)> {
        self.ask_bulk(|reply| Bulk::Open { source: Box::new(source), layers, reply }).await
    }

    /// Raw outputs of layers for a batch in the bulk lane. The batch runs as it is given.
    ///
    /// # Errors
    /// Those of [`Network::outputs`].
    pub async fn outputs_of(&self, network: NetworkId, layers: &Arc<[String]>, pictures: Vec<Prepared>) -> Result<Vec<Output>> {
        let layers = Arc::clone(layers);
        self.ask_bulk(|reply| Bulk::Outputs { network, layers, pictures, reply }).await
    }

    /// Features of a batch in the bulk lane; each picture has its own result. The batch runs as it is given.
    ///
    /// # Errors
    /// Those of the whole batch, see [`Network::features`].
    pub async fn features(&self, network: NetworkId, layer: &Arc<str>, pictures: Vec<Prepared>) -> Result<Vec<Result<Vec<f32>>>> {
        let layer = Arc::clone(layer);
        self.ask_bulk(|reply| Bulk::Batch { network, layer, pictures, reply }).await
    }

    async fn ask_bulk<T>(&self, message: impl FnOnce(Reply<T>) -> Bulk) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        lock(&self.0.shared.lanes).bulk.push_back(message(reply));
        self.0.shared.woken.notify_one();
        answer.await.unwrap_or_else(|_| Err(engine_gone()))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        lock(&self.shared.lanes).closed = true;
        self.shared.woken.notify_one();
        let thread = lock(&self.shared.thread).take();
        // The last handle may be dropped on the engine's own thread only if a reply held it: never wait for ourselves.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}

fn engine_gone() -> Error {
    Error::internal("the network engine gave no answer: this request made it fail; the log says why")
}

/// The lanes hold plain queues: they are whole even if a thread panicked while it held them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
