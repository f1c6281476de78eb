//! Writing a database: batch by batch, each durable when `append` returns, with room that grows by itself.

use std::ops::Bound;
use std::path::{Path, PathBuf};

use heed::types::Bytes;
use heed::{Database, Env, EnvOpenOptions, MdbError};

use super::lmdb_error;
use crate::error::{Error, Result, io_error};

/// Room for a new database. Only addresses: the file grows with its contents.
const FIRST_MAP_BYTES: usize = 64 << 20;
/// More than any file system holds in one file.
const MOST_MAP_BYTES: usize = 1 << 44;

/// An entry: key and value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// The one writer of a database.
pub struct Writer {
    env: Env,
    database: Database<Bytes, Bytes>,
    map_bytes: usize,
    folder: PathBuf,
}

impl Writer {
    /// Opens the database in this folder; both are made when missing.
    ///
    /// # Errors
    /// Those of the disk, and of LMDB for a damaged file.
    pub fn open(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|source| io_error(folder, "create the folder", source))?;
        let written = std::fs::metadata(folder.join(super::DATA_FILE)).map_or(0, |file| file.len());
        let map_bytes = usize::try_from(written).unwrap_or(MOST_MAP_BYTES).next_power_of_two().saturating_mul(2).max(FIRST_MAP_BYTES);
        let failed = |source| lmdb_error(folder, "write", source);
        let mut options = EnvOpenOptions::new();
        options.map_size(map_bytes);
        #[expect(unsafe_code, reason = "LMDB reads through memory")]
        // SAFETY: the folder is one of ours, written by this program alone, and LMDB's own lock file is in use; a job that writes here
        // holds the lock of its folder, so nobody in this process opens it a second time.
        let env = unsafe { options.open(folder) }.map_err(failed)?;
        let mut transaction = env.write_txn().map_err(failed)?;
        let database = env.create_database(&mut transaction, None).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(Self { env, database, map_bytes, folder: folder.to_owned() })
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// Those of LMDB.
    pub fn count(&self) -> Result<u64> {
        let failed = |source| lmdb_error(&self.folder, "read", source);
        let transaction = self.env.read_txn().map_err(failed)?;
        self.database.len(&transaction).map_err(failed)
    }

    /// Adds entries, or replaces those with the same keys: all or none, durable on return.
    ///
    /// # Errors
    /// Those of the disk; a full one is named, with the remedy.
    pub fn append(&mut self, entries: &[Entry]) -> Result<()> {
        loop {
            match self.try_append(entries) {
                Err(heed::Error::Mdb(MdbError::MapFull)) => self.grow()?,
                done => return done.map_err(|source| lmdb_error(&self.folder, "write", source)),
            }
        }
    }

    fn try_append(&self, entries: &[Entry]) -> heed::Result<()> {
        let mut transaction = self.env.write_txn()?;
        for (key, value) in entries {
            self.database.put(&mut transaction, key, value)?;
        }
        transaction.commit()
    }

    /// Twice the room.
    fn grow(&mut self) -> Result<()> {
        if self.map_bytes >= MOST_MAP_BYTES {
            return Err(Error::too_large(format!("the database {} is larger than {MOST_MAP_BYTES} bytes", self.folder.display())));
        }
        self.map_bytes *= 2;
        #[expect(unsafe_code, reason = "LMDB maps the file again")]
        // SAFETY: `&mut self` says that no transaction of this writer is open, and nobody else has this environment.
        let resized = unsafe { self.env.resize(self.map_bytes) };
        resized.map_err(|source| lmdb_error(&self.folder, "enlarge", source))
    }

    /// Removes every entry from this key on: what an interrupted run wrote after its last note.
    ///
    /// # Errors
    /// Those of LMDB.
    pub fn truncate(&mut self, first_key: &[u8]) -> Result<()> {
        loop {
            match self.try_truncate(first_key) {
                Err(heed::Error::Mdb(MdbError::MapFull)) => self.grow()?,
                done => return done.map_err(|source| lmdb_error(&self.folder, "write", source)),
            }
        }
    }

    fn try_truncate(&self, first_key: &[u8]) -> heed::Result<()> {
        let mut transaction = self.env.write_txn()?;
        let from: (Bound<&[u8]>, Bound<&[u8]>) = (Bound::Included(first_key), Bound::Unbounded);
        let mut keys = Vec::new();
        for entry in self.database.range(&transaction, &from)? {
            keys.push(entry?.0.to_vec());
        }
        for key in keys {
            self.database.delete(&mut transaction, &key)?;
        }
        transaction.commit()
    }

    /// Closes the database; readers may open it from now on.
    pub fn finish(self) {
        self.env.prepare_for_closing().wait();
    }
}
