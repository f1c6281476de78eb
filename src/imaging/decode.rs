//! Bytes to upright RGB pixels. JPEG goes through libjpeg-turbo, everything else through `image`, both under limits.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::{ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::format::PictureFormat;
use super::header::ends_early;
use super::jpeg_header::JpegHeader;
use super::preview::preview_of;
use super::probe::{PictureInfo, probe};
use super::{DecodeLimits, Picture, convert, jpeg, orient};
use crate::error::{Error, Kind, Result};

/// Bytes a decoder may hold for a pixel: 16-bit RGBA. Palettes, tables and metadata come on top.
const MAX_BYTES_PER_PIXEL: u64 = 8;
const MAX_BYTES_BESIDE_PIXELS: u64 = 64 << 20;

/// Decodes a picture at full size, upright. Grey and palette are expanded, 16-bit and float samples become 8-bit,
/// CMYK and YCCK become RGB by the Adobe convention (ICC profiles are not applied), transparency is laid over white
/// (hidden pixels are usually black or garbage, and white is what people see on a page). Of an animation the first
/// frame is taken, of a document the first page.
///
/// # Errors
/// `Unsupported`, `Corrupt` (also when the file ends early) or `TooLarge`, with the reason.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Picture> {
    decode_probed(bytes, &probe(bytes, limits)?, None, limits)
}

/// Decodes to at least `min_side` pixels on the shorter side: a JPEG is scaled inside the decoder, in steps of an
/// eighth, to the smallest scale that is large enough (several times faster); other formats come at full size, and
/// so does a JPEG that is not larger.
///
/// # Errors
/// As [`decode`].
pub fn decode_at_least(bytes: &[u8], min_side: u32, limits: &DecodeLimits) -> Result<Picture> {
    decode_probed(bytes, &probe(bytes, limits)?, Some(min_side), limits)
}

/// Proves that all of a picture can be decoded, and answers what its header says. A JPEG's data is read to the end,
/// but its pixels are made at an eighth of the size; they give the preview.
///
/// # Errors
/// As [`decode`].
pub fn verify(bytes: &[u8], limits: &DecodeLimits) -> Result<PictureInfo> {
    let mut info = probe(bytes, limits)?;
    let picture = decode_probed(bytes, &info, Some(1), limits)?;
    info.preview = preview_of(&picture).ok();
    picture.recycle();
    Ok(info)
}

/// Decodes what has been probed already; `min_side` as in [`decode_at_least`].
pub(super) fn decode_probed(bytes: &[u8], info: &PictureInfo, min_side: Option<u32>, limits: &DecodeLimits) -> Result<Picture> {
    let stored = match info.format {
        PictureFormat::Jpeg => decode_jpeg(bytes, min_side, limits)?,
        format => decode_other(format, bytes, limits)?,
    };
    Ok(orient::upright(stored, info.orientation))
}

fn decode_jpeg(bytes: &[u8], min_side: Option<u32>, limits: &DecodeLimits) -> Result<Picture> {
    let header = JpegHeader::read(bytes)?;
    if let Some(picture) = jpeg::decode(bytes, &header, min_side)? {
        return Ok(picture);
    }
    // The second decoder fills what is missing with grey and says nothing, so the end marker has to be there.
    if !header.has_end(bytes) {
        return Err(ends_early(PictureFormat::Jpeg, bytes));
    }
    decode_other(PictureFormat::Jpeg, bytes, limits)
}

fn decode_other(format: PictureFormat, bytes: &[u8], limits: &DecodeLimits) -> Result<Picture> {
    guarded(format, || {
        let fail = |error| foreign(format, bytes, error);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), image_format(format));
        reader.limits(image_limits(limits));
        let decoder = reader.into_decoder().map_err(fail)?;
        let ((width, height), color) = (decoder.dimensions(), decoder.color_type());
        // The container's sides were checked; those of the picture inside may differ in a hostile file.
        let (needed, allowed) = (decoder.total_bytes(), max_alloc(limits));
        if needed > allowed || u64::from(width) * u64::from(height) > limits.max_pixels {
            return Err(too_much_memory(format, needed, allowed));
        }
        let mut samples = vec![0; needed as usize];
        decoder.read_image(&mut samples).map_err(fail)?;
        Picture::new(width, height, convert::to_rgb(color, samples)?).map_err(|error| Error::corrupt(error.message()))
    })
}

fn too_much_memory(format: PictureFormat, needed: u64, allowed: u64) -> Error {
    let (name, needed, allowed) = (format.name(), needed / 1_000_000, allowed / 1_000_000);
    Error::too_large(format!(
        "the {name} picture takes {needed} MB to decode, above the limit of {allowed} MB \
         (it follows --max-megapixels or decode.max_megapixels)"
    ))
}

fn max_alloc(limits: &DecodeLimits) -> u64 {
    limits.max_pixels.saturating_mul(MAX_BYTES_PER_PIXEL).saturating_add(MAX_BYTES_BESIDE_PIXELS)
}

fn image_limits(limits: &DecodeLimits) -> Limits {
    let longest = u32::try_from(limits.max_pixels).unwrap_or(u32::MAX);
    let mut strict = Limits::default();
    strict.max_image_width = Some(longest);
    strict.max_image_height = Some(longest);
    strict.max_alloc = Some(max_alloc(limits));
    strict
}

fn image_format(format: PictureFormat) -> ImageFormat {
    match format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::WebP => ImageFormat::WebP,
        PictureFormat::Gif => ImageFormat::Gif,
        PictureFormat::Bmp => ImageFormat::Bmp,
        PictureFormat::Tiff => ImageFormat::Tiff,
    }
}

/// Runs foreign decoding code; a panic in it is a fault of this picture's bytes, not of the program.
pub(super) fn guarded<T>(format: PictureFormat, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::corrupt(format!("the {} picture is damaged: its decoder failed on the contents", format.name()))))
}

/// Translates a failure of the `image` crate.
pub(super) fn foreign(format: PictureFormat, bytes: &[u8], error: ImageError) -> Error {
    let name = format.name();
    if is_unexpected_end(&error) || (matches!(error, ImageError::Decoding(_)) && is_shorter_than_declared(format, bytes)) {
        return ends_early(format, bytes).because(error);
    }
    let (kind, what) = match &error {
        ImageError::Limits(_) => (Kind::TooLarge, "takes more memory than --max-megapixels (decode.max_megapixels) allows"),
        ImageError::Unsupported(_) => (Kind::Unsupported, "is of a kind that is not supported"),
        _ => (Kind::Corrupt, "is damaged"),
    };
    Error::new(kind, format!("the {name} picture {what}: {error}")).because(error)
}

/// Some decoders keep the end of the input as an I/O error, others only in words.
fn is_unexpected_end(error: &ImageError) -> bool {
    if let ImageError::IoError(error) = error {
        return error.kind() == std::io::ErrorKind::UnexpectedEof;
    }
    let words = error.to_string().to_lowercase();
    ["unexpected end", "unexpectedeof", "end of file", "end of image", "no more data", "failed to fill whole buffer"]
        .iter()
        .any(|end| words.contains(end))
}

/// A WebP file says its own length; its decoder reports the missing chunks in other words.
fn is_shorter_than_declared(format: PictureFormat, bytes: &[u8]) -> bool {
    let declared = bytes.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |length| u64::from(u32::from_le_bytes(*length)));
    format == PictureFormat::WebP && (bytes.len() as u64) < declared + 8
}
