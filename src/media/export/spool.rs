//! A nameless file that grows page by page and is then read once. It vanishes with its process, however that ends.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Result, io_error};

/// Text on its way into an archive.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    file: BufWriter<File>,
    length: u64,
}

impl Spool {
    /// An empty one on the disk of this folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn in_folder(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder).map_err(|source| io_error(folder, "write a temporary file in", source))?;
        Ok(Self { folder: folder.to_owned(), file: BufWriter::new(file), length: 0 })
    }

    /// Adds text.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.length += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|source| io_error(&self.folder, "write a temporary file in", source))
    }

    /// Length so far, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Everything from its beginning.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn read(self) -> Result<impl Read> {
        let failed = |source| io_error(&self.folder, "write a temporary file in", source);
        let mut file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.rewind().map_err(failed)?;
        Ok(BufReader::new(file))
    }
}
