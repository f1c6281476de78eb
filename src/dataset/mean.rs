//! The mean picture of a training set: summed up exactly while the database is written, kept as Caffe's `mean.binaryproto`, and shown
//! as `mean.jpg`.

use std::path::Path;

use prost::Message as _;

use super::datum::{BlobProto, BlobShape};
use super::files;
use super::resize::Shape;
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::imaging::Raster;

/// File of the mean as Caffe reads it.
pub const MEAN_FILE: &str = "mean.binaryproto";
/// File of the mean for people.
pub const MEAN_PICTURE: &str = "mean.jpg";

/// Most bytes of a mean file: 16 million values.
const MOST_BYTES: u64 = (16 << 20) * 4 + 1024;
const PICTURE_QUALITY: u8 = 90;

/// Sums of each sample over all pictures so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeanSums {
    /// One for each sample, in the order of [`Raster::samples`].
    pub sums: Vec<u64>,
    /// How many pictures.
    pub count: u64,
}

impl MeanSums {
    /// Of no picture yet.
    pub fn new(shape: Shape) -> Self {
        Self { sums: vec![0; shape.samples()], count: 0 }
    }

    /// Adds the samples of one picture.
    pub fn add(&mut self, samples: &[u8]) {
        for (sum, sample) in self.sums.iter_mut().zip(samples) {
            *sum += u64::from(*sample);
        }
        self.count += 1;
    }

    /// The mean, rounded to whole numbers (halves to the even one, as `NumPy` rounds).
    ///
    /// # Errors
    /// `Invalid` of no picture.
    pub fn raster(&self, shape: Shape) -> Result<Raster> {
        if self.count == 0 {
            return Err(Error::invalid("there is no mean of no pictures"));
        }
        let mean = |sum: &u64| (*sum as f64 / self.count as f64).round_ties_even() as u8;
        Raster::new(shape.width, shape.height, shape.channels, self.sums.iter().map(mean).collect())
    }
}

/// A mean as networks subtract it.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanImage {
    /// Channels, height and width.
    pub shape: [usize; 3],
    /// Channel after channel, blue first.
    pub values: Vec<f32>,
}

impl MeanImage {
    /// The mean of each channel, blue first.
    pub fn pixel(&self) -> Vec<f32> {
        let side = (self.shape[1] * self.shape[2]).max(1);
        let mean = |channel: &[f32]| (channel.iter().map(|value| f64::from(*value)).sum::<f64>() / side as f64) as f32;
        self.values.chunks(side).map(mean).collect()
    }
}

/// Writes `mean.binaryproto` into a folder, whole or not at all.
///
/// # Errors
/// Those of the disk.
pub fn write(folder: &Path, mean: &Raster) -> Result<()> {
    let blob = BlobProto {
        num: Some(1),
        channels: Some(mean.channels as i32),
        height: Some(mean.height as i32),
        width: Some(mean.width as i32),
        data: mean.to_planes().into_iter().map(f32::from).collect(),
        shape: None,
    };
    files::replace(&folder.join(MEAN_FILE), &blob.encode_to_vec())
}

/// Writes `mean.jpg` into a folder: exactly as large as the pictures.
///
/// # Errors
/// Those of the disk.
pub fn write_picture(folder: &Path, mean: &Raster) -> Result<()> {
    files::replace(&folder.join(MEAN_PICTURE), &mean.encode_jpeg(PICTURE_QUALITY)?)
}

/// Reads a mean in Caffe's format, of one picture.
///
/// # Errors
/// `NotFound`; `TooLarge` above 64 MiB; `Corrupt` for anything that is no mean.
pub fn read(file: &Path) -> Result<MeanImage> {
    let size = std::fs::metadata(file).map_err(|source| io_error(file, "read", source))?.len();
    if size > MOST_BYTES {
        return Err(Error::too_large(format!("{} has {size} bytes; the limit of a mean file is {MOST_BYTES}", file.display())));
    }
    let bytes = std::fs::read(file).map_err(|source| io_error(file, "read", source))?;
    let blob = BlobProto::decode(bytes.as_slice()).or_error(Kind::Corrupt, || format!("{} is no mean file", file.display()))?;
    let shape = shape(&blob).ok_or_else(|| Error::corrupt(format!("{} does not tell channels, height and width", file.display())))?;
    if shape.iter().try_fold(1_usize, |product, side| product.checked_mul(*side)) != Some(blob.data.len()) {
        return Err(Error::corrupt(format!("{} has {} values for a shape of {shape:?}", file.display(), blob.data.len())));
    }
    Ok(MeanImage { shape, values: blob.data })
}

/// Channels, height and width, told in either way, of one picture.
fn shape(blob: &BlobProto) -> Option<[usize; 3]> {
    let sides: Vec<i64> = match &blob.shape {
        Some(BlobShape { dim }) => dim.clone(),
        None => [blob.num, blob.channels, blob.height, blob.width].map(|side| side.unwrap_or(1).into()).to_vec(),
    };
    let picture = match sides.as_slice() {
        [1, picture @ ..] if picture.len() == 3 => picture,
        picture => picture,
    };
    let sides: Vec<usize> = picture.iter().filter_map(|side| usize::try_from(*side).ok()).filter(|side| *side > 0).collect();
    sides.try_into().ok()
}
