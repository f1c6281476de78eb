//! Which media are in which collection: who put them there, when, and what they wrote about them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, SqlErr,
};

use super::arrangement::APART;
use super::{Collection, Collections, NewLinks, unknown};
use crate::db::database_error;
use crate::db::entity::collection_media::{ActiveModel, Column, Entity, Model};
use crate::db::entity::{collection, media};
use crate::error::{Error, Result};
use crate::media::{Media, Order, now};
use crate::types::{CollectionId, MediaId};

/// Rows of one statement; databases bound the number of parameters.
pub(super) const ROWS_PER_STATEMENT: usize = 1_000;

/// Unknown media that a message names.
const NAMED_UNKNOWN: usize = 10;

/// A medium's place in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionMediaLink {
    /// The collection.
    pub collection_id: CollectionId,
    /// The medium.
    pub media_id: MediaId,
    /// Who put it there first.
    pub username: String,
    /// What somebody wrote about it.
    pub notes: Option<String>,
    /// When it was put there.
    pub created_at: DateTime<Utc>,
    /// Where it is in the order made by hand; the smallest is the first.
    pub position: i64,
}

impl From<Model> for CollectionMediaLink {
    fn from(row: Model) -> Self {
        Self {
            collection_id: CollectionId(row.collection_id),
            media_id: MediaId(row.media_id),
            username: row.username,
            notes: row.notes,
            created_at: row.created_at,
            position: row.position,
        }
    }
}

/// A link that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedLink {
    /// As it is now.
    pub link: CollectionMediaLink,
    /// False when it was there before.
    pub is_new: bool,
}

/// What the media of a collection are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkSort {
    /// By number of the medium.
    #[default]
    Id,
    /// By the time they were put there; equal times by number.
    Date,
    /// By hand; until somebody has arranged them, in the order in which they were put there.
    Position,
}

/// A medium of a collection with its place there.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionMedia {
    /// The medium.
    pub media: Media,
    /// Its place.
    pub link: CollectionMediaLink,
}

impl Collections {
    /// Puts media at the end of a collection, all or none; those that are there already stay as they are. Answers the links in the order
    /// asked.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection, or naming the media that are unknown or deleted.
    pub async fn add(&self, id: CollectionId, new: NewLinks) -> Result<Vec<AddedLink>> {
        let transaction = self.db.write().await?;
        must_exist(&transaction, id).await?;
        let mut links = HashMap::with_capacity(new.media.len());
        for chunk in new.media.chunks(ROWS_PER_STATEMENT) {
            all_live(&transaction, chunk).await?;
            let before = present(&transaction, id, chunk).await?;
            insert(&transaction, id, chunk, &new).await?;
            let rows = among(id, chunk).all(&transaction).await.map_err(failed)?;
            let added = |row: Model| AddedLink { is_new: !before.contains(&row.media_id), link: row.into() };
            links.extend(rows.into_iter().map(|row| (row.media_id, added(row))));
        }
        transaction.commit().await.map_err(failed)?;
        Ok(new.media.iter().filter_map(|media| links.remove(&media.0)).collect())
    }

    /// Writes something about a medium of a collection, in place of what was there.
    ///
    /// # Errors
    /// `NotFound` when it is not there.
    pub async fn annotate(&self, id: CollectionId, media: MediaId, notes: Option<String>) -> Result<CollectionMediaLink> {
        let failed = |source| database_error("write about a medium of a collection", source);
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id((id.0, media.0)).one(&transaction).await.map_err(failed)?.ok_or_else(unknown)?;
        let mut change = ActiveModel::from(row);
        change.notes = Set(notes);
        let row = Entity::update(change).exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(row.into())
    }

    /// One page of a collection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn media(&self, id: CollectionId, offset: u64, limit: u64, sort: LinkSort, order: Order) -> Result<Vec<CollectionMedia>> {
        let sorted = match sort {
            LinkSort::Id => live_links_of(id),
            LinkSort::Date => live_links_of(id).order_by(Column::CreatedAt, order.into()),
            LinkSort::Position => live_links_of(id).order_by(Column::Position, order.into()),
        };
        self.with_media(sorted.order_by(Column::MediaId, order.into()).offset(offset).limit(limit)).await
    }

    /// The media of a collection behind this position and medium, in the order made by hand. Unlike pages by offset, these join without
    /// gap while somebody adds and removes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn media_after(&self, id: CollectionId, last: Option<(i64, MediaId)>, limit: u64) -> Result<Vec<CollectionMedia>> {
        let sorted = live_links_of(id).order_by_asc(Column::Position).order_by_asc(Column::MediaId).limit(limit);
        let rest = match last {
            None => sorted,
            Some((position, media)) => {
                let same = Condition::all().add(Column::Position.eq(position)).add(Column::MediaId.gt(media.0));
                sorted.filter(Condition::any().add(Column::Position.gt(position)).add(same))
            }
        };
        self.with_media(rest).await
    }

    /// Those of these media that are in a collection, in their order.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection.
    pub async fn contained(&self, id: CollectionId, media: &[MediaId]) -> Result<Vec<MediaId>> {
        must_exist(self.db.connection(), id).await?;
        let mut found = HashSet::new();
        for chunk in media.chunks(ROWS_PER_STATEMENT) {
            found.extend(present(self.db.connection(), id, chunk).await?);
        }
        Ok(media.iter().copied().filter(|media| found.contains(&media.0)).collect())
    }

    /// The collections that a medium is in, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_medium(&self, media: MediaId) -> Result<Vec<Collection>> {
        let links = Entity::find().filter(Column::MediaId.eq(media.0)).select_only().column(Column::CollectionId);
        let query = collection::Entity::find().filter(collection::Column::Id.in_subquery(links.into_query()));
        let rows = query.order_by_asc(collection::Column::Id).all(self.db.connection()).await;
        Ok(rows.map_err(|source| database_error("list the collections", source))?.into_iter().map(Collection::from).collect())
    }

    /// Numbers of everything in a collection, deleted media included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn media_ids(&self, id: CollectionId) -> Result<Vec<MediaId>> {
        let query =
            Entity::find().filter(Column::CollectionId.eq(id.0)).order_by_asc(Column::MediaId).select_only().column(Column::MediaId);
        let ids = query.into_tuple::<i64>().all(self.db.connection()).await;
        Ok(ids.map_err(|source| database_error("list the media of a collection", source))?.into_iter().map(MediaId).collect())
    }

    /// How many media a collection has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn media_count(&self, id: CollectionId) -> Result<u64> {
        let count = live_links_of(id).count(self.db.connection()).await;
        count.map_err(|source| database_error("count the media of a collection", source))
    }

    /// How many media each of these collections has; those without any are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn counts(&self, ids: &[CollectionId]) -> Result<Vec<(CollectionId, u64)>> {
        let query = live_links().filter(Column::CollectionId.is_in(ids.iter().map(|id| id.0))).select_only();
        let query = query.column(Column::CollectionId).column_as(Column::MediaId.count(), "count").group_by(Column::CollectionId);
        let rows = query.order_by_asc(Column::CollectionId).into_tuple::<(i64, i64)>().all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("count the media of the collections", source))?;
        Ok(rows.into_iter().map(|(id, count)| (CollectionId(id), count.try_into().unwrap_or_default())).collect())
    }

    async fn with_media(&self, query: Select<Entity>) -> Result<Vec<CollectionMedia>> {
        let rows = query.select_also(media::Entity).all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("list the media of a collection", source))?;
        let both = rows.into_iter().filter_map(|(link, media)| Some((link, media?)));
        both.map(|(link, media)| Ok(CollectionMedia { media: Media::from_row(media)?, link: link.into() })).collect()
    }
}

fn links_of(id: CollectionId) -> Select<Entity> {
    Entity::find().filter(Column::CollectionId.eq(id.0))
}

fn among(id: CollectionId, media: &[MediaId]) -> Select<Entity> {
    links_of(id).filter(Column::MediaId.is_in(media.iter().map(|media| media.0)))
}

/// Which of these media are in a collection, deleted ones too.
pub(super) async fn present(connection: &impl ConnectionTrait, id: CollectionId, media: &[MediaId]) -> Result<HashSet<i64>> {
    let ids = among(id, media).select_only().column(Column::MediaId).into_tuple::<i64>().all(connection).await;
    Ok(ids.map_err(|source| database_error("list the media of a collection", source))?.into_iter().collect())
}

/// Whether there is such a collection.
pub(super) async fn must_exist(connection: &impl ConnectionTrait, id: CollectionId) -> Result<()> {
    let known = collection::Entity::find_by_id(id.0).count(connection).await;
    let known = known.map_err(|source| database_error("look for a collection", source))?;
    if known == 0 { Err(unknown()) } else { Ok(()) }
}

/// The position of the last medium of a collection.
async fn last_position(transaction: &DatabaseTransaction, id: CollectionId) -> Result<i64> {
    let last = links_of(id).select_only().column_as(Column::Position.max(), "last").into_tuple::<Option<i64>>().one(transaction).await;
    Ok(last.map_err(failed)?.flatten().unwrap_or_default())
}

fn live_links_of(id: CollectionId) -> Select<Entity> {
    live_links().filter(Column::CollectionId.eq(id.0))
}

fn live_links() -> Select<Entity> {
    let to_media = Entity::belongs_to(media::Entity).from(Column::MediaId).to(media::Column::Id).into();
    Entity::find().join(JoinType::InnerJoin, to_media).filter(media::Column::DeletedAt.is_null())
}

async fn all_live(transaction: &DatabaseTransaction, ids: &[MediaId]) -> Result<()> {
    let query = media::Entity::find().filter(media::Column::Id.is_in(ids.iter().map(|id| id.0))).filter(media::Column::DeletedAt.is_null());
    let live: Vec<i64> = query.select_only().column(media::Column::Id).into_tuple().all(transaction).await.map_err(failed)?;
    let live: std::collections::HashSet<i64> = live.into_iter().collect();
    let missing: Vec<String> = ids.iter().filter(|id| !live.contains(&id.0)).map(ToString::to_string).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let more = if missing.len() > NAMED_UNKNOWN { format!(" and {} more", missing.len() - NAMED_UNKNOWN) } else { String::new() };
    let named = missing[..missing.len().min(NAMED_UNKNOWN)].join(", ");
    Err(Error::not_found(format!("there is no media {named}{more}; nothing was added")))
}

async fn insert(transaction: &DatabaseTransaction, id: CollectionId, media: &[MediaId], new: &NewLinks) -> Result<()> {
    let (created_at, last) = (now(), last_position(transaction, id).await?);
    let rows = media.iter().zip(1..).map(|(media, place)| ActiveModel {
        collection_id: Set(id.0),
        media_id: Set(media.0),
        username: Set(new.username.clone()),
        notes: Set(new.notes.clone()),
        created_at: Set(created_at),
        position: Set(last.saturating_add(place * APART)),
    });
    let keep = OnConflict::columns([Column::CollectionId, Column::MediaId]).do_nothing().to_owned();
    let inserted = Entity::insert_many(rows).on_conflict(keep).exec_without_returning(transaction).await;
    inserted.map(|_| ()).map_err(|source| match source.sql_err() {
        // Somebody deleted the collection between the question and the answer.
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => unknown(),
        _ => failed(source),
    })
}

fn failed(source: DbErr) -> Error {
    database_error("put media into a collection", source)
}
