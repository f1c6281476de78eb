//! Which media a list shows: by kind, by when and from where they were imported, by collection, duplicates, the trash.

use chrono::{DateTime, NaiveDateTime, Utc};
use sea_orm::sea_query::{ExprTrait, Func, LikeExpr, NullOrdering, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use super::detections::LabelFilter;
use super::{Media, MediaStore, Order, Sort, reader};
use crate::db::database_error;
use crate::db::entity::media::{Column, Entity};
use crate::db::entity::{collection_media, detection, feature_failure, media_source};
use crate::error::{Error, Result};
use crate::types::{CollectionId, FeatureId, MediaId, MediaType};

/// One of a medium's dates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateKind {
    /// When it was imported.
    #[default]
    Imported,
    /// What the camera's clock said; it has no time zone and is taken for UTC. Unknown for many.
    Captured,
}

impl DateKind {
    /// The date of a medium.
    pub fn of(self, media: &Media) -> Option<DateTime<Utc>> {
        match self {
            Self::Imported => Some(media.created_at),
            Self::Captured => media.captured_at.map(|time| time.and_utc()),
        }
    }

    fn compared(
        self,
        time: DateTime<Utc>,
        moments: fn(&Column, DateTime<Utc>) -> SimpleExpr,
        clocks: fn(&Column, NaiveDateTime) -> SimpleExpr,
    ) -> SimpleExpr {
        match self {
            Self::Imported => moments(&Column::CreatedAt, time),
            Self::Captured => clocks(&Column::CapturedAt, time.naive_utc()),
        }
    }
}

/// How far a feature is with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureState {
    /// It has a vector: it is no later than this picture, which was the last one extracted, and did not fail.
    Extracted(MediaId),
    /// It is later than this picture, which was the last one extracted.
    Missing(MediaId),
    /// It gave no vector.
    Failed,
}

/// What a list is narrowed to; everything given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MediaFilter {
    /// Of one of these kinds; of any when empty.
    pub media_types: Vec<MediaType>,
    /// At this moment or later.
    pub since: Option<DateTime<Utc>>,
    /// At this moment or earlier.
    pub until: Option<DateTime<Utc>>,
    /// Which date `since` and `until` speak of. What has no such date passes neither.
    pub date: DateKind,
    /// Imported from a file whose name or path holds this text, in any letter case.
    pub name: Option<String>,
    /// In at least one of these collections; anywhere when empty.
    pub collections: Vec<CollectionId>,
    /// In none of these collections.
    pub not_collections: Vec<CollectionId>,
    /// Shows this, as a detector saw it.
    pub seen: Option<LabelFilter>,
    /// Whether people call it graphic.
    pub graphic: Option<bool>,
    /// How far a feature is with it.
    pub feature: Option<(FeatureId, FeatureState)>,
    /// Other media with the same bytes as this one.
    pub duplicate_of: Option<MediaId>,
    /// The trash, instead of what is not deleted.
    pub deleted: bool,
}

impl MediaFilter {
    fn condition(&self) -> Condition {
        let deleted = if self.deleted { Column::DeletedAt.is_not_null() } else { Column::DeletedAt.is_null() };
        Condition::all()
            .add(deleted)
            .add_option(self.kinds())
            .add_option(self.since.map(|time| self.date.compared(time, Column::gte, Column::gte)))
            .add_option(self.until.map(|time| self.date.compared(time, Column::lte, Column::lte)))
            .add_option(self.name.as_deref().map(|text| Column::Id.in_subquery(named(text))))
            .add_option(some(&self.collections).map(|ids| Column::Id.in_subquery(members(ids))))
            .add_option(some(&self.not_collections).map(|ids| Column::Id.not_in_subquery(members(ids))))
            .add_option(self.seen.as_ref().map(|seen| Column::Id.in_subquery(showing(seen))))
            .add_option(self.graphic.map(|graphic| Column::Graphic.eq(graphic)))
            .add_option(self.feature.map(|(id, state)| in_state(id, state)))
            .add_option(self.duplicate_of.map(|id| Column::ContentSha256.in_subquery(content_of(id)).and(Column::Id.ne(id.0))))
    }

    fn kinds(&self) -> Option<SimpleExpr> {
        match self.media_types[..] {
            [] => None,
            [kind] => Some(Column::MediaType.eq(kind as i32)),
            ref kinds => Some(Column::MediaType.is_in(kinds.iter().map(|kind| *kind as i32))),
        }
    }

    pub(super) fn select(&self) -> Select<Entity> {
        Entity::find().filter(self.condition())
    }
}

impl MediaStore {
    /// One page of the media that pass a filter.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn find(&self, filter: &MediaFilter, offset: u64, limit: u64, sort: Sort, order: Order) -> Result<Vec<Media>> {
        // The rows that are skipped are only counted, in an index; those of the page alone are read.
        let by = (sort, filter.date);
        let page = sorted(filter.select().select_only().column(Column::Id), by, order).offset(offset).limit(limit).into_query();
        let rows = sorted(Entity::find().filter(Column::Id.in_subquery(page)), by, order).all(self.db.connection()).await;
        rows.map_err(|source| database_error("list the media", source))?.into_iter().map(Media::from_row).collect()
    }

    /// The numbers of all media that pass a filter, in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn ids_of(&self, filter: &MediaFilter) -> Result<Vec<i64>> {
        let query = filter.select().select_only().column(Column::Id);
        if self.db.reader().is_none() {
            let ids = query.into_tuple().all(self.db.connection()).await;
            return ids.map_err(|source| database_error("list the media", source));
        }
        let (db, question) = (self.db.clone(), query.build(DbBackend::Sqlite));
        let read = move || {
            db.reader().map_or(Ok(Vec::new()), |file| file.read("list the media", |connection| reader::numbers(connection, &question)))
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|source| Error::internal("listing media was interrupted").because(source))?
    }

    /// A number that is another one whenever any filter may give others than before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn library_change(&self) -> Result<i64> {
        self.db.library_change().await
    }

    /// A number that is another one after every change of the database at all; `None` where that cannot be told quickly.
    ///
    /// # Errors
    /// Those of the database.
    pub fn change(&self) -> Result<Option<u64>> {
        self.db.reader().map(crate::db::Reader::change).transpose()
    }

    /// How many media pass a filter.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_found(&self, filter: &MediaFilter) -> Result<u64> {
        filter.select().count(self.db.connection()).await.map_err(|source| database_error("count the media", source))
    }
}

/// What has no such date counts as the oldest, on every database.
fn sorted(media: Select<Entity>, by: (Sort, DateKind), order: Order) -> Select<Entity> {
    let undated = if order == Order::Asc { NullOrdering::First } else { NullOrdering::Last };
    let by_date = match by {
        (Sort::Id, _) => media,
        (Sort::Date, DateKind::Imported) => media.order_by(Column::CreatedAt, order.into()),
        (Sort::Date, DateKind::Captured) => media.order_by_with_nulls(Column::CapturedAt, order.into(), undated),
    };
    by_date.order_by(Column::Id, order.into())
}

fn named(text: &str) -> SelectStatement {
    let mut query = Query::select();
    query.column(media_source::Column::MediaId).from(media_source::Entity).cond_where(
        [media_source::Column::Name, media_source::Column::Path]
            .into_iter()
            .fold(Condition::any(), |any, column| any.add(contains(column, text))),
    );
    query
}

/// `SQLite` folds only the case of ASCII letters, so other letters are tried as they are, in small and in capital letters.
fn contains(column: media_source::Column, text: &str) -> Condition {
    let lower = text.to_lowercase();
    let folded = Condition::any().add(Func::lower(column.into_expr()).like(pattern(&lower)));
    if text.is_ascii() {
        return folded;
    }
    [text.to_owned(), lower, text.to_uppercase()].iter().fold(folded, |any, text| any.add(column.into_expr().like(pattern(text))))
}

/// The text anywhere; its own `%` and `_` mean themselves.
fn pattern(text: &str) -> LikeExpr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    LikeExpr::new(format!("%{escaped}%")).escape('\\')
}

fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

fn members(collections: &[CollectionId]) -> SelectStatement {
    let mut query = Query::select();
    let link = collection_media::Column::CollectionId.is_in(collections.iter().map(|id| id.0));
    query.column(collection_media::Column::MediaId).from(collection_media::Entity).and_where(link);
    query
}

fn showing(seen: &LabelFilter) -> SelectStatement {
    let mut query = Query::select();
    query.column(detection::Column::MediaId).from(detection::Entity).cond_where(
        Condition::all()
            .add(detection::Column::Label.eq(&seen.label))
            .add(detection::Column::Confidence.gte(seen.min_confidence))
            .add_option(seen.detector.as_ref().map(|detector| detection::Column::Detector.eq(detector))),
    );
    query
}

fn in_state(feature: FeatureId, state: FeatureState) -> Condition {
    let mut failed = Query::select();
    failed.column(feature_failure::Column::MediaId).from(feature_failure::Entity);
    failed.and_where(feature_failure::Column::FeatureId.eq(feature.0));
    let is_picture = Column::MediaType.is_in([MediaType::Image as i32, MediaType::VideoFrame as i32]);
    let pictures = Condition::all().add(is_picture);
    match state {
        FeatureState::Failed => pictures.add(Column::Id.in_subquery(failed)),
        FeatureState::Extracted(last) => pictures.add(Column::Id.lte(last.0)).add(Column::Id.not_in_subquery(failed)),
        FeatureState::Missing(last) => pictures.add(Column::Id.gt(last.0)).add(Column::Id.not_in_subquery(failed)),
    }
}

fn content_of(id: MediaId) -> SelectStatement {
    let mut query = Query::select();
    query.column(Column::ContentSha256).from(Entity).and_where(Column::Id.eq(id.0));
    query
}
