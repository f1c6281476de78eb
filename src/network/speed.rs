//! How fast a network is on this machine: passes over one batch that lies ready in memory, and their times.

use std::time::{Duration, Instant};

use tch::Device;

use super::precision::Execution;
use super::{Network, NetworkSource, device, fast, preprocess, samples};
use crate::config::PrecisionChoice;
use crate::error::{Error, Result};

/// Passes before the measured ones: memory is fetched, kernels are chosen.
const WARM_UP: usize = 2;

/// A network on a device, for measuring.
pub struct Bench {
    network: Network,
    layer: String,
}

impl Bench {
    /// Loads a network with `threads` threads (0: one a core); the settings count for the whole process.
    ///
    /// # Errors
    /// Those of [`Network::load`] and of a layer that is not there.
    pub fn load(source: &NetworkSource, layer: &str, device: Device, precision: PrecisionChoice, threads: usize) -> Result<Self> {
        let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, Into::into) } else { threads };
        tch::set_num_threads(threads as i32);
        device::tune();
        let network = Network::load(source, device, precision)?;
        Ok(Self { network, layer: layer.to_owned() })
    }

    /// How the features are computed.
    pub fn execution(&self) -> Execution {
        self.network.execution(&self.layer)
    }

    /// The fused operators that the layer becomes, as the text that libtorch runs.
    ///
    /// # Errors
    /// `Unsupported`, with what plans do not know, for a network that runs layer by layer.
    pub fn plan(&self) -> Result<String> {
        fast::plan(&self.network, &self.layer).map(|ready| ready.text())
    }

    /// Times of `rounds` forward passes of a batch: from the network's input in f32 to features in f32, both in the
    /// processor's memory; neither preparing pictures nor normalising vectors is in it.
    ///
    /// # Errors
    /// Those of the network; `Invalid` for no picture or no round.
    pub fn times(&self, batch: usize, rounds: usize) -> Result<Vec<Duration>> {
        if batch == 0 || rounds == 0 {
            return Err(Error::invalid("a batch needs at least one picture, and a measurement at least one round"));
        }
        let _guard = tch::no_grad_guard();
        let pictures: Vec<_> = samples::samples(&self.network.input).into_iter().cycle().take(batch).collect();
        let input = preprocess::batch_tensor(&pictures, &self.network.input, Device::Cpu)?;
        let pass = || -> Result<Duration> {
            let started = Instant::now();
            drop(self.network.rows(&input, &self.layer)?);
            Ok(started.elapsed())
        };
        for _ in 0..WARM_UP {
            pass()?;
        }
        (0..rounds).map(|_| pass()).collect()
    }
}
