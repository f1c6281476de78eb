//! Layers without weights that treat every value alike.

use tch::{Device, Tensor};

use super::{Layer, Shape, TorchResult};
use crate::error::{Error, Result};
use crate::network::chance::Chance;
use crate::network::fused::{Activation, Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;

enum Elementwise {
    Absolute,
    /// While learning, sets this share of the values to zero and raises the others so that their mean stays; else nothing.
    Dropout {
        ratio: f64,
    },
    /// `(shift + scale * x) ^ power`
    Power {
        power: f64,
        scale: f64,
        shift: f64,
    },
    Relu {
        negative_slope: f64,
    },
    Sigmoid,
    Tanh,
}

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(match definition.kind.as_str() {
        "AbsVal" => Elementwise::Absolute,
        "Dropout" => {
            let ratio = f64::from(definition.parameters("dropout_param")?.number("dropout_ratio")?.unwrap_or(0.5));
            if !(0.0..1.0).contains(&ratio) {
                return Err(Error::invalid(format!("`dropout_ratio` is {ratio}, and must be from 0 to below 1")));
            }
            Elementwise::Dropout { ratio }
        }
        "Power" => {
            let parameters = definition.parameters("power_param")?;
            let number = |name, default| Ok::<_, Error>(f64::from(parameters.number(name)?.unwrap_or(default)));
            Elementwise::Power { power: number("power", 1.0)?, scale: number("scale", 1.0)?, shift: number("shift", 0.0)? }
        }
        "ReLU" => {
            Elementwise::Relu { negative_slope: f64::from(definition.parameters("relu_param")?.number("negative_slope")?.unwrap_or(0.0)) }
        }
        "Sigmoid" => Elementwise::Sigmoid,
        "TanH" => Elementwise::Tanh,
        other => return Err(Error::internal(format!("{other} is no elementwise layer"))),
    }))
}

impl Elementwise {
    fn apply(&self, input: &Tensor) -> Result<Tensor> {
        match *self {
            Self::Absolute => input.f_abs().torch(),
            Self::Dropout { .. } => Ok(input.shallow_clone()),
            Self::Power { power, scale, shift } => {
                let line = input.f_mul_scalar(scale).torch()?.f_add_scalar(shift).torch()?;
                if (power - 1.0).abs() < f64::EPSILON { Ok(line) } else { line.f_pow_tensor_scalar(power).torch() }
            }
            Self::Relu { negative_slope: 0.0 } => input.f_relu().torch(),
            Self::Relu { negative_slope } => {
                let below = input.f_clamp_max(0.0).torch()?.f_mul_scalar(negative_slope).torch()?;
                input.f_relu().torch()?.f_add(&below).torch()
            }
            Self::Sigmoid => input.f_sigmoid().torch(),
            Self::Tanh => input.f_tanh().torch(),
        }
    }
}

impl Layer for Elementwise {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![self.apply(bottoms[0])?])
    }

    fn learn(&self, bottoms: &[&Tensor], weights: &[Tensor], chance: &mut Chance) -> Result<Vec<Tensor>> {
        let Self::Dropout { ratio } = *self else { return self.forward(bottoms, weights) };
        let input = bottoms[0];
        let mask = Tensor::f_from_slice(&chance.mask(input.numel(), ratio)).torch()?.f_reshape(input.size()).torch()?;
        let mask = if input.device() == Device::Cpu { mask } else { mask.f_to(input.device()).torch()? };
        Ok(vec![input.f_mul(&mask).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        let activation = match *self {
            Self::Dropout { .. } => return Ok(inputs.to_vec()),
            Self::Relu { negative_slope: 0.0 } => Activation::Relu,
            Self::Relu { negative_slope } => Activation::LeakyRelu(negative_slope),
            Self::Sigmoid => Activation::Sigmoid,
            Self::Tanh => Activation::Tanh,
            Self::Absolute | Self::Power { .. } => return Err(Error::unsupported("plans do not know this layer")),
        };
        Ok(vec![plan.push(Operation::Activate(activation), vec![inputs[0]])?])
    }
}
