//! Layers that Torch-7 networks need and Caffe does not have. They stand in the prototxt that such a network becomes
//! (see [`torch7`](crate::network::torch7)), and any other prototxt may use them too.

use tch::{Kind, Tensor};

use super::{Layer, MAX_EXTENT, Shape, TorchResult, axis_of, bounded, checked, image_shape};
use crate::error::{Error, Result};
use crate::network::network_definition::LayerDefinition;

enum Torch7 {
    /// Logarithm of the softmax along an axis, without the loss of precision of the two one after the other.
    LogSoftmax { axis: i64 },
    /// `length` entries of an axis from `start` on.
    Narrow { axis: i64, start: i64, length: i64 },
    /// Zeros around each picture: left, right, top, bottom.
    Pad { borders: [i64; 4] },
    /// `x` where it is above the threshold, else `value`.
    ReplaceBelow { threshold: f64, value: f64 },
}

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(match definition.kind.as_str() {
        "LogSoftmax" => Torch7::LogSoftmax { axis: definition.parameters("softmax_param")?.integer("axis")?.unwrap_or(1) },
        "Narrow" => {
            let parameters = definition.parameters("narrow_param")?;
            let limit = i64::from(i32::MAX);
            Torch7::Narrow {
                axis: parameters.integer("axis")?.unwrap_or(1),
                start: bounded(&parameters, "start", 0, 0..=limit)?,
                length: bounded(&parameters, "length", 1, 1..=limit)?,
            }
        }
        "Pad" => {
            let parameters = definition.parameters("pad_param")?;
            let side = |name| bounded(&parameters, name, 0, 0..=MAX_EXTENT);
            Torch7::Pad { borders: [side("left")?, side("right")?, side("top")?, side("bottom")?] }
        }
        "ReplaceBelow" => {
            let parameters = definition.parameters("replace_below_param")?;
            let number = |name| Ok::<_, Error>(f64::from(parameters.number(name)?.unwrap_or(0.0)));
            Torch7::ReplaceBelow { threshold: number("threshold")?, value: number("value")? }
        }
        other => return Err(Error::internal(format!("{other} is no layer of Torch 7"))),
    }))
}

impl Torch7 {
    fn output_shape(&self, bottom: &Shape) -> Result<Shape> {
        match *self {
            Self::LogSoftmax { axis } => axis_of(axis, bottom.len()).map(|_| bottom.clone()),
            Self::Narrow { axis, start, length } => narrowed(bottom, axis, start, length),
            Self::Pad { borders: [left, right, top, bottom_side] } => {
                let [batch, channels, height, width] = image_shape(bottom)?;
                checked(vec![batch, channels, height + top + bottom_side, width + left + right])
            }
            Self::ReplaceBelow { .. } => Ok(bottom.clone()),
        }
    }
}

/// A shape of which one axis is cut.
fn narrowed(bottom: &Shape, axis: i64, start: i64, length: i64) -> Result<Shape> {
    let axis = axis_of(axis, bottom.len())?;
    if start + length > bottom[axis] {
        return Err(Error::invalid(format!("{length} entries from {start} on reach beyond axis {axis} of the input {bottom:?}")));
    }
    Ok(bottom.iter().enumerate().map(|(index, &size)| if index == axis { length } else { size }).collect())
}

impl Layer for Torch7 {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.output_shape(&bottoms[0])?])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let input = bottoms[0];
        let output = match *self {
            Self::LogSoftmax { axis } => input.f_log_softmax(axis, Kind::Float),
            Self::Narrow { axis, start, length } => input.f_narrow(axis, start, length),
            Self::Pad { borders } => input.f_pad(borders, "constant", 0.0_f64),
            Self::ReplaceBelow { threshold, value } => input.f_threshold(threshold, value),
        };
        Ok(vec![output.torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        match *self {
            Self::LogSoftmax { axis } | Self::Narrow { axis, .. } => axis >= 1,
            Self::Pad { .. } | Self::ReplaceBelow { .. } => true,
        }
    }
}
