//! A picture in about 25 bytes: `ThumbHash` (Wallace, 2023), the lowest frequencies of its brightness and of two colour
//! differences. A page can paint it before the thumbnail is there.

use std::f32::consts::PI;

use super::{DecodeLimits, Picture, decode_at_least, fit_within};
use crate::error::Result;

/// Longer side of what is looked at; the format needs no more.
const SIDE: u32 = 100;

/// Frequencies of the brightness along the longer side.
const MOST_WAVES: f32 = 7.0;

/// Mean, the other amplitudes between 0 and 1 with their scale.
struct Channel {
    mean: f32,
    waves: Vec<f32>,
    scale: f32,
}

/// The `ThumbHash` of an encoded picture.
///
/// # Errors
/// As [`decode`](super::decode).
pub fn preview(bytes: &[u8], limits: &DecodeLimits) -> Result<Vec<u8>> {
    preview_of(&decode_at_least(bytes, SIDE, limits)?)
}

/// The `ThumbHash` of a picture.
///
/// # Errors
/// `Invalid` when the picture's fields contradict each other.
pub fn preview_of(picture: &Picture) -> Result<Vec<u8>> {
    let small = fit_within(picture, SIDE)?;
    let (width, height) = (small.width as usize, small.height as usize);
    let pixels = small.rgb.as_chunks::<3>().0;
    let plane =
        |mix: fn([f32; 3]) -> f32| -> Vec<f32> { pixels.iter().map(|rgb| mix(rgb.map(|value| f32::from(value) / 255.0))).collect() };
    let longest = width.max(height) as f32;
    let waves = |side: usize| ((MOST_WAVES * side as f32 / longest).round() as usize).max(1);
    let (across, down) = (waves(width), waves(height));
    let light = channel(&plane(|[r, g, b]| (r + g + b) / 3.0), width, across.max(3), down.max(3));
    let yellow = channel(&plane(|[r, g, b]| f32::midpoint(r, g) - b), width, 3, 3);
    let red = channel(&plane(|[r, g, _]| r - g), width, 3, 3);
    let is_landscape = width > height;
    let whole = |value: f32| value.round() as u32;
    let first = whole(63.0 * light.mean)
        | whole(31.5 + 31.5 * yellow.mean) << 6
        | whole(31.5 + 31.5 * red.mean) << 12
        | whole(31.0 * light.scale) << 18;
    let second = (if is_landscape { down } else { across }) as u32
        | whole(63.0 * yellow.scale) << 3
        | whole(63.0 * red.scale) << 9
        | u32::from(is_landscape) << 15;
    let mut hash = vec![first as u8, (first >> 8) as u8, (first >> 16) as u8, second as u8, (second >> 8) as u8];
    let amplitudes: Vec<u8> = [light, yellow, red].iter().flat_map(|one| &one.waves).map(|wave| (15.0 * wave).round() as u8).collect();
    hash.extend(amplitudes.chunks(2).map(|pair| pair[0] | pair.get(1).map_or(0, |second| second << 4)));
    Ok(hash)
}

/// The cosine transform of a plane, of the frequencies below the diagonal from `across` to `down`.
fn channel(plane: &[f32], width: usize, across: usize, down: usize) -> Channel {
    let height = plane.len() / width;
    let cosines = |count: usize, length: usize| -> Vec<Vec<f32>> {
        let wave = |frequency: usize, place: usize| (PI / length as f32 * frequency as f32 * (place as f32 + 0.5)).cos();
        (0..count).map(|frequency| (0..length).map(|place| wave(frequency, place)).collect()).collect()
    };
    let (columns, rows) = (cosines(across, width), cosines(down, height));
    let mut found = Channel { mean: 0.0, waves: Vec::new(), scale: 0.0 };
    for (y, row_wave) in rows.iter().enumerate() {
        for (x, column_wave) in columns.iter().enumerate().take_while(|(x, _)| x * down < across * (down - y)) {
            let of_row = |row: &[f32]| row.iter().zip(column_wave).map(|(value, wave)| value * wave).sum::<f32>();
            let sum: f32 = plane.chunks_exact(width).zip(row_wave).map(|(row, wave)| of_row(row) * wave).sum();
            let amplitude = sum / plane.len() as f32;
            if x == 0 && y == 0 {
                found.mean = amplitude;
            } else {
                found.waves.push(amplitude);
                found.scale = found.scale.max(amplitude.abs());
            }
        }
    }
    if found.scale > 0.0 {
        found.waves.iter_mut().for_each(|wave| *wave = 0.5 + 0.5 / found.scale * *wave);
    }
    found
}
