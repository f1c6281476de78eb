//! Names of the layer types in Caffe's first format (`layers { type: CONVOLUTION }`).

use crate::error::Result;
use crate::network::prototxt::{Field, at};

const NAMES: &[(&str, &str)] = &[
    ("ABSVAL", "AbsVal"),
    ("ACCURACY", "Accuracy"),
    ("BNLL", "BNLL"),
    ("CONCAT", "Concat"),
    ("CONTRASTIVE_LOSS", "ContrastiveLoss"),
    ("CONVOLUTION", "Convolution"),
    ("DATA", "Data"),
    ("DECONVOLUTION", "Deconvolution"),
    ("DROPOUT", "Dropout"),
    ("ELTWISE", "Eltwise"),
    ("EUCLIDEAN_LOSS", "EuclideanLoss"),
    ("FLATTEN", "Flatten"),
    ("HDF5_DATA", "HDF5Data"),
    ("IMAGE_DATA", "ImageData"),
    ("INNER_PRODUCT", "InnerProduct"),
    ("LRN", "LRN"),
    ("MEMORY_DATA", "MemoryData"),
    ("MVN", "MVN"),
    ("POOLING", "Pooling"),
    ("POWER", "Power"),
    ("RELU", "ReLU"),
    ("SIGMOID", "Sigmoid"),
    ("SLICE", "Slice"),
    ("SOFTMAX", "Softmax"),
    ("SOFTMAX_LOSS", "SoftmaxWithLoss"),
    ("SPLIT", "Split"),
    ("TANH", "TanH"),
];

/// The present name of a type of the first format.
pub(super) fn kind(field: &Field) -> Result<&'static str> {
    let word = field.word()?;
    let found = NAMES.iter().find(|(old, _)| *old == word);
    found.map(|&(_, name)| name).ok_or_else(|| at(field.line, &format!("unknown type `{word}` in a `layers` of Caffe's first format")))
}
