//! How weights change: Caffe's solvers (`sgd_solver.cpp` and its kin describe the rules; the formulas stand at each).
//! The moments are the solver's whole memory, so that a training can stop and go on exactly.

use serde::{Deserialize, Serialize};
use tch::Tensor;

use crate::error::{Error, Result};
use crate::network::network_definition::Multipliers;
use crate::train::supervised::Framework;

/// The rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SolverKind {
    /// Gradient descent with momentum.
    Sgd,
    /// Nesterov's accelerated gradient.
    Nesterov,
    /// Duchi et al. 2011.
    Adagrad,
    /// Tieleman and Hinton 2012.
    Rmsprop,
    /// Zeiler 2012.
    Adadelta,
    /// Kingma and Ba 2015.
    Adam,
}

impl SolverKind {
    /// All rules.
    pub const ALL: [Self; 6] = [Self::Sgd, Self::Nesterov, Self::Adagrad, Self::Rmsprop, Self::Adadelta, Self::Adam];

    /// The rule of a form's value such as `SGD`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.form_name() == name)
    }

    /// Name in a form.
    pub fn form_name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Nesterov => "NESTEROV",
            Self::Adagrad => "ADAGRAD",
            Self::Rmsprop => "RMSPROP",
            Self::Adadelta => "ADADELTA",
            Self::Adam => "ADAM",
        }
    }

    /// Name in a solver's text.
    pub fn caffe_name(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Nesterov => "Nesterov",
            Self::Adagrad => "AdaGrad",
            Self::Rmsprop => "RMSProp",
            Self::Adadelta => "AdaDelta",
            Self::Adam => "Adam",
        }
    }

    /// Tensors that are remembered for each blob.
    fn moments(self) -> usize {
        if matches!(self, Self::Adadelta | Self::Adam) { 2 } else { 1 }
    }
}

/// A rule with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SolverSettings {
    /// The rule.
    pub kind: SolverKind,
    /// Base learning rate.
    pub learning_rate: f64,
    /// Share of the last change (SGD, Nesterov), of the mean square (`AdaDelta`) or of the mean gradient (Adam) that is kept.
    pub momentum: f64,
    /// Share of the mean square that is kept (Adam).
    pub second_momentum: f64,
    /// Share of the mean square that is kept (`RMSProp`).
    pub rms_decay: f64,
    /// Keeps divisors above zero.
    pub delta: f64,
    /// Weight of half the sum of squares of all weights in the loss.
    pub weight_decay: f64,
}

impl SolverSettings {
    /// The numbers that DIGITS gives a rule: momentum 0.9, weight decay a hundredth of the rate (Torch: 1e-4).
    pub fn new(kind: SolverKind, learning_rate: f64, framework: Framework) -> Self {
        let weight_decay = if framework == Framework::Caffe { learning_rate / 100.0 } else { 1e-4 };
        Self { kind, learning_rate, momentum: 0.9, second_momentum: 0.999, rms_decay: 0.99, delta: 1e-8, weight_decay }
    }

    pub(super) fn check(&self) -> Result<()> {
        let numbers = [("learning_rate", self.learning_rate), ("weight_decay", self.weight_decay), ("delta", self.delta)];
        let shares = [("momentum", self.momentum), ("momentum2", self.second_momentum), ("rms_decay", self.rms_decay)];
        for (field, value) in numbers.into_iter().chain(shares) {
            if !value.is_finite() || value < 0.0 {
                return Err(Error::invalid_field(field, format!("is {value}, and must be a number from 0")));
            }
        }
        Ok(())
    }
}

/// A rule with its memory.
pub struct Solver {
    settings: SolverSettings,
    /// For each blob its moments.
    moments: Vec<Vec<Tensor>>,
}

impl Solver {
    /// A solver without memory for blobs like these.
    ///
    /// # Errors
    /// Those of libtorch.
    pub fn new<'a>(settings: SolverSettings, blobs: impl Iterator<Item = &'a Tensor>) -> Result<Self> {
        let zeros = |blob: &Tensor| (0..settings.kind.moments()).map(|_| blob.f_zeros_like()).collect::<std::result::Result<Vec<_>, _>>();
        let moments = tch::no_grad(|| blobs.map(zeros).collect::<std::result::Result<Vec<_>, _>>())?;
        Ok(Self { settings, moments })
    }

    /// Every tensor of the memory with a name of its own, in a fixed order.
    pub fn memory(&self) -> impl Iterator<Item = (String, &Tensor)> {
        self.moments
            .iter()
            .enumerate()
            .flat_map(|(blob, moments)| moments.iter().enumerate().map(move |(moment, tensor)| (format!("moment/{blob}/{moment}"), tensor)))
    }

    /// Changes every blob in place along its gradient. `iteration` counts from 0; gradients stand in the order of the blobs.
    ///
    /// # Errors
    /// Those of libtorch.
    pub fn update<'a>(
        &mut self,
        blobs: impl Iterator<Item = (&'a Tensor, Multipliers)>,
        gradients: &[Tensor],
        rate: f64,
        iteration: u64,
    ) -> Result<()> {
        let settings = &self.settings;
        tch::no_grad(|| {
            for (((blob, multipliers), gradient), moments) in blobs.zip(gradients).zip(&mut self.moments) {
                let decay = settings.weight_decay * multipliers.decay;
                let decayed = if decay == 0.0 { gradient.shallow_clone() } else { gradient.f_addcmul(blob, &number(decay, blob)?)? };
                let change = settings.change(&decayed, moments, rate * multipliers.rate, iteration)?;
                let _ = blob.shallow_clone().f_sub_(&change)?;
            }
            Ok(())
        })
    }
}

impl SolverSettings {
    /// What is subtracted from a blob, `r` being its rate and `g` its gradient.
    fn change(&self, gradient: &Tensor, moments: &mut [Tensor], rate: f64, iteration: u64) -> Result<Tensor> {
        let (momentum, delta) = (self.momentum, self.delta);
        Ok(match (self.kind, moments) {
            // h = m h + r g; change h
            (SolverKind::Sgd, [history]) => {
                descend(history, gradient, momentum, rate)?;
                history.shallow_clone()
            }
            // before = h; h = m h + r g; change (1 + m) h - m before
            (SolverKind::Nesterov, [history]) => {
                let before = history.f_mul_scalar(momentum)?;
                descend(history, gradient, momentum, rate)?;
                history.f_mul_scalar(1.0 + momentum)?.f_sub(&before)?
            }
            // h = h + g^2; change r g / (sqrt(h) + delta)
            (SolverKind::Adagrad, [history]) => {
                let _ = history.f_add_(&gradient.f_square()?)?;
                scaled(gradient, history, delta, rate)?
            }
            // h = d h + (1 - d) g^2; change r g / (sqrt(h) + delta)
            (SolverKind::Rmsprop, [history]) => {
                moving(history, &gradient.f_square()?, self.rms_decay)?;
                scaled(gradient, history, delta, rate)?
            }
            // s = m s + (1 - m) g^2; u = g sqrt((delta + t) / (delta + s)); t = m t + (1 - m) u^2; change r u
            (SolverKind::Adadelta, [squares, updates]) => {
                moving(squares, &gradient.f_square()?, momentum)?;
                let ratio = updates.f_add_scalar(delta)?.f_div(&squares.f_add_scalar(delta)?)?;
                let update = gradient.f_mul(&ratio.f_sqrt()?)?;
                moving(updates, &update.f_square()?, momentum)?;
                update.f_mul_scalar(rate)?
            }
            // a = b1 a + (1 - b1) g; s = b2 s + (1 - b2) g^2; change r sqrt(1 - b2^t) / (1 - b1^t) a / (sqrt(s) + delta)
            (SolverKind::Adam, [mean, squares]) => {
                moving(mean, gradient, momentum)?;
                moving(squares, &gradient.f_square()?, self.second_momentum)?;
                let step = (iteration + 1) as f64;
                let correction = (1.0 - self.second_momentum.powf(step)).sqrt() / (1.0 - momentum.powf(step));
                scaled(mean, squares, delta, rate * correction)?
            }
            (kind, moments) => {
                return Err(Error::internal(format!("{} has no {} moments", kind.form_name(), moments.len())));
            }
        })
    }
}

/// `rate * numerator / (sqrt(squares) + delta)`
fn scaled(numerator: &Tensor, squares: &Tensor, delta: f64, rate: f64) -> Result<Tensor> {
    Ok(numerator.f_div(&squares.f_sqrt()?.f_add_scalar(delta)?)?.f_mul_scalar(rate)?)
}

/// `history = keep * history + rate * gradient`, without memory of its own: this is done to every weight in every iteration.
fn descend(history: &mut Tensor, gradient: &Tensor, keep: f64, rate: f64) -> Result<()> {
    let rate = number(rate, history)?;
    let _ = history.f_mul_scalar_(keep)?.f_addcmul_(gradient, &rate)?;
    Ok(())
}

/// A single number where these values are.
fn number(value: f64, beside: &Tensor) -> Result<Tensor> {
    Ok(Tensor::f_from_slice(&[value as f32])?.f_to(beside.device())?)
}

/// `mean = keep * mean + (1 - keep) * value`
fn moving(mean: &mut Tensor, value: &Tensor, keep: f64) -> Result<()> {
    let _ = mean.f_mul_scalar_(keep)?.f_add_(&value.f_mul_scalar(1.0 - keep)?)?;
    Ok(())
}
