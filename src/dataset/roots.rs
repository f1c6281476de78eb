//! Which files of the server a dataset may name: those below the configured folders. Links are followed before that is decided, and
//! what lies outside answers as if it were not there.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Folders that datasets may be made from.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    given: Vec<PathBuf>,
    /// As they were found at first, links followed.
    found: Vec<PathBuf>,
}

impl Roots {
    /// Of these folders; one that does not exist allows nothing until it does.
    pub fn new(roots: impl IntoIterator<Item = PathBuf>) -> Self {
        let given: Vec<PathBuf> = roots.into_iter().collect();
        Self { found: given.iter().filter_map(|root| root.canonicalize().ok()).collect(), given }
    }

    /// The file or folder that a path leads to, links followed.
    ///
    /// # Errors
    /// `NotFound`, in DIGITS' words, also for what lies outside.
    pub fn allowed(&self, path: &Path) -> Result<PathBuf> {
        let found = path.canonicalize().ok().filter(|found| self.holds(found));
        found.ok_or_else(|| Error::not_found(format!("\"{}\" not found", path.display())))
    }

    fn holds(&self, found: &Path) -> bool {
        // Asked for every picture: roots are looked for again only where none is known to hold it.
        let is_inside = |root: &PathBuf| found.starts_with(root);
        self.found.iter().any(is_inside) || self.given.iter().filter_map(|root| root.canonicalize().ok()).any(|root| is_inside(&root))
    }

    /// A folder that a path leads to.
    ///
    /// # Errors
    /// As [`Roots::allowed`], also for a file.
    pub fn allowed_folder(&self, path: &Path) -> Result<PathBuf> {
        self.allowed(path).ok().filter(|path| path.is_dir()).ok_or_else(|| Error::not_found("folder does not exist"))
    }
}
