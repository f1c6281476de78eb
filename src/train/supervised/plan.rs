//! Everything that training needs to know, as plain data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Augmentation, Examples, RatePolicy, SolverSettings};
use crate::error::{Error, Result};
use crate::network::GraphDefinition;

/// Most pixels of an example: what a batch takes in memory stays bounded.
const MAX_VALUES: usize = 1 << 28;

/// Examples that a mean is measured on at most: more change nothing that could be seen.
const MEAN_EXAMPLES: usize = 10_000;

/// Whose habits are followed: order of colours, when to validate and to take snapshots, whether to augment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Framework {
    /// Blue, green, red; counts iterations; no augmentation but mirroring.
    Caffe,
    /// Red, green, blue; counts epochs; augments.
    Torch,
}

/// A whole training.
#[derive(Debug, Serialize, Deserialize)]
pub struct TrainPlan {
    /// The network with its layers of all phases. Inputs and layers of type `Data` are fed by their names: blobs whose name holds
    /// `label` get the labels, all others the pictures.
    pub network: GraphDefinition,
    /// Whose habits.
    pub framework: Framework,
    /// How weights change.
    pub solver: SolverSettings,
    /// How long, and what happens when.
    pub schedule: Schedule,
    /// What is subtracted from every picture.
    pub mean: MeanSubtraction,
    /// Random changes of the training pictures.
    pub augmentation: Augmentation,
    /// Side of the square that the network sees: a random place in training, the centre otherwise. `None` is the whole picture.
    pub crop: Option<u32>,
    /// Seed of everything random; `None` draws one.
    pub seed: Option<u64>,
    /// A caffemodel whose layers of the same names the training begins with.
    pub initial_weights: Option<PathBuf>,
    /// Processor threads; `None` takes as many as there are cores.
    #[serde(default)]
    pub threads: Option<usize>,
    /// Where snapshots, curves and the state are kept.
    pub folder: PathBuf,
}

/// How long a training takes, and what happens when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Passes over the training examples; at least 1.
    pub epochs: u32,
    /// How the learning rate changes.
    pub policy: RatePolicy,
    /// Examples of one forward and backward pass.
    pub batch_size: u32,
    /// Examples of one pass in validation.
    pub validation_batch_size: u32,
    /// Passes whose gradients make one change of the weights; at least 1.
    pub accumulation: u32,
    /// Epochs between snapshots; 0 takes the last only.
    pub snapshot_interval: f64,
    /// Epochs between validations; 0 validates at the beginning and at the end.
    pub validation_interval: f64,
    /// Draws examples at random, with replacement, in place of their order. Torch only.
    pub shuffle: bool,
}

/// What is subtracted from every picture, in blue, green, red.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum MeanSubtraction {
    /// Nothing.
    #[default]
    None,
    /// One number for each channel.
    Pixel {
        /// The numbers.
        values: Vec<f32>,
    },
    /// A picture of the examples' shape; cut along with them.
    Image {
        /// Channels, height, width.
        shape: [usize; 3],
        /// The values, channel after channel.
        values: Vec<f32>,
    },
}

impl MeanSubtraction {
    /// The mean picture of these examples, of the first ten thousand at most.
    ///
    /// # Errors
    /// `Invalid` without examples; those of the examples.
    pub fn measured(examples: &dyn Examples) -> Result<Self> {
        let (shape, count) = (examples.shape(), examples.len().min(MEAN_EXAMPLES));
        if count == 0 {
            return Err(Error::invalid("there is no mean of no examples"));
        }
        let mut sums = vec![0.0_f64; shape.iter().product()];
        for place in 0..count {
            let values = examples.read(place)?.pixels.to_floats();
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(value));
        }
        Ok(Self::Image { shape, values: sums.into_iter().map(|sum| (sum / count as f64) as f32).collect() })
    }

    /// The mean of each channel of a mean picture.
    #[must_use]
    pub fn into_pixel(self) -> Self {
        match self {
            Self::Image { shape: [_, height, width], values } => {
                let mean = |channel: &[f32]| channel.iter().map(|&value| f64::from(value)).sum::<f64>() / channel.len() as f64;
                Self::Pixel { values: values.chunks((height * width).max(1)).map(|channel| mean(channel) as f32).collect() }
            }
            other => other,
        }
    }

    fn check(&self, shape: [usize; 3]) -> Result<()> {
        match self {
            Self::Pixel { values } if values.len() != shape[0] => {
                Err(Error::invalid(format!("the mean has {} channels, the examples have {}", values.len(), shape[0])))
            }
            Self::Image { shape: own, values } if *own != shape || values.len() != shape.iter().product::<usize>() => {
                Err(Error::invalid(format!("the mean picture has the shape {own:?}, the examples have {shape:?}")))
            }
            _ => Ok(()),
        }
    }
}

impl TrainPlan {
    /// Refuses a plan that cannot be carried out with these examples.
    pub(super) fn check(&self, training: &dyn Examples, validation: Option<&dyn Examples>) -> Result<()> {
        let shape = training.shape();
        let values = shape.iter().try_fold(1_usize, |product, &side| product.checked_mul(side)).unwrap_or(usize::MAX);
        if training.is_empty() || values == 0 || values > MAX_VALUES {
            return Err(Error::invalid(format!(
                "{} training examples of shape {shape:?}: at least one is needed, with 1 to {MAX_VALUES} values",
                training.len()
            )));
        }
        if let Some(other) = validation.map(super::Examples::shape).filter(|other| *other != shape) {
            return Err(Error::invalid(format!("training examples have the shape {shape:?}, validation examples {other:?}")));
        }
        if self.crop.is_some_and(|side| side == 0 || side as usize > shape[1].min(shape[2])) {
            return Err(Error::invalid_field("crop_size", "crop_size is larger than the image size"));
        }
        self.mean.check(shape)?;
        self.solver.check()?;
        self.schedule.check()?;
        self.augmentation.check(shape)
    }
}

impl Schedule {
    fn check(&self) -> Result<()> {
        let positive = [
            ("train_epochs", self.epochs),
            ("batch_size", self.batch_size),
            ("validation batch_size", self.validation_batch_size),
            ("batch_accumulation", self.accumulation),
        ];
        for (field, value) in positive {
            if value == 0 {
                return Err(Error::invalid_field(field, "must be at least 1"));
            }
        }
        for (field, value) in [("snapshot_interval", self.snapshot_interval), ("val_interval", self.validation_interval)] {
            if !value.is_finite() || value < 0.0 {
                return Err(Error::invalid_field(field, format!("is {value}, and must be a number from 0 (in epochs)")));
            }
        }
        self.policy.check()
    }
}
