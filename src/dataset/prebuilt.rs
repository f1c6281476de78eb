//! Databases that somebody made elsewhere: they are counted and looked at, and stay where they are.

use std::path::{Path, PathBuf};

use super::Watch;
use super::findings::AnalysedDatabase;
use super::lmdb::analyse;
use super::source::Sources;
use super::spec::PrebuiltSpec;
use super::subset::Subset;
use crate::error::Result;

/// The steps: name, file of the log, folder.
pub fn steps(spec: &PrebuiltSpec) -> Vec<(&'static str, &'static str, &str)> {
    let validation_labels = spec.val_images.as_ref().and(spec.val_labels.as_ref());
    let steps = [
        ("Analyze DB (Training Images)", "analyze_db_training-images.log", Some(&spec.train_images)),
        ("Analyze DB (Training Labels)", "analyze_db_training-labels.log", spec.train_labels.as_ref()),
        ("Analyze DB (Validation Images)", "analyze_db_validation-images.log", spec.val_images.as_ref()),
        ("Analyze DB (Validation Labels)", "analyze_db_validation-labels.log", validation_labels),
    ];
    steps.into_iter().filter_map(|(name, log, folder)| Some((name, log, folder?.as_str()))).collect()
}

/// Looks at one database, and writes what it saw into its log.
///
/// # Errors
/// `NotFound`, `Corrupt`; `Invalid` for entries of different shapes where one is asked for; `Cancelled`.
pub fn look_at(step: (&str, &str, &str), same_shape: bool, sources: &Sources, logs: &Path, watch: &Watch) -> Result<AnalysedDatabase> {
    let (name, log, folder) = step;
    let allowed = sources.roots.allowed_folder(Path::new(folder)).map_err(|error| error.context(folder))?;
    let found = analyse(&allowed, same_shape, &sources.limits, &|| (watch.check)())?;
    let shape = found.shape.map_or_else(|| "not looked at".into(), |shape| format!("{shape:?} (channels, height, width)"));
    let text = format!("{name}: {folder}\nentries: {}\nshape: {shape}\n", found.entries);
    super::files::replace(&logs.join(log), text.as_bytes())?;
    Ok(AnalysedDatabase { name: name.to_owned(), entries: found.entries, shape: found.shape })
}

/// The folders of a set's pictures and labels.
pub fn databases(spec: &PrebuiltSpec, subset: Subset) -> Option<(PathBuf, Option<PathBuf>)> {
    let (images, labels) = match subset {
        Subset::Train => (Some(&spec.train_images), spec.train_labels.as_ref()),
        Subset::Val => (spec.val_images.as_ref(), spec.val_labels.as_ref()),
        Subset::Test => (None, None),
    };
    images.map(|images| (PathBuf::from(images), labels.map(PathBuf::from)))
}
