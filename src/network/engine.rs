//! The engine: one thread owns a device and its networks. Requests are messages with a reply channel, in two lanes:
//! *interactive* goes first and is told "busy" when too many wait; *bulk* waits. Batches are formed from the interactive
//! lane by whoever is there, never by waiting; entries whose caller left are dropped.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tch::Device;
use tokio::sync::oneshot;

use super::{InputSpec, Network, NetworkSource, Prepared, Signature, device};
use crate::config::EngineConfig;
use crate::error::{Error, Kind, Result};

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

type Reply<T> = oneshot::Sender<Result<T>>;

struct Interactive {
    network: NetworkId,
    layer: Arc<str>,
    picture: Prepared,
    since: Instant,
    reply: Reply<Extracted>,
}

enum Bulk {
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

struct Shared {
    lanes: Mutex<Lanes>,
    woken: Condvar,
    interactive_waiting: usize,
    max_batch: usize,
    device: Device,
    description: String,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Handle to the engine thread; clones share it. The thread ends when the last handle is gone.
#[derive(Clone)]
pub struct Engine(Arc<Owner>);

struct Owner(Arc<Shared>);

impl Engine {
    /// Starts the thread on the configured device.
    ///
    /// # Errors
    /// `NotReady` when the device is not there.
    pub fn start(config: &EngineConfig) -> Result<Self> {
        let device = device::choose(config.device)?;
        let threads = if config.threads == 0 { std::thread::available_parallelism().map_or(1, Into::into) } else { config.threads };
        tch::set_num_threads(threads as i32);
        let shared = Arc::new(Shared {
            lanes: Mutex::default(),
            woken: Condvar::new(),
            interactive_waiting: config.interactive_waiting,
            max_batch: config.max_batch,
            device,
            description: device::describe(device),
            thread: Mutex::default(),
        });
        tracing::info!(device = %shared.description, max_batch = config.max_batch, "engine started");
        let inside = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("engine".into())
            .spawn(move || Worker { shared: inside, networks: HashMap::new(), next: 1 }.run())
            .map_err(|error| Error::internal("cannot start the engine thread").because(error))?;
        *lock(&shared.thread) = Some(thread);
        Ok(Self(Arc::new(Owner(shared))))
    }

    /// The device in words.
    pub fn device(&self) -> &str {
        &self.0.0.description
    }

    /// Whether the thread that answers is alive.
    pub fn is_up(&self) -> bool {
        lock(&self.0.0.thread).as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Most pictures of one forward pass.
    pub fn max_batch(&self) -> usize {
        self.0.0.max_batch
    }

    /// Loads a network and measures the dimension of a layer with a blank picture. Loading the same files again is free.
    ///
    /// # Errors
    /// `Corrupt`, `Invalid` (the layer; the message lists the names) or `Unsupported`.
    pub async fn load(&self, source: NetworkSource, layer: &str) -> Result<(NetworkId, Signature)> {
        let layer = layer.to_owned();
        self.ask_bulk(|reply| Bulk::Load { source: Box::new(source), layer, reply }).await
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
        {
            let mut lanes = lock(&self.0.0.lanes);
            if lanes.interactive.len() >= self.0.0.interactive_waiting {
                let waiting = lanes.interactive.len();
                return Err(Error::new(
                    Kind::Busy,
                    format!("{waiting} searches are waiting for the network already; try again in a moment"),
                ));
            }
            lanes.interactive.push_back(Interactive { network, layer: Arc::clone(layer), picture, since: Instant::now(), reply });
        }
        self.0.0.woken.notify_one();
        answer.await.unwrap_or_else(|_| Err(engine_gone()))
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
        lock(&self.0.0.lanes).bulk.push_back(message(reply));
        self.0.0.woken.notify_one();
        answer.await.unwrap_or_else(|_| Err(engine_gone()))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        lock(&self.0.lanes).closed = true;
        self.0.woken.notify_one();
        let thread = lock(&self.0.thread).take();
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

struct Loaded {
    network: Network,
    hash: crate::types::Sha256,
    model: String,
}

struct Worker {
    shared: Arc<Shared>,
    networks: HashMap<NetworkId, Loaded>,
    next: u64,
}

enum Work {
    Interactive(Vec<Interactive>),
    Bulk(Bulk),
}

impl Worker {
    fn run(mut self) {
        while let Some(work) = self.next_work() {
            // A panic in libtorch's bindings must not take the engine down: the caller's reply channel closes and says so.
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match work {
                Work::Interactive(entries) => self.answer(entries),
                Work::Bulk(bulk) => self.perform(bulk),
            }));
            if outcome.is_err() {
                tracing::error!("a request made the engine panic; it goes on with the next one");
            }
        }
    }

    /// Waits for work; interactive entries first, of one network and layer, at most a batch of them.
    fn next_work(&self) -> Option<Work> {
        let mut lanes = lock(&self.shared.lanes);
        loop {
            lanes.interactive.retain(|entry| !entry.reply.is_closed());
            if let Some(first) = lanes.interactive.pop_front() {
                return Some(Work::Interactive(take_alike(first, &mut lanes.interactive, self.shared.max_batch)));
            }
            if let Some(bulk) = lanes.bulk.pop_front() {
                return Some(Work::Bulk(bulk));
            }
            if lanes.closed {
                return None;
            }
            lanes = self.shared.woken.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn answer(&self, entries: Vec<Interactive>) {
        let Some(first) = entries.first() else { return };
        let (network, layer) = (first.network, Arc::clone(&first.layer));
        let (pictures, callers): (Vec<_>, Vec<_>) = entries.into_iter().map(|entry| (entry.picture, (entry.since, entry.reply))).unzip();
        let started = Instant::now();
        match self.features(network, &layer, &pictures) {
            Ok(results) => {
                let forward = started.elapsed();
                for ((since, reply), result) in callers.into_iter().zip(results) {
                    let queued = started.duration_since(since);
                    let _ = reply.send(result.map(|vector| Extracted { vector, queued, forward }));
                }
            }
            Err(error) => {
                for (_, reply) in callers {
                    let _ = reply.send(Err(Error::new(error.kind(), error.message())));
                }
            }
        }
    }

    fn perform(&mut self, bulk: Bulk) {
        match bulk {
            Bulk::Load { source, layer, reply } => drop(reply.send(self.load(&source, &layer))),
            Bulk::Layers { network, reply } => drop(reply.send(self.find(network).map(|loaded| loaded.network.layer_names()))),
            Bulk::Batch { reply, .. } if reply.is_closed() => {}
            Bulk::Batch { network, layer, pictures, reply } => drop(reply.send(self.features(network, &layer, &pictures))),
        }
    }

    fn find(&self, network: NetworkId) -> Result<&Loaded> {
        self.networks.get(&network).ok_or_else(|| Error::internal("a network was asked for that the engine has not loaded"))
    }

    fn features(&self, network: NetworkId, layer: &str, pictures: &[Prepared]) -> Result<Vec<Result<Vec<f32>>>> {
        self.find(network)?.network.features(pictures, layer)
    }

    fn load(&mut self, source: &NetworkSource, layer: &str) -> Result<(NetworkId, Signature)> {
        let hash = source.hash();
        let known = self
            .networks
            .iter()
            .find(|(_, loaded)| loaded.hash == hash && loaded.model == source.model && *loaded.network.input() == source.input);
        let id = if let Some((id, _)) = known {
            *id
        } else {
            let network = Network::load(source, self.shared.device)?;
            let id = NetworkId(self.next);
            self.next += 1;
            self.networks.insert(id, Loaded { network, hash, model: source.model.clone() });
            id
        };
        let dimension = self.measure(id, layer)?;
        Ok((id, Signature::new(&source.model, layer, dimension, source.input.clone(), hash)))
    }

    /// Length of a layer's feature, from a picture of grey noise (which also warms the network up).
    fn measure(&self, id: NetworkId, layer: &str) -> Result<usize> {
        let network = &self.find(id)?.network;
        let InputSpec { width, height, colour, .. } = *network.input();
        let bytes = width as usize * height as usize * colour.channels();
        let noise = (0..bytes).map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        network.features(&[Prepared { pixels: noise }], layer)?.remove(0).map(|vector| vector.len())
    }
}

/// Takes the entries of the first one's network and layer, keeping the order of the others.
fn take_alike(first: Interactive, waiting: &mut VecDeque<Interactive>, max_batch: usize) -> Vec<Interactive> {
    let mut batch = vec![first];
    let mut place = 0;
    while batch.len() < max_batch && place < waiting.len() {
        if waiting[place].network == batch[0].network && waiting[place].layer == batch[0].layer {
            batch.extend(waiting.remove(place));
        } else {
            place += 1;
        }
    }
    batch
}
