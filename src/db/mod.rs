//! The database: how it is opened, migrated and written to. Queries live in the rooms whose records they are about.
//! `SQLite` is a file of the library; `PostgreSQL` serves a library whose processes share a data folder.

use std::fmt;
use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::error::Result;

pub mod entity;
mod failure;
pub mod maintenance;
pub mod migrations;
mod place;
mod reader;

pub use failure::{database_error, is_unique_violation};
use place::Place;
pub use reader::Reader;

/// Key of the advisory lock that a writer holds on `PostgreSQL`; any number of ours will do, as long as it stays the same.
const WRITE_LOCK: i64 = 0x6c69_6b65_0001;

/// Key of the advisory lock that the process holds that brings the schema up to date.
const MIGRATION_LOCK: i64 = 0x6c69_6b65_0002;

/// Counted by triggers, see the migrations.
const LIBRARY_CHANGE: &str = "SELECT count FROM library_change WHERE id = 1";

/// A handle to the migrated database; clones share its connections.
#[derive(Clone)]
pub struct Database {
    connection: DatabaseConnection,
    place: Arc<Place>,
    reader: Option<Arc<Reader>>,
}

impl Database {
    /// What queries run on.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// The short way to rows of an `SQLite` file; `None` for other databases.
    pub fn reader(&self) -> Option<&Reader> {
        self.reader.as_deref()
    }

    /// A number that is another one whenever media, the contents of collections or detections have changed, by any process.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn library_change(&self) -> Result<i64> {
        if let Some(reader) = self.reader() {
            return reader.library_change();
        }
        let question = Statement::from_string(self.connection.get_database_backend(), LIBRARY_CHANGE);
        let row = self.connection.query_one_raw(question).await;
        let row = row.map_err(|source| database_error("tell what has changed", source))?;
        row.map_or(Ok(0), |row| row.try_get("", "count").map_err(|source| database_error("tell what has changed", source)))
    }

    /// A transaction that holds the right to write from its start, so that what it reads stays true until it commits.
    /// All transactions made here wait for each other, also those of other processes, and see what the one before them
    /// left. On `PostgreSQL` single statements outside of such a transaction do not wait for it: a change that hangs on
    /// what was read belongs in here.
    ///
    /// # Errors
    /// `Busy` when another process writes for longer than ten seconds.
    pub async fn write(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        let begun = self.connection.begin_with_options(options).await;
        let transaction = begun.map_err(|source| database_error("begin a change", source))?;
        if self.is_postgres() {
            let lock = format!("SELECT pg_advisory_xact_lock({WRITE_LOCK})");
            transaction.execute_unprepared(&lock).await.map_err(|source| database_error("begin a change", source))?;
        }
        Ok(transaction)
    }

    /// Waits for running queries and closes every connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn close(self) -> Result<()> {
        self.connection.close().await.map_err(|source| database_error("close", source))
    }

    /// Which database this is, in words; no password.
    pub fn place(&self) -> String {
        self.place.to_string()
    }

    fn is_postgres(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Postgres
    }

    /// Opens without looking at the schema.
    async fn open(place: Place) -> Result<Self> {
        place.reach().await?;
        let opened = sea_orm::Database::connect(place.options()).await;
        let connection = opened.map_err(|source| database_error("be opened", source).context(&place))?;
        let reader = place.file().map(|file| Arc::new(Reader::new(file)));
        Ok(Self { connection, place: Arc::new(place), reader })
    }

    /// Brings the schema up to date. On `PostgreSQL` all of it is one transaction, and other processes wait for it.
    async fn migrate(&self) -> Result<()> {
        let failed = |source| database_error("bring the schema up to date", source).context(&self.place);
        if !self.is_postgres() {
            return migrations::Migrator::up(&self.connection, None).await.map_err(failed);
        }
        let transaction = self.connection.begin().await.map_err(failed)?;
        let lock = format!("SET LOCAL lock_timeout = '10min'; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        transaction.execute_unprepared(&lock).await.map_err(failed)?;
        migrations::Migrator::up(&transaction, None).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({})", self.place)
    }
}

/// Opens the database at a path (`SQLite`, made when missing) or a `sqlite:` or `postgres:` URL, and brings its schema up to date.
/// Two processes may start at once: the second waits until the first has migrated.
///
/// # Errors
/// `Internal` naming the place when it cannot be opened or is from a newer version of the program, `NotReady` when nobody
/// answers there. No message holds a password.
pub async fn connect(path_or_url: &str) -> Result<Database> {
    let place = Place::of(path_or_url)?;
    let lock = place.lock().await?;
    let database = Database::open(place).await?;
    database.migrate().await?;
    drop(lock);
    Ok(database)
}

/// Which database an address means, for people: never with its password.
///
/// # Errors
/// `Invalid` naming the setting when it is no address of a database that is known.
pub fn described(path_or_url: &str) -> Result<String> {
    Place::of(path_or_url).map(|place| place.to_string())
}

/// Round trip to the database, for a health check.
///
/// # Errors
/// Those of the database.
pub async fn ping(database: &Database) -> Result<()> {
    database.connection.execute_unprepared("SELECT 1").await.map(|_| ()).map_err(|source| database_error("answer", source))
}

/// Text as every database keeps it: `PostgreSQL` has no place for the character NUL, which is shown as `U+FFFD` instead.
pub fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
