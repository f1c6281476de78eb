//! `modelzoo/<key>/model.yaml`: what a model is, how pictures go in, which layer is the feature, who made it under which licence.

use serde::Deserialize;

use crate::error::{Error, Kind, Result, ResultExt};
use crate::imaging::ResizeFilter;
use crate::network::{ColourOrder, InputSpec, Priors};
use crate::types::Sha256;

/// What a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// Classes; its inner layers are features.
    Classification,
    /// Boxes with labels.
    ObjectDetection,
}

/// How the weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framework {
    /// prototxt and caffemodel.
    Caffe,
    /// A TorchScript module.
    TorchScript,
}

/// How pictures shrink to the input size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Resize {
    #[default]
    Antialias,
    Interpolate,
}

/// The fields of `model.yaml`; those of VFRAME keep their names and meaning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the fields are those of the file")]
pub struct Descriptor {
    /// Title for people.
    pub name: String,
    /// What it answers.
    pub task_type: TaskType,
    /// How the weights are stored.
    pub framework: Framework,
    /// File name of the weights.
    pub model: String,
    /// File name of the network definition; empty for TorchScript.
    #[serde(default)]
    pub config: String,
    /// File name of the labels, one a line; empty for none.
    #[serde(default)]
    pub labels: String,
    /// Subtracted per channel, in the network's channel order, 0..=255.
    pub mean: Vec<f32>,
    /// Factor after the subtraction.
    pub scale: f32,
    /// Input width in pixels.
    pub width: u32,
    /// Input height in pixels.
    pub height: u32,
    /// True for RGB, false for BGR.
    pub rgb: bool,
    /// True for a network with one input channel.
    #[serde(default)]
    pub grey: bool,
    /// Always false: pictures are squashed.
    #[serde(default)]
    pub crop: bool,
    /// Confidence cut of classifications and detections.
    #[serde(default = "half")]
    pub threshold: f32,
    /// Layer whose output is the feature; empty when the model gives none.
    #[serde(default)]
    pub features: String,
    /// Length of the feature; 0 when the model cannot be indexed.
    #[serde(default)]
    pub dimensions: usize,
    /// Layer (of TorchScript the method) whose output is the classes; empty for the network's own output.
    #[serde(default)]
    pub output: String,
    /// Reference boxes of a detector that answers `boxes` and `scores` and whose boxes are offsets; left out when they are corners.
    #[serde(default)]
    pub priors: Option<Priors>,
    /// Whether detections are thinned by non-maximum suppression.
    #[serde(default)]
    pub nms: bool,
    /// Inactive models are listed but not offered.
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether somebody compared it with its original.
    #[serde(default)]
    pub tested: bool,
    /// Remarks.
    #[serde(default)]
    pub notes: String,
    /// Fields of old VFRAME files that mean nothing here: accepted, so that such a file can be used as it is.
    #[serde(default, rename = "backend")]
    _backend: Option<serde::de::IgnoredAny>,
    #[serde(default, rename = "target")]
    _target: Option<serde::de::IgnoredAny>,
    #[serde(default, rename = "classes")]
    _classes: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    resize: Resize,
    /// Licence of the weights.
    pub licence: String,
    /// Where the weights come from, for people.
    pub source: String,
    /// Hash that the weights must have.
    #[serde(default)]
    pub sha256: Option<Sha256>,
    /// Bytes of the weights file.
    #[serde(default)]
    pub size: u64,
    /// Where the weights can be downloaded; empty for nowhere.
    #[serde(default)]
    pub url: String,
    /// Hash of the network definition; needed when it does not lie beside the descriptor.
    #[serde(default)]
    pub config_sha256: Option<Sha256>,
    /// Where the network definition can be downloaded.
    #[serde(default)]
    pub config_url: String,
}

fn half() -> f32 {
    0.5
}

fn yes() -> bool {
    true
}

impl Descriptor {
    /// Reads and checks a descriptor.
    ///
    /// # Errors
    /// `Invalid` with the line and field.
    pub fn parse(text: &str) -> Result<Self> {
        let descriptor: Self = serde_norway::from_str(text).or_error(Kind::Invalid, || "model.yaml".into())?;
        descriptor.check()?;
        Ok(descriptor)
    }

    fn check(&self) -> Result<()> {
        let wrong = |text: String| Err(Error::invalid(format!("model.yaml: {text}")));
        if self.mean.len() != self.channels() && self.mean.len() != 3 {
            return wrong(format!("mean has {} numbers; one per input channel is needed", self.mean.len()));
        }
        if !(1..=4096).contains(&self.width) || !(1..=4096).contains(&self.height) {
            return wrong(format!("input {} x {} is outside 1..=4096", self.width, self.height));
        }
        if !self.scale.is_finite() || self.mean.iter().any(|value| !value.is_finite()) {
            return wrong("mean and scale must be finite numbers".into());
        }
        if let Some(priors) = &self.priors {
            priors.check().map_err(|error| error.context("model.yaml"))?;
        }
        if self.framework == Framework::Caffe && self.config.is_empty() {
            return wrong("a caffe model needs `config`, the file name of its prototxt".into());
        }
        match [&self.model, &self.config, &self.labels].into_iter().find(|name| !is_plain_name(name)) {
            Some(name) => wrong(format!("`{name}` is not a plain file name")),
            None => Ok(()),
        }
    }

    fn channels(&self) -> usize {
        self.colour().channels()
    }

    fn colour(&self) -> ColourOrder {
        match (self.grey, self.rgb) {
            (true, _) => ColourOrder::Grey,
            (false, true) => ColourOrder::Rgb,
            (false, false) => ColourOrder::Bgr,
        }
    }

    /// Preprocessing.
    pub fn input(&self) -> InputSpec {
        let mut mean = [self.mean.first().copied().unwrap_or_default(); 3];
        mean.iter_mut().zip(&self.mean).for_each(|(target, value)| *target = *value);
        let filter = match self.resize {
            Resize::Antialias => ResizeFilter::Antialias,
            Resize::Interpolate => ResizeFilter::Interpolate,
        };
        InputSpec { width: self.width, height: self.height, colour: self.colour(), mean, scale: self.scale, filter }
    }

    /// Whether features can be taken from it.
    pub fn is_indexable(&self) -> bool {
        self.dimensions > 0
    }
}

/// A file name without any folder: weights are found by name in known folders only.
fn is_plain_name(name: &str) -> bool {
    !name.contains(['/', '\\', '\0']) && name != ".." && name != "."
}
