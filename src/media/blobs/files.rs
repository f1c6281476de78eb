//! Bytes too large for memory: written by others into a folder of the staging area, then moved under their key as files.

use std::path::{Path as FilePath, PathBuf};

use object_store::ObjectStoreExt;
use object_store::path::Path;

use super::{Blobs, Existing, Local, Put};
use crate::error::{Error, Result, io_error};

/// A folder of the staging area. It goes when this is dropped, with whatever was not moved out of it.
#[derive(Debug)]
pub(in crate::media) struct StagedFolder {
    path: PathBuf,
    key: String,
}

impl StagedFolder {
    /// Where to write.
    pub(in crate::media) fn path(&self) -> &FilePath {
        &self.path
    }
}

impl Drop for StagedFolder {
    fn drop(&mut self) {
        // What cannot be removed now is swept when the library is next opened.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

impl Blobs {
    /// An empty folder on the disk of the library that nobody else uses.
    ///
    /// # Errors
    /// `Internal` when it cannot be made, `Unsupported` when the bytes do not lie in a local folder.
    pub(in crate::media) fn stage_folder(&self) -> Result<StagedFolder> {
        let local = self.local()?;
        let key = local.staging.next_key();
        let path = local.data_dir.join(&key);
        std::fs::create_dir(&path).map_err(|source| io_error(&path, "create the folder", source))?;
        // Programs started in it need a path that holds from everywhere.
        let path = path.canonicalize().unwrap_or(path);
        Ok(StagedFolder { path, key })
    }

    /// Moves a staged file under its key: after this returns it survives a killed process and a power cut.
    ///
    /// # Errors
    /// As [`Blobs::put`].
    pub(in crate::media) async fn put_file(&self, key: &str, folder: &StagedFolder, name: &str, existing: Existing) -> Result<Put> {
        let size = sync(&folder.path.join(name)).await?;
        if existing == Existing::Keep && self.size(key).await? == Some(size) {
            return Ok(Put::AlreadyThere);
        }
        let moved = self.store.rename(&staged(folder, name), &Path::from(key)).await;
        moved.map(|()| Put::Stored).map_err(|source| self.explain(key, source))
    }

    /// Like [`Blobs::put_file`] for a key that does not name its content: whoever is first wins, and the file stays staged.
    ///
    /// # Errors
    /// As [`Blobs::put`].
    pub(in crate::media) async fn put_file_first(&self, key: &str, folder: &StagedFolder, name: &str) -> Result<Put> {
        if self.size(key).await?.is_some() {
            return Ok(Put::AlreadyThere);
        }
        sync(&folder.path.join(name)).await?;
        match self.store.rename_if_not_exists(&staged(folder, name), &Path::from(key)).await {
            Ok(()) => Ok(Put::Stored),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Put::AlreadyThere),
            Err(source) => Err(self.explain(key, source)),
        }
    }

    /// The file under a key, to be streamed; whether it is there is another question.
    ///
    /// # Errors
    /// `Unsupported` when the bytes do not lie in a local folder.
    pub(in crate::media) fn file(&self, key: &str) -> Result<PathBuf> {
        Ok(self.local()?.data_dir.join(key))
    }

    /// The bytes under a key, read on the calling thread.
    ///
    /// # Errors
    /// `NotFound` when there are none, `Unsupported` when they do not lie in a local folder.
    pub(in crate::media) fn read(&self, key: &str) -> Result<bytes::Bytes> {
        let path = self.file(key)?;
        std::fs::read(&path).map(Into::into).map_err(|source| io_error(&path, "read", source))
    }

    pub(super) fn local(&self) -> Result<&Local> {
        self.local.as_deref().ok_or_else(|| Error::unsupported("videos need a library whose bytes lie in a local folder"))
    }
}

fn staged(folder: &StagedFolder, name: &str) -> Path {
    Path::from(format!("{}/{name}", folder.key))
}

/// Waits until the file is on the disk; its size.
async fn sync(path: &FilePath) -> Result<u64> {
    let path = path.to_owned();
    let synced = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(&path).map_err(|source| io_error(&path, "open", source))?;
        file.sync_all().map_err(|source| io_error(&path, "store", source))?;
        file.metadata().map(|metadata| metadata.len()).map_err(|source| io_error(&path, "measure", source))
    });
    synced.await.map_err(|source| Error::internal("storing a file was interrupted").because(source))?
}
