//! What is trained and how, as it is kept with a model: every choice of the form, checked, in plain values.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::train::supervised::{Augmentation, RatePolicy, SolverKind};

/// The language that a network is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// A prototxt.
    Caffe,
    /// A Lua chunk for Torch-7.
    Torch,
}

impl Language {
    /// The word of forms and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Caffe => "caffe",
            Self::Torch => "torch",
        }
    }

    /// Name of the file that keeps the network's text in the model's folder.
    pub fn network_file(self) -> &'static str {
        match self {
            Self::Caffe => "original.prototxt",
            Self::Torch => "model.lua",
        }
    }
}

/// What a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrainedKind {
    /// Classes.
    Classification,
    /// Numbers.
    Generic,
}

impl TrainedKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Generic => "generic",
        }
    }

    /// The kind of this word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Classification, Self::Generic].into_iter().find(|kind| kind.word() == word)
    }
}

/// What is subtracted from pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mean {
    /// Nothing.
    None,
    /// The mean picture of the dataset.
    Image,
    /// The mean of each channel.
    Pixel,
}

/// Everything that decides a training besides its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainSpec {
    /// Language of the network.
    pub language: Language,
    /// Text of the network.
    pub network: String,
    /// Files of weights to begin with, each matched by the names of layers.
    pub weights: Vec<PathBuf>,
    /// Passes over the training set.
    pub epochs: u32,
    /// Epochs between snapshots; 0 for the final one alone.
    pub snapshot_interval: f64,
    /// Epochs between validations; 0 for the first and the last alone.
    pub validation_interval: f64,
    /// Makes the training repeatable.
    pub seed: Option<u64>,
    /// Pictures of a batch; `None` for what the network says.
    pub batch_size: Option<u32>,
    /// Batches of one step.
    pub accumulation: u32,
    /// How weights follow their gradients.
    pub solver: SolverKind,
    /// Decay of the mean of squares, for `RMSPROP`.
    pub rms_decay: f64,
    /// Learning rate at the beginning.
    pub learning_rate: f64,
    /// How it changes.
    pub policy: RatePolicy,
    /// Side of the square that is cut from pictures.
    pub crop: Option<u32>,
    /// What is subtracted.
    pub mean: Mean,
    /// Whether the order of the pictures is random.
    pub shuffle: bool,
    /// How pictures are varied.
    pub variation: Augmentation,
}
