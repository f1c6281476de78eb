//! What the text of a Torch-7 network has built, as the sandbox describes it: modules, criterion, target and batch sizes.

use serde::Deserialize;

use crate::error::Error;

/// Everything that the text returned.
#[derive(Debug, Deserialize)]
pub(super) struct Described {
    pub(super) model: Module,
    pub(super) loss: Option<Criterion>,
    pub(super) target: Option<Target>,
    pub(super) crop_length: Option<u32>,
    pub(super) train_batch_size: Option<u32>,
    pub(super) validation_batch_size: Option<u32>,
    pub(super) printed: Vec<String>,
}

/// A module: its class as the text names it, a name of its own, the line that makes it, and what it is.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Module {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) kind: ModuleKind,
}

/// The modules of `nn`; sizes as Torch counts them, from 1 and with the batch first.
#[derive(Debug, Clone, Deserialize)]
pub(super) enum ModuleKind {
    Sequential { modules: Vec<Module> },
    ConcatTable { modules: Vec<Module> },
    Concat { dimension: i64, modules: Vec<Module> },
    JoinTable { dimension: i64, input_dimensions: Option<i64> },
    CAddTable {},
    Identity {},
    View { sizes: Vec<i64>, input_dimensions: Option<i64> },
    MulConstant { value: f64 },
    AddConstant { value: f64 },
    Linear { inputs: i64, outputs: i64, weight: Filler, bias: Option<Filler> },
    SpatialConvolution(Box<Convolution>),
    SpatialMaxPooling(Pooling),
    SpatialAveragePooling(Pooling),
    SpatialZeroPadding { left: i64, right: i64, top: i64, bottom: i64 },
    SpatialCrossMapLRN { size: i64, alpha: f64, beta: f64, k: f64 },
    BatchNormalization(Normalisation),
    SpatialBatchNormalization(Normalisation),
    ReLU { slope: f64 },
    Threshold { threshold: f64, value: f64 },
    Tanh {},
    Sigmoid {},
    Abs {},
    Dropout { share: f64 },
    LogSoftMax {},
    SoftMax {},
}

/// A convolution and how its weights are drawn.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Convolution {
    pub(super) inputs: i64,
    pub(super) outputs: i64,
    pub(super) groups: i64,
    #[serde(flatten)]
    pub(super) window: Window,
    pub(super) weight: Filler,
    pub(super) bias: Option<Filler>,
}

/// A pooling; Torch rounds sizes down unless told otherwise.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pooling {
    pub(super) round_up: bool,
    #[serde(flatten)]
    pub(super) window: Window,
}

/// A window that slides over pictures.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Window {
    pub(super) kernel_width: i64,
    pub(super) kernel_height: i64,
    pub(super) step_width: i64,
    pub(super) step_height: i64,
    pub(super) pad_width: i64,
    pub(super) pad_height: i64,
}

/// Batch normalisation; with weight and bias it also multiplies and shifts.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Normalisation {
    pub(super) outputs: i64,
    pub(super) epsilon: f64,
    pub(super) momentum: f64,
    pub(super) weight: Option<Filler>,
    pub(super) bias: Option<Filler>,
}

/// How weights are drawn before training.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) enum Filler {
    Constant { value: f64 },
    Uniform { min: f64, max: f64 },
    Gaussian { mean: f64, std: f64 },
}

/// A criterion and the line that makes it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Criterion {
    pub(super) class: String,
    pub(super) line: usize,
    pub(super) kind: CriterionKind,
}

/// The criteria of `nn`.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::enum_variant_names, reason = "the names are those of `nn`, which the described network holds")]
pub(super) enum CriterionKind {
    /// Negative log-likelihood of log-probabilities.
    ClassNLLCriterion {},
    /// The same of what a softmax has not yet seen.
    CrossEntropyCriterion {},
    MSECriterion {
        average: bool,
    },
    AbsCriterion {
        average: bool,
    },
    ParallelCriterion {
        criteria: Vec<Criterion>,
        weights: Vec<f64>,
        repeat_target: bool,
    },
}

/// What `labelHook` makes of input and label. Without one the target is the label.
#[derive(Debug, Clone, Deserialize)]
pub(super) enum Target {
    Input {},
    Label {},
    /// Values from `start` (counted from 0) on.
    Narrow {
        of: Box<Target>,
        start: i64,
        length: i64,
    },
    /// `scale * x + shift`.
    Line {
        of: Box<Target>,
        scale: f64,
        shift: f64,
    },
    Table {
        parts: Vec<Target>,
    },
}

impl Module {
    /// `Invalid`, naming line and class.
    pub(super) fn wrong(&self, message: &str) -> Error {
        Error::invalid(format!("model.lua:{}: nn.{}: {message}", self.line, self.class))
    }
}

impl Criterion {
    /// `Invalid`, naming line and class.
    pub(super) fn wrong(&self, message: &str) -> Error {
        Error::invalid(format!("model.lua:{}: nn.{}: {message}", self.line, self.class))
    }
}
