//! What a picture is, from its header alone, and the limits that every decoder stands behind.

use chrono::NaiveDateTime;

use super::DecodeLimits;
use super::capture::Capture;
use super::format::PictureFormat;
use super::header;
use crate::error::{Error, Result};

/// What a picture's header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureInfo {
    /// Format by content.
    pub format: PictureFormat,
    /// Pixels per row of the upright picture (after EXIF orientation).
    pub width: u32,
    /// Rows of the upright picture.
    pub height: u32,
    /// EXIF orientation as stored, 1..=8; 1 is upright.
    pub orientation: u8,
    /// When it was taken, in the camera's local time.
    pub captured_at: Option<NaiveDateTime>,
    /// Make and model of the camera.
    pub camera: Option<String>,
    /// `ThumbHash` of the picture, where it was decoded to check it.
    pub preview: Option<Vec<u8>>,
}

/// Reads the header only: format, upright sides, orientation, capture time, camera. All limits are checked here,
/// before anything is allocated.
///
/// # Errors
/// `Corrupt` for an empty file or a damaged header, `Unsupported` for anything that is no picture,
/// `TooLarge` above a limit; the message names the limit and its setting.
pub fn probe(bytes: &[u8], limits: &DecodeLimits) -> Result<PictureInfo> {
    check_file(bytes, limits)?;
    let format = PictureFormat::expect(bytes)?;
    let header = header::read(format, bytes)?;
    check_sides(format, header.width, header.height, limits)?;
    let capture = header.exif.map(Capture::read).unwrap_or_default();
    let orientation = header.orientation.or(capture.orientation).unwrap_or(1);
    // Orientations 5 to 8 stand on their side.
    let (width, height) = if orientation >= 5 { (header.height, header.width) } else { (header.width, header.height) };
    Ok(PictureInfo { format, width, height, orientation, captured_at: capture.captured_at, camera: capture.camera, preview: None })
}

fn check_file(bytes: &[u8], limits: &DecodeLimits) -> Result<()> {
    if bytes.len() as u64 <= limits.max_file_bytes {
        return Ok(());
    }
    let (size, limit) = (millions(bytes.len() as u64), millions(limits.max_file_bytes));
    Err(Error::too_large(format!(
        "the file has {size} MB, above the limit of {limit} MB (raise it with --max-file-megabytes or decode.max_file_megabytes)"
    )))
}

fn check_sides(format: PictureFormat, width: u32, height: u32, limits: &DecodeLimits) -> Result<()> {
    let name = format.name();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Error::corrupt(format!("the {name} picture is damaged: its header declares {width} x {height} pixels")));
    }
    if pixels > limits.max_pixels {
        let (size, limit) = (millions(pixels), millions(limits.max_pixels));
        return Err(Error::too_large(format!(
            "the {name} picture declares {width} x {height} pixels = {size} megapixels, above the limit of {limit} megapixels \
             (raise it with --max-megapixels or decode.max_megapixels)"
        )));
    }
    Ok(())
}

/// A count of pixels or bytes in millions, to three places where it is not whole.
fn millions(count: u64) -> String {
    if count.is_multiple_of(1_000_000) { (count / 1_000_000).to_string() } else { format!("{:.3}", count as f64 / 1e6) }
}
