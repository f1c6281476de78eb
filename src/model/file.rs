//! A model given as a file: a TorchScript `.pt`, a `.caffemodel` with its prototxt, or a folder with a `model.yaml`.
//! How its pictures go in is known when its hash is in the zoo or a `model.yaml` lies beside it, else the caller says it.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::zoo::{Entry, Zoo};
use crate::error::{Error, Result, io_error};
use crate::network::{InputSpec, NetworkFormat, NetworkSource};
use crate::types::Sha256;

/// A network source with the layer that its descriptor names, if one is known.
pub struct Resolved {
    /// Files and preprocessing.
    pub source: NetworkSource,
    /// The descriptor's feature layer; empty for the final output.
    pub layer: String,
    /// Whether the preprocessing is known and not assumed.
    pub is_described: bool,
}

/// Finds a model by its key in the zoo or by its file. `assumed` is the preprocessing of a file that nothing describes.
///
/// # Errors
/// `NotFound` when it is neither, those of reading.
pub fn resolve(zoo: &Zoo, key_or_file: &str, assumed: &InputSpec) -> Result<Resolved> {
    let path = Path::new(key_or_file);
    if path.is_dir() {
        let entry = Entry::read(path)?;
        return Ok(described(&entry, zoo.source(&entry)?));
    }
    if path.is_file() {
        return from_file(zoo, path, assumed);
    }
    if key_or_file.contains(['/', '.']) {
        return Err(Error::not_found(format!("there is no file {key_or_file}")));
    }
    let entry = zoo.get(key_or_file)?;
    Ok(described(&entry, zoo.source(&entry)?))
}

fn described(entry: &Entry, source: NetworkSource) -> Resolved {
    Resolved { source, layer: entry.descriptor.features.clone(), is_described: true }
}

fn from_file(zoo: &Zoo, path: &Path, assumed: &InputSpec) -> Result<Resolved> {
    let weights: Bytes = read(path)?.into();
    let is_caffe = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("caffemodel"));
    let mut files = vec![weights.clone()];
    if is_caffe {
        files.push(read(&definition_beside(path)?)?.into());
    }
    if let Some(entry) = zoo.by_weights(&Sha256::of(&weights)) {
        return Ok(described(&entry, entry.assemble(files)?));
    }
    let beside = path.parent().unwrap_or(Path::new("."));
    if beside.join("model.yaml").is_file() {
        let entry = Entry::read(beside)?;
        if path.file_name().is_some_and(|name| name.to_string_lossy() == entry.descriptor.model) {
            return Ok(described(&entry, zoo.source(&entry)?));
        }
    }
    let model = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let format = if is_caffe {
        let definition = String::from_utf8_lossy(&files[1]).into_owned();
        NetworkFormat::Caffe { definition, weights }
    } else {
        NetworkFormat::TorchScript { module: weights }
    };
    Ok(Resolved { source: NetworkSource { model, format, input: assumed.clone() }, layer: String::new(), is_described: false })
}

/// The prototxt of the same stem, or the only one in the folder.
fn definition_beside(path: &Path) -> Result<PathBuf> {
    let same_stem = path.with_extension("prototxt");
    if same_stem.is_file() {
        return Ok(same_stem);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let files = std::fs::read_dir(folder).map_err(|error| io_error(folder, "read the folder", error))?.flatten().map(|entry| entry.path());
    let found: Vec<_> = files.filter(|file| file.extension().is_some_and(|extension| extension == "prototxt")).collect();
    match &found[..] {
        [only] => Ok(only.clone()),
        [] => Err(Error::not_found(format!("{} needs its network definition: put {} beside it", path.display(), same_stem.display()))),
        _ => Err(Error::invalid(format!(
            "{} prototxt files lie beside {}: name the right one {}",
            found.len(),
            path.display(),
            same_stem.display()
        ))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| io_error(path, "read", error))
}
