//! Reading straight from the `SQLite` file, for answers whose time is counted in microseconds: no hand-over to another thread, no
//! query built from parts. Readers never wait for writers (WAL). `PostgreSQL` and databases in memory have no such reader.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::LIBRARY_CHANGE;
use super::failure::read_error;
use crate::error::Result;

/// Bytes of the file that each connection sees without copying them: the most that `SQLite` allows, millions of media.
const MAPPED_BYTES: i64 = 0x7fff_0000;
/// Connections that are kept for the next reader.
const KEPT: usize = 16;

/// Read-only connections to the file, each used by one thread at a time.
pub struct Reader {
    file: PathBuf,
    free: Mutex<Vec<Connection>>,
    watcher: Mutex<Option<Watcher>>,
}

/// The connection that notices changes: what `SQLite` tells of them can only be compared on one and the same connection.
struct Watcher {
    connection: Connection,
    version: i64,
    change: u64,
    /// What the library's own counter said, and at which change.
    library: Option<(u64, i64)>,
}

impl Reader {
    pub(super) fn new(file: &Path) -> Self {
        Self { file: file.to_path_buf(), free: Mutex::default(), watcher: Mutex::default() }
    }

    /// Lets `read` ask the file: all of its questions see one and the same state, that of now.
    ///
    /// # Errors
    /// Those of the database, with what was to be done.
    pub fn read<T>(&self, doing: &str, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let kept = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = kept.map_or_else(|| self.open(), Ok).map_err(|source| read_error(doing, source))?;
        let outcome = connection.unchecked_transaction().and_then(|transaction| read(&transaction));
        if outcome.is_ok() {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            if free.len() < KEPT {
                free.push(connection);
            }
        }
        outcome.map_err(|source| read_error(doing, source))
    }

    /// A number that is another one after every commit to the file, by this process or any other. What was read after the
    /// number was asked for stays true as long as the number does.
    ///
    /// # Errors
    /// Those of the database.
    pub fn change(&self) -> Result<u64> {
        self.watch(Watcher::look)
    }

    /// [`Database::library_change`](super::Database::library_change).
    pub(super) fn library_change(&self) -> Result<i64> {
        self.watch(Watcher::library)
    }

    fn watch<T>(&self, look: impl FnOnce(&mut Watcher) -> rusqlite::Result<T>) -> Result<T> {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let present = match watcher.take() {
            Some(watcher) => Ok(watcher),
            None => self.open().map(|connection| Watcher { connection, version: 0, change: 0, library: None }),
        };
        let looked = present.and_then(|present| look(watcher.insert(present)));
        looked.map_err(|source| read_error("tell whether it has changed", source))
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        // Each connection is used by one thread at a time: it needs no lock of its own.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "mmap_size", MAPPED_BYTES)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }
}

impl Watcher {
    fn look(&mut self) -> rusqlite::Result<u64> {
        let version = self.connection.prepare_cached("PRAGMA data_version")?.query_one([], |row| row.get(0))?;
        if version != self.version || self.change == 0 {
            (self.version, self.change) = (version, self.change + 1);
        }
        Ok(self.change)
    }

    fn library(&mut self) -> rusqlite::Result<i64> {
        let change = self.look()?;
        if let Some((_, count)) = self.library.filter(|(at, _)| *at == change) {
            return Ok(count);
        }
        let count = self.connection.prepare_cached(LIBRARY_CHANGE)?.query_one([], |row| row.get(0))?;
        self.library = Some((change, count));
        Ok(count)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({})", self.file.display())
    }
}
