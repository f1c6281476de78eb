//! Other sizes and parts of a picture.

use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::interpolate::interpolate;
use super::{Picture, ResizeFilter};
use crate::error::{Error, Kind, Result, ResultExt};
use crate::types::Region;

/// Most pixels of a target: far above any network's input, far below what would exhaust memory.
const MAX_TARGET_PIXELS: u64 = 1 << 28;

thread_local! {
    /// Keeps its coefficient and row buffers from picture to picture.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// Resizes to exactly `width` x `height`, ignoring the aspect ratio.
///
/// # Errors
/// `Invalid` when a side is zero or the picture's fields contradict each other, `TooLarge` above 268 megapixels.
pub fn resize(picture: &Picture, width: u32, height: u32, filter: ResizeFilter) -> Result<Picture> {
    picture.check()?;
    check_target(width, height)?;
    if (width, height) == (picture.width, picture.height) {
        return Ok(picture.clone());
    }
    if filter == ResizeFilter::Interpolate {
        return Ok(interpolate(picture, width, height));
    }
    let algorithm = ResizeAlg::Convolution(FilterType::Bilinear);
    let source =
        ImageRef::new(picture.width, picture.height, &picture.rgb, PixelType::U8x3).or_error(Kind::Invalid, || "cannot resize".into())?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(algorithm);
    RESIZER
        .with_borrow_mut(|resizer| resizer.resize(&source, &mut target, &options))
        .or_error(Kind::Internal, || "cannot resize".into())?;
    Ok(Picture { width, height, rgb: target.into_vec() })
}

fn check_target(width: u32, height: u32) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Error::invalid(format!("cannot resize to {width} x {height} pixels: both sides must be at least 1")));
    }
    if pixels > MAX_TARGET_PIXELS {
        return Err(Error::too_large(format!("cannot resize to {width} x {height} pixels: the limit is {MAX_TARGET_PIXELS} pixels")));
    }
    Ok(())
}

/// Scales down, keeping the aspect ratio, until the longer side has at most `side` pixels (at least 1 on the shorter);
/// never enlarges.
///
/// # Errors
/// As [`resize`].
pub fn fit_within(picture: &Picture, side: u32) -> Result<Picture> {
    let longer = picture.width.max(picture.height);
    if longer <= side || longer == 0 {
        return Ok(picture.clone());
    }
    let scaled = |length: u32| ((u64::from(length) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer)) as u32;
    resize(picture, scaled(picture.width).max(1), scaled(picture.height).max(1), ResizeFilter::Antialias)
}

/// Cuts a region out. Each edge goes to the nearest pixel border (halves away from zero); a region thinner than a
/// pixel gives the pixel that it begins in.
///
/// # Errors
/// `Invalid` when the region does not lie in the picture or the picture's fields contradict each other.
pub fn crop(picture: &Picture, region: Region) -> Result<Picture> {
    picture.check()?;
    let region = Region::new(region.x, region.y, region.w, region.h)?;
    let (left, right) = span(region.x, region.w, picture.width);
    let (top, bottom) = span(region.y, region.h, picture.height);
    let row_bytes = picture.width as usize * 3;
    let rows = picture.rgb.chunks_exact(row_bytes).take(bottom as usize).skip(top as usize);
    let rgb = rows.flat_map(|row| &row[left as usize * 3..right as usize * 3]).copied().collect();
    Picture::new(right - left, bottom - top, rgb)
}

/// First and one past the last pixel of a fraction of a side.
fn span(start: f32, length: f32, side: u32) -> (u32, u32) {
    let scale = f64::from(side);
    let edge = |at: f64| (at * scale).round() as u32;
    let end = edge(f64::from(start) + f64::from(length)).min(side);
    let begin = edge(f64::from(start));
    if begin < end {
        return (begin, end);
    }
    let pixel = ((f64::from(start) * scale) as u32).min(side - 1);
    (pixel, pixel + 1)
}
