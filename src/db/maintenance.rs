//! Looking after a database: which schema it has, how much is in it, and a copy of it.

use std::path::Path;

use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, Statement};
use sea_orm_migration::MigratorTrait;
use serde::Serialize;

use super::entity::{collection, detection, feature, job, media, upload};
use super::migrations::Migrator;
use super::{Database, Place, database_error};
use crate::error::{Error, Kind, Result, io_error};

/// Which schema changes a database has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// Name of the newest change that it has; `None` for an empty database.
    pub version: Option<String>,
    /// Names of the changes that it has not, oldest first.
    pub pending: Vec<String>,
}

/// Opens a database as it is and tells its schema: nothing is made or changed.
///
/// # Errors
/// `NotFound` when there is no database yet; those of [`connect`](super::connect).
pub async fn inspect(path_or_url: &str) -> Result<(Database, Schema)> {
    let place = Place::of(path_or_url)?;
    if let Some(file) = place.file().filter(|file| !file.is_file()) {
        return Err(Error::not_found(format!("there is no library yet: {} does not exist (`likeness import` begins one)", file.display())));
    }
    let database = Database::open(place).await?;
    let failed = |source| database_error("tell its schema", source).context(database.place());
    let applied = Migrator::get_applied_migrations_read_only(&database.connection).await.map_err(failed)?;
    let pending = Migrator::get_pending_migrations_read_only(&database.connection).await.map_err(failed)?;
    let schema = Schema {
        version: applied.last().map(|change| change.name().to_owned()),
        pending: pending.iter().map(|change| change.name().to_owned()).collect(),
    };
    Ok((database, schema))
}

/// Rows of the tables that people know, in a fixed order. The schema must be up to date.
///
/// # Errors
/// Those of the database.
pub async fn counts(database: &Database) -> Result<Vec<(&'static str, u64)>> {
    Ok(vec![
        ("media", count::<media::Entity>(database).await?),
        ("uploads", count::<upload::Entity>(database).await?),
        ("features", count::<feature::Entity>(database).await?),
        ("collections", count::<collection::Entity>(database).await?),
        ("detections", count::<detection::Entity>(database).await?),
        ("jobs", count::<job::Entity>(database).await?),
    ])
}

async fn count<E: EntityTrait<Model: Send + Sync>>(database: &Database) -> Result<u64> {
    E::find().count(&database.connection).await.map_err(|source| database_error("count its rows", source))
}

/// Writes a copy of the database to a new file, whole or not at all, while others go on reading and writing.
///
/// # Errors
/// `Unsupported` on `PostgreSQL`, which has tools of its own; `Conflict` when the file exists.
pub async fn backup(database: &Database, file: &Path) -> Result<()> {
    if database.is_postgres() {
        let place = database.place();
        return Err(Error::unsupported(format!(
            "{place} is backed up with PostgreSQL's own tool: pg_dump --format=custom --file=library.dump"
        )));
    }
    if file.exists() {
        return Err(Error::new(Kind::Conflict, format!("{} exists already: name a new file", file.display())));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let room = tempfile::TempDir::new_in(folder).map_err(|source| io_error(folder, "write to", source))?;
    let part = room.path().join("copy.sqlite");
    let name = part.to_str().ok_or_else(|| Error::invalid(format!("the path {} is no text", part.display())))?;
    let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [name.into()]);
    database.connection.execute_raw(copy).await.map_err(|source| database_error("be copied", source))?;
    let synced = std::fs::File::open(&part).and_then(|copy| copy.sync_all());
    synced.and_then(|()| std::fs::rename(&part, file)).map_err(|source| io_error(file, "write", source))
}
