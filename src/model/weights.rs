//! Finds a model's file: compiled in, in the model's folder, downloaded before, on the mirror, at its URL; in this order.
//! Whatever the place, the bytes are used only if their hash is the descriptor's.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::download;
use crate::error::{Error, Kind, Result, io_error};
use crate::types::Sha256;

/// A file that a model needs.
#[derive(Debug, Clone)]
pub struct FileSpec {
    /// Plain file name.
    pub name: String,
    /// Hash it must have.
    pub sha256: Option<Sha256>,
    /// Expected bytes; 0 when not known.
    pub size: u64,
    /// Where it can be downloaded; empty for nowhere.
    pub url: String,
    /// Whether a file beside the descriptor is taken without a hash.
    pub may_be_unhashed: bool,
}

/// Where a model's files may lie.
pub struct Places {
    /// Files inside the program.
    pub compiled_in: &'static [(&'static str, &'static [u8])],
    /// Folder of a user's model.
    pub model_folder: Option<PathBuf>,
    /// Where downloads of this model are kept.
    pub downloads: PathBuf,
    /// The configured mirror.
    pub mirror: Option<Mirror>,
}

/// A folder or URL that holds `<key>/<file>`.
pub enum Mirror {
    /// `FOLDER/<key>`.
    Folder(PathBuf),
    /// `URL/<key>`.
    Url(String),
}

impl Mirror {
    /// The mirror's place for one model.
    pub fn new(mirror: &str, key: &str) -> Self {
        if mirror.starts_with("http://") || mirror.starts_with("https://") {
            Self::Url(format!("{}/{key}", mirror.trim_end_matches('/')))
        } else {
            Self::Folder(Path::new(mirror).join(key))
        }
    }
}

/// Whether a file is there without mirror and internet. It is verified when it is loaded.
pub fn is_local(file: &FileSpec, places: &Places) -> bool {
    compiled_in(file, places).is_some() || local_paths(file, places).iter().any(|path| path.is_file())
}

/// Verifies a file that is here, without mirror and internet. `Ok(false)` when it is not here.
///
/// # Errors
/// `Corrupt` when it has the wrong hash, `Invalid` when it cannot be verified; those of reading.
pub fn verify_local(file: &FileSpec, places: &Places) -> Result<bool> {
    if let Some(bytes) = compiled_in(file, places) {
        return verified(Bytes::from_static(bytes), file, "the copy inside the program").map(|_| true);
    }
    match local_paths(file, places).into_iter().find(|path| path.is_file()) {
        Some(path) => read_verified(&path, file).map(|_| true),
        None => Ok(false),
    }
}

/// Bytes of a file, verified.
///
/// # Errors
/// `NotReady` naming the places that were tried and the remedy, `Corrupt` when what was found has the wrong hash.
pub fn obtain(file: &FileSpec, places: &Places) -> Result<Bytes> {
    if let Some(bytes) = compiled_in(file, places) {
        return verified(Bytes::from_static(bytes), file, "the copy inside the program");
    }
    for path in local_paths(file, places) {
        if path.is_file() {
            return read_verified(&path, file);
        }
    }
    let target = places.downloads.join(&file.name);
    match &places.mirror {
        Some(Mirror::Folder(folder)) if folder.join(&file.name).is_file() => return read_verified(&folder.join(&file.name), file),
        Some(Mirror::Url(url)) => match fetch(&format!("{url}/{}", file.name), file, &target) {
            // A mirror need not have everything: the file's own address is next.
            Err(error) if error.kind() == Kind::NotFound && !file.url.is_empty() => tracing::warn!(%error, "not on the mirror"),
            outcome => return outcome,
        },
        _ => {}
    }
    if file.url.is_empty() {
        return Err(missing(file, places));
    }
    fetch(&file.url, file, &target)
}

/// Bytes of a file that describes and decides no arithmetic (labels): taken without a hash, and only where it lies already.
///
/// # Errors
/// `Internal` when it is there and cannot be read.
pub fn beside(name: &str, places: &Places) -> Result<Option<Bytes>> {
    if let Some((_, bytes)) = places.compiled_in.iter().find(|(known, _)| *known == name) {
        return Ok(Some(Bytes::from_static(bytes)));
    }
    let folder = match &places.mirror {
        Some(Mirror::Folder(folder)) => Some(folder),
        _ => None,
    };
    let path = places.model_folder.iter().chain([&places.downloads]).chain(folder).map(|folder| folder.join(name));
    match path.into_iter().find(|path| path.is_file()) {
        None => Ok(None),
        Some(path) => std::fs::read(&path).map(|bytes| Some(bytes.into())).map_err(|error| io_error(&path, "read", error)),
    }
}

fn compiled_in(file: &FileSpec, places: &Places) -> Option<&'static [u8]> {
    places.compiled_in.iter().find(|(name, _)| *name == file.name).map(|(_, bytes)| *bytes)
}

fn local_paths(file: &FileSpec, places: &Places) -> Vec<PathBuf> {
    let mut paths: Vec<_> = places.model_folder.iter().map(|folder| folder.join(&file.name)).collect();
    paths.push(places.downloads.join(&file.name));
    paths
}

fn fetch(url: &str, file: &FileSpec, target: &Path) -> Result<Bytes> {
    let Some(hash) = file.sha256 else {
        return Err(Error::invalid(format!(
            "`{}` has no sha256 in model.yaml: it is not downloaded, because it could not be verified",
            file.name
        )));
    };
    download::download(url, target, hash, file.size)?;
    read_verified(target, file)
}

fn read_verified(path: &Path, file: &FileSpec) -> Result<Bytes> {
    let bytes = std::fs::read(path).map_err(|error| io_error(path, "read", error))?;
    verified(bytes.into(), file, &path.display().to_string())
}

fn verified(bytes: Bytes, file: &FileSpec, place: &str) -> Result<Bytes> {
    match file.sha256 {
        None if file.may_be_unhashed => Ok(bytes),
        None => {
            Err(Error::invalid(format!("{place} cannot be verified: add `sha256: {}` to model.yaml if you trust it", Sha256::of(&bytes))))
        }
        Some(expected) => {
            let found = Sha256::of(&bytes);
            if found == expected {
                return Ok(bytes);
            }
            Err(Error::corrupt(format!(
                "{place} has sha256 {found}, expected {expected}: it was damaged or replaced; delete it and fetch it again"
            )))
        }
    }
}

fn missing(file: &FileSpec, places: &Places) -> Error {
    let hash = file.sha256.map(|hash| format!(" (sha256 {hash})")).unwrap_or_default();
    Error::not_ready(format!(
        "the file `{}`{hash} is not here and the descriptor names no address: put it into {}, or name a mirror with --mirror that has it under the model's key",
        file.name,
        places.downloads.display()
    ))
}
