//! The folder of finished exports. They are kept until somebody deletes them; a name from outside is parsed and looked for in the
//! listing, never made into a path.

use std::path::{Path, PathBuf};

use super::{ExportName, blocking};
use crate::error::{Error, Result, io_error};
use crate::media::MediaStore;
use crate::types::CollectionId;

/// The folder below the data folder.
pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("exports")
}

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: ExportName,
    /// The archive.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Keeper of the finished exports; clones share everything.
#[derive(Debug, Clone)]
pub struct Exports {
    folder: PathBuf,
}

impl Exports {
    /// Those of this library.
    pub fn of(library: &MediaStore) -> Self {
        Self { folder: folder(library.data_dir()) }
    }

    /// Exports of a collection, newest first.
    ///
    /// # Errors
    /// When the folder cannot be read; so for every method here.
    pub async fn list(&self, collection: CollectionId) -> Result<Vec<Export>> {
        let folder = self.folder.clone();
        blocking(move || {
            let mut found = all(&folder)?;
            found.retain(|export| export.name.collection() == collection);
            found.sort_by_key(|export| std::cmp::Reverse((export.name.at(), export.name.file_name())));
            Ok(found)
        })
        .await
    }

    /// The export with this file name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn find(&self, file_name: &str) -> Result<Option<Export>> {
        let Some(wanted) = ExportName::parse(file_name) else { return Ok(None) };
        let folder = self.folder.clone();
        blocking(move || Ok(all(&folder)?.into_iter().find(|export| export.name == wanted))).await
    }

    /// Removes an export of this collection.
    ///
    /// # Errors
    /// `NotFound` when there is none of this name.
    pub async fn delete(&self, collection: CollectionId, file_name: &str) -> Result<()> {
        let found = self.find(file_name).await?.filter(|export| export.name.collection() == collection);
        let path = found.ok_or_else(|| Error::not_found("not found"))?.path;
        blocking(move || std::fs::remove_file(&path).map_err(|source| io_error(&path, "remove", source))).await
    }
}

fn all(folder: &Path) -> Result<Vec<Export>> {
    let entries = match std::fs::read_dir(folder) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|source| io_error(folder, "list", source))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| io_error(folder, "list", source))?;
        let name = entry.file_name().to_str().and_then(ExportName::parse);
        // A link is not followed: `metadata` of an entry is its own.
        if let (Some(name), Ok(metadata)) = (name, entry.metadata())
            && metadata.is_file()
        {
            found.push(Export { name, path: entry.path(), bytes: metadata.len() });
        }
    }
    Ok(found)
}
