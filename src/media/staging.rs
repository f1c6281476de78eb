//! Where files are written before they get their name: one folder per running process, so that what a killed
//! process left behind is known to be dead and is swept away when the library is next opened.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Result, io_error};

/// Folders for threads that write many files at once.
const FOLDERS: usize = 32;

/// The staging folder of this process. Its lock dies with the process, however the process dies.
#[derive(Debug)]
pub(super) struct Staging {
    /// Key of the folder, relative to the data folder.
    key: String,
    folder: PathBuf,
    lock_path: PathBuf,
    _lock: File,
    next: AtomicU64,
}

impl Staging {
    /// Sweeps away the folders of dead processes and makes one for this process.
    ///
    /// # Errors
    /// When `<data_dir>/staging` cannot be written.
    pub(super) fn open(data_dir: &Path) -> Result<Self> {
        let root = data_dir.join("staging");
        std::fs::create_dir_all(&root).map_err(|source| io_error(&root, "create the folder", source))?;
        // One process at a time opens: a folder without a held lock is then truly dead, not just being made.
        let _opening = locked(&root.join("opening"))?;
        sweep(&root)?;
        let name = format!("{}-{:016x}", std::process::id(), rand::random::<u64>());
        let lock_path = root.join(format!("{name}.lock"));
        let lock = locked(&lock_path)?;
        let folder = root.join(&name);
        std::fs::create_dir(&folder).map_err(|source| io_error(&folder, "create the folder", source))?;
        Ok(Self { key: format!("staging/{name}"), folder, lock_path, _lock: lock, next: AtomicU64::new(0) })
    }

    /// A key nobody else uses, in a folder that hardly anybody else writes to at the moment: names are put into one folder one after
    /// the other. The folder is made by whoever finds it missing.
    pub(super) fn next_key_of(&self, thread: usize) -> String {
        format!("{}/of-{}/{}", self.key, thread % FOLDERS, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A key nobody else uses.
    pub(super) fn next_key(&self) -> String {
        format!("{}/{}", self.key, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is swept at the next start.
        let _ = std::fs::remove_dir_all(&self.folder);
        let _ = std::fs::remove_file(&self.lock_path);
    }
}

fn locked(path: &Path) -> Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(|source| io_error(path, "open", source))?;
    match file.lock() {
        Err(source) if source.kind() != std::io::ErrorKind::Unsupported => Err(io_error(path, "lock", source)),
        _ => Ok(file),
    }
}

fn sweep(root: &Path) -> Result<()> {
    let entries = std::fs::read_dir(root).map_err(|source| io_error(root, "list", source))?;
    for entry in entries {
        let path = entry.map_err(|source| io_error(root, "list", source))?.path();
        if path.extension().is_some_and(|extension| extension == "lock") && is_dead(&path) {
            let folder = path.with_extension("");
            if folder.exists() {
                std::fs::remove_dir_all(&folder).map_err(|source| io_error(&folder, "remove", source))?;
            }
            let _ = std::fs::remove_file(&path);
        }
    }
    Ok(())
}

fn is_dead(lock: &Path) -> bool {
    File::options().write(true).open(lock).is_ok_and(|file| file.try_lock().is_ok())
}
