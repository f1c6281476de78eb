//! Reads the sides and the EXIF block of a picture straight out of its first bytes, borrowing, without allocating:
//! so every limit is checked before a decoder is started. TIFF has no fixed places; its decoder reads the directory.

use std::io::Cursor;

use image::ImageDecoder;
use image::codecs::tiff::TiffDecoder;

use super::decode::{foreign, guarded};
use super::format::PictureFormat;
use super::jpeg_header::JpegHeader;
use crate::error::{Error, Result};

/// EXIF blocks above this are not looked at: a JPEG's cannot exceed 64 KiB, larger ones carry nothing we read.
const MAX_EXIF_BYTES: usize = 1 << 20;
/// The EXIF reader copies a TIFF file as a whole; larger ones go without capture time and camera.
const MAX_TIFF_EXIF_BYTES: usize = 64 << 20;

/// What the first bytes of a picture say.
pub(super) struct Header<'a> {
    /// Pixels per row as stored, before the orientation is applied.
    pub(super) width: u32,
    /// Rows as stored.
    pub(super) height: u32,
    /// A TIFF structure with the EXIF fields.
    pub(super) exif: Option<&'a [u8]>,
    /// Orientation where the container itself says it (TIFF).
    pub(super) orientation: Option<u8>,
}

/// Reads the header of a picture of this format.
///
/// # Errors
/// `Corrupt` when the bytes end inside the header or contradict the format, `Unsupported` for odd kinds of TIFF.
pub(super) fn read(format: PictureFormat, bytes: &[u8]) -> Result<Header<'_>> {
    match format {
        PictureFormat::Jpeg => {
            JpegHeader::read(bytes).map(|jpeg| Header { width: jpeg.width, height: jpeg.height, exif: jpeg.exif, orientation: None })
        }
        PictureFormat::Png => png(bytes),
        PictureFormat::WebP => webp(bytes),
        PictureFormat::Gif => gif(bytes),
        PictureFormat::Bmp => bmp(bytes),
        PictureFormat::Tiff => tiff(bytes),
    }
}

/// The failure of a file that stops before its format lets it.
pub(super) fn ends_early(format: PictureFormat, bytes: &[u8]) -> Error {
    Error::corrupt(format!("the {} picture ends early: the file stops after {} bytes and is incomplete", format.name(), bytes.len()))
}

/// `N` bytes at `start`, or the answer that the file ends early.
fn at<const N: usize>(format: PictureFormat, bytes: &[u8], start: usize) -> Result<[u8; N]> {
    bytes.get(start..).and_then(|rest| rest.first_chunk()).copied().ok_or_else(|| ends_early(format, bytes))
}

fn png(bytes: &[u8]) -> Result<Header<'_>> {
    let kind: [u8; 4] = at(PictureFormat::Png, bytes, 12)?;
    if &kind != b"IHDR" {
        return Err(Error::corrupt("the PNG picture is damaged: it does not begin with its header"));
    }
    let width = u32::from_be_bytes(at(PictureFormat::Png, bytes, 16)?);
    let height = u32::from_be_bytes(at(PictureFormat::Png, bytes, 20)?);
    Ok(Header { width, height, exif: png_exif(bytes), orientation: None })
}

/// The `eXIf` chunk, wherever it stands.
fn png_exif(bytes: &[u8]) -> Option<&[u8]> {
    let mut start = 8;
    loop {
        let length = u32::from_be_bytes(*bytes.get(start..)?.first_chunk()?) as usize;
        let kind: [u8; 4] = *bytes.get(start + 4..)?.first_chunk()?;
        if &kind == b"eXIf" {
            return bytes.get(start + 8..start + 8 + length).filter(|exif| exif.len() <= MAX_EXIF_BYTES);
        }
        start += length + 12;
    }
}

fn webp(bytes: &[u8]) -> Result<Header<'_>> {
    const FORMAT: PictureFormat = PictureFormat::WebP;
    let three = |start| at::<3>(FORMAT, bytes, start).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]));
    let two = |start| at::<2>(FORMAT, bytes, start).map(|pair| u32::from(u16::from_le_bytes(pair)));
    let (width, height) = match &at::<4>(FORMAT, bytes, 12)? {
        b"VP8X" => (three(24)? + 1, three(27)? + 1),
        b"VP8L" => {
            let packed = u32::from_le_bytes(at(FORMAT, bytes, 21)?);
            ((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1)
        }
        b"VP8 " => (two(26)? & 0x3fff, two(28)? & 0x3fff),
        _ => return Err(Error::corrupt("the WebP picture is damaged: its first chunk is not a picture")),
    };
    Ok(Header { width, height, exif: webp_exif(bytes), orientation: None })
}

/// The `EXIF` chunk of an extended WebP file; some writers put the JPEG prefix in front.
fn webp_exif(bytes: &[u8]) -> Option<&[u8]> {
    let mut start = 12;
    loop {
        let kind: [u8; 4] = *bytes.get(start..)?.first_chunk()?;
        let length = u32::from_le_bytes(*bytes.get(start + 4..)?.first_chunk()?) as usize;
        if &kind == b"EXIF" {
            let block = bytes.get(start + 8..start + 8 + length)?;
            return Some(block.strip_prefix(b"Exif\0\0").unwrap_or(block)).filter(|exif| exif.len() <= MAX_EXIF_BYTES);
        }
        start += 8 + length + length % 2;
    }
}

fn gif(bytes: &[u8]) -> Result<Header<'_>> {
    let [a, b, c, d]: [u8; 4] = at(PictureFormat::Gif, bytes, 6)?;
    Ok(Header { width: u16::from_le_bytes([a, b]).into(), height: u16::from_le_bytes([c, d]).into(), exif: None, orientation: None })
}

fn bmp(bytes: &[u8]) -> Result<Header<'_>> {
    const FORMAT: PictureFormat = PictureFormat::Bmp;
    // The OS/2 header of 12 bytes has 16-bit sides; in all others a negative height means "rows from the top".
    let (width, height) = if u32::from_le_bytes(at(FORMAT, bytes, 14)?) == 12 {
        let [a, b, c, d]: [u8; 4] = at(FORMAT, bytes, 18)?;
        (u16::from_le_bytes([a, b]).into(), u16::from_le_bytes([c, d]).into())
    } else {
        let width = i32::from_le_bytes(at(FORMAT, bytes, 18)?);
        let width = u32::try_from(width)
            .map_err(|_| Error::corrupt(format!("the BMP picture is damaged: it declares a width of {width} pixels")))?;
        (width, i32::from_le_bytes(at(FORMAT, bytes, 22)?).unsigned_abs())
    };
    Ok(Header { width, height, exif: None, orientation: None })
}

fn tiff(bytes: &[u8]) -> Result<Header<'_>> {
    let (width, height, orientation) = guarded(PictureFormat::Tiff, || {
        let mut decoder = TiffDecoder::new(Cursor::new(bytes)).map_err(|error| foreign(PictureFormat::Tiff, bytes, error))?;
        let (width, height) = decoder.dimensions();
        Ok((width, height, decoder.orientation().map_or(1, image::metadata::Orientation::to_exif)))
    })?;
    let exif = (bytes.len() <= MAX_TIFF_EXIF_BYTES).then_some(bytes);
    Ok(Header { width, height, exif, orientation: Some(orientation) })
}
