//! What a layer's text says about learning: multipliers of rate and decay, and the weight of its loss.

use super::LayerDefinition;
use crate::error::{Error, Kind, Result};

/// Factors of one weight blob on the solver's rate and weight decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multipliers {
    /// `lr_mult`; 0 keeps the blob as it is.
    pub rate: f64,
    /// `decay_mult`.
    pub decay: f64,
}

impl LayerDefinition {
    /// Multipliers of this many weight blobs; those that the text does not name are one.
    ///
    /// # Errors
    /// `Unsupported` for blobs that layers share by a `name`; `Invalid` for a multiplier that is no number.
    pub fn multipliers(&self, blobs: usize) -> Result<Vec<Multipliers>> {
        let mut multipliers = vec![Multipliers { rate: 1.0, decay: 1.0 }; blobs];
        for (multipliers, field) in multipliers.iter_mut().zip(self.fields.all("param")) {
            let parameters = field.message()?;
            if parameters.text("name")?.is_some_and(|name| !name.is_empty()) {
                return Err(self.failure(Kind::Unsupported, "layers that share weights by the `name` of a `param` are not supported"));
            }
            multipliers.rate = finite(self, "lr_mult", parameters.number("lr_mult")?)?;
            multipliers.decay = finite(self, "decay_mult", parameters.number("decay_mult")?)?;
        }
        Ok(multipliers)
    }

    /// True for a layer whose first output is a loss.
    pub fn is_loss(&self) -> bool {
        self.kind.ends_with("Loss") || self.kind.ends_with("Criterion")
    }

    /// For each output, its share in what is learned: `loss_weight`, else one for the first output of a loss and zero for others.
    ///
    /// # Errors
    /// `Invalid` where there are some, but not one for each output.
    pub fn loss_weights(&self) -> Result<Vec<f64>> {
        let written = self.fields.numbers("loss_weight").map_err(|error| self.name_in(error))?;
        if written.is_empty() {
            return Ok((0..self.tops.len()).map(|top| if top == 0 && self.is_loss() { 1.0 } else { 0.0 }).collect());
        }
        if written.len() != self.tops.len() {
            return Err(self.wrong(&format!("{} `loss_weight` for {} tops; give one for each, or none", written.len(), self.tops.len())));
        }
        Ok(written.into_iter().map(f64::from).collect())
    }
}

fn finite(layer: &LayerDefinition, name: &str, value: Option<f32>) -> Result<f64, Error> {
    match value {
        None => Ok(1.0),
        Some(value) if value.is_finite() && value >= 0.0 => Ok(f64::from(value)),
        Some(value) => Err(layer.wrong(&format!("`{name}` is {value}, and must be a number from 0"))),
    }
}
