//! How examples are varied while a network learns: the augmentation of DIGITS' form.

use clap::{Args, ValueEnum};

use crate::train::supervised::{Augmentation, ColourNoise, Flip, QuarterTurns};

/// Changes by chance, for networks of Torch 7.
#[derive(Args)]
pub(super) struct VariationArguments {
    /// Flips, each with probability one half (Torch only)
    #[arg(long, value_enum, default_value_t = Flips::None)]
    flip: Flips,
    /// Turns by right angles (Torch only)
    #[arg(long, value_enum, default_value_t = Turns::None)]
    quarter_turns: Turns,
    /// Largest turn to either side, in degrees (Torch only)
    #[arg(long, value_name = "DEGREES", default_value_t = 0.0)]
    rotation: f64,
    /// Deviation of the factor on the size (Torch only)
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    rescale: f64,
    /// Deviation of the noise on each value, of 255 (Torch only)
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    noise: f64,
    /// Largest change of the factor on the contrast (Torch only)
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    contrast: f64,
    /// Bring every picture to mean 0 and deviation 1 (Torch only)
    #[arg(long)]
    whitening: bool,
    /// Deviations of the noise on hue, saturation and value (Torch only)
    #[arg(long, value_names = ["H", "S", "V"], num_args = 3)]
    hsv: Vec<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Flips {
    None,
    Horizontal,
    Vertical,
    Both,
}

#[derive(Clone, Copy, ValueEnum)]
enum Turns {
    None,
    #[value(name = "90")]
    Sideways,
    #[value(name = "180")]
    Over,
    All,
}

impl VariationArguments {
    /// The same for a plan, which checks the ranges.
    pub(super) fn augmentation(&self) -> Augmentation {
        let colour = match self.hsv[..] {
            [hue, saturation, value] => Some(ColourNoise { hue, saturation, value }),
            _ => None,
        };
        let flip = match self.flip {
            Flips::None => Flip::None,
            Flips::Horizontal => Flip::FlipLr,
            Flips::Vertical => Flip::FlipUd,
            Flips::Both => Flip::FlipLrUd,
        };
        let quarter_turns = match self.quarter_turns {
            Turns::None => QuarterTurns::None,
            Turns::Sideways => QuarterTurns::Rot90,
            Turns::Over => QuarterTurns::Rot180,
            Turns::All => QuarterTurns::RotAll,
        };
        let (rotation, scale, noise, contrast) = (self.rotation, self.rescale, self.noise, self.contrast);
        Augmentation { flip, quarter_turns, rotation, scale, noise, contrast, whitening: self.whitening, colour }
    }
}
