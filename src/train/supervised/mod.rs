//! Learning from examples with known answers, as Caffe and DIGITS do it: a plan in, weights and curves in a folder out.
//! Knows no database and no HTTP; examples come through a trait.

mod augmentation;
mod colour;
mod course;
mod definition;
mod digits_files;
mod folder;
mod gradients;
mod loader;
mod order;
mod plan;
mod preparation;
mod rates;
mod run;
mod series;
mod session;
mod snapshots;
mod solver;
mod standard;
mod state;
mod trained;
mod validation;
mod warp;
mod wiring;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::error::{Result, io_error};

pub use augmentation::{Augmentation, Flip, QuarterTurns};
pub use colour::ColourNoise;
pub use course::Course;
pub use definition::{Databases, Prepared, Purpose, Task, prepare};
pub use digits_files::{DEPLOY_FILE, ORIGINAL_FILE, SOLVER_FILE, TRAIN_VAL_FILE, solver_text, write_files};
pub use folder::FolderExamples;
pub use plan::{Framework, MeanSubtraction, Schedule, TrainPlan};
pub use rates::RatePolicy;
pub use series::{Point, Series};
pub use snapshots::{Snapshot, snapshots};
pub use solver::{Solver, SolverKind, SolverSettings};
pub use standard::lenet;
pub use trained::{Preprocessing, TrainedNetwork};

/// What is trained on; its examples are numbered from 0.
pub trait Examples: Send + Sync {
    /// Number of examples.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Channels, height, width; the same for all examples.
    fn shape(&self) -> [usize; 3];

    /// An example by its number. Called from several threads at once.
    ///
    /// # Errors
    /// Those of the place where examples lie.
    fn read(&self, place: usize) -> Result<Example>;
}

/// A picture, or something like one, with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The values.
    pub pixels: Pixels,
    /// The answer.
    pub label: Label,
}

/// Values as Caffe keeps them: channel after channel, each row by row; colours as blue, green, red.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// Pixels of 0 to 255.
    Bytes(Vec<u8>),
    /// Other numbers.
    Floats(Vec<f32>),
}

impl Pixels {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Floats(values) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values as floats.
    pub fn to_floats(&self) -> Vec<f32> {
        match self {
            Self::Bytes(values) => values.iter().map(|&value| f32::from(value)).collect(),
            Self::Floats(values) => values.clone(),
        }
    }
}

/// The answer to an example.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// Number of its class, from 0.
    Class(u32),
    /// Numbers; as many for each example.
    Values(Vec<f32>),
    /// None is known.
    None,
}

/// What happens while a network is trained.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// How far the training is; told a few times a second. The first one says where a training that goes on begins: what was
    /// reported at later epochs before is reported again.
    Iteration {
        /// Iterations done.
        iteration: u64,
        /// Iterations in all.
        iterations: u64,
        /// Passes over the examples that were done.
        epoch: f64,
    },
    /// Numbers of the training phase.
    Train {
        /// When.
        epoch: f64,
        /// Name and value of each output, such as `loss`.
        outputs: Vec<(String, f64)>,
        /// Learning rate of that iteration.
        learning_rate: f64,
    },
    /// Means over the validation examples.
    Validation {
        /// When.
        epoch: f64,
        /// Name and value of each output, such as `accuracy` (0 to 1) and `loss`.
        outputs: Vec<(String, f64)>,
    },
    /// Weights were written.
    Snapshot {
        /// When.
        epoch: f64,
        /// The file.
        file: PathBuf,
    },
}

/// How a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All iterations are done.
    Done {
        /// How many.
        iterations: u64,
    },
    /// Somebody asked for the end; the same plan goes on from here.
    Stopped {
        /// Iterations done.
        iteration: u64,
    },
}

/// Trains until done, stopped or failed; begins where the last whole state in `plan.folder` ended. Runs on the calling thread and
/// some of its own, which inherit its priority. The same plan, examples and machine give the same weights bit by bit, whether the
/// training was interrupted or not, where the plan has a seed.
///
/// # Errors
/// `Invalid` for a plan that does not fit its examples or network, for labels that the network does not know, and for a training
/// that diverges (with the words of DIGITS); `Corrupt` for a damaged state; those of the examples and the disk.
pub fn train(
    plan: &TrainPlan,
    training: &dyn Examples,
    validation: Option<&dyn Examples>,
    device: tch::Device,
    stop: &AtomicBool,
    report: &mut dyn FnMut(Report),
) -> Result<Ended> {
    plan.check(training, validation)?;
    std::fs::create_dir_all(&plan.folder).map_err(|error| io_error(&plan.folder, "create", error))?;
    run::run(plan, training, validation, device, stop, report)
}
