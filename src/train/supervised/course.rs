//! What happens at which iteration: DIGITS' arithmetic from epochs to iterations, for Caffe and for Torch.

use super::{Framework, Schedule};
use crate::error::{Error, Result};

/// Parts of an epoch after which Torch writes a line about the training.
const LINES_PER_EPOCH: u64 = 8;
/// Images after which a line about the training is written at the latest.
const IMAGES_PER_LINE: u64 = 5000;

/// A schedule for a number of examples. Positions are numbers of iterations that were done.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    framework: Framework,
    /// Passes over the examples.
    pub epochs: u64,
    /// Training examples.
    pub examples: u64,
    /// Examples of one iteration: the batch times the accumulation.
    pub per_iteration: u64,
    /// Iterations of one epoch.
    pub per_epoch: u64,
    /// Iterations in all.
    pub iterations: u64,
    /// Iterations between snapshots (Caffe); 0 takes the last only.
    pub snapshot: u64,
    /// Iterations between validations (Caffe).
    pub validation: u64,
    /// Iterations between lines about the training (Caffe).
    pub display: u64,
    snapshot_epochs: f64,
    validation_epochs: f64,
}

impl Course {
    /// The course of a schedule.
    ///
    /// # Errors
    /// `Invalid` without examples, and for more iterations than can be counted.
    pub fn new(schedule: &Schedule, framework: Framework, examples: usize) -> Result<Self> {
        let accumulation = if framework == Framework::Caffe { schedule.accumulation } else { 1 };
        let (examples, epochs) = (examples as u64, u64::from(schedule.epochs));
        let per_iteration = u64::from(schedule.batch_size) * u64::from(accumulation);
        if examples == 0 || per_iteration == 0 || epochs == 0 {
            return Err(Error::invalid("a training needs at least one example, one epoch, and a batch of at least one"));
        }
        let per_epoch = examples.div_ceil(per_iteration);
        let iterations = per_epoch.checked_mul(epochs).filter(|&count| count < 1 << 52);
        let iterations = iterations.ok_or_else(|| Error::invalid_field("train_epochs", "is more than can be counted"))?;
        let every = |epochs: f64, never: u64| match epochs * per_epoch as f64 {
            span if span > 0.0 && span <= 1.0 => 1,
            span if span > 1.0 && span < iterations as f64 => span as u64,
            _ => never,
        };
        Ok(Self {
            framework,
            epochs,
            examples,
            per_iteration,
            per_epoch,
            iterations,
            snapshot: every(schedule.snapshot_interval, 0),
            validation: every(schedule.validation_interval, iterations),
            display: (iterations / (epochs * LINES_PER_EPOCH)).min(IMAGES_PER_LINE.div_ceil(per_iteration)).max(1),
            snapshot_epochs: schedule.snapshot_interval,
            validation_epochs: schedule.validation_interval,
        })
    }

    /// Passes over the examples that this many iterations make.
    pub fn epoch(&self, position: u64) -> f64 {
        match self.framework {
            Framework::Caffe => position as f64 * self.epochs as f64 / self.iterations as f64,
            Framework::Torch => self.rounded(self.images(position) as f64 / self.examples as f64),
        }
    }

    /// The epoch that names a snapshot.
    pub fn snapshot_epoch(&self, position: u64) -> f64 {
        match self.framework {
            Framework::Caffe => (self.epoch(position) * 1000.0).round() / 1000.0,
            Framework::Torch => self.epoch(position),
        }
    }

    /// Whether there is a validation after this many iterations.
    pub fn validates_at(&self, position: u64) -> bool {
        position == 0
            || position == self.iterations
            || match self.framework {
                Framework::Caffe => position.is_multiple_of(self.validation),
                Framework::Torch => self.passes(position, self.validation_epochs),
            }
    }

    /// Whether weights are written after this many iterations.
    pub fn snapshots_at(&self, position: u64) -> bool {
        position == self.iterations
            || match self.framework {
                Framework::Caffe => self.snapshot > 0 && position.is_multiple_of(self.snapshot),
                Framework::Torch => self.passes(position, self.snapshot_epochs),
            }
    }

    /// Whether iteration `number`, counted from 0, is told about.
    pub fn displays_at(&self, number: u64) -> bool {
        match self.framework {
            Framework::Caffe => number.is_multiple_of(self.display),
            Framework::Torch => {
                let every = self.examples.div_ceil(LINES_PER_EPOCH).clamp(1, IMAGES_PER_LINE);
                number == 0 || self.images(number + 1) / every > self.images(number) / every
            }
        }
    }

    /// The epoch that a line about iteration `number`, counted from 0, stands at.
    pub fn display_epoch(&self, number: u64) -> f64 {
        self.epoch(if self.framework == Framework::Caffe { number } else { number + 1 })
    }

    /// Whether the numbers of a line are means since the line before, and not of one iteration.
    pub fn displays_means(&self) -> bool {
        self.framework == Framework::Torch
    }

    /// Images seen; Torch's last batch of an epoch holds what is left.
    fn images(&self, position: u64) -> u64 {
        position / self.per_epoch * self.examples + (position % self.per_epoch * self.per_iteration).min(self.examples)
    }

    /// Whether the last of these iterations reached or passed a multiple of `interval` epochs.
    fn passes(&self, position: u64, interval: f64) -> bool {
        if interval <= 0.0 || position == 0 {
            return false;
        }
        let multiples = |position| (self.images(position) as f64 / self.examples as f64 / interval + 1e-9).floor();
        multiples(position) > multiples(position - 1)
    }

    /// Rounded to as many digits as tell iterations apart.
    fn rounded(&self, epoch: f64) -> f64 {
        let digits = (self.examples as f64 / self.per_iteration as f64).log10().ceil().max(0.0);
        let unit = 10_f64.powf(digits);
        (epoch * unit).round() / unit
    }
}
