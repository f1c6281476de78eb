//! Noise on the colours of a picture: hue, saturation and value are moved together for all its pixels.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::network::chance::Chance;

/// Deviations on scales of 0 to 1; each 0 to 0.5.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ColourNoise {
    /// Of the hue, which wraps around.
    pub hue: f64,
    /// Of the saturation.
    pub saturation: f64,
    /// Of the value.
    pub value: f64,
}

impl Default for ColourNoise {
    /// The form's: 0.02, 0.04, 0.06.
    fn default() -> Self {
        Self { hue: 0.02, saturation: 0.04, value: 0.06 }
    }
}

impl ColourNoise {
    pub(super) fn check(&self) -> Result<()> {
        for (field, value) in [("aug_hsv_h", self.hue), ("aug_hsv_s", self.saturation), ("aug_hsv_v", self.value)] {
            if !(0.0..=0.5).contains(&value) {
                return Err(Error::invalid_field(field, format!("is {value}, and must be from 0 to 0.5")));
            }
        }
        Ok(())
    }

    /// Changes planes of blue, green and red, 0 to 255, by one draw for the whole picture.
    pub fn apply(&self, values: &mut [f32], chance: &mut Chance) {
        let [hue, saturation, value] = [self.hue, self.saturation, self.value].map(|deviation| (chance.normal() * deviation) as f32);
        let plane = values.len() / 3;
        let (blue, rest) = values.split_at_mut(plane);
        let (green, red) = rest.split_at_mut(plane);
        for ((blue, green), red) in blue.iter_mut().zip(green).zip(red) {
            let [own_hue, own_saturation, own_value] = to_hsv([*red / 255.0, *green / 255.0, *blue / 255.0]);
            let moved =
                [(own_hue + hue).rem_euclid(1.0), (own_saturation + saturation).clamp(0.0, 1.0), (own_value + value).clamp(0.0, 1.0)];
            [*red, *green, *blue] = to_rgb(moved).map(|part| part * 255.0);
        }
    }
}

/// Hue, saturation and value of red, green and blue, all 0 to 1 (Smith 1978).
fn to_hsv([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let span = most - least;
    if span <= 0.0 {
        return [0.0, 0.0, most];
    }
    let sixths = if most <= red {
        ((green - blue) / span).rem_euclid(6.0)
    } else if most <= green {
        (blue - red) / span + 2.0
    } else {
        (red - green) / span + 4.0
    };
    [sixths / 6.0, span / most, most]
}

/// The way back from [`to_hsv`].
fn to_rgb([hue, saturation, value]: [f32; 3]) -> [f32; 3] {
    let channel = |offset: f32| {
        let sixth = (offset + hue * 6.0).rem_euclid(6.0);
        value - value * saturation * sixth.min(4.0 - sixth).clamp(0.0, 1.0)
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}
