//! One mapping of a finished database for everybody in this process who reads it: LMDB must not open a file twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use heed::types::Bytes;
use heed::{Database, Env, EnvFlags, EnvOpenOptions};

use super::{check, lmdb_error};
use crate::error::{Error, Kind, Result, io_error};

/// How long a database that somebody else in this process is about to close is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);

/// What is open, by canonical folder.
static OPEN: LazyLock<Mutex<HashMap<PathBuf, Weak<Environment>>>> = LazyLock::new(Mutex::default);

/// An open database.
pub(super) struct Environment {
    env: Env,
    database: Database<Bytes, Bytes>,
    folder: PathBuf,
}

impl Environment {
    /// Opens a finished database, or shares it with those who have.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt`; `Busy` while it is being written by this process.
    pub(super) fn shared(folder: &Path) -> Result<Arc<Self>> {
        let folder = folder.canonicalize().map_err(|source| io_error(folder, "open the database", source))?;
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(present) = open.get(&folder).and_then(Weak::upgrade) {
            return Ok(present);
        }
        open.retain(|_, known| known.strong_count() > 0);
        let opened = Arc::new(Self::open(folder.clone())?);
        open.insert(folder, Arc::downgrade(&opened));
        Ok(opened)
    }

    fn open(folder: PathBuf) -> Result<Self> {
        check::check(&folder)?;
        let begun = Instant::now();
        let env = loop {
            match map(&folder) {
                Ok(env) => break env,
                Err(heed::Error::EnvAlreadyOpened) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                Err(heed::Error::EnvAlreadyOpened) => {
                    return Err(Error::new(Kind::Busy, format!("the database {} is being written: try again later", folder.display())));
                }
                Err(source) => return Err(lmdb_error(&folder, "open", source)),
            }
        };
        let failed = |source| lmdb_error(&folder, "open", source);
        let transaction = env.read_txn().map_err(failed)?;
        let database = env.open_database(&transaction, None).map_err(failed)?;
        drop(transaction);
        let database = database.ok_or_else(|| Error::corrupt(format!("{} has no table", folder.display())))?;
        Ok(Self { env, database, folder })
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// Those of LMDB.
    pub(super) fn count(&self) -> Result<u64> {
        let failed = |source| lmdb_error(&self.folder, "read", source);
        let transaction = self.env.read_txn().map_err(failed)?;
        self.database.len(&transaction).map_err(failed)
    }

    /// Shows every entry in the order of the keys, until `see` fails.
    ///
    /// # Errors
    /// Those of LMDB and of `see`.
    pub(super) fn each(&self, mut see: impl FnMut(&[u8], &[u8]) -> Result<()>) -> Result<()> {
        let failed = |source| lmdb_error(&self.folder, "read", source);
        let transaction = self.env.read_txn().map_err(failed)?;
        for entry in self.database.iter(&transaction).map_err(failed)? {
            let (key, value) = entry.map_err(failed)?;
            see(key, value)?;
        }
        Ok(())
    }

    /// Lets `read` see the value of a key; `None` when there is none.
    ///
    /// # Errors
    /// Those of LMDB and of `read`.
    pub(super) fn get<T>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        let failed = |source| lmdb_error(&self.folder, "read", source);
        let transaction = self.env.read_txn().map_err(failed)?;
        self.database.get(&transaction, key).map_err(failed)?.map(read).transpose()
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Without locks: a finished database has no writer, may lie on a disk that cannot be written, and any number of threads may read it.
fn map(folder: &Path) -> heed::Result<Env> {
    let mut options = EnvOpenOptions::new();
    #[expect(unsafe_code, reason = "LMDB reads through memory and without locks here")]
    // SAFETY: readers open only databases that no writer of this program writes any more (their datasets are done, or they were
    // prepared elsewhere), so the pages do not change under the map, and `NO_LOCK` leaves nothing to coordinate. `check` has seen that
    // the file is as long as its pages.
    let env = unsafe { options.flags(EnvFlags::READ_ONLY | EnvFlags::NO_LOCK).open(folder) }?;
    Ok(env)
}
