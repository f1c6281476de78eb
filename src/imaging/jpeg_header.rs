//! Walks the markers of a JPEG file up to its first scan: sides, scan layout and the EXIF block, borrowed.

use super::format::PictureFormat;
use super::header::ends_early;
use crate::error::{Error, Result};

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// What stands before the first scan of a JPEG file.
pub(super) struct JpegHeader<'a> {
    /// Pixels per row as stored.
    pub(super) width: u32,
    /// Rows as stored.
    pub(super) height: u32,
    /// All colours and all detail come in the first scan (baseline, interleaved).
    pub(super) is_single_scan: bool,
    /// The TIFF structure of the first EXIF segment.
    pub(super) exif: Option<&'a [u8]>,
    /// Offset of the first scan's data.
    scan_start: usize,
}

/// A frame header (SOF segment).
struct Frame {
    width: u32,
    height: u32,
    components: u8,
    is_progressive: bool,
}

impl<'a> JpegHeader<'a> {
    /// Reads the markers up to the first scan.
    ///
    /// # Errors
    /// `Corrupt` when the file ends before its first scan or has none.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut position = 2;
        let mut frame = None;
        let mut exif = None;
        loop {
            let (marker, segment) = next_segment(bytes, &mut position).ok_or_else(|| ends_early(PictureFormat::Jpeg, bytes))?;
            match marker {
                END_OF_IMAGE => return Err(Error::corrupt("the JPEG file is damaged: it holds no picture")),
                START_OF_SCAN => {
                    let frame: Frame = frame.ok_or_else(|| Error::corrupt("the JPEG file is damaged: its picture header is missing"))?;
                    let is_single_scan = !frame.is_progressive && segment.first() == Some(&frame.components);
                    return Ok(Self { width: frame.width, height: frame.height, is_single_scan, exif, scan_start: position });
                }
                // 0xc4, 0xc8 and 0xcc are tables and a reserved code in the range of the frame headers.
                0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) => frame = frame.or(read_frame(marker, segment)),
                0xe1 => exif = exif.or_else(|| segment.strip_prefix(b"Exif\0\0")),
                _ => {}
            }
        }
    }

    /// Whether an end marker follows the first scan. It cannot occur inside a scan's data.
    pub(super) fn has_end(&self, bytes: &[u8]) -> bool {
        bytes[self.scan_start..].windows(2).any(|pair| pair == [0xff, END_OF_IMAGE])
    }
}

/// The next marker with its segment's content; `None` at the end of the bytes.
fn next_segment<'a>(bytes: &'a [u8], position: &mut usize) -> Option<(u8, &'a [u8])> {
    loop {
        // Bytes between segments are skipped, as every decoder does; 0xff may be repeated as filling.
        *position += bytes.get(*position..)?.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff))?;
        let marker = bytes[*position + 1];
        *position += 2;
        match marker {
            0x01 | 0xd0..=0xd8 => {}
            END_OF_IMAGE => return Some((marker, &[])),
            _ => {
                let length = usize::from(u16::from_be_bytes(*bytes.get(*position..)?.first_chunk()?));
                let segment = bytes.get(*position + 2..*position + length.max(2))?;
                *position += length.max(2);
                return Some((marker, segment));
            }
        }
    }
}

fn read_frame(marker: u8, segment: &[u8]) -> Option<Frame> {
    let &[_precision, h1, h0, w1, w0, components, ..] = segment else { return None };
    let is_progressive = matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce);
    Some(Frame { width: u16::from_be_bytes([w1, w0]).into(), height: u16::from_be_bytes([h1, h0]).into(), components, is_progressive })
}
