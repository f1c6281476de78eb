//! Decoded samples of any colour type to 8-bit RGB: grey expanded, deep samples rounded, transparency over white.

use image::ColorType;

use crate::error::{Error, Result};

/// RGB of samples as the `image` crate lays them out: rows without gaps, native byte order.
///
/// # Errors
/// `Unsupported` for a colour type we do not know.
pub(super) fn to_rgb(color: ColorType, samples: Vec<u8>) -> Result<Vec<u8>> {
    let rgb = match color {
        ColorType::Rgb8 => samples,
        ColorType::L8 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        ColorType::La8 => expand(&samples, |&[grey, alpha]| over_white([grey; 3], alpha)),
        ColorType::Rgba8 => expand(&samples, |&[r, g, b, alpha]| over_white([r, g, b], alpha)),
        ColorType::L16 => expand(&samples, |&pair: &[u8; 2]| [from_16_bit(pair); 3]),
        ColorType::La16 => deep::<2, 4>(&samples, |[grey, alpha]| over_white([grey; 3], alpha)),
        ColorType::Rgb16 => deep::<3, 6>(&samples, |rgb| rgb),
        ColorType::Rgba16 => deep::<4, 8>(&samples, |[r, g, b, alpha]| over_white([r, g, b], alpha)),
        ColorType::Rgb32F => expand(&samples, |pixel: &[u8; 12]| [0, 4, 8].map(|start| from_float(pixel, start))),
        ColorType::Rgba32F => {
            expand(&samples, |pixel: &[u8; 16]| over_white([0, 4, 8].map(|start| from_float(pixel, start)), from_float(pixel, 12)))
        }
        other => return Err(Error::unsupported(format!("pictures with samples of kind {other:?} are not supported"))),
    };
    Ok(rgb)
}

/// RGB of CMYK samples stored the Adobe way, 255 meaning no ink. Every program that writes CMYK JPEG does so, and
/// every browser reads it so, whether or not the Adobe marker is there.
pub(super) fn inverted_cmyk_to_rgb(samples: &[u8]) -> Vec<u8> {
    expand(samples, |&[c, m, y, k]| [c, m, y].map(|ink| scaled(ink, k)))
}

/// `N` bytes a pixel to three.
fn expand<const N: usize>(samples: &[u8], pixel: impl Fn(&[u8; N]) -> [u8; 3]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(samples.len() / N * 3);
    samples.as_chunks::<N>().0.iter().for_each(|chunk| rgb.extend_from_slice(&pixel(chunk)));
    rgb
}

/// `CHANNELS` 16-bit samples (`BYTES` bytes) a pixel to three.
fn deep<const CHANNELS: usize, const BYTES: usize>(samples: &[u8], pixel: impl Fn([u8; CHANNELS]) -> [u8; 3]) -> Vec<u8> {
    expand(samples, |chunk: &[u8; BYTES]| pixel(std::array::from_fn(|channel| from_16_bit([chunk[2 * channel], chunk[2 * channel + 1]]))))
}

/// 65535 -> 255, to the nearest.
fn from_16_bit(pair: [u8; 2]) -> u8 {
    ((u32::from(u16::from_ne_bytes(pair)) + 128) / 257) as u8
}

/// 0.0..=1.0 -> 0..=255; a value that is not a number is black.
fn from_float(pixel: &[u8], start: usize) -> u8 {
    let value = f32::from_ne_bytes([pixel[start], pixel[start + 1], pixel[start + 2], pixel[start + 3]]);
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

fn over_white(color: [u8; 3], alpha: u8) -> [u8; 3] {
    color.map(|channel| scaled(channel, alpha) + (255 - alpha))
}

/// `value * factor / 255`, to the nearest.
fn scaled(value: u8, factor: u8) -> u8 {
    ((u32::from(value) * u32::from(factor) + 127) / 255) as u8
}
