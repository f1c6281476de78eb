//! Layers that relate values to their neighbours: softmax, local response and L2 normalisation.

use tch::{Kind, Tensor};

use super::{Layer, MAX_EXTENT, Shape, TorchResult, axis_of, bounded, image_shape};
use crate::error::{Error, Result};
use crate::network::fused::{Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;

struct Softmax {
    axis: i64,
}

/// `x / (k + alpha / n * sum of squares) ^ beta` over `n` channels, or over a square of the same channel (where k is 1).
struct LocalResponse {
    size: i64,
    alpha: f64,
    beta: f64,
    k: f64,
    within_channel: bool,
}

/// Divides by the L2 norm and multiplies with a learned scale. Weights: scale `[channels]`, or one for all.
struct Normalize {
    across_spatial: bool,
    channel_shared: bool,
    epsilon: f64,
}

pub(super) fn build_softmax(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(Softmax { axis: definition.parameters("softmax_param")?.integer("axis")?.unwrap_or(1) }))
}

pub(super) fn build_lrn(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("lrn_param")?;
    let size = bounded(&parameters, "local_size", 5, 1..=MAX_EXTENT)?;
    if size % 2 == 0 {
        return Err(Error::invalid(format!("`local_size` is {size}, and must be odd")));
    }
    let within_channel = match parameters.word("norm_region")?.unwrap_or("ACROSS_CHANNELS") {
        "ACROSS_CHANNELS" | "0" => false,
        "WITHIN_CHANNEL" | "1" => true,
        other => return Err(Error::invalid(format!("`norm_region` must be ACROSS_CHANNELS or WITHIN_CHANNEL, found `{other}`"))),
    };
    let number = |name, default| Ok::<_, Error>(f64::from(parameters.number(name)?.unwrap_or(default)));
    let k = if within_channel { 1.0 } else { number("k", 1.0)? };
    Ok(Box::new(LocalResponse { size, alpha: number("alpha", 1.0)?, beta: number("beta", 0.75)?, k, within_channel }))
}

pub(super) fn build_normalize(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("norm_param")?;
    Ok(Box::new(Normalize {
        across_spatial: parameters.flag("across_spatial")?.unwrap_or(true),
        channel_shared: parameters.flag("channel_shared")?.unwrap_or(true),
        epsilon: f64::from(parameters.number("eps")?.unwrap_or(1e-10)),
    }))
}

impl Layer for Softmax {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        axis_of(self.axis, bottoms[0].len())?;
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![bottoms[0].f_softmax(self.axis, Kind::Float).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.axis >= 1
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        if axis_of(self.axis, plan.shape(inputs[0]).len() + 1)? != 1 {
            return Err(Error::unsupported("softmax over another axis than the channels"));
        }
        Ok(vec![plan.push(Operation::Softmax, vec![inputs[0]])?])
    }
}

impl LocalResponse {
    /// Mean of the squares around each value; what lies outside counts as zero.
    fn mean_square(&self, input: &Tensor) -> Result<Tensor> {
        let (squares, size, pad) = (input.f_square().torch()?, self.size, self.size / 2);
        if self.within_channel {
            // The divisor of Caffe's average pooling is that of libtorch: the window within the padded picture.
            return squares.f_avg_pool2d([size, size], [1, 1], [pad, pad], false, true, None).torch();
        }
        let volume = squares.f_unsqueeze(1).torch()?;
        volume.f_avg_pool3d([size, 1, 1], [1, 1, 1], [pad, 0, 0], false, true, None).torch()?.f_squeeze_dim(1).torch()
    }
}

impl Layer for LocalResponse {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        image_shape(&bottoms[0])?;
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let base = self.mean_square(bottoms[0])?.f_mul_scalar(self.alpha).torch()?.f_add_scalar(self.k).torch()?;
        Ok(vec![bottoms[0].f_mul(&base.f_pow_tensor_scalar(-self.beta).torch()?).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }
}

impl Layer for Normalize {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [_, channels, ..] = image_shape(&bottoms[0])?;
        Ok(vec![vec![if self.channel_shared { 1 } else { channels }]])
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        image_shape(&bottoms[0])?;
        Ok(vec![bottoms[0].clone()])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let axes: &[i64] = if self.across_spatial { &[1, 2, 3] } else { &[1] };
        let squares = bottoms[0].f_square().torch()?.f_sum_dim_intlist(axes, true, Kind::Float).torch()?;
        let norm = squares.f_add_scalar(self.epsilon).torch()?.f_sqrt().torch()?;
        let scale = weights[0].f_reshape([1, -1, 1, 1]).torch()?;
        Ok(vec![bottoms[0].f_div(&norm).torch()?.f_mul(&scale).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }
}
