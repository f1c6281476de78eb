//! One medium of the collection as the reports show it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::db::database_error;
use crate::db::entity::media_source::{Column, Entity};
use crate::error::Result;
use crate::media::collections::CollectionMediaLink;
use crate::media::{CollectionMedia, Media, MediaSource, MediaStore};

/// A medium, its place in the collection, where it came from, and whether its original is in the archive.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) media: Media,
    pub(super) link: CollectionMediaLink,
    pub(super) sources: Vec<MediaSource>,
    /// Path of the original below the top folder.
    pub(super) file: String,
    /// Why the original is not there.
    pub(super) missing: Option<String>,
}

impl Item {
    pub(super) fn new(sources: Vec<MediaSource>, one: CollectionMedia) -> Self {
        let CollectionMedia { media, link } = one;
        let frame = media.frame.map(|frame| format!("_{frame:03}")).unwrap_or_default();
        let file = format!("media/{}{frame}{}", media.sha256, media.ext);
        Self { media, link, sources, file, missing: None }
    }
}

impl MediaStore {
    /// Where each of these media came from, oldest first; one question for a whole page.
    pub(super) async fn sources_of(&self, ids: &[i64]) -> Result<HashMap<i64, Vec<MediaSource>>> {
        let query = Entity::find().filter(Column::MediaId.is_in(ids.iter().copied())).order_by_asc(Column::Id);
        let rows = query.all(self.db.connection()).await.map_err(|source| database_error("list the sources", source))?;
        let mut found: HashMap<i64, Vec<MediaSource>> = HashMap::new();
        for row in rows {
            found.entry(row.media_id).or_default().push(MediaSource { name: row.name, path: row.path, imported_at: row.imported_at });
        }
        Ok(found)
    }
}
