//! Pictures: bytes to pixels under strict limits, orientation, resizing, thumbnails, and a rendered demo set.
//! Knows no tensors and no database. Bytes come from strangers: every size is checked against the header before
//! memory is taken, and a fault in a foreign decoder becomes an error of that picture.

mod capture;
mod convert;
mod cut;
mod decode;
mod encode;
mod exif_fields;
mod format;
mod header;
mod interpolate;
mod jpeg;
mod jpeg_header;
mod orient;
mod pnm;
mod preview;
mod probe;
mod raster;
pub mod render;
mod resize;
mod scratch;

use crate::error::{Error, Result};

pub use cut::thumbnail_of;
pub use decode::{decode, decode_at_least, verify};
pub use encode::{encode_jpeg, encode_png, thumbnail};
pub use exif_fields::{ExifField, exif_fields};
pub use format::PictureFormat;
pub use pnm::{decode_pnm, is_pnm};
pub use preview::{preview, preview_of};
pub use probe::{PictureInfo, probe};
pub use raster::{Raster, is_deep_grey_png};
pub use render::{group_name, render_picture};
pub use resize::{crop, fit_within, resize};

/// What a decoder may cost; checked against the header before any pixel is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Most pixels of one picture (width x height).
    pub max_pixels: u64,
    /// Most bytes of one file.
    pub max_file_bytes: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { max_pixels: 250_000_000, max_file_bytes: 1 << 30 }
    }
}

/// A decoded picture: 8-bit RGB, rows from the top, upright (EXIF orientation applied).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes, row by row, R G B.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// A picture of these pixels: `width * height * 3` bytes, row by row, R G B.
    ///
    /// # Errors
    /// `Invalid` when a side is zero or the number of bytes does not fit the sides.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self> {
        let picture = Self { width, height, rgb };
        picture.check()?;
        Ok(picture)
    }

    /// Lets the picture go; the thread's next one gets its memory.
    pub fn recycle(self) {
        scratch::keep(self.rgb);
    }

    /// The fields are public, so everything that hands the bytes to foreign code asks here first.
    fn check(&self) -> Result<()> {
        let expected = u64::from(self.width) * u64::from(self.height) * 3;
        if expected == 0 {
            return Err(Error::invalid(format!(
                "a picture of {} x {} pixels is empty: both sides must be at least 1",
                self.width, self.height
            )));
        }
        if self.rgb.len() as u64 != expected {
            let (width, height, got) = (self.width, self.height, self.rgb.len());
            return Err(Error::invalid(format!("a picture of {width} x {height} pixels takes {expected} bytes of RGB, got {got}")));
        }
        Ok(())
    }
}

/// How pixels are combined when a picture shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResizeFilter {
    /// Bilinear with a support that grows with the reduction (Pillow, torchvision with antialias).
    Antialias,
    /// Bilinear between the four nearest pixels (`OpenCV`'s `INTER_LINEAR`).
    Interpolate,
}
