//! JPEG through libjpeg-turbo: full or scaled decoding, and encoding.

use turbojpeg::{Colorspace, Compressor, DecompressHeader, Image, PixelFormat, ScalingFactor, Subsamp};

use super::format::PictureFormat;
use super::header::ends_early;
use super::jpeg_header::JpegHeader;
use super::{Picture, convert, scratch};
use crate::error::{Error, Kind, Result, ResultExt};

/// Most scans of a progressive JPEG. Encoders write about ten; each costs a pass over the whole picture, so a small
/// hostile file with thousands of empty scans would hold a core for minutes.
const MAX_SCANS: u32 = 100;
/// Longest side the format can express.
const MAX_SIDE: u32 = 65_500;
/// From this quality on, colour is kept at full resolution.
const FULL_COLOR_QUALITY: u8 = 90;

const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];

/// What libjpeg-turbo's last complaint means for the picture.
enum Verdict {
    /// All pixels are right.
    Harmless,
    /// Data is missing at the end.
    EndsEarly,
    /// The data is there, and wrong.
    Damaged,
    /// More scans than we are ready to read.
    TooManyScans,
    /// Not a kind of JPEG that this decoder reads.
    Unable,
}

/// Pixels, and the decoder's last warning or failure.
type Decompressed = (Image<Vec<u8>>, Option<String>);

/// Decodes to RGB as stored (not yet upright), at the smallest scale whose shorter side has at least `min_side`
/// pixels. `None` when libjpeg-turbo cannot read this kind of JPEG.
///
/// # Errors
/// `Corrupt` for damaged or missing data, `TooLarge` for a progressive picture with too many scans.
pub(super) fn decode(bytes: &[u8], header: &JpegHeader<'_>, min_side: Option<u32>) -> Result<Option<Picture>> {
    let (image, complaint) = match decompress(bytes, min_side)? {
        None => return Ok(None),
        Some((image, None)) => return Ok(Some(picture(image))),
        Some((image, Some(complaint))) => (image, complaint),
    };
    // A single scan may be complete and lack only the end marker: with one, there is nothing left to complain about.
    if header.is_single_scan
        && matches!(judge(&complaint), Verdict::EndsEarly)
        && let Some((whole, None)) = decompress(&[bytes, &END_OF_IMAGE].concat(), min_side)?
    {
        return Ok(Some(picture(whole)));
    }
    match judge(&complaint) {
        Verdict::Harmless => Ok(Some(picture(image))),
        Verdict::Unable => Ok(None),
        Verdict::EndsEarly => Err(ends_early(PictureFormat::Jpeg, bytes).because(complaint)),
        // A cut inside the tables between two scans looks like damage.
        Verdict::Damaged if !header.has_end(bytes) => Err(ends_early(PictureFormat::Jpeg, bytes)),
        Verdict::Damaged => Err(Error::corrupt(format!("the JPEG picture is damaged: {complaint}"))),
        Verdict::TooManyScans => Err(Error::too_large(format!(
            "the JPEG picture has more than {MAX_SCANS} progressive scans: save it again as an ordinary JPEG"
        ))),
    }
}

/// The pixels as libjpeg-turbo leaves them, with its last warning or failure; `None` when it refuses the header.
fn decompress(bytes: &[u8], min_side: Option<u32>) -> Result<Option<Decompressed>> {
    scratch::with_decompressor(|decompressor| {
        let Ok(kind) = decompressor.read_header(bytes) else { return Ok(None) };
        let scale = scaling_factor(&kind, min_side);
        let set_up = decompressor.set_scan_limit(MAX_SCANS).and_then(|()| decompressor.set_scaling_factor(scale));
        set_up.or_error(Kind::Internal, || "cannot set up the JPEG decoder".into())?;
        let mut image = output_image(&kind.scaled(scale));
        let complaint = decompressor.decompress(bytes, image.as_deref_mut()).err().map(|complaint| complaint.to_string());
        Ok(Some((image, complaint)))
    })
    .or_error(Kind::Internal, || "cannot start the JPEG decoder".into())?
}

fn picture(image: Image<Vec<u8>>) -> Picture {
    let rgb = if image.format == PixelFormat::CMYK { convert::inverted_cmyk_to_rgb(&image.pixels) } else { image.pixels };
    Picture { width: image.width as u32, height: image.height as u32, rgb }
}

fn scaling_factor(kind: &DecompressHeader, min_side: Option<u32>) -> ScalingFactor {
    let Some(min_side) = min_side.filter(|_| !kind.is_lossless) else { return ScalingFactor::ONE };
    let shorter = kind.width.min(kind.height);
    let mut eighths = (1..8).map(|count| ScalingFactor::new(count, 8));
    eighths.find(|scale| scale.scale(shorter) >= min_side as usize).unwrap_or(ScalingFactor::ONE)
}

fn output_image(kind: &DecompressHeader) -> Image<Vec<u8>> {
    // CMYK cannot be asked for as RGB.
    let format = if matches!(kind.colorspace, Colorspace::CMYK | Colorspace::YCCK) { PixelFormat::CMYK } else { PixelFormat::RGB };
    let pitch = kind.width * format.size();
    Image { pixels: scratch::pixels(pitch * kind.height), width: kind.width, pitch, height: kind.height, format }
}

/// libjpeg-turbo reports warnings and failures alike, and only the last; its texts are fixed.
fn judge(complaint: &str) -> Verdict {
    let says = |parts: &[&str]| parts.iter().any(|part| complaint.contains(part));
    if says(&["extraneous bytes before marker", "Warning: unknown JFIF", "Unknown Adobe color", "bad ICC marker"]) {
        Verdict::Harmless
    } else if says(&["Premature end of JPEG file", "premature end of data segment", "found marker 0xd9 instead"]) {
        Verdict::EndsEarly
    } else if says(&["scans"]) {
        Verdict::TooManyScans
    } else if says(&["nsupported", "not supported", "not implemented", "not compiled"]) {
        Verdict::Unable
    } else {
        Verdict::Damaged
    }
}

/// The picture as JPEG; `quality` is held within 1..=100.
///
/// # Errors
/// `Invalid` when the picture's fields contradict each other, `TooLarge` above 65,500 pixels a side.
pub fn encode_jpeg(picture: &Picture, quality: u8) -> Result<Vec<u8>> {
    picture.check()?;
    if picture.width.max(picture.height) > MAX_SIDE {
        let (width, height) = (picture.width, picture.height);
        return Err(Error::too_large(format!("a JPEG cannot hold {width} x {height} pixels: the limit is {MAX_SIDE} a side")));
    }
    let (width, height) = (picture.width as usize, picture.height as usize);
    let image = Image { pixels: picture.rgb.as_slice(), width, pitch: width * 3, height, format: PixelFormat::RGB };
    compress(image, quality.clamp(1, 100)).or_error(Kind::Internal, || "cannot encode a JPEG".into())
}

fn compress(image: Image<&[u8]>, quality: u8) -> turbojpeg::Result<Vec<u8>> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(quality.into())?;
    compressor.set_subsamp(if quality < FULL_COLOR_QUALITY { Subsamp::Sub2x2 } else { Subsamp::None })?;
    compressor.compress_to_vec(image)
}
