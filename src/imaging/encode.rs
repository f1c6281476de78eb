//! Pixels to files: PNG and thumbnails (JPEG is in `jpeg.rs`).

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::decode::decode_probed;
pub use super::jpeg::encode_jpeg;
use super::probe::probe;
use super::{DecodeLimits, Picture, fit_within};
use crate::error::{Error, Kind, Result, ResultExt};

const THUMBNAIL_QUALITY: u8 = 82;

/// The picture as PNG, 8-bit RGB.
///
/// # Errors
/// `Invalid` when the picture's fields contradict each other.
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>> {
    picture.check()?;
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&picture.rgb, picture.width, picture.height, ExtendedColorType::Rgb8)
        .or_error(Kind::Internal, || "cannot encode a PNG".into())?;
    Ok(png)
}

/// An upright JPEG whose longer side has at most `side` pixels; smaller pictures keep their size.
///
/// # Errors
/// As [`decode`](super::decode), and `Invalid` when `side` is zero.
pub fn thumbnail(bytes: &[u8], side: u32, limits: &DecodeLimits) -> Result<Vec<u8>> {
    if side == 0 {
        return Err(Error::invalid("a thumbnail of 0 pixels a side: ask for at least 1"));
    }
    let info = probe(bytes, limits)?;
    // The decoder may scale down to twice the wanted size; the last step is done by the better filter.
    let (shorter, longer) = (u64::from(info.width.min(info.height)), u64::from(info.width.max(info.height)));
    let min_side = (2 * u64::from(side) * shorter).div_ceil(longer).min(shorter) as u32;
    let picture = decode_probed(bytes, &info, Some(min_side), limits)?;
    let small = fit_within(&picture, side)?;
    picture.recycle();
    encode_jpeg(&small, THUMBNAIL_QUALITY)
}
