//! Where media came from, in the words of those who sent them: a file of an upload or a fetched URL lies under a name of ours
//! while it is imported, and is known by its own afterwards.

use std::path::Path;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::MediaStore;
use crate::db::database_error;
use crate::db::entity::media_source::{ActiveModel, Column, Entity, Model};
use crate::error::Result;

impl MediaStore {
    /// Everything that was imported from `file` is from `shown` from now on. May be repeated.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rename_source(&self, file: &Path, shown: &str) -> Result<()> {
        let Some(file) = std::path::absolute(file).ok().and_then(|path| path.to_str().map(str::to_owned)) else { return Ok(()) };
        let transaction = self.db.write().await?;
        // What comes from inside an archive has the archive's location in front.
        let rows = Entity::find().filter(Column::Location.starts_with(&file)).all(&transaction).await;
        for row in rows.map_err(|source| database_error("read the sources", source))? {
            rename(&transaction, row, &file, shown).await?;
        }
        transaction.commit().await.map_err(|source| database_error("name the sources", source))
    }
}

async fn rename(transaction: &DatabaseTransaction, row: Model, file: &str, shown: &str) -> Result<()> {
    let Some(inside) = row.location.as_deref().and_then(|location| location.strip_prefix(file)) else { return Ok(()) };
    let is_entry = inside.starts_with('!');
    if !inside.is_empty() && !is_entry {
        return Ok(());
    }
    let path = if is_entry { format!("{shown}!/{}", after_archive(&row.path)) } else { shown.to_owned() };
    let known = Entity::find().filter(Column::MediaId.eq(row.media_id)).filter(Column::Path.eq(&path)).filter(Column::Id.ne(row.id));
    let is_known = known.one(transaction).await.map_err(|source| database_error("read the sources", source))?.is_some();
    let changed = if is_known {
        Entity::delete_by_id(row.id).exec(transaction).await.map(drop)
    } else {
        let name = if is_entry { row.name.clone() } else { super::walk::base_name(shown).to_owned() };
        // The file is gone after the import: no later one may skip another that happens to lie in its place.
        let change = ActiveModel { name: Set(name), path: Set(path), location: Set(None), ..row.into() };
        change.update(transaction).await.map(drop)
    };
    changed.map_err(|source| database_error("name the sources", source))
}

/// The part of `archive.zip!/inner/name` inside the archive.
fn after_archive(path: &str) -> &str {
    path.split_once("!/").map_or(path, |(_, inside)| inside)
}
