//! A trained model that answers: its network with the weights of a snapshot, and how pictures are made ready for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{TrainedModel, TrainedModels};
use crate::config::EngineConfig;
use crate::dataset::resize::{ResizeMode, Shape};
use crate::dataset::source::Sources;
use crate::dataset::{Dataset, DatasetSpec, Datasets};
use crate::error::{Error, Result, io_error};
use crate::model::inference::{Fit, Pictures};
use crate::network::device;
use crate::train::supervised::{Preprocessing, TrainedNetwork};

/// Pictures of a batch.
const BATCH: usize = 64;

/// A model that is ready to answer.
pub struct Answering {
    /// What says something of pictures.
    pub network: TrainedNetwork,
    /// Names of the classes; none where there are none.
    pub labels: Arc<[String]>,
    /// Pictures that may be answered together.
    pub batch: usize,
    /// Batches that may be answered at the same time.
    pub threads: usize,
    sources: Sources,
    fit: Fit,
    scratch: PathBuf,
}

impl Answering {
    /// The pictures that may be asked about, until `stop` is set.
    pub fn pictures<'a>(&'a self, stop: &'a AtomicBool) -> Pictures<'a> {
        Pictures { sources: &self.sources, fit: self.fit, scratch: self.scratch.clone(), stop }
    }
}

impl TrainedModels {
    /// Loads a snapshot of a model; `keeps_size` leaves pictures as large as they are. Reads files, so not for an asynchronous thread.
    ///
    /// # Errors
    /// `NotReady` before the training has begun or without a known size of the pictures; those of the weights and the disk.
    pub fn answering(
        &self,
        datasets: &Datasets,
        (model, dataset): (&TrainedModel, &Dataset),
        snapshot: &str,
        keeps_size: bool,
        engine: &EngineConfig,
    ) -> Result<Answering> {
        let plan = self.plan(model)?;
        let size = dataset.findings.picture_size(&dataset.spec);
        let [height, width, channels] = size.ok_or_else(|| Error::not_ready("the size of the dataset's pictures is not known"))?;
        let file = self.folder(&model.id).join(snapshot);
        let weights = std::fs::read(&file).map_err(|error| io_error(&file, "read", error))?;
        let preprocessing = Preprocessing {
            shape: [channels, height, width],
            framework: plan.framework,
            mean: plan.mean,
            crop: plan.crop,
            whitening: plan.augmentation.whitening,
        };
        let network = TrainedNetwork::load(plan.network, &weights, preprocessing, device::choose(engine.device)?)?;
        let shape = Shape { width: width as u32, height: height as u32, channels: channels as u32 };
        let mode = match &dataset.spec {
            DatasetSpec::Classification(spec) => spec.mode,
            DatasetSpec::Prebuilt(_) | DatasetSpec::Gradients(_) => ResizeMode::Squash,
        };
        Ok(Answering {
            network,
            labels: dataset.findings.labels.clone().into(),
            batch: if keeps_size { 1 } else { BATCH },
            threads: if engine.threads == 0 { std::thread::available_parallelism().map_or(1, Into::into) } else { engine.threads },
            sources: datasets.sources().clone(),
            fit: if keeps_size { Fit::Kept { channels: shape.channels } } else { Fit::Resized { shape, mode } },
            scratch: self.folder(&model.id),
        })
    }
}
