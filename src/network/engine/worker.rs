//! The engine's thread: takes work from the lanes, runs it on the device, answers. It alone touches networks and tensors.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::{Answered, Bulk, Extracted, Interactive, Loaded, NetworkId, Shared, Wish, lock};
use crate::error::{Error, Result};
use crate::network::{InputSpec, Network, NetworkSource, Output, Prepared, Signature};

pub(super) struct Worker {
    shared: Arc<Shared>,
    next: u64,
}

enum Work {
    Interactive(Vec<Interactive>),
    Bulk(Bulk),
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, next: 1 }
    }

    pub(super) fn run(mut self) {
        // Each thread has a number of its own.
        tch::set_num_threads(self.shared.threads as i32);
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
            lanes.interactive.retain(|entry| !entry.wish.is_closed());
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
        let network = first.network;
        let layer = match &first.wish {
            Wish::Feature { layer, .. } => Arc::clone(layer),
            Wish::Outputs { .. } => return entries.into_iter().for_each(|entry| self.answer_outputs(entry)),
        };
        let (pictures, callers): (Vec<_>, Vec<_>) = entries.into_iter().map(|entry| (entry.picture, (entry.since, entry.wish))).unzip();
        let started = Instant::now();
        match self.features(network, &layer, &pictures) {
            Ok(results) => {
                let forward = started.elapsed();
                for ((since, wish), result) in callers.into_iter().zip(results) {
                    let queued = started.duration_since(since);
                    if let Wish::Feature { reply, .. } = wish {
                        let _ = reply.send(result.map(|vector| Extracted { vector, queued, forward }));
                    }
                }
            }
            Err(error) => callers.into_iter().for_each(|(_, wish)| wish.refuse(Error::new(error.kind(), error.message()))),
        }
    }

    fn answer_outputs(&self, entry: Interactive) {
        let Wish::Outputs { layers, reply } = entry.wish else { return };
        let started = Instant::now();
        let outputs = self.outputs(entry.network, &layers, &[entry.picture]);
        let _ = reply.send(outputs.map(|outputs| Answered { outputs, forward: started.elapsed() }));
    }

    fn perform(&mut self, bulk: Bulk) {
        match bulk {
            Bulk::Load { source, layer, reply } => drop(reply.send(self.load(&source, &layer))),
            Bulk::Open { source, layers, reply } => drop(reply.send(self.open(&source, &layers))),
            Bulk::Outputs { reply, .. } if reply.is_closed() => {}
            Bulk::Outputs { network, layers, pictures, reply } => drop(reply.send(self.outputs(network, &layers, &pictures))),
            Bulk::Layers { network, reply } => drop(reply.send(self.find(network).map(|loaded| loaded.network.layer_names()))),
            Bulk::Batch { reply, .. } if reply.is_closed() => {}
            Bulk::Batch { network, layer, pictures, reply } => drop(reply.send(self.features(network, &layer, &pictures))),
        }
    }

    fn find(&self, network: NetworkId) -> Result<Arc<Loaded>> {
        self.shared.find(network)
    }

    fn features(&self, network: NetworkId, layer: &str, pictures: &[Prepared]) -> Result<Vec<Result<Vec<f32>>>> {
        self.find(network)?.network.features(pictures, layer)
    }

    fn outputs(&self, network: NetworkId, layers: &[String], pictures: &[Prepared]) -> Result<Vec<Output>> {
        self.find(network)?.network.outputs(pictures, layers)
    }

    fn open(&mut self, source: &NetworkSource, layers: &[String]) -> Result<(NetworkId, Vec<Output>)> {
        let id = self.place(source)?;
        let loaded = self.find(id)?;
        let network = &loaded.network;
        Ok((id, network.outputs(&[noise(network.input())], layers)?))
    }

    fn load(&mut self, source: &NetworkSource, layer: &str) -> Result<(NetworkId, Signature)> {
        let id = self.place(source)?;
        let dimension = self.measure(id, layer)?;
        Ok((id, Signature::new(&source.model, layer, dimension, source.input.clone(), source.hash())))
    }

    /// The network of these files: the one that is loaded already, or a new one.
    fn place(&mut self, source: &NetworkSource) -> Result<NetworkId> {
        let hash = source.hash();
        let is_this = |loaded: &Loaded| loaded.hash == hash && loaded.model == source.model && *loaded.network.input() == source.input;
        let networks = self.shared.networks.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, _)) = networks.iter().find(|(_, loaded)| is_this(loaded)) {
            return Ok(*id);
        }
        drop(networks);
        let network = Network::load(source, self.shared.device, self.shared.precision)?;
        let id = NetworkId(self.next);
        self.next += 1;
        let loaded = Arc::new(Loaded { network, hash, model: source.model.clone() });
        self.shared.networks.write().unwrap_or_else(PoisonError::into_inner).insert(id, loaded);
        Ok(id)
    }

    /// Length of a layer's feature, from a picture of grey noise (which also warms the network up).
    fn measure(&self, id: NetworkId, layer: &str) -> Result<usize> {
        let loaded = self.find(id)?;
        let network = &loaded.network;
        let dimension = network.features(&[noise(network.input())], layer)?.remove(0).map(|vector| vector.len())?;
        lock(&self.shared.executions).insert((id, layer.to_owned()), network.execution(layer));
        Ok(dimension)
    }
}

/// A picture of noise for a network.
fn noise(input: &InputSpec) -> Prepared {
    let bytes = input.width as usize * input.height as usize * input.colour.channels();
    Prepared { pixels: (0..bytes).map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8).collect() }
}

/// Takes the entries of the first one's network and layer, keeping the order of the others.
fn take_alike(first: Interactive, waiting: &mut VecDeque<Interactive>, max_batch: usize) -> Vec<Interactive> {
    let mut batch = vec![first];
    let mut place = 0;
    while batch.len() < max_batch && place < waiting.len() {
        if waiting[place].network == batch[0].network && waiting[place].wish.is_alike(&batch[0].wish) {
            batch.extend(waiting.remove(place));
        } else {
            place += 1;
        }
    }
    batch
}
