//! Checking the library: has every row its bytes, and are they the bytes that were stored?

use std::fs::File;
use std::path::Path;

use rayon::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;

use super::{Media, MediaStore, Upload, Uploads};
use crate::db::database_error;
use crate::db::entity::{media, upload};
use crate::error::{Error, Result};
use crate::types::Sha256;

/// Rows that are looked at together.
const ROWS_PER_PAGE: u64 = 256;

/// How thoroughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thoroughness {
    /// Are the bytes there, and as many as were stored?
    Size,
    /// Also: do they have their hash? Reads everything.
    Hash,
}

/// A row whose bytes are not as they were stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// `media` or `upload`.
    pub kind: &'static str,
    /// Number of the row.
    pub id: i64,
    /// Path below the data folder.
    pub path: String,
    /// What is wrong, and what would help.
    pub reason: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Rows looked at.
    pub checked: u64,
    /// Bytes that their rows promise.
    pub bytes: u64,
    /// Rows whose bytes are not as they were stored.
    pub damaged: Vec<Damaged>,
}

/// What is needed to check one row.
struct Item {
    kind: &'static str,
    id: i64,
    key: String,
    byte_size: u64,
    sha256: Sha256,
}

impl MediaStore {
    /// Checks all media that are not deleted and all uploads. `progress` is told how many rows were looked at, of how
    /// many, and answers false to stop.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn check(&self, how: Thoroughness, progress: &(dyn Fn(u64, u64) -> bool + Sync)) -> Result<CheckReport> {
        let mut report = CheckReport::default();
        let total = self.count().await? + Uploads::open(self).count(None).await?;
        let mut after = 0;
        loop {
            let page = self.media_page(after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            if !self.check_page(page, how, &mut report, total, progress).await? {
                return Ok(report);
            }
        }
        after = 0;
        loop {
            let page = self.upload_page(after).await?;
            let Some(last) = page.last() else { return Ok(report) };
            after = last.id;
            if !self.check_page(page, how, &mut report, total, progress).await? {
                return Ok(report);
            }
        }
    }

    async fn media_page(&self, after: i64) -> Result<Vec<Item>> {
        let live = media::Entity::find().filter(media::Column::DeletedAt.is_null()).filter(media::Column::Id.gt(after));
        let rows = live.order_by_asc(media::Column::Id).limit(ROWS_PER_PAGE).all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("list the media", source))?;
        rows.into_iter().map(|row| Media::from_row(row).map(Item::from)).collect()
    }

    async fn upload_page(&self, after: i64) -> Result<Vec<Item>> {
        let rows = upload::Entity::find().filter(upload::Column::Id.gt(after)).order_by_asc(upload::Column::Id).limit(ROWS_PER_PAGE);
        let rows = rows.all(self.db.connection()).await.map_err(|source| database_error("list the uploads", source))?;
        rows.into_iter().map(|row| Upload::from_row(row).map(Item::from)).collect()
    }

    async fn check_page(
        &self,
        page: Vec<Item>,
        how: Thoroughness,
        report: &mut CheckReport,
        total: u64,
        progress: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<bool> {
        report.checked += page.len() as u64;
        report.bytes += page.iter().map(|item| item.byte_size).sum::<u64>();
        let folder = self.data_dir.clone();
        let look = move || page.into_par_iter().filter_map(|item| item.examine(&folder.join(&item.key), how)).collect::<Vec<_>>();
        let found = tokio::task::spawn_blocking(look).await;
        report.damaged.extend(found.map_err(|source| Error::internal("checking the library was interrupted").because(source))?);
        Ok(progress(report.checked, total))
    }
}

impl Item {
    fn examine(&self, path: &Path, how: Thoroughness) -> Option<Damaged> {
        let remedy = match self.kind {
            "media" => "restore it from a backup, or delete the media and import the picture again",
            _ => "delete the upload and send the picture again",
        };
        let wrong = self.wrong(path, how).err()?;
        Some(Damaged { kind: self.kind, id: self.id, path: self.key.clone(), reason: format!("{wrong} ({remedy})") })
    }

    fn wrong(&self, path: &Path, how: Thoroughness) -> std::result::Result<(), String> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err("its bytes are missing".into()),
            opened => opened.map_err(|error| format!("cannot be read: {error}"))?,
        };
        let found = file.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
        if found != self.byte_size {
            return Err(format!("has {found} bytes where {} were stored", self.byte_size));
        }
        if how == Thoroughness::Hash {
            let hash = Sha256::of_reader(&mut file).map_err(|error| format!("cannot be read: {error}"))?;
            if hash != self.sha256 {
                return Err(format!("has sha256 {hash} where {} was stored", self.sha256));
            }
        }
        Ok(())
    }
}

impl From<Media> for Item {
    fn from(media: Media) -> Self {
        Self { kind: "media", id: media.id.0, key: media.key(), byte_size: media.byte_size, sha256: media.content_sha256 }
    }
}

impl From<Upload> for Item {
    fn from(upload: Upload) -> Self {
        Self { kind: "upload", id: upload.id.0, key: upload.key(), byte_size: upload.byte_size, sha256: upload.sha256 }
    }
}
