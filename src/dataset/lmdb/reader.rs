//! A finished database as something to train on: entries by place, from any number of threads.

use std::path::Path;
use std::sync::Arc;

use super::environment::Environment;
use crate::dataset::datum::Datum;
use crate::error::{Error, Result};
use crate::imaging::{DecodeLimits, Raster};
use crate::train::supervised::{Example, Examples, Label};

/// Most bytes of all keys together: a gigabyte, millions of entries.
const MOST_KEY_BYTES: usize = 1 << 30;

/// The keys of a database in their order, one after the other.
#[derive(Default)]
struct Keys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Keys {
    fn get(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        self.bytes.get(start..end)
    }

    fn push(&mut self, key: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        if self.bytes.len() > MOST_KEY_BYTES {
            return Err(Error::too_large(format!("the keys of a database take more than {MOST_KEY_BYTES} bytes")));
        }
        Ok(())
    }
}

/// A database of pictures, with the labels inside it or in a second database under the same keys.
pub struct Reader {
    features: Arc<Environment>,
    labels: Option<Arc<Environment>>,
    keys: Keys,
    shape: [usize; 3],
    limits: DecodeLimits,
}

impl Reader {
    /// Opens the database in `features`; `labels` is the folder of the second database.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt` for files that are no whole databases, `Invalid` for an empty one.
    pub fn open(features: &Path, labels: Option<&Path>, limits: DecodeLimits) -> Result<Self> {
        let features = Environment::shared(features)?;
        let labels = labels.map(Environment::shared).transpose()?;
        let mut keys = Keys::default();
        features.each(|key, _| keys.push(key))?;
        let empty = || Error::invalid(format!("the database {} is empty", features.folder().display()));
        let first = keys.get(0).ok_or_else(empty)?;
        let shape = features.get(first, |value| Datum::read(value)?.shape(&limits))?.ok_or_else(empty)?;
        Ok(Self { features, labels, keys, shape, limits })
    }

    /// The message at this place.
    ///
    /// # Errors
    /// `NotFound` beyond the end, `Corrupt` for damaged entries.
    pub fn datum(&self, place: usize) -> Result<Datum> {
        let key = self.keys.get(place).ok_or_else(|| self.nowhere(place))?;
        self.features.get(key, Datum::read)?.ok_or_else(|| self.nowhere(place))
    }

    /// The picture at this place.
    ///
    /// # Errors
    /// As [`Reader::datum`]; `Unsupported` for entries that are no pictures.
    pub fn raster(&self, place: usize) -> Result<Raster> {
        self.datum(place)?.raster(&self.limits).map_err(|error| error.context(self.name(place)))
    }

    /// Key of the entry at this place.
    pub fn key(&self, place: usize) -> Option<&[u8]> {
        self.keys.get(place)
    }

    fn label(&self, place: usize, inside: Option<i32>) -> Result<Label> {
        let Some(labels) = &self.labels else {
            return Ok(match inside.map(u32::try_from) {
                Some(Ok(class)) => Label::Class(class),
                _ => Label::None,
            });
        };
        let key = self.keys.get(place).ok_or_else(|| self.nowhere(place))?;
        let values = labels.get(key, |value| Datum::read(value).map(Datum::values))?;
        let missing = || Error::corrupt(format!("{} has no label in {}", self.name(place), labels.folder().display()));
        values.map(Label::Values).ok_or_else(missing)
    }

    fn name(&self, place: usize) -> String {
        let key = String::from_utf8_lossy(self.keys.get(place).unwrap_or_default()).into_owned();
        format!("entry {place} (key {key}) of {}", self.features.folder().display())
    }

    fn nowhere(&self, place: usize) -> Error {
        Error::not_found(format!("{} has no entry {place}: it has {}", self.features.folder().display(), self.keys.ends.len()))
    }
}

impl Examples for Reader {
    fn len(&self) -> usize {
        self.keys.ends.len()
    }

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn read(&self, place: usize) -> Result<Example> {
        let datum = self.datum(place).map_err(|error| error.context(self.name(place)))?;
        let label = self.label(place, datum.label)?;
        let pixels = datum.pixels(self.shape, &self.limits).map_err(|error| error.context(self.name(place)))?;
        Ok(Example { pixels, label })
    }
}

/// What a database holds, without opening more of it than needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Analysis {
    /// How many entries.
    pub entries: u64,
    /// Channels, height and width of all of them; `None` where that was not asked.
    pub shape: Option<[usize; 3]>,
}

/// Counts the entries of a database and, if asked, proves that all have one shape.
///
/// # Errors
/// `NotFound`, `Corrupt`; `Invalid` naming the first entry of another shape; what `check` says.
pub fn analyse(folder: &Path, same_shape: bool, limits: &DecodeLimits, check: &dyn Fn() -> Result<()>) -> Result<Analysis> {
    let environment = Environment::shared(folder)?;
    let entries = environment.count()?;
    if entries == 0 {
        return Err(Error::invalid(format!("the database {} is empty", folder.display())));
    }
    if !same_shape {
        return Ok(Analysis { entries, shape: None });
    }
    let mut shape = None;
    environment.each(|key, value| {
        check()?;
        let found = Datum::read(value)?.shape(limits)?;
        let expected = *shape.get_or_insert(found);
        if found == expected {
            return Ok(());
        }
        let key = String::from_utf8_lossy(key);
        Err(Error::invalid(format!("entry {key} of {} has the shape {found:?}, others have {expected:?}", folder.display())))
    })?;
    Ok(Analysis { entries, shape })
}
