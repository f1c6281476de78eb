//! The extension `image-gradients`: grey pictures that rise evenly in some direction, and how steeply. Networks learn to tell the
//! slopes; because these are known exactly, whoever builds a regression sees at once whether it works.

use std::path::{Path, PathBuf};

use rand::Rng;

use super::Watch;
use super::datum::Datum;
use super::findings::BuiltDatabase;
use super::lmdb::{Entry, Writer, plain_key};
use super::mean::{self, MeanSums};
use super::spec::GradientsSpec;
use super::split::{Purpose, stream};
use super::subset::Subset;
use crate::error::{Error, Result, io_error};
use crate::imaging::Raster;

/// Folder of the pictures, inside that of a set.
pub const FEATURES: &str = "features";
/// Folder of the slopes.
pub const LABELS: &str = "labels";
/// Most bytes written together.
const BATCH_BYTES: usize = 32 << 20;

/// Makes the databases of one set; what an interrupted run has made is kept.
pub struct Gradients<'a> {
    /// Folder of the dataset.
    pub folder: &'a Path,
    /// What to make.
    pub spec: &'a GradientsSpec,
    /// Decides the slopes.
    pub seed: u64,
    /// Progress and the wish to stop.
    pub watch: &'a Watch,
}

/// A picture of these slopes, each the rise of grey across the whole side in units of 255, within -0.5..=0.5:
/// `gx*255/W*(x - W/2) + gy*255/H*(y - H/2) + 127.5`, halves of sides cut to whole numbers.
pub fn render(width: u32, height: u32, slopes: [f32; 2]) -> Raster {
    let [across, down] = slopes.map(f64::from);
    let rise = |slope: f64, side: u32, at: u32| slope * 255.0 / f64::from(side) * (f64::from(at) - f64::from(side / 2));
    let grey = |x: u32, y: u32| (rise(across, width, x) + rise(down, height, y) + 127.5) as u8;
    let samples = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| grey(x, y)).collect();
    Raster { width, height, channels: 1, samples }
}

/// The slopes of a picture: uniform in -0.5..0.5, and the same however often they are asked for.
pub fn slopes(seed: u64, subset: Subset, number: u64) -> [f32; 2] {
    let mut random = stream(seed, Purpose::Gradient, ((subset.place() as u64) << 32) | number);
    [(); 2].map(|()| random.random_range(-0.5..0.5))
}

impl Gradients<'_> {
    /// Makes the databases of a set, and the mean beside those to train with.
    ///
    /// # Errors
    /// `Cancelled`; those of the disk.
    pub fn run(&self, subset: Subset) -> Result<BuiltDatabase> {
        let place = self.folder.join(subset.database_folder());
        let mut features = Writer::open(&place.join(FEATURES))?;
        let mut labels = Writer::open(&place.join(LABELS))?;
        // Features go first: what has a label is whole.
        let done = labels.count()?.min(features.count()?);
        let (count, name) = (self.spec.count(subset), format!("Create {} DB", subset.database_folder()));
        let batch = (BATCH_BYTES / self.spec.shape().samples().max(1)).clamp(1, 4096) as u64;
        for first in (done..count).step_by(batch as usize) {
            (self.watch.check)()?;
            (self.watch.progress)(first, count, &name);
            self.write(&mut features, &mut labels, subset, first..count.min(first + batch))?;
        }
        let entries = features.count()?;
        features.finish();
        labels.finish();
        if subset == Subset::Train && self.spec.same_shape {
            self.mean(&place)?;
        }
        if entries == count {
            Ok(BuiltDatabase { subset, entries, failed: 0, classes: Vec::new() })
        } else {
            Err(Error::internal(format!("{} has {entries} entries instead of {count}; please report it", place.display())))
        }
    }

    fn write(&self, features: &mut Writer, labels: &mut Writer, subset: Subset, numbers: std::ops::Range<u64>) -> Result<()> {
        let (mut pictures, mut values): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
        for number in numbers {
            let slopes = slopes(self.seed, subset, number);
            let raster = render(self.spec.width, self.spec.height, slopes);
            pictures.push((plain_key(number), Datum::of_raster(&raster, None, self.spec.encoding)?.to_bytes()));
            values.push((plain_key(number), Datum::of_values(&slopes).to_bytes()));
        }
        features.append(&pictures)?;
        labels.append(&values)
    }

    /// Of the pictures as they were rendered.
    fn mean(&self, place: &Path) -> Result<()> {
        let shape = self.spec.shape();
        let mut sums = MeanSums::new(shape);
        for number in 0..self.spec.train {
            if number % 1024 == 0 {
                (self.watch.check)()?;
            }
            sums.add(&render(shape.width, shape.height, slopes(self.seed, Subset::Train, number)).samples);
        }
        mean::write(place, &sums.raster(shape)?)
    }
}

/// The folders of the databases of a set: pictures, and their slopes.
///
/// # Errors
/// `NotFound` before they are made.
pub fn databases(folder: &Path, subset: Subset) -> Result<(PathBuf, PathBuf)> {
    let place = folder.join(subset.database_folder());
    let there = std::fs::metadata(&place).map_err(|source| io_error(&place, "open the database", source));
    there.map(|_| (place.join(FEATURES), place.join(LABELS)))
}
