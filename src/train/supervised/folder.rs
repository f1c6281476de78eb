//! Class folders as examples, without any dataset: one folder for each class, in the order of their names. Pictures are decoded and
//! squashed when they are read.

use std::path::{Path, PathBuf};

use super::{Example, Examples, Label, Pixels};
use crate::error::{Error, Result, io_error};
use crate::imaging::{DecodeLimits, PictureFormat, ResizeFilter, decode, resize};
use crate::network::chance::Chance;

/// Pictures in class folders.
#[derive(Debug, Clone)]
pub struct FolderExamples {
    files: Vec<(PathBuf, u32)>,
    labels: Vec<String>,
    shape: [usize; 3],
    limits: DecodeLimits,
}

impl FolderExamples {
    /// Lists the pictures of every class folder, mixed by a seed. `shape` is channels (1 or 3), height, width of the examples.
    ///
    /// # Errors
    /// `NotFound` for a folder that is not there; `Invalid` for fewer than two classes, or a shape that pictures cannot have.
    pub fn open(folder: &Path, shape: [usize; 3], limits: DecodeLimits, seed: u64) -> Result<Self> {
        if !matches!(shape[0], 1 | 3) || shape[1..].iter().any(|side| !(1..=16_384).contains(side)) {
            return Err(Error::invalid(format!("the shape {shape:?} is not possible: 1 or 3 channels, sides of 1 to 16384 pixels")));
        }
        let (mut files, mut labels) = (Vec::new(), Vec::new());
        for class in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
            let number = labels.len() as u32;
            labels.push(class.file_name().unwrap_or_default().to_string_lossy().into_owned());
            files.extend(entries(&class)?.into_iter().filter(|path| is_picture(path)).map(|path| (path, number)));
        }
        if labels.len() < 2 || files.is_empty() {
            return Err(Error::invalid(format!(
                "{} holds {} pictures in {} class folders: at least two classes are needed, each a folder of pictures",
                folder.display(),
                files.len(),
                labels.len()
            )));
        }
        shuffle(&mut files, seed);
        Ok(Self { files, labels, shape, limits })
    }

    /// Names of the classes, by number.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Takes every so many percent of the pictures out of these, for validation.
    #[must_use]
    pub fn split(&mut self, percent: u32) -> Self {
        let count = self.files.len() * percent.min(100) as usize / 100;
        let rest = self.files.split_off(self.files.len() - count);
        Self { files: rest, ..self.clone_empty() }
    }

    fn clone_empty(&self) -> Self {
        Self { files: Vec::new(), labels: self.labels.clone(), shape: self.shape, limits: self.limits }
    }
}

impl Examples for FolderExamples {
    fn len(&self) -> usize {
        self.files.len()
    }

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn read(&self, place: usize) -> Result<Example> {
        let (path, class) = self.files.get(place).ok_or_else(|| Error::not_found(format!("there is no example {place}")))?;
        let bytes = std::fs::read(path).map_err(|error| io_error(path, "read", error))?;
        let picture = decode(&bytes, &self.limits).map_err(|error| error.context(path.display()))?;
        let [channels, height, width] = self.shape;
        let picture = resize(&picture, width as u32, height as u32, ResizeFilter::Antialias)?;
        Ok(Example { pixels: Pixels::Bytes(planes(&picture.rgb, channels)), label: Label::Class(*class) })
    }
}

/// Planes of blue, green and red, or of grey (ITU-R BT.601), from red, green and blue side by side.
fn planes(rgb: &[u8], channels: usize) -> Vec<u8> {
    if channels == 1 {
        let grey = |pixel: &[u8]| 0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]);
        return rgb.chunks_exact(3).map(|pixel| grey(pixel).round() as u8).collect();
    }
    (0..3).rev().flat_map(|channel| rgb.iter().skip(channel).step_by(3).copied()).collect()
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    path.is_file() && extension.is_some_and(|extension| PictureFormat::from_extension(extension).is_some())
}

/// What a folder holds, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| io_error(folder, "read", error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        found.push(entry.map_err(failed)?.path());
    }
    found.sort();
    Ok(found)
}

/// Every order is as likely as any other (Fisher and Yates).
fn shuffle<T>(values: &mut [T], seed: u64) {
    let mut chance = Chance::new(seed, 0);
    for end in (1..values.len()).rev() {
        values.swap(end, chance.below(end + 1));
    }
}
