//! The layer types of Caffe on libtorch: parameters, shapes, and the forward computation of each.
//! Weights are handed in, so that the same code serves inference and learning.

use tch::{TchError, Tensor};

use crate::error::{Error, Kind, Result};
use crate::network::chance::Chance;
use crate::network::fused::{Plan, Value};
use crate::network::network_definition::LayerDefinition;
use crate::network::prototxt::Message;

mod convolution;
mod detection_output;
mod elementwise;
mod inner_product;
mod joining;
mod losses;
mod normalisation;
mod per_channel;
mod pooling;
mod prior_box;
mod reshaping;
mod torch7;
mod window;

pub(crate) use convolution::Convolution;

/// Dimensions of a blob, batch first.
pub type Shape = Vec<i64>;

/// Largest kernel, stride, padding or dilation; keeps all sums far below overflow.
const MAX_EXTENT: i64 = 32_768;
/// Most dimensions of a blob, as in Caffe.
const MAX_AXES: usize = 32;

/// One layer with its parameters, without its weights. Failures name no layer; the graph adds that.
pub(crate) trait Layer: Send + Sync {
    /// Shapes of the weight blobs for inputs of these shapes, in Caffe's order.
    fn weight_shapes(&self, _bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(Vec::new())
    }

    /// Shapes of the outputs for inputs of these shapes; refuses inputs that the layer cannot take.
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>>;

    /// The outputs. The shapes have been checked with `output_shapes` and `weight_shapes`.
    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>>;

    /// The outputs while the network learns, with random numbers for layers that need some. Nothing is changed in place
    /// but what the layer measures itself, so that gradients can be taken.
    fn learn(&self, bottoms: &[&Tensor], weights: &[Tensor], _chance: &mut Chance) -> Result<Vec<Tensor>> {
        self.forward(bottoms, weights)
    }

    /// False for a layer that measures its weights itself instead of learning them from gradients.
    fn learns_by_gradient(&self) -> bool {
        true
    }

    /// True where each picture's outputs depend on that picture alone, and a loss is the mean over pictures: then a batch may
    /// be learned from in parts.
    fn keeps_pictures_apart(&self) -> bool {
        false
    }

    /// Classes that the labels in the second input may name, for a layer that reads classes there.
    fn classes(&self, _bottoms: &[Shape]) -> Result<Option<i64>> {
        Ok(None)
    }

    /// Writes the layer into a plan (see [`fused`](crate::network::fused)) and returns its outputs there.
    /// `Unsupported` for a layer that plans do not know: then the network runs layer by layer.
    fn plan(&self, _plan: &mut Plan, _inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        Err(Error::unsupported("plans do not know this layer"))
    }

    /// Brings stored weights into the form `forward` takes them in.
    fn prepare(&self, _weights: &mut [Vec<f32>]) {}

    /// For a layer that multiplies and shifts whole channels: multiplier and shift, one value per channel.
    fn channel_map(&self, _weights: &[Tensor]) -> Result<Option<(Tensor, Tensor)>> {
        Ok(None)
    }

    /// The layer as a convolution, if it is one.
    fn as_convolution(&self) -> Option<&Convolution> {
        None
    }
}

/// A layer type: its name in a prototxt, how many blobs it reads and makes at most and at least, and its constructor.
struct LayerType {
    name: &'static str,
    bottoms: (usize, usize),
    tops: (usize, usize),
    build: fn(&LayerDefinition) -> Result<Box<dyn Layer>>,
}

const fn one_to_one(name: &'static str, build: fn(&LayerDefinition) -> Result<Box<dyn Layer>>) -> LayerType {
    LayerType { name, bottoms: (1, 1), tops: (1, 1), build }
}

/// What compares an answer with the truth.
const fn loss(name: &'static str, build: fn(&LayerDefinition) -> Result<Box<dyn Layer>>) -> LayerType {
    LayerType { name, bottoms: (2, 2), tops: (1, 1), build }
}

const MANY: usize = 1024;

static TYPES: &[LayerType] = &[
    one_to_one("AbsVal", elementwise::build),
    loss("AbsCriterion", losses::build_criterion),
    loss("Accuracy", losses::build_accuracy),
    one_to_one("BatchNorm", per_channel::build_batch_norm),
    LayerType { name: "Concat", bottoms: (1, MANY), tops: (1, 1), build: joining::build_concat },
    loss("ClassNLLCriterion", losses::build_criterion),
    one_to_one("Convolution", convolution::build),
    one_to_one("Deconvolution", convolution::build_deconvolution),
    LayerType { name: "DetectionOutput", bottoms: (3, 3), tops: (1, 1), build: detection_output::build },
    one_to_one("Dropout", elementwise::build),
    LayerType { name: "Eltwise", bottoms: (2, MANY), tops: (1, 1), build: joining::build_eltwise },
    loss("EuclideanLoss", losses::build_criterion),
    one_to_one("Flatten", reshaping::build_flatten),
    one_to_one("InnerProduct", inner_product::build),
    LayerType { name: "Input", bottoms: (0, 0), tops: (1, MANY), build: reshaping::build_input },
    one_to_one("LRN", normalisation::build_lrn),
    one_to_one("LogSoftmax", torch7::build),
    one_to_one("Narrow", torch7::build),
    loss("MSECriterion", losses::build_criterion),
    one_to_one("Normalize", normalisation::build_normalize),
    one_to_one("PReLU", per_channel::build_prelu),
    one_to_one("Pad", torch7::build),
    one_to_one("Permute", reshaping::build_permute),
    one_to_one("Pooling", pooling::build),
    one_to_one("Power", elementwise::build),
    LayerType { name: "PriorBox", bottoms: (2, 2), tops: (1, 1), build: prior_box::build },
    one_to_one("ReLU", elementwise::build),
    one_to_one("ReplaceBelow", torch7::build),
    one_to_one("Reshape", reshaping::build_reshape),
    one_to_one("Scale", per_channel::build_scale),
    one_to_one("Sigmoid", elementwise::build),
    LayerType { name: "Slice", bottoms: (1, 1), tops: (1, MANY), build: joining::build_slice },
    one_to_one("Softmax", normalisation::build_softmax),
    LayerType { name: "SoftmaxWithLoss", bottoms: (2, 2), tops: (1, 2), build: losses::build_softmax_loss },
    LayerType { name: "Split", bottoms: (1, 1), tops: (1, MANY), build: joining::build_split },
    one_to_one("TanH", elementwise::build),
];

/// The layer that a definition describes.
///
/// # Errors
/// `Unsupported` for an unknown type, with the known ones; `Invalid` for wrong parameters. Both name the layer.
pub(crate) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let Some(found) = TYPES.iter().find(|candidate| candidate.name == definition.kind) else {
        let known = TYPES.iter().map(|layer_type| layer_type.name).collect::<Vec<_>>().join(", ");
        return Err(definition.failure(Kind::Unsupported, &format!("this type is not supported; supported are {known}")));
    };
    for (what, count, (least, most)) in [("bottom", definition.bottoms.len(), found.bottoms), ("top", definition.tops.len(), found.tops)] {
        if count < least || count > most {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(definition.wrong(&format!("it has {count} `{what}`, and needs {wanted}")));
        }
    }
    (found.build)(definition).map_err(|error| definition.name_in(error))
}

/// Turns libtorch's exceptions into ours: shapes are checked before, so what is left is a fault of the machine or of ours.
pub(crate) trait TorchResult<T> {
    /// The value, or `Internal` with the first line of libtorch's text (the rest is a stack trace).
    fn torch(self) -> Result<T>;
}

impl<T> TorchResult<T> for std::result::Result<T, TchError> {
    fn torch(self) -> Result<T> {
        self.map_err(|error| Error::internal(format!("libtorch: {}", error.to_string().lines().next().unwrap_or_default())).because(error))
    }
}

/// Number of values of a shape.
///
/// # Errors
/// `Invalid` for a dimension below one, or above Caffe's limit of 2^31 - 1 values.
pub(crate) fn count(shape: &[i64]) -> Result<i64> {
    let limit = i64::from(i32::MAX);
    let count =
        shape.iter().try_fold(1_i64, |count, &dim| if dim < 1 { None } else { count.checked_mul(dim).filter(|&count| count <= limit) });
    match count {
        Some(count) if shape.len() <= MAX_AXES => Ok(count),
        _ => Err(Error::invalid(format!(
            "the shape {shape:?} is not possible: at most {MAX_AXES} dimensions, each at least 1, with at most {limit} values"
        ))),
    }
}

/// A shape that has been checked with [`count`].
fn checked(shape: Shape) -> Result<Shape> {
    count(&shape).map(|_| shape)
}

/// An axis counted from the front; negative ones count from the back.
fn axis_of(axis: i64, dimensions: usize) -> Result<usize> {
    let count = dimensions as i64;
    let from_front = if axis < 0 { axis.saturating_add(count) } else { axis };
    if (0..count).contains(&from_front) {
        Ok(from_front as usize)
    } else {
        Err(Error::invalid(format!("`axis` {axis} does not exist in an input of {dimensions} dimensions")))
    }
}

/// A whole number within limits.
fn bounded(parameters: &Message, name: &str, default: i64, limits: std::ops::RangeInclusive<i64>) -> Result<i64> {
    let value = parameters.integer(name)?.unwrap_or(default);
    if limits.contains(&value) {
        Ok(value)
    } else {
        Err(Error::invalid(format!("`{name}` is {value}, and must be {} to {}", limits.start(), limits.end())))
    }
}

/// The four dimensions of an image blob.
fn image_shape(shape: &Shape) -> Result<[i64; 4]> {
    <[i64; 4]>::try_from(shape.as_slice())
        .map_err(|_| Error::invalid(format!("it needs an input of 4 dimensions (batch, channels, height, width), found {shape:?}")))
}
