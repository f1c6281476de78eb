//! A small version of a part of a picture.

use super::decode::decode_probed;
use super::probe::probe;
use super::{DecodeLimits, crop, encode_jpeg, fit_within};
use crate::error::{Error, Result};
use crate::types::Region;

const QUALITY: u8 = 85;

/// An upright JPEG of a part whose longer side has at most `side` pixels; a part of fewer pixels keeps its size.
///
/// # Errors
/// As [`decode`](super::decode), and `Invalid` when `side` is zero or the part is narrower than a pixel.
pub fn thumbnail_of(bytes: &[u8], part: Region, side: u32, limits: &DecodeLimits) -> Result<Vec<u8>> {
    if side == 0 {
        return Err(Error::invalid("a thumbnail of 0 pixels a side: ask for at least 1"));
    }
    let info = probe(bytes, limits)?;
    let longest = (part.w * info.width as f32).max(part.h * info.height as f32).max(1.0);
    // As for whole pictures: the decoder may scale down to twice the wanted size.
    let scale = (2.0 * side as f32 / longest).min(1.0);
    let min_side = (scale * info.width.min(info.height) as f32).ceil().max(1.0) as u32;
    let picture = decode_probed(bytes, &info, Some(min_side), limits)?;
    encode_jpeg(&fit_within(&crop(&picture, part)?, side)?, QUALITY)
}
