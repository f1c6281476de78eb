//! Pictures to vectors in bulk: decoding on all cores while the device works on the page before.

use std::sync::Arc;

use bytes::Bytes;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::imaging::DecodeLimits;
use crate::network::engine::NetworkId;
use crate::network::{Engine, InputSpec, Prepared, Signature, preprocess};

/// Pictures that are read, decoded and committed together. Pages are cut at fixed places, so that a run that was killed and
/// continued forms the same batches, and the same vectors bit by bit, as one that was not.
pub const PAGE: usize = 64;

/// One network's layer, ready for bulk work.
#[derive(Clone)]
pub struct Vectoriser {
    engine: Engine,
    network: NetworkId,
    layer: Arc<str>,
    input: InputSpec,
    limits: DecodeLimits,
}

impl Vectoriser {
    /// Bulk work with a loaded network.
    pub fn new(engine: &Engine, network: NetworkId, signature: &Signature, limits: DecodeLimits) -> Self {
        let layer = signature.layer.as_str().into();
        Self { engine: engine.clone(), network, layer, input: signature.input.clone(), limits }
    }

    /// Decodes and prepares pictures on all cores; each has its own result.
    ///
    /// # Errors
    /// Only if the work itself could not run.
    pub async fn prepare(&self, pictures: Vec<Result<Bytes>>) -> Result<Vec<Result<Prepared>>> {
        let (input, limits) = (self.input.clone(), self.limits);
        let work = move || pictures.into_par_iter().map(|bytes| preprocess::prepare(&bytes?, None, &input, &limits)).collect();
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal("decoding failed inside").because(error))
    }

    /// Vectors of prepared pictures, in batches of the engine's size; a picture that failed before keeps its failure.
    ///
    /// # Errors
    /// Those of the network as a whole.
    pub async fn forward(&self, prepared: Vec<Result<Prepared>>) -> Result<Vec<Result<Vec<f32>>>> {
        let mut results: Vec<Option<Result<Vec<f32>>>> = Vec::with_capacity(prepared.len());
        let (mut places, mut good) = (Vec::new(), Vec::new());
        for (place, picture) in prepared.into_iter().enumerate() {
            match picture {
                Ok(picture) => {
                    places.push(place);
                    good.push(picture);
                    results.push(None);
                }
                Err(error) => results.push(Some(Err(error))),
            }
        }
        let mut places = places.into_iter();
        while !good.is_empty() {
            let rest = good.split_off(good.len().min(self.engine.max_batch()));
            let vectors = self.engine.features(self.network, &self.layer, std::mem::replace(&mut good, rest)).await?;
            places.by_ref().take(vectors.len()).zip(vectors).for_each(|(place, vector)| results[place] = Some(vector));
        }
        Ok(results
            .into_iter()
            .map(|result| result.unwrap_or_else(|| Err(Error::internal("the engine gave no answer for this picture"))))
            .collect())
    }
}
