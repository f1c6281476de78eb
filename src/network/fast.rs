//! The fast way to a layer's features: tried at load against the plain one, and taken only if it gives the same features.

use tch::{Device, Tensor};

use super::fused::{self, Compiled, Plan};
use super::precision::{Execution, LEAST_COSINE, Precision};
use super::torchscript::TorchScript;
use super::{Body, Network, preprocess, samples};
use crate::error::{Error, Result};

/// Pictures that go through together on a processor: what two operations share stays in its caches. On a card, all of them.
const PIECE: i64 = 8;
/// Largest picture for which the check at load is made with all samples, in numbers.
const LARGE_INPUT: u64 = 4 << 20;
/// A plan in f32 computes the same as the layers one by one, up to the order of sums.
const LEAST_COSINE_F32: f64 = 0.999_99;

/// How a layer's features are computed.
pub(super) struct Fast {
    way: Way,
    pub(super) execution: Execution,
}

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
    pub(super) fn find(network: &Network, source: Option<&[u8]>, layer: &str, choice: &[Precision]) -> Self {
        let plain = Self { way: Way::Plain, execution: Execution::reference() };
        let Ok((input, expected)) = reference(network, layer) else { return plain };
        for &precision in choice {
            for way in [plan_way, module_way] {
                let found = tch::no_grad(|| way(network, source, layer, precision).and_then(|way| judged(&way, &input, &expected).map(|cosine| (way, cosine))));
                match found {
                    Ok((way, min_cosine)) if min_cosine >= least(precision) => {
                        let fused = matches!(way, Way::Plan(_));
                        tracing::info!(layer, %precision, min_cosine, fused, "how features are computed");
                        return Self { way, execution: Execution { precision, min_cosine, fused } };
                    }
                    Ok((way, min_cosine)) => {
                        let fused = matches!(way, Way::Plan(_));
                        tracing::warn!(layer, %precision, min_cosine, fused, "not taken: too far from f32");
                    }
                    Err(error) => tracing::debug!(layer, %precision, %error, "this way is not possible"),
                }
            }
        }
        plain
    }

    /// Rows of f32 for a batch, not yet normalised; nothing for the plain way.
    pub(super) fn rows(&self, input: &Tensor) -> Result<Option<Tensor>> {
        run(&self.way, input)
    }
}

fn least(precision: Precision) -> f64 {
    if precision == Precision::F32 { LEAST_COSINE_F32 } else { LEAST_COSINE }
}

/// Sample pictures as a tensor, and their features by the plain way.
fn reference(network: &Network, layer: &str) -> Result<(Tensor, Tensor)> {
    let _guard = tch::no_grad_guard();
    let spec = &network.input;
    let mut pictures = samples::samples(spec);
    let numbers = u64::from(spec.width) * u64::from(spec.height) * spec.colour.channels() as u64;
    if numbers > LARGE_INPUT {
        pictures.truncate(2);
    }
    let input = preprocess::batch_tensor(&pictures, spec, network.device)?;
    let output = network.forward_to(&input, layer)?;
    Ok((input, super::pooled(&output, pictures.len() as i64, layer)?))
}

fn plan_way(network: &Network, source: Option<&[u8]>, layer: &str, precision: Precision) -> Result<Way> {
    let shape = [network.input.colour.channels() as i64, network.input.height.into(), network.input.width.into()];
    let plan: Plan = match (&network.body, source) {
        (Body::Caffe(graph), _) => graph.plan(layer, shape)?,
        (Body::TorchScript(_), Some(module)) => fused::plan_of_script(module, layer, shape)?,
        (Body::TorchScript(_), None) => return Err(Error::unsupported("the module's file is gone")),
    };
    let piece = if network.device == Device::Cpu { PIECE } else { i64::MAX };
    Ok(Way::Plan(Compiled::new(plan, network.device, precision.kind(), piece)?))
}

fn module_way(network: &Network, source: Option<&[u8]>, layer: &str, precision: Precision) -> Result<Way> {
    match (&network.body, source, precision) {
        (Body::TorchScript(_), Some(module), Precision::Bf16 | Precision::Fp16) => {
            TorchScript::load_as(module, network.device, precision.kind(), layer).map(Way::Module)
        }
        _ => Err(Error::unsupported("only a TorchScript module can change its precision as a whole")),
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
