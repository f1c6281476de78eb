//! The database: how it is opened, migrated and written to. Queries live in the rooms whose records they are about.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::error::{Error, Kind, Result, io_error};

pub mod entity;
pub mod migrations;

/// Connections of one process: one writes at a time, the others read beside it.
const SQLITE_CONNECTIONS: u32 = 8;

/// Settings of every `SQLite` connection. In WAL mode readers never wait for a writer, in this process or another.
/// `synchronous = FULL` syncs the log at each commit, so that what was acknowledged survives a power cut and not
/// only a killed process; commits are batched, so the sync costs little beside the files' own.
const SQLITE_PRAGMAS: [(&str, &str); 6] = [
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
    ("mmap_size", "268435456"),
    ("cache_size", "-16384"),
    ("temp_store", "MEMORY"),
];

/// How long a connection waits for another process's writes.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A handle to the migrated database; clones share its connections.
#[derive(Debug, Clone)]
pub struct Database {
    connection: DatabaseConnection,
}

impl Database {
    /// What queries run on.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// A transaction that holds the right to write from its start, so that what it reads stays true until it commits.
    ///
    /// # Errors
    /// `Busy` when another process writes for longer than ten seconds.
    pub async fn write(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        self.connection.begin_with_options(options).await.map_err(|source| database_error("begin a change", source))
    }

    /// Waits for running queries and closes every connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn close(self) -> Result<()> {
        self.connection.close().await.map_err(|source| database_error("close", source))
    }
}

/// Opens the database at a path (`SQLite`, made when missing) or a `sqlite:` / other URL, and brings its schema up to date.
/// Two processes may start at once: the second waits until the first has migrated.
///
/// # Errors
/// `Internal` naming the path when it cannot be opened or is from a newer version of the program.
pub async fn connect(path_or_url: &str) -> Result<Database> {
    let place = Place::of(path_or_url);
    let lock = place.lock().await?;
    let connection =
        sea_orm::Database::connect(place.options()).await.map_err(|source| database_error("open", source).context(path_or_url))?;
    migrations::Migrator::up(&connection, None)
        .await
        .map_err(|source| database_error("bring the schema up to date", source).context(path_or_url))?;
    drop(lock);
    Ok(Database { connection })
}

/// Where a database lives.
enum Place {
    SqliteFile(PathBuf),
    Url(String),
}

impl Place {
    fn of(path_or_url: &str) -> Self {
        match path_or_url.split_once("://") {
            Some(("sqlite", path)) if !path.starts_with(':') => Self::SqliteFile(PathBuf::from(path.split('?').next().unwrap_or(path))),
            Some(_) => Self::Url(path_or_url.to_owned()),
            None if path_or_url == "sqlite::memory:" => Self::Url(path_or_url.to_owned()),
            None => Self::SqliteFile(PathBuf::from(path_or_url)),
        }
    }

    fn options(&self) -> ConnectOptions {
        let mut options = match self {
            // The file name is set below as it is: a URL would need every special character escaped.
            Self::SqliteFile(_) => ConnectOptions::new("sqlite://library"),
            Self::Url(url) => ConnectOptions::new(url.clone()),
        };
        options.sqlx_logging(false);
        if let Self::SqliteFile(path) = self {
            let path = path.clone();
            options.max_connections(SQLITE_CONNECTIONS).map_sqlx_sqlite_opts(move |sqlite| {
                let sqlite = sqlite.filename(&path).create_if_missing(true).busy_timeout(SQLITE_BUSY_TIMEOUT);
                SQLITE_PRAGMAS.into_iter().fold(sqlite, |sqlite, (name, value)| sqlite.pragma(name, value))
            });
        }
        options
    }

    /// Held while the database is opened and migrated: switching to WAL and creating tables do not queue by themselves.
    async fn lock(&self) -> Result<Option<File>> {
        let Self::SqliteFile(path) = self else { return Ok(None) };
        let path = path.with_extension("lock");
        let locked = tokio::task::spawn_blocking(move || lock_file(&path)).await;
        locked.map_err(|source| Error::internal("opening the database was interrupted").because(source))?.map(Some)
    }
}

fn lock_file(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| io_error(folder, "create the folder", source))?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(|source| io_error(path, "open", source))?;
    match file.lock() {
        // A file system without locks is used by one process at a time; there is nothing to wait for.
        Err(source) if source.kind() != std::io::ErrorKind::Unsupported => Err(io_error(path, "lock", source)),
        _ => Ok(file),
    }
}

/// A failure of the database, with the remedy where the cause is known.
pub fn database_error(doing: &str, source: DbErr) -> Error {
    let text = source.to_string();
    let (kind, cause) = if text.contains("database or disk is full") || text.contains("disk I/O error") {
        (Kind::Internal, "its disk is full or failing (free some space, then run the same command again; nothing acknowledged was lost)")
    } else if text.contains("database is locked") {
        (Kind::Busy, "another process writes to this library (try again when it has finished)")
    } else if text.contains("its file is missing") {
        (Kind::Internal, "this library was made by a newer version of likeness (use that version)")
    } else {
        (Kind::Internal, text.as_str())
    };
    Error::new(kind, format!("the database could not {doing}: {cause}")).because(source)
}

/// True when the failure is that of a unique key: somebody else stored the same thing first.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}

/// Round trip to the database, for a health check.
///
/// # Errors
/// Those of the database.
pub async fn ping(database: &Database) -> Result<()> {
    database.connection.execute_unprepared("SELECT 1").await.map(|_| ()).map_err(|source| database_error("answer", source))
}
