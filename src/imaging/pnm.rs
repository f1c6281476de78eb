//! PBM, PGM and PPM files, which old training sets are made of. The library does not take them; training sets do.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::pnm::PnmDecoder;
use image::{ColorType, ImageDecoder};

use super::{DecodeLimits, Picture, convert};
use crate::error::{Error, Kind, Result, ResultExt};

/// A bitmap packs so many pixels into one byte; no other kind packs more.
const MOST_PIXELS_PER_BYTE: u64 = 8;

/// True for bytes that begin like a PNM file: `P1` to `P7` and white space.
pub fn is_pnm(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'1'..=b'7', after, ..] if after.is_ascii_whitespace())
}

/// Decodes a PNM file; deep colour becomes 8-bit, transparency is laid over white.
///
/// # Errors
/// `Unsupported` for grey of 16 bits, `Corrupt` for damaged files, `TooLarge` above a limit.
pub fn decode_pnm(bytes: &[u8], limits: &DecodeLimits) -> Result<Picture> {
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(Error::too_large(format!(
            "the PNM file has {} bytes, above the limit of {} (decode.max_file_megabytes)",
            bytes.len(),
            limits.max_file_bytes
        )));
    }
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_checked(bytes, limits)));
    decoded.unwrap_or_else(|_| Err(Error::corrupt("the PNM picture is damaged: its decoder failed on the contents")))
}

fn decode_checked(bytes: &[u8], limits: &DecodeLimits) -> Result<Picture> {
    let damaged = || "the PNM picture is damaged".to_owned();
    let decoder = PnmDecoder::new(Cursor::new(bytes)).or_error(Kind::Corrupt, damaged)?;
    let ((width, height), color) = (decoder.dimensions(), decoder.color_type());
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.max_pixels {
        return Err(Error::too_large(format!(
            "the PNM picture declares {width} x {height} pixels, above the limit of {} (decode.max_megapixels)",
            limits.max_pixels
        )));
    }
    // A few bytes must not claim gigabytes.
    if pixels == 0 || pixels > MOST_PIXELS_PER_BYTE * bytes.len() as u64 {
        return Err(Error::corrupt(format!("the PNM picture declares {width} x {height} pixels and has {} bytes", bytes.len())));
    }
    if matches!(color, ColorType::L16) {
        return Err(Error::unsupported("Image mode \"I\" not supported"));
    }
    let mut samples = vec![0; usize::try_from(decoder.total_bytes()).or_error(Kind::TooLarge, damaged)?];
    decoder.read_image(&mut samples).or_error(Kind::Corrupt, damaged)?;
    Picture::new(width, height, convert::to_rgb(color, samples)?)
}
