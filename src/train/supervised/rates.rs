//! How the learning rate changes over a training: Caffe's policies with positions in percent of the whole, as DIGITS has them.

use serde::{Deserialize, Serialize};

use super::Framework;
use crate::error::{Error, Result};

/// A policy. Positions and sizes are percent of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "lowercase")]
pub enum RatePolicy {
    /// The base rate all the time.
    Fixed,
    /// Times `gamma` after each step.
    Step {
        /// Percent.
        size: f64,
        /// Factor.
        gamma: f64,
    },
    /// Times `gamma` at each of these positions.
    Multistep {
        /// Percent, rising.
        values: Vec<f64>,
        /// Factor.
        gamma: f64,
    },
    /// Times `gamma` with each percent.
    Exp {
        /// Factor.
        gamma: f64,
    },
    /// `(1 + gamma x) ^ -power`.
    Inv {
        /// Factor on the percent.
        gamma: f64,
        /// Exponent.
        power: f64,
    },
    /// `(1 - x / 100) ^ power`.
    Poly {
        /// Exponent.
        power: f64,
    },
    /// `1 / (1 + e ^ (gamma (x - step)))`.
    Sigmoid {
        /// Percent at which half the rate is reached.
        step: f64,
        /// Steepness.
        gamma: f64,
    },
}

impl RatePolicy {
    /// Name in a solver's text.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Step { .. } => "step",
            Self::Multistep { .. } => "multistep",
            Self::Exp { .. } => "exp",
            Self::Inv { .. } => "inv",
            Self::Poly { .. } => "poly",
            Self::Sigmoid { .. } => "sigmoid",
        }
    }

    /// The curve that people see before training: the rate at 0, 1, ... 100 percent.
    pub fn preview(&self, base: f64) -> Vec<f64> {
        (0..=100).map(|percent| base * self.factor(f64::from(percent), |position| position)).collect()
    }

    /// The rate of an iteration, counted from 0, of a training of this many.
    pub fn rate(&self, base: f64, iteration: u64, iterations: u64, framework: Framework) -> f64 {
        let percent = iterations as f64 / 100.0;
        // A step begins with a whole iteration: Caffe's solver texts round up, Torch rounds to the nearest.
        let whole = |position: f64| match framework {
            Framework::Caffe => (position * percent).ceil().max(1.0) / percent,
            Framework::Torch => (position * percent).round().max(1.0) / percent,
        };
        let x = iteration as f64 / percent;
        match (self, framework) {
            (Self::Multistep { values, gamma }, Framework::Torch) if (values.len() as u64) > iterations => {
                base * gamma.powi(i32::try_from(iteration).unwrap_or(i32::MAX))
            }
            _ => base * self.factor(x, whole),
        }
    }

    /// Factor on the base rate at `x` percent; `whole` moves a position to where a step begins.
    fn factor(&self, x: f64, whole: impl Fn(f64) -> f64) -> f64 {
        // Equal positions must compare as equal, whatever rounding they went through.
        let tolerance = 1e-9 * x.abs().max(1.0);
        match self {
            Self::Fixed => 1.0,
            Self::Step { size, gamma } => gamma.powf(((x + tolerance) / whole(*size)).floor()),
            Self::Multistep { values, gamma } => {
                let passed = values.iter().filter(|&&value| whole(value) <= x + tolerance).count();
                gamma.powi(i32::try_from(passed).unwrap_or(i32::MAX))
            }
            Self::Exp { gamma } => gamma.powf(x),
            Self::Inv { gamma, power } => (1.0 + gamma * x).powf(-power),
            Self::Poly { power } => (1.0 - x / 100.0).max(0.0).powf(*power),
            Self::Sigmoid { step, gamma } => 1.0 / (1.0 + (gamma * (x - whole(*step))).exp()),
        }
    }

    /// The fields of a solver's text for a training of this many iterations.
    pub fn solver_fields(&self, iterations: u64) -> Vec<(&'static str, String)> {
        let percent = iterations as f64 / 100.0;
        let whole = |position: f64| ((position * percent).ceil().max(1.0) as u64).to_string();
        match self {
            Self::Fixed => Vec::new(),
            Self::Step { size, gamma } => vec![("gamma", gamma.to_string()), ("stepsize", whole(*size))],
            Self::Multistep { values, gamma } => {
                let steps = values.iter().map(|&value| ("stepvalue", whole(value)));
                std::iter::once(("gamma", gamma.to_string())).chain(steps).collect()
            }
            Self::Exp { gamma } => vec![("gamma", gamma.powf(1.0 / percent).to_string())],
            Self::Inv { gamma, power } => vec![("gamma", (gamma / percent).to_string()), ("power", power.to_string())],
            Self::Poly { power } => vec![("power", power.to_string())],
            Self::Sigmoid { step, gamma } => vec![("gamma", (-gamma / percent).to_string()), ("stepsize", whole(*step))],
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let numbers: Vec<f64> = match self {
            Self::Fixed => Vec::new(),
            Self::Step { size, gamma } => vec![*size, *gamma],
            Self::Multistep { values, gamma } => values.iter().copied().chain([*gamma]).collect(),
            Self::Exp { gamma } => vec![*gamma],
            Self::Inv { gamma, power } => vec![*gamma, *power],
            Self::Poly { power } => vec![*power],
            Self::Sigmoid { step, gamma } => vec![*step, *gamma],
        };
        match numbers.iter().find(|number| !number.is_finite() || **number < 0.0) {
            Some(number) => Err(Error::invalid_field("lr_policy", format!("{number} is no number from 0"))),
            None => Ok(()),
        }
    }
}
