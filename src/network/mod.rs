//! Networks on libtorch: what they are made of, how a picture goes in, how a feature comes out.
//! One thread owns them ([`engine`]); nothing here knows of the library or of HTTP.

pub mod caffemodel;
pub mod chance;
pub mod detect;
pub mod device;
pub mod engine;
mod fast;
mod fold;
pub(crate) mod fused;
pub mod graph;
pub mod graph_definition;
pub mod heads;
mod layers;
pub mod learning;
pub mod network_definition;
mod outputs;
pub mod precision;
pub mod preprocess;
pub mod prototxt;
mod samples;
pub mod scan;
pub mod signature;
pub mod speed;
pub mod torch7;
mod torchscript;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tch::{Device, Tensor};

use crate::config::PrecisionChoice;
use crate::error::{Error, Kind, Result};
use crate::types::Sha256;
use fast::Fast;

pub use detect::Detection;
pub use engine::Engine;
pub use graph::CaffeGraph;
pub use graph_definition::GraphDefinition;
pub use heads::{Head, Priors};
pub use layers::Shape;
pub use outputs::Output;
pub use precision::{Execution, Precision};
pub use preprocess::Prepared;
pub use signature::{ColourOrder, InputSpec, Signature};

impl From<tch::TchError> for Error {
    fn from(error: tch::TchError) -> Self {
        let text = error.to_string();
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        Self::new(Kind::Internal, format!("libtorch: {line}")).because(error)
    }
}

/// Everything needed to load a network: verified bytes, how to read them, and how pictures go in.
#[derive(Clone)]
pub struct NetworkSource {
    /// Key of the model.
    pub model: String,
    /// The files, by format.
    pub format: NetworkFormat,
    /// Preprocessing.
    pub input: InputSpec,
}

/// A network's files, read and verified.
#[derive(Clone)]
pub enum NetworkFormat {
    /// A `.pt` file.
    TorchScript {
        /// Its bytes.
        module: bytes::Bytes,
    },
    /// A Caffe network definition with its weights.
    Caffe {
        /// Text of the prototxt.
        definition: String,
        /// Bytes of the caffemodel.
        weights: bytes::Bytes,
    },
}

impl NetworkSource {
    /// SHA-256 over everything that decides the arithmetic: weights and definition.
    pub fn hash(&self) -> Sha256 {
        match &self.format {
            NetworkFormat::TorchScript { module } => Sha256::of(module),
            NetworkFormat::Caffe { definition, weights } => {
                Sha256::of(format!("{}\n{}", Sha256::of(definition.as_bytes()), Sha256::of(weights)).as_bytes())
            }
        }
    }
}

/// A network on a device, ready to run.
pub struct Network {
    body: Body,
    input: InputSpec,
    device: Device,
    /// Precisions to try, fastest first.
    precisions: Vec<Precision>,
    /// The module's file, from which fast ways are made.
    file: Option<bytes::Bytes>,
    /// Fast ways by layer, found when a layer is first asked for.
    fast: Mutex<HashMap<String, Arc<Fast>>>,
}

enum Body {
    TorchScript(torchscript::TorchScript),
    Caffe(CaffeGraph),
}

impl Network {
    /// Loads a network onto a device. Its features are computed in the precision that is chosen, as far as they stay the
    /// same (see [`Network::execution`]); raw outputs are always f32.
    ///
    /// # Errors
    /// `Corrupt`, `Invalid` or `Unsupported` with the model's key in front.
    pub fn load(source: &NetworkSource, device: Device, precision: PrecisionChoice) -> Result<Self> {
        let body = match &source.format {
            NetworkFormat::TorchScript { module } => torchscript::TorchScript::load(module, device).map(Body::TorchScript),
            NetworkFormat::Caffe { definition, weights } => CaffeGraph::load(definition, weights, device).map(Body::Caffe),
        }
        .map_err(|error| error.context(format!("model `{}`", source.model)))?;
        let file = match &source.format {
            NetworkFormat::TorchScript { module } => Some(module.clone()),
            NetworkFormat::Caffe { .. } => None,
        };
        let precisions = Precision::candidates(precision, device);
        Ok(Self { body, input: source.input.clone(), device, precisions, file, fast: Mutex::default() })
    }

    /// Preprocessing of this network's pictures.
    pub fn input(&self) -> &InputSpec {
        &self.input
    }

    /// Names of the layers whose output can be asked for; empty where the format does not tell.
    pub fn layer_names(&self) -> Vec<String> {
        match &self.body {
            Body::TorchScript(_) => vec!["forward".into()],
            Body::Caffe(graph) => graph.layer_names().into_iter().map(str::to_owned).collect(),
        }
    }

    /// Raw output of a layer for a ready input tensor.
    ///
    /// # Errors
    /// `Invalid` for a layer that is not there (the message lists those that are), or an input that does not fit.
    pub fn forward_to(&self, input: &Tensor, layer: &str) -> Result<Tensor> {
        match &self.body {
            Body::TorchScript(module) => module.forward_to(input, layer),
            Body::Caffe(graph) => graph.forward_to(input, layer),
        }
    }

    /// Features of a ready input by the fastest way: `[n, dimension]` in f32 in the processor's memory, not normalised.
    fn rows(&self, input: &Tensor, layer: &str) -> Result<Tensor> {
        let rows = match self.fast(layer).rows(input)? {
            Some(rows) => rows,
            None => pooled(&self.forward_to(&input.f_to_device(self.device)?, layer)?, input.size()[0], layer)?,
        };
        Ok(rows.f_to_device(Device::Cpu)?.f_to_kind(tch::Kind::Float)?)
    }

    /// How the features of a layer are computed; decides it if the layer is new.
    pub fn execution(&self, layer: &str) -> Execution {
        self.fast(layer).execution.clone()
    }

    fn fast(&self, layer: &str) -> Arc<Fast> {
        let known = || self.fast.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(layer) {
            return Arc::clone(found);
        }
        let found = Arc::new(Fast::find(self, layer));
        known().insert(layer.to_owned(), Arc::clone(&found));
        found
    }

    /// Features of a batch: the layer's output, averaged over space if it has any, divided by its L2 norm.
    /// A picture whose vector is zero or not finite is an error of that picture alone.
    ///
    /// # Errors
    /// Those of the whole batch: a layer that is not there, out of memory.
    pub fn features(&self, pictures: &[Prepared], layer: &str) -> Result<Vec<Result<Vec<f32>>>> {
        if pictures.is_empty() {
            return Ok(Vec::new());
        }
        let _guard = tch::no_grad_guard();
        let input = preprocess::batch_tensor(pictures, &self.input, self.device)?;
        let rows = self.rows(&input, layer)?;
        let dimension = rows.size()[1] as usize;
        let flat = Vec::<f32>::try_from(rows.f_contiguous()?.f_view([-1])?)?;
        Ok(flat.chunks_exact(dimension).map(normalised).collect())
    }
}

/// `[n, c, h, w]` becomes its spatial mean `[n, c]`; anything else is flattened to `[n, d]`.
fn pooled(output: &Tensor, count: i64, layer: &str) -> Result<Tensor> {
    let shape = output.size();
    if shape.first() != Some(&count) || shape.len() < 2 {
        return Err(Error::invalid(format!(
            "layer `{layer}` gives shape {shape:?} for {count} pictures: it has no row for each picture and cannot be a feature"
        )));
    }
    Ok(if shape.len() == 4 { output.f_mean_dim([2i64, 3].as_slice(), false, None::<tch::Kind>)? } else { output.f_reshape([count, -1])? })
}

/// Divides by the L2 norm, summed in f64.
fn normalised(vector: &[f32]) -> Result<Vec<f32>> {
    let norm = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    if !norm.is_finite() {
        return Err(Error::invalid("the network gave numbers that are not finite for this picture: it has no direction to compare"));
    }
    if norm < 1e-12 {
        return Err(Error::invalid(
            "the network answers this picture with a zero vector (often a blank picture): it has no direction to compare",
        ));
    }
    Ok(vector.iter().map(|&value| (f64::from(value) / norm) as f32).collect())
}

/// Number of operations that a method of a TorchScript archive becomes, read without libtorch's loader.
///
/// # Errors
/// `Corrupt` for a damaged archive; `Unsupported`, with what it is, for a program that cannot be followed.
pub fn plan_steps(archive: &[u8], method: &str, input: [i64; 3]) -> Result<usize> {
    fused::plan_of_script(archive, method, input).map(|plan| plan.steps.len())
}

/// Loads a network on the processor and lets it go again: are its files whole, and do they fit each other?
///
/// # Errors
/// As [`Network::load`].
pub fn check(source: &NetworkSource) -> Result<()> {
    Network::load(source, Device::Cpu, PrecisionChoice::F32).map(drop)
}
