//! Layers with one or a few weights per channel: batch normalisation, scale and shift, parametric rectifier.

use tch::Tensor;

use super::{Layer, Shape, TorchResult, axis_of};
use crate::error::{Error, Result};
use crate::network::fused::{Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;

/// Weights: mean `[channels]`, variance `[channels]`, and the factor `[1]` that both were multiplied with while learning.
struct BatchNorm {
    epsilon: f64,
    use_global_stats: bool,
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
    Ok(Box::new(BatchNorm { epsilon: f64::from(epsilon), use_global_stats: parameters.flag("use_global_stats")?.unwrap_or(true) }))
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
        let (mean, variance) = if self.use_global_stats { (Some(&weights[0]), Some(&weights[1])) } else { (None, None) };
        Ok(vec![bottoms[0].f_batch_norm(None, None, mean, variance, !self.use_global_stats, 0.0, self.epsilon, false).torch()?])
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
}

/// A layer that only multiplies and shifts channels, as a step of a plan.
fn planned_map(map: Option<(Tensor, Tensor)>, plan: &mut Plan, inputs: &[Value]) -> Result<Vec<Value>> {
    let (multiplier, shift) = map.ok_or_else(|| Error::unsupported("a layer that does more than multiply and shift channels"))?;
    Ok(vec![plan.push(Operation::ChannelMap { multiplier, shift }, vec![inputs[0]])?])
}
