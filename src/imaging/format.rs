//! The picture formats we read: names, media types and magic bytes. What the bytes say wins over what the name says.

use crate::error::{Error, Result};

/// A picture format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// JPEG, baseline or progressive, grey, YCbCr, RGB, CMYK or YCCK.
    Jpeg,
    /// PNG, any colour type and depth; of an animation the default picture.
    Png,
    /// WebP, lossy or lossless; of an animation the first frame.
    WebP,
    /// GIF; of an animation the first frame.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF; of several pages the first.
    Tiff,
}

/// Formats people try that are not read, by their first bytes, for a message that helps.
const STRANGERS: [(usize, &[u8], &str); 14] = [
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or office document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\x00\x00\x01\x00", "a Windows icon"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (8, b"AVI ", "an AVI video"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftypheic", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIF picture"),
    (4, b"ftyp", "an MP4 or QuickTime video"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
];

impl PictureFormat {
    /// Usual file name extension, with the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => ".jpg",
            Self::Png => ".png",
            Self::WebP => ".webp",
            Self::Gif => ".gif",
            Self::Bmp => ".bmp",
            Self::Tiff => ".tif",
        }
    }

    /// Media (MIME) type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
        }
    }

    /// Format that a file name extension promises, in any letter case, with or without the dot.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.trim_start_matches('.').to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(Self::Jpeg),
            "png" => Some(Self::Png),
            "webp" => Some(Self::WebP),
            "gif" => Some(Self::Gif),
            "bmp" | "dib" => Some(Self::Bmp),
            "tif" | "tiff" => Some(Self::Tiff),
            _ => None,
        }
    }

    /// Format of these bytes by their magic number; 12 bytes are enough.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            // Classic TIFF and BigTIFF, either byte order.
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Self::Tiff),
            // "BM" begins many a text too: the reserved words are zero in a real bitmap.
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some(Self::Bmp),
            _ => None,
        }
    }

    /// Name of the format for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        }
    }

    /// [`PictureFormat::sniff`] with an answer for people.
    pub(super) fn expect(bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::corrupt("the file is empty"));
        }
        Self::sniff(bytes).ok_or_else(|| {
            Error::unsupported(format!(
                "not a picture of a supported format: the content is {}; supported are JPEG, PNG, WebP, GIF, BMP and TIFF",
                describe(bytes)
            ))
        })
    }
}

/// What bytes that are no picture seem to be.
fn describe(bytes: &[u8]) -> &'static str {
    let stranger = STRANGERS.iter().find(|(start, magic, _)| bytes.get(*start..).is_some_and(|rest| rest.starts_with(magic)));
    if let Some((_, _, name)) = stranger {
        return name;
    }
    let start = &bytes[..bytes.len().min(512)];
    // A multi-byte character may be cut by the end of the sample.
    let is_utf8 = std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none() && error.valid_up_to() > 0, |_| true);
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    match std::str::from_utf8(start).map(str::trim_start) {
        Ok(text) if text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")) => "an SVG drawing",
        Ok(text) if text.starts_with("<!DOCTYPE") || text.starts_with("<html") => "an HTML page",
        _ if is_utf8 && !start.iter().any(is_control) => "text",
        _ => "unknown",
    }
}
