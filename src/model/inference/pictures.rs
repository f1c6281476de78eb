//! Pictures on their way to a trained network: from the folders and addresses that datasets may be made from, or from an upload, and
//! prepared as the pictures of its dataset were.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::stream::{Answers, Gallery};
use crate::dataset::resize::{self, ResizeMode, Shape};
use crate::dataset::source::{self, Sources};
use crate::error::{Error, Result};
use crate::imaging::{Picture, Raster};
use crate::network::Output;
use crate::train::supervised::{Pixels, TrainedNetwork};

/// What surrounds a picture that does not fill its shape is noise; always the same, so that a picture always gets the same answer.
const NOISE_SEED: u64 = 0;

/// How pictures get their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// That of the dataset, by its rule.
    Resized {
        /// Width, height and channels of the dataset's pictures.
        shape: Shape,
        /// What becomes of other proportions.
        mode: ResizeMode,
    },
    /// Their own; each is then a batch of its own.
    Kept {
        /// 1 for grey, 3 for colour.
        channels: u32,
    },
}

/// A picture as a network takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// Channel after channel; colours as blue, green, red.
    pub pixels: Pixels,
}

/// The pictures that may be asked about.
pub struct Pictures<'a> {
    /// Folders that paths may lead into, limits, and whether private addresses may be asked.
    pub sources: &'a Sources,
    /// How they get their size.
    pub fit: Fit,
    /// A folder for what is fetched from addresses.
    pub scratch: PathBuf,
    /// Set by whoever wants the work to end.
    pub stop: &'a AtomicBool,
}

impl Fit {
    /// A decoded picture, ready.
    ///
    /// # Errors
    /// `TooLarge` for a picture too long and thin to be resized by the dataset's rule.
    pub fn apply(self, picture: Picture) -> Result<Ready> {
        let raster = match self {
            Self::Resized { shape, mode } => resize::resize(picture, shape, mode, &mut ChaCha8Rng::seed_from_u64(NOISE_SEED))?,
            Self::Kept { channels } => Raster::of_picture(picture, channels),
        };
        let shape = [raster.channels, raster.height, raster.width].map(|size| size as usize);
        Ok(Ready { shape, pixels: Pixels::Bytes(raster.to_planes()) })
    }
}

impl Pictures<'_> {
    /// A picture that somebody sent.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn sent(&self, bytes: &[u8]) -> Result<Ready> {
        self.fit.apply(source::decode(bytes, &self.sources.limits)?)
    }
}

impl Gallery for Pictures<'_> {
    type Picture = Ready;

    fn picture(&self, place: &str) -> Result<Ready> {
        let keep_on = || !self.stop.load(Ordering::Relaxed);
        self.fit.apply(self.sources.picture(place, &self.scratch, &keep_on)?)
    }
}

impl Answers<Ready> for TrainedNetwork {
    fn answer(&self, pictures: Vec<Ready>) -> Result<Vec<Output>> {
        let Some(shape) = pictures.first().map(|picture| picture.shape) else { return Err(Error::invalid("no picture to answer")) };
        if let Some(other) = pictures.iter().find(|picture| picture.shape != shape) {
            return Err(Error::invalid(format!("pictures of shape {shape:?} and {:?} cannot be answered together", other.shape)));
        }
        let pixels: Vec<Pixels> = pictures.into_iter().map(|picture| picture.pixels).collect();
        self.forward_sized(&pixels, shape)
    }
}
