//! A finished dataset as something to train on.

use std::path::{Path, PathBuf};

use super::lmdb::Reader;
use super::mean::{self, MEAN_FILE, MeanImage};
use super::{Dataset, DatasetSpec, Datasets, Subset, gradients, prebuilt};
use crate::error::{Error, Result};

impl Datasets {
    /// The database of a set; opens files, so not for an asynchronous thread.
    ///
    /// # Errors
    /// `NotReady` before the dataset is done, `NotFound` for a set that it does not have, `Corrupt` for damaged files.
    pub fn reader(&self, dataset: &Dataset, subset: Subset) -> Result<Reader> {
        if !dataset.is_done() {
            return Err(Error::not_ready(format!("dataset {} is {}: wait until it is done", dataset.id, dataset.job.status)));
        }
        if !dataset.spec.subsets().contains(&subset) {
            return Err(Error::not_found(format!("dataset {} has no set `{}`", dataset.id, subset.word())));
        }
        let (features, labels) = self.databases(dataset, subset)?;
        Reader::open(&features, labels.as_deref(), self.sources.limits)
    }

    /// The mean of the pictures to train with; `None` for a dataset without one.
    ///
    /// # Errors
    /// `Corrupt` for a damaged file, those of the disk.
    pub fn mean(&self, dataset: &Dataset) -> Result<Option<MeanImage>> {
        let file = self.mean_file(dataset)?.filter(|file| file.is_file());
        file.map(|file| mean::read(&file)).transpose()
    }

    /// Where the mean of the pictures to train with is, or will be; `None` for a dataset without one.
    ///
    /// # Errors
    /// `NotFound` for a file of somebody else's that is gone.
    pub fn mean_file(&self, dataset: &Dataset) -> Result<Option<PathBuf>> {
        Ok(match &dataset.spec {
            DatasetSpec::Classification(_) => Some(dataset.folder.join(MEAN_FILE)),
            DatasetSpec::Gradients(spec) if spec.same_shape => Some(dataset.folder.join(Subset::Train.database_folder()).join(MEAN_FILE)),
            DatasetSpec::Prebuilt(spec) => match &spec.mean_file {
                Some(file) => Some(self.sources.roots.allowed(Path::new(file))?),
                None => None,
            },
            DatasetSpec::Gradients(_) => None,
        })
    }

    fn databases(&self, dataset: &Dataset, subset: Subset) -> Result<(PathBuf, Option<PathBuf>)> {
        match &dataset.spec {
            DatasetSpec::Classification(_) => Ok((dataset.folder.join(subset.database_folder()), None)),
            DatasetSpec::Gradients(_) => gradients::databases(&dataset.folder, subset).map(|(features, labels)| (features, Some(labels))),
            DatasetSpec::Prebuilt(spec) => {
                let missing = || Error::not_found(format!("dataset {} has no set `{}`", dataset.id, subset.word()));
                let (images, labels) = prebuilt::databases(spec, subset).ok_or_else(missing)?;
                let allowed = |folder: PathBuf| self.sources.roots.allowed_folder(&folder);
                Ok((allowed(images)?, labels.map(allowed).transpose()?))
            }
        }
    }
}
