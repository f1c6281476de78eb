//! Photos in class folders: found, decoded and kept in memory.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result, io_error};
use crate::imaging::{DecodeLimits, Picture, ResizeFilter, decode, resize};

/// Longest side that is kept in memory: twice what the teacher sees.
const LONGEST_SIDE: u32 = 560;

/// Photos with the class of each.
#[derive(Debug, Default)]
pub struct Photos {
    /// The decoded photos.
    pub pictures: Vec<Picture>,
    /// Number of the class of each photo.
    pub labels: Vec<usize>,
    /// Names of the classes: `<folder>/<class folder>`.
    pub classes: Vec<String>,
    /// Where each photo came from.
    pub paths: Vec<PathBuf>,
}

impl Photos {
    /// Reads every class folder of these folders, in the order of their names.
    ///
    /// # Errors
    /// `NotFound` for a folder that is not there, `Invalid` where no photo is found, and those of the decoder.
    pub fn load(folders: &[PathBuf]) -> Result<Self> {
        let mut photos = Self::default();
        for folder in folders {
            for class_folder in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
                photos.load_class(&class_folder)?;
            }
        }
        if photos.pictures.is_empty() {
            return Err(Error::invalid(format!(
                "no photos in class folders below {folders:?}: give a folder that holds one folder per class"
            )));
        }
        Ok(photos)
    }

    fn load_class(&mut self, folder: &Path) -> Result<()> {
        let class = self.classes.len();
        let name = |path: Option<&Path>| path.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        self.classes.push(format!("{}/{}", name(folder.parent()), name(Some(folder))));
        for path in entries(folder)?.into_iter().filter(|path| path.is_file()) {
            let bytes = std::fs::read(&path).map_err(|e| io_error(&path, "read", e))?;
            let picture = decode(&bytes, &DecodeLimits::default()).map_err(|e| e.context(path.display()))?;
            self.pictures.push(bounded(picture)?);
            self.labels.push(class);
            self.paths.push(path);
        }
        Ok(())
    }

    /// Number of photos.
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = std::fs::read_dir(folder).map_err(|e| io_error(folder, "list", e))?;
    let mut paths =
        listing.map(|entry| entry.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>().map_err(|e| io_error(folder, "list", e))?;
    paths.sort();
    Ok(paths)
}

fn bounded(picture: Picture) -> Result<Picture> {
    let longest = picture.width.max(picture.height);
    if longest <= LONGEST_SIDE {
        return Ok(picture);
    }
    let shrink = |side: u32| (u64::from(side) * u64::from(LONGEST_SIDE) / u64::from(longest)).max(1) as u32;
    resize(&picture, shrink(picture.width), shrink(picture.height), ResizeFilter::Antialias)
}
