//! The fast way to a layer's features: tried at load against the plain one, and taken only if it gives the same features.

use tch::{Device, Tensor};

use super::fused::{self, Compiled, Ready};
use super::precision::{Execution, LEAST_COSINE, Precision};
use super::torchscript::TorchScript;
use super::{Body, Network, preprocess, samples};
use crate::error::{Error, Result};

/// Pictures that go through together on a processor: what two operations share stays in its caches. On a card, all of them.
const PIECE: i64 = 8;
/// Convolutions at the front that stay f32, tried one after the other: the first ones see few channels, so that nothing
/// averages their rounding out.
const EXACT_CONVOLUTIONS: [usize; 5] = [0, 4, 5, 6, 8];
/// Largest picture for which the check at load is made with all samples, in numbers.
const LARGE_INPUT: u64 = 4 << 20;
/// A plan in f32 computes the same as the layers one by one, up to the order of sums.
const LEAST_COSINE_F32: f64 = 0.999_99;

/// How a layer's features are computed.
pub(super) struct Fast {
    way: Way,
    pub(super) execution: Execution,
}

#[expect(unsafe_code, reason = "tensors are not marked as shareable, because some of their methods write through a shared reference")]
// SAFETY: once it is found a way is only run: its weights are read, and libtorch lets any number of threads read a tensor or run a module.
unsafe impl Sync for Fast {}

enum Way {
    /// As fused operators.
    Plan(Compiled),
    /// The module itself, in another precision.
    Module(TorchScript),
    /// Layer by layer in f32.
    Plain,
}

impl Fast {
    /// Finds the fastest way that gives the features of the plain one. Never fails: the plain way is always there.
    pub(super) fn find(network: &Network, layer: &str) -> Self {
        let plain = Self { way: Way::Plain, execution: Execution::reference() };
        let Ok(trial) = Trial::new(network, layer) else { return plain };
        let mut ready =
            tch::no_grad(|| plan(network, layer).map_err(|error| tracing::debug!(layer, %error, "no plan for this layer"))).ok();
        let found = network.precisions.iter().find_map(|&precision| tch::no_grad(|| trial.fastest(ready.as_mut(), precision)));
        let found = found.unwrap_or(plain);
        let Execution { precision, min_cosine, fused } = found.execution;
        tracing::info!(layer, %precision, min_cosine, fused, "how features are computed");
        found
    }

    /// Rows of f32 for a batch, not yet normalised; nothing for the plain way.
    pub(super) fn rows(&self, input: &Tensor) -> Result<Option<Tensor>> {
        run(&self.way, input)
    }
}

fn least(precision: Precision) -> f64 {
    // The samples are harder than photos: noise, checks and smooth ramps lose two to three times as much.
    if precision == Precision::F32 { LEAST_COSINE_F32 } else { LEAST_COSINE }
}

/// The plan of a layer.
///
/// # Errors
/// `Unsupported` with what plans do not know.
pub(super) fn plan(network: &Network, layer: &str) -> Result<Ready> {
    let spec = &network.input;
    let shape = [spec.colour.channels() as i64, spec.height.into(), spec.width.into()];
    let plan = match (&network.body, &network.file) {
        (Body::Caffe(graph), _) => graph.plan(layer, shape)?,
        (Body::TorchScript(_), Some(file)) => fused::plan_of_script(file, layer, shape)?,
        (Body::TorchScript(_), None) => return Err(Error::internal("a module without its file")),
    };
    let piece = if network.device == Device::Cpu { PIECE } else { i64::MAX };
    Ready::new(plan, network.device, piece)
}

/// Sample pictures and their features by the plain way, against which others are tried.
struct Trial<'a> {
    network: &'a Network,
    layer: &'a str,
    input: Tensor,
    expected: Tensor,
}

impl<'a> Trial<'a> {
    fn new(network: &'a Network, layer: &'a str) -> Result<Self> {
        let _guard = tch::no_grad_guard();
        let spec = &network.input;
        let mut pictures = samples::samples(spec);
        if u64::from(spec.width) * u64::from(spec.height) * spec.colour.channels() as u64 > LARGE_INPUT {
            pictures.truncate(2);
        }
        let input = preprocess::batch_tensor(&pictures, spec, network.device)?;
        let output = network.forward_to(&input, layer)?;
        let expected = super::pooled(&output, pictures.len() as i64, layer)?;
        Ok(Self { network, layer, input, expected })
    }

    /// The first way of this precision whose features are close enough.
    fn fastest(&self, plan: Option<&mut Ready>, precision: Precision) -> Option<Fast> {
        if let Some(plan) = plan {
            let exact: &[usize] = if precision == Precision::F32 { &[0] } else { &EXACT_CONVOLUTIONS };
            for &exact in exact {
                let compiled = match precision {
                    Precision::F32 => plan.exact(),
                    _ => plan.rounded(precision.kind(), exact, &self.input),
                };
                let found = self.accepted(compiled.map(Way::Plan), precision);
                if found.is_some() {
                    return found;
                }
            }
        }
        let file = self.network.file.as_ref().filter(|_| precision != Precision::F32)?;
        let module = TorchScript::load_as(file, self.network.device, precision.kind(), self.layer);
        self.accepted(module.map(Way::Module), precision)
    }

    fn accepted(&self, way: Result<Way>, precision: Precision) -> Option<Fast> {
        let layer = self.layer;
        let judged = way.and_then(|way| judged(&way, &self.input, &self.expected).map(|cosine| (way, cosine)));
        match judged {
            Ok((way, min_cosine)) => {
                let fused = matches!(way, Way::Plan(_));
                if min_cosine >= least(precision) {
                    return Some(Fast { way, execution: Execution { precision, min_cosine, fused } });
                }
                tracing::info!(layer, %precision, min_cosine, fused, "not taken: too far from f32");
            }
            Err(error) => tracing::debug!(layer, %precision, %error, "this way is not possible"),
        }
        None
    }
}

fn run(way: &Way, input: &Tensor) -> Result<Option<Tensor>> {
    match way {
        Way::Plan(plan) => plan.features(input).map(Some),
        Way::Module(module) => Ok(Some(module.features(input)?)),
        Way::Plain => Ok(None),
    }
}

/// Least cosine of the samples' features; a feature that both ways leave at zero agrees.
fn judged(way: &Way, input: &Tensor, expected: &Tensor) -> Result<f64> {
    let Some(found) = run(way, input)? else { return Ok(1.0) };
    if found.size() != expected.size() {
        return Ok(0.0);
    }
    let rows = |tensor: &Tensor| -> Result<Vec<f32>> {
        Ok(Vec::<f32>::try_from(tensor.f_to_device(Device::Cpu)?.f_to_kind(tch::Kind::Float)?.f_contiguous()?.f_view([-1])?)?)
    };
    let dimension = expected.size()[1] as usize;
    let (found, expected) = (rows(&found)?, rows(expected)?);
    let cosines = found.chunks_exact(dimension).zip(expected.chunks_exact(dimension)).map(|(found, expected)| cosine(found, expected));
    Ok(cosines.fold(1.0, f64::min))
}

fn cosine(left: &[f32], right: &[f32]) -> f64 {
    let dot = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
    let norms = (dot(left, left) * dot(right, right)).sqrt();
    if norms > 1e-24 {
        return dot(left, right) / norms;
    }
    let largest = left.iter().chain(right).fold(0.0_f32, |largest, &value| largest.max(value.abs()));
    if largest < 1e-6 { 1.0 } else { 0.0 }
}
