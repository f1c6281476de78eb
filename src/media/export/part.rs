//! An export on its way: a hidden, locked file beside its target. It gets its name when it is complete and durable; one whose
//! process died loses its lock with it and is swept away when the next export begins.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::ExportName;
use crate::error::{Error, Kind, Result, io_error};
use crate::types::CollectionId;

/// Where locks are not to be had, a part this old is dead.
const DEAD_AFTER: Duration = Duration::from_hours(24);

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
    target: PathBuf,
    file: File,
    is_published: bool,
}

impl Part {
    /// Begins an export in the folder of exports under a name that nobody has.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn on_shelf(folder: &Path, title: &str, collection: CollectionId, now: DateTime<Utc>) -> Result<(Self, ExportName)> {
        std::fs::create_dir_all(folder).map_err(|source| io_error(folder, "create the folder", source))?;
        // One process at a time begins: a part without a held lock is then truly dead, not just being made.
        let _beginning = locked(&folder.join(".lock"))?;
        sweep(folder)?;
        let mut at = now;
        loop {
            let name = ExportName::new(title, collection, at);
            let target = folder.join(name.file_name());
            if !target.exists() && !part_path(&target).exists() {
                return Ok((Self::make(target)?, name));
            }
            at += TimeDelta::seconds(1);
        }
    }

    /// Begins an export that becomes this file.
    ///
    /// # Errors
    /// `Conflict` when the file is there already, or is being written.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        let taken = |path: &Path| {
            let message = format!("{} is there already: remove it, or choose another name", path.display());
            Error::new(Kind::Conflict, message)
        };
        if target.exists() {
            return Err(taken(target));
        }
        if part_path(target).exists() && !is_dead(&part_path(target)) {
            return Err(taken(&part_path(target)));
        }
        Self::make(target.to_owned())
    }

    fn make(target: PathBuf) -> Result<Self> {
        let path = part_path(&target);
        let file = locked(&path)?;
        file.set_len(0).map_err(|source| io_error(&path, "empty", source))?;
        Ok(Self { path, target, file, is_published: false })
    }

    /// Another handle to the file, to write with.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn writer(&self) -> Result<File> {
        self.file.try_clone().map_err(|source| io_error(&self.path, "open", source))
    }

    /// Where it is written.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it durable and gives it its name; answers the name and the size.
    ///
    /// # Errors
    /// Those of the disk; the part is then removed.
    pub(super) fn publish(mut self) -> Result<(PathBuf, u64)> {
        self.file.sync_all().map_err(|source| io_error(&self.path, "write", source))?;
        let bytes = self.file.metadata().map_err(|source| io_error(&self.path, "look at", source))?.len();
        std::fs::rename(&self.path, &self.target).map_err(|source| io_error(&self.target, "write", source))?;
        self.is_published = true;
        let folder = self.target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| io_error(folder, "write", source))?;
        Ok((self.target.clone(), bytes))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_published {
            // What cannot be removed now is swept by the next export.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn part_path(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.part"))
}

fn locked(path: &Path) -> Result<File> {
    let file =
        File::options().create(true).truncate(false).read(true).write(true).open(path).map_err(|source| io_error(path, "open", source))?;
    match file.lock() {
        Err(source) if source.kind() != std::io::ErrorKind::Unsupported => Err(io_error(path, "lock", source)),
        _ => Ok(file),
    }
}

fn sweep(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|source| io_error(folder, "list", source))? {
        let path = entry.map_err(|source| io_error(folder, "list", source))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(".part") && is_dead(&path) {
            std::fs::remove_file(&path).map_err(|source| io_error(&path, "remove", source))?;
        }
    }
    Ok(())
}

fn is_dead(part: &Path) -> bool {
    let Ok(file) = File::options().write(true).open(part) else { return false };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => {
            let changed = file.metadata().and_then(|metadata| metadata.modified()).ok();
            changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age > DEAD_AFTER)
        }
    }
}
