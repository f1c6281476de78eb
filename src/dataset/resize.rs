//! Pictures to the size of a dataset. Wherever a picture of another shape has to fit, one of four rules says how; what a rule leaves
//! empty is filled with noise, so that a network learns nothing from it.

use rand::{Rng, RngCore};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::imaging::{Picture, Raster};

/// Most pixels of what a picture is resized to before it is cut: a ribbon must not become a plane.
const MOST_BETWEEN: f64 = (64_u64 << 20) as f64;

/// How a picture of another shape is made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeMode {
    /// The shape is given up.
    #[default]
    Squash,
    /// It covers the target, and its middle is cut out.
    Crop,
    /// It fits into the target, and noise surrounds it.
    Fill,
    /// Half of each.
    HalfCrop,
}

impl ResizeMode {
    /// All, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Crop, Self::Squash, Self::Fill, Self::HalfCrop];

    /// The word in forms and replies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Squash => "squash",
            Self::Crop => "crop",
            Self::Fill => "fill",
            Self::HalfCrop => "half_crop",
        }
    }

    /// The mode of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// What pictures become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 for grey, 3 for colour.
    pub channels: u32,
}

impl Shape {
    /// Samples of one picture.
    pub fn samples(self) -> usize {
        self.width as usize * self.height as usize * self.channels as usize
    }
}

/// The side of which more is left over: the one that is cut or, for `fill`, the one that is fitted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Longer {
    Width,
    Height,
}

/// Resizes a picture. Noise is uniform in 0..=254 and comes from `noise`, which the modes without a border leave alone.
///
/// # Errors
/// `Invalid` for a target side of zero, `TooLarge` for pictures so long and thin that they cannot be resized sensibly.
pub fn resize(picture: Picture, shape: Shape, mode: ResizeMode, noise: &mut dyn RngCore) -> Result<Raster> {
    if shape.width == 0 || shape.height == 0 || !matches!(shape.channels, 1 | 3) {
        return Err(Error::invalid("pictures are resized to at least 1 x 1 pixels of 1 or 3 channels"));
    }
    let raster = Raster::of_picture(picture, shape.channels);
    if (raster.width, raster.height) == (shape.width, shape.height) {
        return Ok(raster);
    }
    let ratios = (f64::from(raster.width) / f64::from(shape.width), f64::from(raster.height) / f64::from(shape.height));
    // The same proportion, told without rounding.
    let is_similar = u64::from(raster.width) * u64::from(shape.height) == u64::from(raster.height) * u64::from(shape.width);
    if mode == ResizeMode::Squash || is_similar {
        return raster.resized(shape.width, shape.height);
    }
    let longer = if ratios.0 > ratios.1 { Longer::Width } else { Longer::Height };
    let ratio = match mode {
        ResizeMode::Crop => ratios.0.min(ratios.1),
        ResizeMode::Fill => ratios.0.max(ratios.1),
        _ => f64::midpoint(ratios.0, ratios.1),
    };
    let (width, height) = between(&raster, shape, ratio, longer, mode)?;
    let cut = middle(&raster.resized(width, height)?, shape);
    Ok(surrounded(cut, shape, noise))
}

/// The size that the whole picture is resized to before its long side is cut and its short side is filled up.
fn between(raster: &Raster, shape: Shape, ratio: f64, longer: Longer, mode: ResizeMode) -> Result<(u32, u32)> {
    let (exact_width, exact_height) = (f64::from(raster.width) / ratio, f64::from(raster.height) / ratio);
    if exact_width * exact_height > MOST_BETWEEN {
        return Err(Error::too_large(format!(
            "a picture of {} x {} pixels is too long and thin to be resized to {} x {} with `{}`: use squash or fill, or cut it first",
            raster.width,
            raster.height,
            shape.width,
            shape.height,
            mode.word()
        )));
    }
    let (mut width, mut height) = ((exact_width.round() as u32).max(1), (exact_height.round() as u32).max(1));
    // What lies on the target's own side is exactly that side, whatever rounding says.
    match (mode, longer) {
        (ResizeMode::Crop, Longer::Width) | (ResizeMode::Fill, Longer::Height) => height = shape.height,
        (ResizeMode::Crop, Longer::Height) | (ResizeMode::Fill, Longer::Width) => width = shape.width,
        _ => {}
    }
    // Both borders are equally wide: an odd gap gives one pixel to the picture.
    match longer {
        Longer::Width if mode != ResizeMode::Crop && shape.height.saturating_sub(height) % 2 == 1 => height += 1,
        Longer::Height if mode != ResizeMode::Crop && shape.width.saturating_sub(width) % 2 == 1 => width += 1,
        _ => {}
    }
    Ok((width, height))
}

/// Cuts whatever is longer than the target down to it, equally from both ends.
fn middle(raster: &Raster, shape: Shape) -> Raster {
    let start = |long: u32, target: u32| (f64::from(long.saturating_sub(target)) / 2.0).round() as u32;
    raster.part(start(raster.width, shape.width), start(raster.height, shape.height), shape.width, shape.height)
}

/// Puts a picture that is at most as large as the target into the middle of noise.
fn surrounded(raster: Raster, shape: Shape, noise: &mut dyn RngCore) -> Raster {
    if (raster.width, raster.height) == (shape.width, shape.height) {
        return raster;
    }
    let mut samples = vec![0; shape.samples()];
    samples.fill_with(|| noise.random_range(0..=254));
    let (left, top) = ((shape.width - raster.width) / 2, (shape.height - raster.height) / 2);
    let (row_bytes, start) = ((shape.width * shape.channels) as usize, (left * shape.channels) as usize);
    let row_samples = (raster.width * raster.channels) as usize;
    for (row, source) in samples.chunks_exact_mut(row_bytes).skip(top as usize).zip(raster.samples.chunks_exact(row_samples)) {
        row[start..start + row_samples].copy_from_slice(source);
    }
    Raster { width: shape.width, height: shape.height, channels: shape.channels, samples }
}
