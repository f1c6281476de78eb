//! Random changes of training pictures, in the order of DIGITS' Torch loader: colours, noise, contrast, mean, flips, quarter turns,
//! warp. The picture is planes of floats; the cut to the network's size follows in `preparation`.

use serde::{Deserialize, Serialize};

use super::colour::ColourNoise;
use super::warp;
use crate::error::{Error, Result};
use crate::network::chance::Chance;

/// What is changed at random; the default changes nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Augmentation {
    /// Flips, each with probability one half.
    pub flip: Flip,
    /// Turns by right angles.
    pub quarter_turns: QuarterTurns,
    /// Largest angle of a turn to either side, in degrees; 0 to 180.
    pub rotation: f64,
    /// Deviation of the factor on the size; 0 to 1.
    pub scale: f64,
    /// Deviation of the noise on each value, of 255; 0 to 1.
    pub noise: f64,
    /// Largest change of the factor on the contrast; 0 to 5.
    pub contrast: f64,
    /// Brings every picture to mean 0 and deviation 1; at validation and when answering, too.
    pub whitening: bool,
    /// Noise on hue, saturation and value.
    pub colour: Option<ColourNoise>,
}

/// Axes that may be flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flip {
    /// None.
    #[default]
    None,
    /// Left and right.
    FlipLr,
    /// Up and down.
    FlipUd,
    /// Both.
    FlipLrUd,
}

/// Turns by right angles, each as likely as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuarterTurns {
    /// None.
    #[default]
    None,
    /// 0, 90 or 270 degrees.
    Rot90,
    /// 0 or 180 degrees.
    Rot180,
    /// 0, 90, 180 or 270 degrees.
    RotAll,
}

impl Augmentation {
    pub(super) fn check(&self, [channels, height, width]: [usize; 3]) -> Result<()> {
        let ranges = [
            ("aug_rot", self.rotation, 180.0),
            ("aug_scale", self.scale, 1.0),
            ("aug_noise", self.noise, 1.0),
            ("aug_contrast", self.contrast, 5.0),
        ];
        for (field, value, most) in ranges {
            if !(0.0..=most).contains(&value) {
                return Err(Error::invalid_field(field, format!("is {value}, and must be from 0 to {most}")));
            }
        }
        if height != width && matches!(self.quarter_turns, QuarterTurns::Rot90 | QuarterTurns::RotAll) {
            return Err(Error::invalid_field(
                "aug_quad_rot",
                format!("turns by 90 degrees need square pictures, these are {width}x{height}: choose none or rot180"),
            ));
        }
        match &self.colour {
            Some(_) if channels != 3 => Err(Error::invalid_field("aug_hsv_use", format!("needs 3 channels, the pictures have {channels}"))),
            Some(colour) => colour.check(),
            None => Ok(()),
        }
    }

    /// What happens before the mean is subtracted.
    pub(super) fn change_values(&self, planes: &mut Planes, chance: &mut Chance) {
        if let Some(colour) = &self.colour {
            colour.apply(&mut planes.values, chance);
        }
        if self.noise > 0.0 {
            let deviation = self.noise * 255.0;
            planes.values.iter_mut().for_each(|value| *value += (chance.normal() * deviation) as f32);
        }
        if self.contrast > 0.0 {
            let (mean, factor) = (planes.mean(), (1.0 + (chance.uniform() * 2.0 - 1.0) * self.contrast) as f32);
            planes.values.iter_mut().for_each(|value| *value = (*value - mean) * factor + mean);
        }
    }

    /// What happens after it.
    pub(super) fn change_places(&self, planes: &mut Planes, chance: &mut Chance) {
        if matches!(self.flip, Flip::FlipLr | Flip::FlipLrUd) && chance.uniform() < 0.5 {
            planes.mirror();
        }
        if matches!(self.flip, Flip::FlipUd | Flip::FlipLrUd) && chance.uniform() < 0.5 {
            planes.upend();
        }
        let turns: &[u8] = match self.quarter_turns {
            QuarterTurns::None => &[],
            QuarterTurns::Rot90 => &[0, 1, 3],
            QuarterTurns::Rot180 => &[0, 2],
            QuarterTurns::RotAll => &[0, 1, 2, 3],
        };
        if !turns.is_empty() {
            planes.turn(turns[chance.below(turns.len())]);
        }
        if self.rotation > 0.0 || self.scale > 0.0 {
            let angle = (chance.uniform() * 2.0 - 1.0) * self.rotation.to_radians();
            let offset = chance.normal() * self.scale;
            let shift = [(chance.uniform() * 2.0 - 1.0) * offset, (chance.uniform() * 2.0 - 1.0) * offset];
            warp::warp(planes, angle, (1.0 + offset).max(0.05), shift);
        }
    }
}

/// A picture as one plane of floats after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planes {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

impl Planes {
    /// Mean of all values.
    pub(super) fn mean(&self) -> f32 {
        (self.values.iter().map(|&value| f64::from(value)).sum::<f64>() / self.values.len().max(1) as f64) as f32
    }

    /// Swaps left and right.
    pub(super) fn mirror(&mut self) {
        self.values.chunks_exact_mut(self.width).for_each(<[f32]>::reverse);
    }

    /// Swaps up and down.
    pub(super) fn upend(&mut self) {
        for plane in self.values.chunks_exact_mut(self.width * self.height) {
            for row in 0..self.height / 2 {
                let (upper, lower) = plane.split_at_mut((self.height - 1 - row) * self.width);
                upper[row * self.width..(row + 1) * self.width].swap_with_slice(&mut lower[..self.width]);
            }
        }
    }

    /// Turns by this many right angles to the left; only squares by an odd number.
    pub(super) fn turn(&mut self, quarters: u8) {
        if quarters == 2 {
            self.upend();
            self.mirror();
        } else if quarters % 2 == 1 {
            self.transpose();
            if quarters == 1 { self.upend() } else { self.mirror() }
        }
    }

    fn transpose(&mut self) {
        let side = self.width;
        for plane in self.values.chunks_exact_mut(side * side) {
            for row in 0..side {
                for column in row + 1..side {
                    plane.swap(row * side + column, column * side + row);
                }
            }
        }
    }

    /// Mean 0 and deviation 1; a picture of one value becomes zeros.
    pub(super) fn whiten(&mut self) {
        let mean = self.mean();
        let square = self.values.iter().map(|&value| f64::from(value - mean).powi(2)).sum::<f64>() / self.values.len().max(1) as f64;
        let divisor = square.sqrt().max(1.0 / (self.values.len().max(1) as f64).sqrt()) as f32;
        self.values.iter_mut().for_each(|value| *value = (*value - mean) / divisor);
    }

    /// The part that begins here, `side` wide and high.
    pub(super) fn cut(&self, top: usize, left: usize, side: usize) -> Self {
        let row = |plane: &[f32], row: usize| {
            let start = (top + row) * self.width + left;
            plane[start..start + side].to_vec()
        };
        let planes = self.values.chunks_exact(self.width * self.height);
        let values = planes.flat_map(|plane| (0..side).flat_map(move |number| row(plane, number))).collect();
        Self { channels: self.channels, height: side, width: side, values }
    }
}
