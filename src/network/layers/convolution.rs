//! Convolution and its transpose.

use tch::Tensor;

use super::window::Window;
use super::{Layer, Shape, TorchResult, bounded, checked, image_shape};
use crate::error::{Error, Result};
use crate::network::fused::{self, Activation, Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;
use crate::network::prototxt::Message;

/// Two-dimensional convolution. Weights: kernels `[outputs, channels / group, height, width]`, then bias `[outputs]`.
#[derive(Debug, Clone)]
pub(crate) struct Convolution {
    outputs: i64,
    group: i64,
    bias: bool,
    window: Window,
}

/// The transpose of a convolution. Weights: kernels `[channels, outputs / group, height, width]`, then bias `[outputs]`.
struct Deconvolution(Convolution);

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(Convolution::read(&definition.parameters("convolution_param")?)?))
}

pub(super) fn build_deconvolution(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(Deconvolution(Convolution::read(&definition.parameters("convolution_param")?)?)))
}

impl Convolution {
    fn read(parameters: &Message) -> Result<Self> {
        let outputs = bounded(parameters, "num_output", 0, 1..=i64::from(i32::MAX))?;
        let group = bounded(parameters, "group", 1, 1..=outputs)?;
        bounded(parameters, "axis", 1, 1..=1)?;
        if outputs % group != 0 {
            return Err(Error::invalid(format!("`num_output` {outputs} is no multiple of `group` {group}")));
        }
        Ok(Self { outputs, group, bias: parameters.flag("bias_term")?.unwrap_or(true), window: Window::read(parameters)? })
    }

    fn check_group(&self, channels: i64) -> Result<()> {
        if channels % self.group == 0 {
            return Ok(());
        }
        Err(Error::invalid(format!("the input has {channels} channels, which is no multiple of `group` {}", self.group)))
    }

    fn with_bias(&self, kernels: Shape) -> Vec<Shape> {
        if self.bias { vec![kernels, vec![self.outputs]] } else { vec![kernels] }
    }

    /// The convolution with these kernels and this bias, whatever `bias_term` says.
    pub(crate) fn apply(&self, input: &Tensor, kernels: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let Window { stride, pad, dilation, .. } = self.window;
        input.f_conv2d(kernels, bias, stride, pad, dilation, self.group).torch()
    }
}

impl Layer for Convolution {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [_, channels, ..] = image_shape(&bottoms[0])?;
        self.check_group(channels)?;
        let [height, width] = self.window.kernel;
        Ok(self.with_bias(vec![self.outputs, channels / self.group, height, width]))
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [batch, channels, height, width] = image_shape(&bottoms[0])?;
        self.check_group(channels)?;
        let side = |axis, size| Ok::<_, Error>(self.window.slack(axis, size)? / self.window.stride[axis] + 1);
        Ok(vec![checked(vec![batch, self.outputs, side(0, height)?, side(1, width)?])?])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![self.apply(bottoms[0], &weights[0], weights.get(1))?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], weights: &[Tensor]) -> Result<Vec<Value>> {
        let convolution = fused::Convolution {
            kernels: weights[0].shallow_clone(),
            bias: weights.get(1).map(Tensor::shallow_clone),
            stride: self.window.stride,
            pad: self.window.pad,
            dilation: self.window.dilation,
            groups: self.group,
            activation: Activation::None,
        };
        Ok(vec![plan.push(Operation::Convolution(convolution), vec![inputs[0]])?])
    }

    fn as_convolution(&self) -> Option<&Convolution> {
        Some(self)
    }
}

impl Layer for Deconvolution {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [_, channels, ..] = image_shape(&bottoms[0])?;
        self.0.check_group(channels)?;
        let [height, width] = self.0.window.kernel;
        Ok(self.0.with_bias(vec![channels, self.0.outputs / self.0.group, height, width]))
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [batch, channels, height, width] = image_shape(&bottoms[0])?;
        self.0.check_group(channels)?;
        let window = &self.0.window;
        let side = |axis: usize, size: i64| window.stride[axis] * (size - 1) + window.reach(axis) - 2 * window.pad[axis];
        Ok(vec![checked(vec![batch, self.0.outputs, side(0, height), side(1, width)])?])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let Window { stride, pad, dilation, .. } = self.0.window;
        Ok(vec![bottoms[0].f_conv_transpose2d(&weights[0], weights.get(1), stride, pad, [0, 0], self.0.group, dilation).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }
}
