//! Pixels of one or three channels, as networks are trained on them: grey stays one channel, and files are read as they are stored,
//! because whoever wrote a training set has turned its pictures already.

use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use turbojpeg::{Colorspace, Compressor, PixelFormat, Subsamp};

use super::decode::decode_probed;
use super::format::PictureFormat;
use super::probe::{PictureInfo, probe};
use super::{DecodeLimits, Picture, scratch};
use crate::error::{Error, Kind, Result, ResultExt};

/// Most pixels that a picture is resized to on its way into a training set.
const MAX_TARGET_PIXELS: u64 = 64 << 20;

/// Place of the colour type in a PNG file, and of the depth before it.
const PNG_DEPTH: usize = 24;
const PNG_COLOR_TYPE: usize = 25;

thread_local! {
    /// Keeps its coefficient and row buffers from picture to picture.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// 8-bit samples, rows from the top, the channels of a pixel beside each other: grey, or R G B.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 or 3.
    pub channels: u32,
    /// `height * width * channels` bytes.
    pub samples: Vec<u8>,
}

impl Raster {
    /// A raster of these samples.
    ///
    /// # Errors
    /// `Invalid` when a side is zero, there are not 1 or 3 channels, or the number of samples does not fit.
    pub fn new(width: u32, height: u32, channels: u32, samples: Vec<u8>) -> Result<Self> {
        let expected = u64::from(width) * u64::from(height) * u64::from(channels);
        if expected == 0 || !matches!(channels, 1 | 3) || samples.len() as u64 != expected {
            return Err(Error::invalid(format!(
                "a raster of {width} x {height} pixels and {channels} channels takes {expected} samples (1 or 3 channels, sides from 1), got {}",
                samples.len()
            )));
        }
        Ok(Self { width, height, channels, samples })
    }

    /// A picture in one or three channels. Grey is `0.299 R + 0.587 G + 0.114 B`, cut to a whole number; of equal channels it is
    /// their value.
    pub fn of_picture(picture: Picture, channels: u32) -> Self {
        let Picture { width, height, rgb } = picture;
        if channels == 3 {
            return Self { width, height, channels, samples: rgb };
        }
        let grey = |&[red, green, blue]: &[u8; 3]| ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1000) as u8;
        let samples = rgb.as_chunks::<3>().0.iter().map(grey).collect();
        Picture { width, height, rgb }.recycle();
        Self { width, height, channels: 1, samples }
    }

    /// Decodes a file as it is stored: no orientation is applied. As many channels as asked for, or as the file has.
    ///
    /// # Errors
    /// As [`decode`](super::decode).
    pub fn decode_stored(bytes: &[u8], channels: Option<u32>, limits: &DecodeLimits) -> Result<Self> {
        let info = PictureInfo { orientation: 1, ..probe(bytes, limits)? };
        let channels = channels.unwrap_or_else(|| stored_channels(info.format, bytes));
        decode_probed(bytes, &info, None, limits).map(|picture| Self::of_picture(picture, channels))
    }

    /// Resizes to exactly `width` x `height` with the filter of Pillow's `BILINEAR`: its support grows with the reduction.
    ///
    /// # Errors
    /// `Invalid` for a side of zero, `TooLarge` above 67 megapixels.
    pub fn resized(&self, width: u32, height: u32) -> Result<Self> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(Error::invalid(format!("cannot resize to {width} x {height} pixels: both sides must be at least 1")));
        }
        if pixels > MAX_TARGET_PIXELS {
            return Err(Error::too_large(format!("cannot resize to {width} x {height} pixels: the limit is {MAX_TARGET_PIXELS} pixels")));
        }
        if (width, height) == (self.width, self.height) {
            return Ok(self.clone());
        }
        let kind = if self.channels == 1 { PixelType::U8 } else { PixelType::U8x3 };
        let source = ImageRef::new(self.width, self.height, &self.samples, kind).or_error(Kind::Invalid, || "cannot resize".into())?;
        let mut target = Image::new(width, height, kind);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        RESIZER
            .with_borrow_mut(|resizer| resizer.resize(&source, &mut target, &options))
            .or_error(Kind::Internal, || "cannot resize".into())?;
        Ok(Self { width, height, channels: self.channels, samples: target.into_vec() })
    }

    /// The part that begins at this pixel; what reaches outside is left away.
    #[must_use]
    pub fn part(&self, left: u32, top: u32, width: u32, height: u32) -> Self {
        let (width, height) = (width.min(self.width.saturating_sub(left)), height.min(self.height.saturating_sub(top)));
        let row_bytes = (self.width * self.channels) as usize;
        let (start, length) = ((left * self.channels) as usize, (width * self.channels) as usize);
        let rows = self.samples.chunks_exact(row_bytes).skip(top as usize).take(height as usize);
        let samples = rows.flat_map(|row| &row[start..start + length]).copied().collect();
        Self { width, height, channels: self.channels, samples }
    }

    /// Channel after channel, as Caffe keeps pictures: grey, or blue, green, red.
    pub fn to_planes(&self) -> Vec<u8> {
        if self.channels == 1 {
            return self.samples.clone();
        }
        let pixels = self.samples.as_chunks::<3>().0;
        [2, 1, 0].into_iter().flat_map(|channel| pixels.iter().map(move |pixel| pixel[channel])).collect()
    }

    /// The raster of planes as [`Raster::to_planes`] gives them.
    ///
    /// # Errors
    /// As [`Raster::new`].
    pub fn of_planes(width: u32, height: u32, channels: u32, planes: &[u8]) -> Result<Self> {
        let checked = Self::new(width, height, channels, planes.to_vec())?;
        if channels == 1 {
            return Ok(checked);
        }
        let side = (width as usize) * (height as usize);
        let samples = (0..side).flat_map(|place| [planes[2 * side + place], planes[side + place], planes[place]]).collect();
        Ok(Self { samples, ..checked })
    }

    /// As PNG, 8-bit grey or RGB.
    ///
    /// # Errors
    /// `Invalid` when the fields contradict each other.
    pub fn encode_png(&self) -> Result<Vec<u8>> {
        let checked = self.check()?;
        let color = if checked.channels == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
        let mut png = Vec::new();
        PngEncoder::new(&mut png)
            .write_image(&self.samples, self.width, self.height, color)
            .or_error(Kind::Internal, || "cannot encode a PNG".into())?;
        Ok(png)
    }

    /// As JPEG, grey or with colour at half the resolution, as Pillow writes it; `quality` is held within 1..=100.
    ///
    /// # Errors
    /// `Invalid` when the fields contradict each other, `Internal` above 65,500 pixels a side.
    pub fn encode_jpeg(&self, quality: u8) -> Result<Vec<u8>> {
        self.check()?;
        let (format, sampling) = if self.channels == 1 { (PixelFormat::GRAY, Subsamp::Gray) } else { (PixelFormat::RGB, Subsamp::Sub2x2) };
        let (width, height, channels) = (self.width as usize, self.height as usize, self.channels as usize);
        let image = turbojpeg::Image { pixels: self.samples.as_slice(), width, pitch: width * channels, height, format };
        let compress = || -> turbojpeg::Result<Vec<u8>> {
            let mut compressor = Compressor::new()?;
            compressor.set_quality(i32::from(quality.clamp(1, 100)))?;
            compressor.set_subsamp(sampling)?;
            compressor.compress_to_vec(image)
        };
        compress().or_error(Kind::Internal, || "cannot encode a JPEG".into())
    }

    /// The fields are public, so everything that hands the samples to foreign code asks here first.
    fn check(&self) -> Result<&Self> {
        let expected = u64::from(self.width) * u64::from(self.height) * u64::from(self.channels);
        if expected == 0 || !matches!(self.channels, 1 | 3) || self.samples.len() as u64 != expected {
            return Err(Error::invalid("a raster whose samples do not fit its sides cannot be encoded"));
        }
        Ok(self)
    }
}

/// True for a PNG with one channel of 16 bits, which 8-bit programs cannot read without choosing a range.
pub fn is_deep_grey_png(bytes: &[u8]) -> bool {
    PictureFormat::sniff(bytes) == Some(PictureFormat::Png) && bytes.get(PNG_DEPTH) == Some(&16) && bytes.get(PNG_COLOR_TYPE) == Some(&0)
}

/// How many channels a file stores: 1 for grey PNG and JPEG, else 3.
fn stored_channels(format: PictureFormat, bytes: &[u8]) -> u32 {
    let is_grey = match format {
        PictureFormat::Png => matches!(bytes.get(PNG_COLOR_TYPE), Some(0 | 4)),
        PictureFormat::Jpeg => scratch::with_decompressor(|decompressor| {
            decompressor.read_header(bytes).is_ok_and(|header| header.colorspace == Colorspace::Gray)
        })
        .unwrap_or(false),
        _ => false,
    };
    if is_grey { 1 } else { 3 }
}
