//! Folders of datasets and trained models, each named by its id. Clients are handed files out of them, and nothing else of the disk.

use std::path::{Component, Path, PathBuf};

use chrono::Local;

use crate::dataset::TimedId;
use crate::error::{Error, Result, io_error};

/// Ids of one second that are tried before the folder is believed to be broken.
const MOST_TRIES: usize = 1000;

/// The folder that holds one folder for each id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFolders {
    root: PathBuf,
}

impl JobFolders {
    /// Over this folder, which is made where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: &Path) -> Result<Self> {
        std::fs::create_dir_all(root).map_err(|error| io_error(root, "create the jobs folder", error))?;
        let root = root.canonicalize().map_err(|error| io_error(root, "read the jobs folder", error))?;
        Ok(Self { root })
    }

    /// The folder itself; absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes an id of this moment and its empty folder. No two callers get the same, also not of two processes.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn create(&self) -> Result<TimedId> {
        for _ in 0..MOST_TRIES {
            let id = TimedId::new(Local::now(), rand::random());
            let folder = self.path(&id);
            match std::fs::create_dir(&folder) {
                Ok(()) => return Ok(id),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io_error(&folder, "create", error)),
            }
        }
        Err(Error::internal(format!("no free name was found in {}", self.root.display())))
    }

    /// Folder of an id, whether it is there or not.
    pub fn path(&self, id: &TimedId) -> PathBuf {
        self.root.join(id.as_str())
    }

    /// Removes a folder with everything in it; one that is gone already is no error.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn remove(&self, id: &TimedId) -> Result<()> {
        let folder = self.path(id);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(&folder, "remove", error)),
            _ => Ok(()),
        }
    }

    /// A file below the folder of some id, `<id>/<path>`. Links are followed before it is decided whether it lies inside: whoever
    /// names anything else is told what he is told of a file that is not there.
    pub fn file(&self, relative: &str) -> Option<PathBuf> {
        let path = Path::new(relative);
        let mut parts = path.components();
        let Some(Component::Normal(first)) = parts.next() else { return None };
        let id: TimedId = first.to_str()?.parse().ok()?;
        if !parts.all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let found = self.root.join(path).canonicalize().ok()?;
        (found.starts_with(self.path(&id)) && found.is_file()).then_some(found)
    }
}
