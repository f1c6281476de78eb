//! The pictures of a dataset as items: with their class, and as media of the library wherever the library takes them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::build::resolved;
use super::list::ListEntry;
use super::source::is_url;
use super::{Dataset, Datasets, Item, Subset, TimedId, Watch, blocking};
use crate::db::entity::{dataset_item, dataset_label};
use crate::db::{database_error, storable};
use crate::error::{Error, Result};
use crate::media::import::{ImportOptions, import};
use crate::types::MediaId;

/// Pictures that become media and items together.
const CHUNK: usize = 8_192;
/// Rows of one insert; databases bound the number of parameters.
const ROWS_PER_INSERT: usize = 1_000;

/// The pictures that went into a database.
pub(super) struct Entries<'a> {
    pub(super) subset: Subset,
    pub(super) list: &'a [ListEntry],
    /// Which of the list, in the order of the database.
    pub(super) taken: &'a [u32],
    /// What relative paths are relative to.
    pub(super) base: Option<&'a str>,
    /// Whether they become media.
    pub(super) into_library: bool,
}

impl Datasets {
    /// Items of a dataset, in the order of their database: those of a set, or of one class of it.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn items(&self, id: &TimedId, subset: Subset, class: Option<u32>, offset: u64, limit: u64) -> Result<Vec<Item>> {
        let query = of_class(of_subset(id, subset), class).order_by_asc(dataset_item::Column::Number).offset(offset).limit(limit);
        let rows = query.all(self.db.connection()).await.map_err(|source| database_error("read the items of a dataset", source))?;
        let item = |row: dataset_item::Model| Item {
            subset,
            number: row.number.try_into().unwrap_or_default(),
            class: row.class.try_into().unwrap_or_default(),
            media: row.media_id.map(MediaId),
        };
        Ok(rows.into_iter().map(item).collect())
    }

    /// How many items a set, or one class of it, has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn item_count(&self, id: &TimedId, subset: Subset, class: Option<u32>) -> Result<u64> {
        let count = of_class(of_subset(id, subset), class).count(self.db.connection()).await;
        count.map_err(|source| database_error("count the items of a dataset", source))
    }

    /// The datasets and classes that a medium belongs to: id, set, and name of the class.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn labels_of(&self, media: MediaId) -> Result<Vec<(TimedId, Subset, String)>> {
        let failed = |source| database_error("read the labels of a medium", source);
        let items = dataset_item::Entity::find().filter(dataset_item::Column::MediaId.eq(media.0));
        let mut labels = Vec::new();
        for item in items.all(self.db.connection()).await.map_err(failed)? {
            let label = dataset_label::Entity::find_by_id((item.dataset_id.clone(), item.class)).one(self.db.connection()).await;
            let subset = usize::try_from(item.subset).ok().and_then(|place| Subset::ALL.get(place).copied());
            if let (Some(label), Some(subset)) = (label.map_err(failed)?, subset) {
                labels.push((item.dataset_id.parse()?, subset, label.name));
            }
        }
        Ok(labels)
    }

    /// Writes the names of the classes down, in place of what was written before.
    pub(super) async fn write_labels(&self, connection: &impl ConnectionTrait, dataset: &Dataset) -> Result<()> {
        let failed = |source| database_error("write the labels of a dataset", source);
        let id = dataset.id.to_string();
        let old = dataset_label::Entity::delete_many().filter(dataset_label::Column::DatasetId.eq(&id));
        old.exec(connection).await.map_err(failed)?;
        let labels: Vec<(usize, &String)> = dataset.findings.labels.iter().enumerate().collect();
        for part in labels.chunks(ROWS_PER_INSERT) {
            let rows = part.iter().map(|(number, name)| dataset_label::ActiveModel {
                dataset_id: Set(id.clone()),
                number: Set(*number as i32),
                name: Set(storable(name)),
            });
            dataset_label::Entity::insert_many(rows).exec_without_returning(connection).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Makes items of the pictures of a set, and media before that; goes on after the last item that is written.
    ///
    /// # Errors
    /// `Cancelled`; those of the library's disk and of the database.
    pub(super) async fn itemise(&self, dataset: &Dataset, pictures: &Entries<'_>, watch: &Watch) -> Result<()> {
        let written = self.item_count(&dataset.id, pictures.subset, None).await? as usize;
        let total = pictures.taken.len();
        let mut number = written.min(total);
        for part in pictures.taken[number..].chunks(CHUNK) {
            (watch.check)()?;
            (watch.progress)(number as u64, total as u64, "Adding to the library");
            let media = if pictures.into_library { self.take_in(pictures, part, watch).await? } else { vec![None; part.len()] };
            self.write_items(dataset, pictures, part, &media, number).await?;
            number += part.len();
        }
        Ok(())
    }

    /// The media that the pictures of a part are, or become now.
    async fn take_in(&self, pictures: &Entries<'_>, part: &[u32], watch: &Watch) -> Result<Vec<Option<MediaId>>> {
        let places: Vec<String> = part.iter().map(|place| resolved(&pictures.list[*place as usize].place, pictures.base)).collect();
        let sources = self.sources.clone();
        // Once more: a link may have changed since the picture was read.
        let files: Vec<Option<PathBuf>> =
            blocking(move || Ok(places.iter().map(|place| if is_url(place) { None } else { sources.path(place).ok() }).collect())).await?;
        let known: Vec<PathBuf> = files.iter().flatten().cloned().collect();
        // They were decoded a moment ago.
        let options = ImportOptions { check: false, niceness: watch.niceness, ..ImportOptions::default() };
        let report = import(&self.media, &known, options, Arc::new(()), watch.cancel.clone()).await?;
        if report.cancelled {
            (watch.check)()?;
            return Err(Error::new(crate::Kind::Cancelled, "stopped; what was done is kept"));
        }
        let media: HashMap<PathBuf, MediaId> = self.media.at_places(&known).await?;
        Ok(files.into_iter().map(|file| file.and_then(|file| media.get(&file).copied())).collect())
    }

    async fn write_items(
        &self,
        dataset: &Dataset,
        pictures: &Entries<'_>,
        part: &[u32],
        media: &[Option<MediaId>],
        first: usize,
    ) -> Result<()> {
        let failed = |source| database_error("write the items of a dataset", source);
        let (id, subset) = (dataset.id.to_string(), pictures.subset.place() as i32);
        let rows = part.iter().zip(media).enumerate().map(|(place, (listed_at, media))| dataset_item::ActiveModel {
            dataset_id: Set(id.clone()),
            subset: Set(subset),
            number: Set((first + place) as i64),
            class: Set(pictures.list[*listed_at as usize].class as i32),
            media_id: Set(media.map(|media| media.0)),
        });
        let rows: Vec<dataset_item::ActiveModel> = rows.collect();
        let transaction = self.db.write().await?;
        for rows in rows.chunks(ROWS_PER_INSERT) {
            dataset_item::Entity::insert_many(rows.to_vec()).exec_without_returning(&transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
    }
}

fn of_subset(id: &TimedId, subset: Subset) -> Select<dataset_item::Entity> {
    dataset_item::Entity::find()
        .filter(dataset_item::Column::DatasetId.eq(id.to_string()))
        .filter(dataset_item::Column::Subset.eq(subset.place() as i32))
}

fn of_class(items: Select<dataset_item::Entity>, class: Option<u32>) -> Select<dataset_item::Entity> {
    match class {
        Some(class) => items.filter(dataset_item::Column::Class.eq(class as i32)),
        None => items,
    }
}
