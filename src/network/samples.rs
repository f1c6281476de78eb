//! Pictures drawn for the check at load: light and dark, smooth and busy, coloured and grey, so that a precision that is
//! not good enough shows. The same bytes on every machine.

use super::{InputSpec, Prepared};

/// Number of sample pictures.
pub(super) const COUNT: usize = 8;

/// The sample pictures for a network's input.
pub(super) fn samples(input: &InputSpec) -> Vec<Prepared> {
    (0..COUNT).map(|number| sample(number, input)).collect()
}

fn sample(number: usize, input: &InputSpec) -> Prepared {
    let (width, height, channels) = (input.width as usize, input.height as usize, input.colour.channels());
    let mut pixels = Vec::with_capacity(width * height * channels);
    for row in 0..height {
        for column in 0..width {
            let (down, across) = (row as f32 / height as f32, column as f32 / width as f32);
            pixels.extend((0..channels).map(|channel| level(number, channel, down, across, row * width + column)));
        }
    }
    Prepared { pixels }
}

/// Brightness of one channel at a place between 0 and 1.
fn level(number: usize, channel: usize, down: f32, across: f32, place: usize) -> u8 {
    let tone = (channel + number) as f32;
    let noise = f32::from(((place * 3 + channel).wrapping_mul(2_654_435_761) >> 13) as u8) / 255.0;
    let waves = |frequency: f32, slant: f32| 0.5 + 0.5 * (frequency * (across + slant * down) + tone).sin();
    let disc = |x: f32, y: f32, radius: f32| if (across - x).hypot(down - y) < radius { 1.0 } else { 0.0 };
    let value = match number {
        0 => f32::midpoint(down, across),
        1 => waves(40.0, 0.7),
        2 => 0.15 + 0.7 * disc(0.4, 0.5, 0.3) * waves(9.0, 0.2),
        3 => noise,
        4 => 0.85 - 0.6 * disc(0.6, 0.4, 0.25) + 0.1 * noise,
        5 => waves(7.0, -1.3) * (0.4 + 0.6 * down),
        6 => {
            if ((down * 8.0) as usize + (across * 8.0) as usize).is_multiple_of(2) {
                0.9
            } else {
                0.1 * tone / 10.0
            }
        }
        _ => 0.3 * waves(15.0, 0.0) + 0.3 * waves(31.0, 3.0) + 0.4 * disc(0.5, 0.7, 0.2) * noise,
    };
    (value.clamp(0.0, 1.0) * 255.0) as u8
}
