//! What makes two feature vectors comparable: input geometry, preprocessing, layer, dimension, and the weights' hash.

use serde::{Deserialize, Serialize};

use crate::imaging::ResizeFilter;
use crate::types::Sha256;

/// Order of a network's input channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColourOrder {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red (Caffe's habit).
    Bgr,
    /// One channel: luma by ITU-R BT.601.
    Grey,
}

impl ColourOrder {
    /// Number of input channels.
    pub fn channels(self) -> usize {
        if self == Self::Grey { 1 } else { 3 }
    }
}

/// How a picture becomes a network's input: squash to `width` x `height`, then `(pixel - mean) * scale` per channel.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSpec {
    /// Input width in pixels.
    pub width: u32,
    /// Input height in pixels.
    pub height: u32,
    /// Channel order.
    pub colour: ColourOrder,
    /// Subtracted from each channel, in the order of the network's channels, in 0..=255.
    pub mean: [f32; 3],
    /// Factor after the subtraction.
    pub scale: f32,
    /// How pixels are combined when the picture shrinks.
    pub filter: ResizeFilter,
}

/// Identity of a feature: equal fingerprints mean comparable vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// Key of the model, e.g. `likeness_small`.
    pub model: String,
    /// Layer whose output is the feature; empty for the network's final output.
    pub layer: String,
    /// Length of the vector.
    pub dimension: usize,
    /// Preprocessing.
    pub input: InputSpec,
    /// SHA-256 over weights, layer and preprocessing.
    pub fingerprint: Sha256,
}

impl Signature {
    /// Joins the parts and takes their fingerprint. `weights` is the hash of everything that decides the arithmetic.
    pub fn new(model: &str, layer: &str, dimension: usize, input: InputSpec, weights: Sha256) -> Self {
        let text = format!("likeness feature 1\n{weights}\n{layer}\n{dimension}\n{input:?}\n");
        Self { model: model.into(), layer: layer.into(), dimension, input, fingerprint: Sha256::of(text.as_bytes()) }
    }
}
