//! Layers with one or a few weights per channel: batch normalisation, scale and shift, parametric rectifier.

use tch::Tensor;

use super::{Layer, Shape, TorchResult, axis_of};
use crate::error::{Error, Result};
use crate::network::chance::Chance;
use crate::network::fused::{Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;

/// Weights: mean `[channels]`, variance `[channels]`, and the factor `[1]` that both were multiplied with while learning.
struct BatchNorm {
    epsilon: f64,
    use_global_stats: bool,
    /// Whether mean and variance are measured while learning; then this share of them is kept at each step.
    keeps: Option<f64>,
}

/// Multiplies, and shifts if `bias`. Weights: multiplier, then shift, both over `axes` dimensions from `axis` on.
struct Scale {
    axis: i64,
    axes: i64,
    bias: bool,
}

/// Weights: the slope below zero, `[channels]` or one for all.
struct ParametricRelu {
    shared: bool,
}

pub(super) fn build_batch_norm(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("batch_norm_param")?;
    let epsilon = parameters.number("eps")?.unwrap_or(1e-5);
    if epsilon.is_nan() || epsilon < 0.0 {
        return Err(Error::invalid(format!("`eps` is {epsilon}, and must not be negative")));
    }
    let fraction = f64::from(parameters.number("moving_average_fraction")?.unwrap_or(0.999));
    if !(0.0..=1.0).contains(&fraction) {
        return Err(Error::invalid(format!("`moving_average_fraction` is {fraction}, and must be from 0 to 1")));
    }
    let global = parameters.flag("use_global_stats")?;
    let keeps = if global == Some(true) { None } else { Some(fraction) };
    Ok(Box::new(BatchNorm { epsilon: f64::from(epsilon), use_global_stats: global.unwrap_or(true), keeps }))
}

pub(super) fn build_scale(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("scale_param")?;
    Ok(Box::new(Scale {
        axis: parameters.integer("axis")?.unwrap_or(1),
        axes: super::bounded(&parameters, "num_axes", 1, -1..=super::MAX_AXES as i64)?,
        bias: parameters.flag("bias_term")?.unwrap_or(false),
    }))
}

pub(super) fn build_prelu(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("prelu_param")?;
    Ok(Box::new(ParametricRelu { shared: parameters.flag("channel_shared")?.unwrap_or(false) }))
}

impl BatchNorm {
    /// Normalised by the batch's own mean and variance.
    fn by_batch(&self, input: &Tensor) -> Result<Vec<Tensor>> {
        Ok(vec![input.f_batch_norm(None::<&Tensor>, None, None, None, true, 0.0, self.epsilon, false).torch()?])
    }
}

/// Adds a batch's mean and variance to what was measured before, and one to how often (as Caffe counts).
fn measure(input: &Tensor, weights: &[Tensor], kept: f64) -> Result<()> {
    let axes: Vec<i64> = (0..input.dim() as i64).filter(|&axis| axis != 1).collect();
    let (variance, mean) = input.f_detach().torch()?.f_var_mean_correction(axes.as_slice(), 0_i64, false).torch()?;
    let values = (input.numel() as f64 / mean.numel().max(1) as f64).max(1.0);
    let unbiased = if values > 1.0 { values / (values - 1.0) } else { 1.0 };
    let one = weights[2].f_ones_like().torch()?;
    for (weight, fresh) in weights.iter().zip([mean, variance.f_mul_scalar(unbiased).torch()?, one]) {
        let sum = weight.f_mul_scalar(kept).torch()?.f_add(&fresh).torch()?;
        weight.shallow_clone().f_copy_(&sum).torch()?;
    }
    Ok(())
}

fn channels(shape: &Shape) -> Result<i64> {
    shape.get(1).copied().ok_or_else(|| Error::invalid(format!("it needs an input with channels, found {shape:?}")))
}

impl Layer for BatchNorm {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let channels = channels(&bottoms[0])?;
        Ok(vec![vec![channels], vec![channels], vec![1]])
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        channels(&bottoms[0])?;
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        if !self.use_global_stats {
            return self.by_batch(bottoms[0]);
        }
        // One where the weights were prepared; nothing measured yet counts as zeros.
        let inverse = weights[2].f_reciprocal().torch()?.f_nan_to_num(0.0, 0.0, 0.0).torch()?;
        let (mean, variance) = (weights[0].f_mul(&inverse).torch()?, weights[1].f_mul(&inverse).torch()?);
        let norm = bottoms[0].f_batch_norm(None, None, Some(&mean), Some(&variance), false, 0.0, self.epsilon, false);
        Ok(vec![norm.torch()?])
    }

    fn learn(&self, bottoms: &[&Tensor], weights: &[Tensor], _chance: &mut Chance) -> Result<Vec<Tensor>> {
        let Some(kept) = self.keeps else { return self.forward(bottoms, weights) };
        tch::no_grad(|| measure(bottoms[0], weights, kept))?;
        self.by_batch(bottoms[0])
    }

    fn learns_by_gradient(&self) -> bool {
        false
    }

    /// Divides mean and variance by their factor once, which then is one.
    fn prepare(&self, weights: &mut [Vec<f32>]) {
        let [mean, variance, factor] = weights else { return };
        let inverse = factor.first().map_or(0.0, |&factor| if factor == 0.0 { 0.0 } else { 1.0 / factor });
        mean.iter_mut().chain(variance).for_each(|value| *value *= inverse);
        factor.fill(1.0);
    }

    fn channel_map(&self, weights: &[Tensor]) -> Result<Option<(Tensor, Tensor)>> {
        if !self.use_global_stats {
            return Ok(None);
        }
        let multiplier = weights[1].f_add_scalar(self.epsilon).torch()?.f_rsqrt().torch()?;
        let shift = weights[0].f_mul(&multiplier).torch()?.f_neg().torch()?;
        Ok(Some((multiplier, shift)))
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], weights: &[Tensor]) -> Result<Vec<Value>> {
        planned_map(self.channel_map(weights)?, plan, inputs)
    }
}

impl Scale {
    /// The dimensions that the multiplier has, and how many dimensions follow them.
    fn extent<'a>(&self, shape: &'a Shape) -> Result<(&'a [i64], usize)> {
        let start = axis_of(self.axis, shape.len())?;
        let end = if self.axes < 0 { shape.len() } else { start + self.axes as usize };
        let dims = shape.get(start..end).ok_or_else(|| {
            Error::invalid(format!("`axis` {} with `num_axes` {} reaches beyond the input {shape:?}", self.axis, self.axes))
        })?;
        Ok((dims, shape.len() - end))
    }
}

impl Layer for Scale {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let (dims, _) = self.extent(&bottoms[0])?;
        Ok(vec![dims.to_vec(); 1 + usize::from(self.bias)])
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        self.extent(&bottoms[0])?;
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let shape = bottoms[0].size();
        let (dims, following) = self.extent(&shape)?;
        let spread = |weight: &Tensor| weight.f_reshape([dims, &vec![1; following]].concat()).torch();
        let scaled = bottoms[0].f_mul(&spread(&weights[0])?).torch()?;
        Ok(vec![if self.bias { scaled.f_add(&spread(&weights[1])?).torch()? } else { scaled }])
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.axis >= 1
    }

    fn channel_map(&self, weights: &[Tensor]) -> Result<Option<(Tensor, Tensor)>> {
        if self.axis != 1 || self.axes != 1 {
            return Ok(None);
        }
        let shift = if self.bias { weights[1].shallow_clone() } else { weights[0].f_zeros_like().torch()? };
        Ok(Some((weights[0].shallow_clone(), shift)))
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], weights: &[Tensor]) -> Result<Vec<Value>> {
        planned_map(self.channel_map(weights)?, plan, inputs)
    }
}

impl Layer for ParametricRelu {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![vec![if self.shared { 1 } else { channels(&bottoms[0])? }]])
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        channels(&bottoms[0])?;
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![bottoms[0].f_prelu(&weights[0]).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }
}

/// A layer that only multiplies and shifts channels, as a step of a plan.
fn planned_map(map: Option<(Tensor, Tensor)>, plan: &mut Plan, inputs: &[Value]) -> Result<Vec<Value>> {
    let (multiplier, shift) = map.ok_or_else(|| Error::unsupported("a layer that does more than multiply and shift channels"))?;
    Ok(vec![plan.push(Operation::ChannelMap { multiplier, shift }, vec![inputs[0]])?])
}
