//! Random views of photos: crop, change of tone, and blends of two photos.
//! A recipe is drawn from a seed and a number alone, so the same view can be rendered again at any time.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::error::{Error, Result};
use crate::imaging::{Picture, ResizeFilter, resize};

/// A part of a picture; all four numbers are fractions of the whole, in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// Left edge.
    pub left: f32,
    /// Top edge.
    pub top: f32,
    /// Width, above zero.
    pub width: f32,
    /// Height, above zero.
    pub height: f32,
}

impl Crop {
    /// The whole picture.
    pub const WHOLE: Self = Self { left: 0.0, top: 0.0, width: 1.0, height: 1.0 };

    /// A part of `least_area`..=1 of the picture's area, its sides stretched by up to a third against each other.
    pub fn draw(random: &mut impl Rng, least_area: f32) -> Self {
        let area: f32 = random.random_range(least_area..=1.0);
        let stretch = random.random_range(-0.2877_f32..=0.2877).exp();
        let width = (area * stretch).sqrt().min(1.0);
        let height = (area / stretch).sqrt().min(1.0);
        let left = random.random_range(0.0..=1.0 - width);
        let top = random.random_range(0.0..=1.0 - height);
        Self { left, top, width, height }
    }

    /// The crop in whole pixels of a `width` x `height` picture: left, top, width, height; never empty, never outside.
    pub fn pixels(&self, width: u32, height: u32) -> (u32, u32, u32, u32) {
        let span = |start: f32, length: f32, limit: u32| {
            let start = ((start * limit as f32).round() as u32).min(limit - 1);
            let length = ((length * limit as f32).round() as u32).clamp(1, limit - start);
            (start, length)
        };
        let (left, crop_width) = span(self.left, self.width, width);
        let (top, crop_height) = span(self.top, self.height, height);
        (left, top, crop_width, crop_height)
    }
}

/// Factors that leave the picture as it is when they are one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Factor on every value.
    pub brightness: f32,
    /// Factor on the distance from the picture's mean grey.
    pub contrast: f32,
    /// Factor on the distance from the pixel's own grey.
    pub saturation: f32,
    /// Factor on red against blue: warmer above one.
    pub warmth: f32,
}

impl Tone {
    /// Nothing changes.
    pub const PLAIN: Self = Self { brightness: 1.0, contrast: 1.0, saturation: 1.0, warmth: 1.0 };

    fn draw(random: &mut impl Rng) -> Self {
        if random.random_bool(0.3) {
            return Self::PLAIN;
        }
        Self {
            brightness: random.random_range(0.65..=1.35),
            contrast: random.random_range(0.65..=1.35),
            saturation: random.random_range(0.5..=1.5),
            warmth: random.random_range(0.9..=1.1),
        }
    }

    /// Applies the factors to `R G B` bytes in place.
    pub fn apply(&self, rgb: &mut [u8]) {
        if *self == Self::PLAIN || rgb.is_empty() {
            return;
        }
        let grey = |pixel: &[u8]| 0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]);
        let mean = rgb.chunks_exact(3).map(grey).sum::<f32>() / (rgb.len() / 3) as f32;
        let channel = [self.warmth, 1.0, 1.0 / self.warmth];
        for pixel in rgb.chunks_exact_mut(3) {
            let own = grey(pixel);
            for (value, warmth) in pixel.iter_mut().zip(channel) {
                let saturated = own + (f32::from(*value) - own) * self.saturation;
                let contrasted = mean + (saturated - mean) * self.contrast;
                *value = (contrasted * self.brightness * warmth).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// How a second photo joins the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Blend {
    /// One photo only.
    Alone,
    /// Every pixel is the weighted mean of both.
    Mixed,
    /// A rectangle of the second covers the first.
    Pasted(Crop),
}

/// Everything that makes one view.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Number of the first photo and the part of it that is seen.
    pub first: (usize, Crop),
    /// Number of the second photo and the part of it that is seen; not used by [`Blend::Alone`].
    pub second: (usize, Crop),
    /// How they are joined.
    pub blend: Blend,
    /// Share of the first photo in the view, in 0..=1.
    pub share: f32,
    /// Change of tone after blending.
    pub tone: Tone,
}

/// The random numbers that belong to one number of one series.
pub fn generator(seed: u64, series: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ series.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    random.set_stream(number);
    random
}

impl Recipe {
    /// View `number` of a set of `photos` photos: each photo comes once in every `photos` views.
    pub fn draw(seed: u64, number: u64, photos: usize) -> Self {
        let mut order: Vec<usize> = (0..photos).collect();
        order.shuffle(&mut generator(seed, 1, number / photos as u64));
        let random = &mut generator(seed, 2, number);
        let first = order[number as usize % photos];
        let second = random.random_range(0..photos);
        let kind: f32 = random.random();
        let least_area = if random.random_bool(0.25) { 0.9 } else { 0.2 };
        let crop = Crop::draw(random, least_area);
        let other = Crop::draw(random, 0.3);
        let tone = Tone::draw(random);
        let (blend, share) = match kind {
            k if k < 0.45 => (Blend::Alone, 1.0),
            k if k < 0.80 => (Blend::Mixed, random.random_range(0.15..=0.85)),
            _ => {
                let hole = Crop::draw(random, 0.15);
                (Blend::Pasted(hole), 1.0 - hole.width * hole.height)
            }
        };
        Self { first: (first, crop), second: (second, other), blend, share, tone }
    }

    /// Renders the view as a square of `side` pixels.
    ///
    /// # Errors
    /// `Invalid` when a photo is missing or empty.
    pub fn render(&self, photos: &[Picture], side: u32) -> Result<Picture> {
        let mut view = cut(photos, self.first, side, side)?;
        match self.blend {
            Blend::Alone => {}
            Blend::Mixed => mix(&mut view.rgb, &cut(photos, self.second, side, side)?.rgb, self.share),
            Blend::Pasted(hole) => {
                let (left, top, width, height) = hole.pixels(side, side);
                paste(&mut view, &cut(photos, self.second, width, height)?, left, top);
            }
        }
        self.tone.apply(&mut view.rgb);
        Ok(view)
    }
}

fn cut(photos: &[Picture], (number, crop): (usize, Crop), width: u32, height: u32) -> Result<Picture> {
    let photo = photos.get(number).ok_or_else(|| Error::invalid(format!("photo {number} is not one of the {} loaded", photos.len())))?;
    if photo.width == 0 || photo.height == 0 {
        return Err(Error::invalid(format!("photo {number} is empty")));
    }
    let (left, top, crop_width, crop_height) = crop.pixels(photo.width, photo.height);
    let row = photo.width as usize * 3;
    let (start, length) = (left as usize * 3, crop_width as usize * 3);
    let rows = photo.rgb.chunks_exact(row).skip(top as usize).take(crop_height as usize);
    let rgb: Vec<u8> = rows.flat_map(|row| &row[start..start + length]).copied().collect();
    resize(&Picture { width: crop_width, height: crop_height, rgb }, width, height, ResizeFilter::Antialias)
}

fn mix(view: &mut [u8], other: &[u8], share: f32) {
    for (value, &second) in view.iter_mut().zip(other) {
        *value = (f32::from(*value) * share + f32::from(second) * (1.0 - share)).round() as u8;
    }
}

fn paste(view: &mut Picture, piece: &Picture, left: u32, top: u32) {
    let row = view.width as usize * 3;
    let length = piece.width as usize * 3;
    let start = left as usize * 3;
    for (target, source) in view.rgb.chunks_exact_mut(row).skip(top as usize).zip(piece.rgb.chunks_exact(length)) {
        target[start..start + length].copy_from_slice(source);
    }
}
