//! Where a database lives: which file or server, with which settings, and how processes that start at once keep apart.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::ConnectOptions;
use url::Url;

use crate::error::{Error, Kind, Result, ResultExt, io_error};

/// Connections of one process: one writes at a time, the others read beside it.
const SQLITE_CONNECTIONS: u32 = 8;

/// Connections of one process to a server, which allows a hundred in all unless told otherwise.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Settings of every `SQLite` connection. In WAL mode readers never wait for a writer, in this process or another.
/// `synchronous = FULL` syncs the log at each commit, so that what was acknowledged survives a power cut and not
/// only a killed process; commits are batched, so the sync costs little beside the files' own.
const SQLITE_PRAGMAS: [(&str, &str); 6] = [
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
    ("mmap_size", "2147418112"),
    ("cache_size", "-16384"),
    ("temp_store", "MEMORY"),
];

/// Settings of every `PostgreSQL` connection: how long it waits for another's writes, and when a writer that fell silent
/// (its machine was cut off) loses its transaction. Times are ours and in UTC, whatever the server's settings.
const POSTGRES_SETTINGS: [(&str, &str); 3] =
    [("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "5min"), ("timezone", "UTC")];

/// How long a connection waits for another process's writes.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a query waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may take to take a call.
const REACH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a database lives.
pub(super) enum Place {
    SqliteFile(PathBuf),
    SqliteMemory,
    Postgres(Url),
}

impl Place {
    /// # Errors
    /// `Invalid` or `Unsupported` for a URL that is none of ours; the message does not repeat it, for it may hold a password.
    pub(super) fn of(path_or_url: &str) -> Result<Self> {
        let Some((scheme, rest)) = path_or_url.split_once(':') else { return Ok(Self::SqliteFile(path_or_url.into())) };
        match scheme {
            "sqlite" if rest == ":memory:" || rest.starts_with("//:") => Ok(Self::SqliteMemory),
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                Ok(Self::SqliteFile(path.split('?').next().unwrap_or(path).into()))
            }
            "postgres" | "postgresql" => {
                let url = Url::parse(path_or_url).or_error(Kind::Invalid, || "the address of the database (`database.url`)".into())?;
                Ok(Self::Postgres(url))
            }
            other if rest.starts_with("//") => Err(Error::unsupported(format!(
                "databases at `{other}://` are not offered: write `postgres://user:password@host/name` into `database.url`, or leave it out for SQLite in the data folder"
            ))),
            _ => Ok(Self::SqliteFile(path_or_url.into())),
        }
    }

    pub(super) fn options(&self) -> ConnectOptions {
        let mut options = match self {
            // The file name is set below as it is: a URL would need every special character escaped.
            Self::SqliteFile(_) => ConnectOptions::new("sqlite://library"),
            Self::SqliteMemory => ConnectOptions::new("sqlite::memory:"),
            Self::Postgres(url) => ConnectOptions::new(url.as_str()),
        };
        options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(ACQUIRE_TIMEOUT);
        match self {
            Self::SqliteFile(path) => {
                let path = path.clone();
                options.max_connections(SQLITE_CONNECTIONS).map_sqlx_sqlite_opts(move |sqlite| {
                    let sqlite = sqlite.filename(&path).create_if_missing(true).busy_timeout(SQLITE_BUSY_TIMEOUT);
                    SQLITE_PRAGMAS.into_iter().fold(sqlite, |sqlite, (name, value)| sqlite.pragma(name, value))
                });
            }
            Self::SqliteMemory => drop(options.max_connections(1).idle_timeout(None).max_lifetime(None)),
            Self::Postgres(_) => {
                options.max_connections(POSTGRES_CONNECTIONS).min_connections(0);
                options.map_sqlx_postgres_opts(|postgres| postgres.application_name("likeness").options(POSTGRES_SETTINGS));
            }
        }
        options
    }

    /// Asks whether anybody answers there: the connection pool would try for ten seconds and then tell less.
    ///
    /// # Errors
    /// `NotReady` naming host and remedy.
    pub(super) async fn reach(&self) -> Result<()> {
        let Self::Postgres(url) = self else { return Ok(()) };
        let Some(host) = url.host_str().filter(|host| !host.is_empty() && parameter(url, "host").is_none()) else { return Ok(()) };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.contains('%') {
            return Ok(());
        }
        let call = tokio::net::TcpStream::connect((host, url.port().unwrap_or(5432)));
        let reason = match tokio::time::timeout(REACH_TIMEOUT, call).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} seconds", REACH_TIMEOUT.as_secs()),
        };
        let remedy = "start PostgreSQL there and let it listen on that address, or correct host and port in `database.url`";
        Err(Error::not_ready(format!("{self} cannot be reached: {reason} ({remedy})")))
    }

    /// Held while the database is opened and migrated: on `SQLite`, switching to WAL and creating tables do not queue by themselves.
    pub(super) async fn lock(&self) -> Result<Option<File>> {
        let Self::SqliteFile(path) = self else { return Ok(None) };
        let path = path.with_extension("lock");
        let locked = tokio::task::spawn_blocking(move || lock_file(&path)).await;
        locked.map_err(|source| Error::internal("opening the database was interrupted").because(source))?.map(Some)
    }

    /// The file of an `SQLite` database.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::SqliteFile(path) => Some(path),
            _ => None,
        }
    }
}

/// For people, without the password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "SQLite file {}", path.display()),
            Self::SqliteMemory => f.write_str("SQLite in memory"),
            Self::Postgres(url) => {
                let host = parameter(url, "host").or_else(|| url.host_str().map(str::to_owned)).filter(|host| !host.is_empty());
                let name = parameter(url, "dbname").unwrap_or_else(|| url.path().trim_start_matches('/').to_owned());
                let user = parameter(url, "user").unwrap_or_else(|| url.username().to_owned());
                write!(f, "PostgreSQL database `{name}` at {}:{}", host.as_deref().unwrap_or("localhost"), url.port().unwrap_or(5432))?;
                if user.is_empty() { Ok(()) } else { write!(f, " as user `{user}`") }
            }
        }
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
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
