//! Collections: curated lists of media. The list is the record; the media stay where they are.
//! A deleted medium keeps its place in a list and is not seen there until it is restored.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::{MediaStore, Order, Sort, now};
use crate::db::entity::collection::{ActiveModel, Column, Entity, Model};
use crate::db::entity::collection_media;
use crate::db::{Database, database_error};
use crate::error::{Error, Result};
use crate::types::CollectionId;

mod arrangement;
mod form;
mod links;
mod removal;

pub use form::{Arrangement, CollectionChange, CollectionSpec, NewLinks, Place, link_notes, media_ids};
pub use links::{AddedLink, CollectionMedia, CollectionMediaLink, LinkSort};
pub use removal::KEPT_DAYS;

/// Longest title, in characters.
pub const MAX_TITLE: usize = 64;

/// Most text in the notes of a collection, in bytes.
pub const MAX_NOTES_BYTES: usize = 1 << 20;

/// Most text in the notes of one medium of a collection, in bytes.
pub const MAX_LINK_NOTES_BYTES: usize = 64 << 10;

/// Most media that one call may add, take out, put back or move.
pub const MAX_ADDED: usize = 10_000;

/// A curated list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its number.
    pub id: CollectionId,
    /// At most [`MAX_TITLE`] characters.
    pub title: String,
    /// Who made it.
    pub username: String,
    /// Markdown.
    pub notes: Option<String>,
    /// Put away, not deleted.
    pub archived: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its title, author, notes or archiving changed last.
    pub updated_at: Option<DateTime<Utc>>,
}

impl From<Model> for Collection {
    fn from(row: Model) -> Self {
        Self {
            id: CollectionId(row.id),
            title: row.title,
            username: row.username,
            notes: row.notes,
            archived: row.archived,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Keeper of the collections; clones share everything.
#[derive(Debug, Clone)]
pub struct Collections {
    db: Database,
}

impl Collections {
    /// Over this database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Those of a library that is open already.
    pub fn of(library: &MediaStore) -> Self {
        Self { db: library.db.clone() }
    }

    /// Makes a collection.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn create(&self, spec: CollectionSpec) -> Result<Collection> {
        let row = ActiveModel {
            id: NotSet,
            title: Set(spec.title),
            username: Set(spec.username),
            notes: Set(spec.notes),
            archived: Set(spec.archived),
            created_at: Set(now()),
            updated_at: Set(None),
        };
        let row = row.insert(self.db.connection()).await.map_err(|source| database_error("store a collection", source))?;
        Ok(row.into())
    }

    /// The collection with this number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn get(&self, id: CollectionId) -> Result<Option<Collection>> {
        let row = Entity::find_by_id(id.0).one(self.db.connection()).await;
        Ok(row.map_err(|source| database_error("read a collection", source))?.map(Collection::from))
    }

    /// One page of the collections: all of them, or only those that are (or are not) archived.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, archived: Option<bool>, offset: u64, limit: u64, sort: Sort, order: Order) -> Result<Vec<Collection>> {
        let sorted = match sort {
            Sort::Id => matching(archived),
            Sort::Date => matching(archived).order_by(Column::CreatedAt, order.into()),
        };
        let rows = sorted.order_by(Column::Id, order.into()).offset(offset).limit(limit).all(self.db.connection()).await;
        Ok(rows.map_err(|source| database_error("list the collections", source))?.into_iter().map(Collection::from).collect())
    }

    /// How many collections there are: all of them, or only those that are (or are not) archived.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, archived: Option<bool>) -> Result<u64> {
        matching(archived).count(self.db.connection()).await.map_err(|source| database_error("count the collections", source))
    }

    /// Changes the fields that are given and keeps the others.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection.
    pub async fn update(&self, id: CollectionId, change: CollectionChange) -> Result<Collection> {
        let failed = |source| database_error("change a collection", source);
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id(id.0).one(&transaction).await.map_err(failed)?.ok_or_else(unknown)?;
        let row = change.apply_to(row.into(), now()).update(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(row.into())
    }

    /// Removes a collection and its links; its media are untouched, and so are its exports.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection.
    pub async fn delete(&self, id: CollectionId) -> Result<()> {
        let failed = |source| database_error("delete a collection", source);
        let transaction = self.db.write().await?;
        let links = collection_media::Entity::delete_many().filter(collection_media::Column::CollectionId.eq(id.0));
        links.exec(&transaction).await.map_err(failed)?;
        let gone = Entity::delete_by_id(id.0).exec(&transaction).await.map_err(failed)?;
        if gone.rows_affected == 0 {
            return Err(unknown());
        }
        transaction.commit().await.map_err(failed)
    }
}

fn matching(archived: Option<bool>) -> Select<Entity> {
    match archived {
        Some(archived) => Entity::find().filter(Column::Archived.eq(archived)),
        None => Entity::find(),
    }
}

/// The contract's words.
fn unknown() -> Error {
    Error::not_found("not found")
}
