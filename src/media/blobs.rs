//! Content-addressed bytes: pictures, uploads and thumbnails under keys made from hashes, never from a user's file name.
//! A put is all or nothing, durable when it returns, and may be repeated.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::staging::Staging;
use crate::error::{Error, Kind, Result, io_error};
use crate::types::Sha256;

mod behind;
mod files;

pub(super) use files::StagedFolder;

/// Stored bytes by key; clones share everything.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Files are staged and synced before they get their name; a remote store does that by itself.
    local: Option<Arc<Local>>,
}

#[derive(Debug)]
struct Local {
    /// The same files without a sync at each step.
    unsynced: LocalFileSystem,
    staging: Staging,
    data_dir: PathBuf,
    /// The folder itself, open for as long as the library is: failures to write are told to those who had it open then.
    disk: std::fs::File,
}

/// What a put found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// The bytes were not there and now are.
    Stored,
    /// Something was there under this key already, and stays.
    AlreadyThere,
}

/// What a put does with bytes that lie under the key already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// They stay: the key names the content, or the caller compares.
    Keep,
    /// They are replaced.
    Replace,
}

/// Key of a picture or frame: `media/ab/cd/<sha256>[_<frame, at least 3 digits>]<ext>`.
pub fn media_key(sha256: &Sha256, frame: Option<i32>, ext: &str) -> String {
    match frame {
        Some(frame) => key("media", sha256, &format!("_{frame:03}{ext}")),
        None => key("media", sha256, ext),
    }
}

/// Key of an upload: `uploads/ab/cd/<sha256><ext>`.
pub fn upload_key(sha256: &Sha256, ext: &str) -> String {
    key("uploads", sha256, ext)
}

/// Key of a thumbnail of these bytes: `thumbs/ab/cd/<content sha256>_<side>.jpg`.
pub fn thumbnail_key(content_sha256: &Sha256, side: u32) -> String {
    key("thumbs", content_sha256, &format!("_{side}.jpg"))
}

fn key(folder: &str, sha256: &Sha256, rest: &str) -> String {
    let [first, second, ..] = sha256.0;
    format!("{folder}/{first:02x}/{second:02x}/{sha256}{rest}")
}

impl Blobs {
    /// Bytes in a local folder, which is made when missing; leftovers of killed processes are removed.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn in_folder(data_dir: &FilePath) -> Result<Self> {
        std::fs::create_dir_all(data_dir).map_err(|source| io_error(data_dir, "create the folder", source))?;
        let staging = Staging::open(data_dir)?;
        let open =
            || LocalFileSystem::new_with_prefix(data_dir).map_err(|source| storage_error("open", &data_dir.display().to_string(), source));
        let disk = std::fs::File::open(data_dir).map_err(|source| io_error(data_dir, "open", source))?;
        let local = Local { unsynced: open()?, staging, data_dir: data_dir.to_owned(), disk };
        Ok(Self { store: Arc::new(open()?.with_fsync(true)), local: Some(Arc::new(local)) })
    }

    /// The bytes under a key.
    ///
    /// # Errors
    /// `NotFound` when there are none.
    pub async fn get(&self, key: &str) -> Result<Bytes> {
        let found = self.store.get(&Path::from(key)).await.map_err(|source| storage_error("read", key, source))?;
        found.bytes().await.map_err(|source| storage_error("read", key, source))
    }

    /// Stores bytes: after this returns they survive a killed process and a power cut; until then nothing is seen of them.
    ///
    /// # Errors
    /// `Internal`, naming the disk and the remedy when it is full.
    pub(super) async fn put(&self, key: &str, bytes: Bytes, existing: Existing) -> Result<Put> {
        let size = bytes.len() as u64;
        if existing == Existing::Keep && self.size(key).await? == Some(size) {
            return Ok(Put::AlreadyThere);
        }
        self.write(key, bytes).await.map_err(|source| self.explain(key, source))?;
        Ok(Put::Stored)
    }

    /// Like [`Blobs::put`] for a key that does not name its content: whoever is first wins, at any moment.
    ///
    /// # Errors
    /// As [`Blobs::put`].
    pub(super) async fn put_first(&self, key: &str, bytes: Bytes) -> Result<Put> {
        if self.size(key).await?.is_some() {
            return Ok(Put::AlreadyThere);
        }
        let written = match &self.local {
            Some(local) => async { self.store.rename_if_not_exists(&local.stage(bytes).await?, &Path::from(key)).await }.await,
            None => self.store.put_opts(&Path::from(key), bytes.into(), object_store::PutMode::Create.into()).await.map(|_| ()),
        };
        match written {
            Ok(()) => Ok(Put::Stored),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Put::AlreadyThere),
            Err(source) => Err(self.explain(key, source)),
        }
    }

    /// Removes the bytes under a key; nothing there is fine.
    ///
    /// # Errors
    /// `Internal` when they cannot be removed.
    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(storage_error("delete", key, source)),
        }
    }

    async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self.store.head(&Path::from(key)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(storage_error("look for", key, source)),
        }
    }

    async fn write(&self, key: &str, bytes: Bytes) -> object_store::Result<()> {
        match &self.local {
            Some(local) => self.store.rename(&local.stage(bytes).await?, &Path::from(key)).await,
            None => self.store.put(&Path::from(key), bytes.into()).await.map(|_| ()),
        }
    }

    fn explain(&self, key: &str, source: object_store::Error) -> Error {
        let place = self.local.as_ref().map_or_else(|| key.to_owned(), |local| local.data_dir.join(key).display().to_string());
        storage_error("store", &place, source)
    }
}

impl Local {
    /// Writes and syncs bytes under a name of their own; the rename that follows publishes them.
    async fn stage(&self, bytes: Bytes) -> object_store::Result<Path> {
        let key = Path::from(self.staging.next_key());
        let staged = self.write_synced(&key, bytes).await;
        if staged.is_err() {
            let _ = self.unsynced.delete(&key).await;
        }
        staged.map(|()| key)
    }

    async fn write_synced(&self, key: &Path, bytes: Bytes) -> object_store::Result<()> {
        self.unsynced.put(key, bytes.into()).await?;
        let path = self.unsynced.path_to_filesystem(key)?;
        let synced = tokio::task::spawn_blocking(move || std::fs::File::open(path)?.sync_all()).await;
        let generic = |source| object_store::Error::Generic { store: "LocalFileSystem", source };
        synced.map_err(|source| generic(source.into()))?.map_err(|source| generic(source.into()))
    }
}

/// A failure of the store, with the remedy where the cause is known.
fn storage_error(doing: &str, what: &str, source: object_store::Error) -> Error {
    let kind = if matches!(source, object_store::Error::NotFound { .. }) { Kind::NotFound } else { Kind::Internal };
    let remedy = match io_cause(&source) {
        Some(std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) => {
            ": its disk is full (free some space, then run the same command again; nothing acknowledged was lost)"
        }
        Some(std::io::ErrorKind::PermissionDenied) => ": permission denied (give the user that runs likeness the right to write there)",
        Some(std::io::ErrorKind::ReadOnlyFilesystem) => ": its disk is read-only",
        _ => return Error::new(kind, format!("cannot {doing} {what}: {source}")).because(source),
    };
    Error::new(kind, format!("cannot {doing} {what}{remedy}")).because(source)
}

fn io_cause(error: &object_store::Error) -> Option<std::io::ErrorKind> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    None
}
