//! Media by the files that they were imported from.

use std::collections::HashMap;
use std::path::PathBuf;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::MediaStore;
use crate::db::entity::media_source::{Column, Entity};
use crate::db::{database_error, storable};
use crate::error::Result;
use crate::types::MediaId;

/// Places in one query; databases bound the number of parameters.
const PLACES_PER_QUERY: usize = 1_000;

impl MediaStore {
    /// The media that were imported from these files; of a file that was imported with different contents the newest. What was not
    /// imported is left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn at_places(&self, files: &[PathBuf]) -> Result<HashMap<PathBuf, MediaId>> {
        let mut found = HashMap::with_capacity(files.len());
        for part in files.chunks(PLACES_PER_QUERY) {
            let places: HashMap<String, &PathBuf> = part.iter().filter_map(|file| Some((location(file)?, file))).collect();
            let rows = Entity::find()
                .filter(Column::Location.is_in(places.keys().cloned()))
                .order_by_asc(Column::ModifiedAt)
                .select_only()
                .columns([Column::Location, Column::MediaId])
                .into_tuple::<(String, i64)>()
                .all(self.db.connection())
                .await;
            for (place, id) in rows.map_err(|source| database_error("look for files", source))? {
                if let Some(file) = places.get(&place) {
                    found.insert((*file).clone(), MediaId(id));
                }
            }
        }
        Ok(found)
    }
}

/// A path as the import writes it down.
fn location(file: &std::path::Path) -> Option<String> {
    std::path::absolute(file).ok()?.to_str().map(storable)
}
