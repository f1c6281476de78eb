//! What a failure of the database means for the caller: the kind, and the remedy where the cause is known.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

use crate::error::{Error, Kind, without_passwords};

/// A failure of the database, with the remedy where the cause is known.
pub fn database_error(doing: &str, source: DbErr) -> Error {
    let text = source.to_string();
    let (kind, cause) = code(&source)
        .and_then(|code| by_code(&code, &text))
        .or_else(|| by_connection(&source))
        .or_else(|| by_text(&text))
        .unwrap_or((Kind::Internal, text));
    Error::new(kind, format!("the database could not {doing}: {}", without_passwords(&cause))).because(source)
}

/// A failure of reading straight from the `SQLite` file.
pub(super) fn read_error(doing: &str, source: rusqlite::Error) -> Error {
    let text = source.to_string();
    let (kind, cause) = by_text(&text).unwrap_or((Kind::Internal, text));
    Error::new(kind, format!("the database could not {doing}: {cause}")).because(source)
}

/// True when the failure is that of a unique key: somebody else stored the same thing first.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

fn driver_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

/// The five characters by which `PostgreSQL` tells what went wrong.
fn code(error: &DbErr) -> Option<String> {
    match driver_error(error)? {
        SqlxError::Database(inner) => inner.code().filter(|code| code.len() == 5).map(std::borrow::Cow::into_owned),
        _ => None,
    }
}

fn by_code(code: &str, text: &str) -> Option<(Kind, String)> {
    let (kind, cause) = match code {
        "53100" => (
            Kind::Internal,
            "the disk of the database server is full (free some space there, then run the same command again; nothing acknowledged was lost)",
        ),
        "53200" => (Kind::Internal, "the database server has no memory left (give it more, or lower its settings, then try again)"),
        "53300" => (
            Kind::Busy,
            "its server has no connection left for us (raise `max_connections` of PostgreSQL, or end other programs that use it)",
        ),
        "55P03" => (Kind::Busy, "another process writes to this library (try again when it has finished)"),
        "40001" | "40P01" => (Kind::Busy, "another change came in between (try again)"),
        "57P01" | "57P02" | "57P03" => (Kind::Busy, "its server is starting or stopping (try again in a moment)"),
        "25006" => {
            (Kind::Internal, "its server only answers and takes no changes: it is a replica (name the primary server in `database.url`)")
        }
        "28P01" | "28000" => {
            return Some((Kind::NotReady, format!("{} (correct user and password in `database.url`, or ~/.pgpass)", reason(text))));
        }
        "3D000" => {
            return Some((Kind::NotReady, format!("{} (create it with `createdb`, or correct the name in `database.url`)", reason(text))));
        }
        "42501" => {
            return Some((
                Kind::Internal,
                format!("{} (give this user the right to it, best by making it the owner of the database)", reason(text)),
            ));
        }
        "22021" | "22P05" => (Kind::Invalid, "a text holds the character NUL, which cannot be stored or looked for"),
        "22001" => (Kind::Invalid, "a text is longer than its column allows"),
        _ => return None,
    };
    Some((kind, cause.to_owned()))
}

/// The server's own words, without those that the layers put around them.
fn reason(text: &str) -> &str {
    text.rsplit("error returned from database: ").next().unwrap_or(text)
}

fn by_connection(error: &DbErr) -> Option<(Kind, String)> {
    let timed_out = || {
        (Kind::Busy, "no connection became free within 10 seconds: too much at once, or its server does not answer (try again)".to_owned())
    };
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(timed_out()),
        _ => match driver_error(error)? {
            SqlxError::PoolTimedOut => Some(timed_out()),
            SqlxError::Io(inner) => Some((Kind::Busy, format!("the connection to it broke: {inner} (is its server running? try again)"))),
            SqlxError::Tls(inner) => Some((
                Kind::NotReady,
                format!(
                    "{inner} (this program speaks to PostgreSQL without TLS: use a server of this machine, a Unix socket or a tunnel, and `sslmode=disable`)"
                ),
            )),
            _ => None,
        },
    }
}

fn by_text(text: &str) -> Option<(Kind, String)> {
    let (kind, cause) = if text.contains("database or disk is full") || text.contains("disk I/O error") {
        (Kind::Internal, "its disk is full or failing (free some space, then run the same command again; nothing acknowledged was lost)")
    } else if text.contains("database is locked") {
        (Kind::Busy, "another process writes to this library (try again when it has finished)")
    } else if text.contains("its file is missing") {
        (Kind::Internal, "this library was made by a newer version of likeness (use that version)")
    } else {
        return None;
    };
    Some((kind, cause.to_owned()))
}
