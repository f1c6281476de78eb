//! Pictures to features in bulk, a piece at a time: from bytes to vectors on one thread where networks run on the processor; decoded
//! there and answered by the device's own thread where they do not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tch::Device;

use super::{Engine, NetworkId};
use crate::error::{Error, Result};
use crate::imaging::DecodeLimits;
use crate::network::{Prepared, preprocess};

/// Pictures of one piece on the processor: enough that a network's weights are read for several pictures at once, few enough that
/// what lies between two layers stays in a core's cache (8 was fastest of 4, 8, 16 and 32 for three networks).
const PIECE_ON_PROCESSOR: usize = 8;

/// Pictures of one piece for a device of its own.
const PIECE_ON_DEVICE: usize = 64;

/// Vectors of a piece, and what they cost.
#[derive(Debug)]
pub struct Taken {
    /// In the order of the pictures; each has its own result.
    pub vectors: Vec<Result<Vec<f32>>>,
    /// Time from bytes to the network's input.
    pub decode: Duration,
    /// Time of the forward pass; with a device of its own also the time of waiting for it.
    pub forward: Duration,
}

impl Engine {
    /// Pictures that are best given together to [`Engine::vectors`].
    pub fn piece(&self) -> usize {
        if self.on_processor() { PIECE_ON_PROCESSOR } else { PIECE_ON_DEVICE }
    }

    /// Pieces that are worked on at once; a few more should wait, so that no thread does.
    pub fn pieces_at_once(&self) -> usize {
        self.0.bulk.count()
    }

    /// Whether networks run on the processor, and not on a device of their own.
    pub fn on_processor(&self) -> bool {
        self.0.shared.device == Device::Cpu
    }

    /// Vectors of a piece of pictures, behind everything that people wait for. The same piece gives the same bits every time,
    /// whatever else runs.
    ///
    /// # Errors
    /// Those of the network as a whole; a picture's own failure stands in its place.
    pub async fn vectors(&self, network: NetworkId, layer: &Arc<str>, pictures: Vec<Result<Bytes>>, limits: DecodeLimits) -> Result<Taken> {
        if !self.on_processor() {
            let started = Instant::now();
            let (prepared, decode) = self.prepared(network, pictures, limits).await?;
            let vectors = self.forward(network, layer, prepared).await?;
            return Ok(Taken { vectors, decode, forward: started.elapsed().saturating_sub(decode) });
        }
        let (shared, layer) = (Arc::clone(&self.0.shared), Arc::clone(layer));
        let work = move || {
            let loaded = shared.find(network)?;
            let network = &loaded.network;
            let started = Instant::now();
            let prepared = preprocess::prepare_all(pictures, network.input(), &limits);
            let decode = started.elapsed();
            let vectors = merged(prepared, |good| network.features(&good, &layer))?;
            Ok(Taken { vectors, decode, forward: started.elapsed().saturating_sub(decode) })
        };
        self.0.bulk.perform(work).await?
    }

    /// Decodes and prepares a piece of pictures, and says how long it took.
    ///
    /// # Errors
    /// Only if the work itself could not run.
    pub async fn prepared(
        &self,
        network: NetworkId,
        pictures: Vec<Result<Bytes>>,
        limits: DecodeLimits,
    ) -> Result<(Vec<Result<Prepared>>, Duration)> {
        let shared = Arc::clone(&self.0.shared);
        let work = move || {
            let started = Instant::now();
            let prepared = preprocess::prepare_all(pictures, shared.find(network)?.network.input(), &limits);
            Ok((prepared, started.elapsed()))
        };
        self.0.bulk.perform(work).await?
    }

    /// Vectors of a piece that is prepared; a picture that failed before keeps its failure.
    ///
    /// # Errors
    /// Those of the network as a whole.
    pub async fn forward(&self, network: NetworkId, layer: &Arc<str>, prepared: Vec<Result<Prepared>>) -> Result<Vec<Result<Vec<f32>>>> {
        if self.on_processor() {
            let (shared, layer) = (Arc::clone(&self.0.shared), Arc::clone(layer));
            let work = move || merged(prepared, |good| shared.find(network)?.network.features(&good, &layer));
            return self.0.bulk.perform(work).await?;
        }
        let (mut places, mut good) = (Vec::with_capacity(prepared.len()), Vec::new());
        for picture in prepared {
            places.push(picture.map(|picture| good.push(picture)));
        }
        let vectors = if good.is_empty() { Vec::new() } else { self.features(network, layer, good).await? };
        Ok(filled(places, vectors))
    }
}

/// What `work` makes of the good ones, each in its place.
fn merged<T, U>(all: Vec<Result<T>>, work: impl FnOnce(Vec<T>) -> Result<Vec<Result<U>>>) -> Result<Vec<Result<U>>> {
    let (mut places, mut good) = (Vec::with_capacity(all.len()), Vec::new());
    for one in all {
        places.push(one.map(|one| good.push(one)));
    }
    Ok(filled(places, work(good)?))
}

fn filled<U>(places: Vec<Result<()>>, results: Vec<Result<U>>) -> Vec<Result<U>> {
    let mut results = results.into_iter();
    let missing = || Err(Error::internal("the network gave no answer for this picture"));
    places.into_iter().map(|place| place.and_then(|()| results.next().unwrap_or_else(missing))).collect()
}
