//! Caffe's first format (`layers { type: CONVOLUTION blobs_lr: 1 }`): names of the layer types, and where multipliers stood.

use crate::error::Result;
use crate::network::prototxt::{Field, Message, at};

const NAMES: &[(&str, &str)] = &[
    ("ABSVAL", "AbsVal"),
    ("ACCURACY", "Accuracy"),
    ("ARGMAX", "ArgMax"),
    ("BNLL", "BNLL"),
    ("CONCAT", "Concat"),
    ("CONTRASTIVE_LOSS", "ContrastiveLoss"),
    ("CONVOLUTION", "Convolution"),
    ("DATA", "Data"),
    ("DECONVOLUTION", "Deconvolution"),
    ("DROPOUT", "Dropout"),
    ("DUMMY_DATA", "DummyData"),
    ("ELTWISE", "Eltwise"),
    ("EUCLIDEAN_LOSS", "EuclideanLoss"),
    ("EXP", "Exp"),
    ("FLATTEN", "Flatten"),
    ("HDF5_DATA", "HDF5Data"),
    ("HDF5_OUTPUT", "HDF5Output"),
    ("HINGE_LOSS", "HingeLoss"),
    ("IM2COL", "Im2col"),
    ("IMAGE_DATA", "ImageData"),
    ("INFOGAIN_LOSS", "InfogainLoss"),
    ("INNER_PRODUCT", "InnerProduct"),
    ("LRN", "LRN"),
    ("MEMORY_DATA", "MemoryData"),
    ("MULTINOMIAL_LOGISTIC_LOSS", "MultinomialLogisticLoss"),
    ("MVN", "MVN"),
    ("POOLING", "Pooling"),
    ("POWER", "Power"),
    ("RELU", "ReLU"),
    ("SIGMOID", "Sigmoid"),
    ("SIGMOID_CROSS_ENTROPY_LOSS", "SigmoidCrossEntropyLoss"),
    ("SILENCE", "Silence"),
    ("SLICE", "Slice"),
    ("SOFTMAX", "Softmax"),
    ("SOFTMAX_LOSS", "SoftmaxWithLoss"),
    ("SPLIT", "Split"),
    ("TANH", "TanH"),
    ("THRESHOLD", "Threshold"),
    ("WINDOW_DATA", "WindowData"),
];

/// The present name of a type of the first format.
pub(super) fn kind(field: &Field) -> Result<&'static str> {
    let word = field.word()?;
    let found = NAMES.iter().find(|(old, _)| *old == word);
    found.map(|&(_, name)| name).ok_or_else(|| at(field.line, &format!("unknown type `{word}` in a `layers` of Caffe's first format")))
}

/// The fields of a layer with its multipliers where they stand today: `blobs_lr` and `weight_decay` become `param`s.
pub(super) fn fields(layer: &Message) -> Result<Message> {
    let (rates, decays) = (layer.numbers("blobs_lr")?, layer.numbers("weight_decay")?);
    let mut fields = layer.clone();
    fields.remove("blobs_lr");
    fields.remove("weight_decay");
    for index in 0..rates.len().max(decays.len()) {
        let mut multipliers = Message { line: layer.line, fields: Vec::new() };
        for (name, value) in [("lr_mult", rates.get(index)), ("decay_mult", decays.get(index))] {
            if let Some(value) = value {
                multipliers.push_word(name, value);
            }
        }
        fields.push_message("param", multipliers);
    }
    Ok(fields)
}
