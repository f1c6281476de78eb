//! A collection as one ZIP archive: originals, reports and a manifest of hashes. What is exported is what was imported: an original
//! whose bytes are not those that were recorded is left out and named, never shipped. One picture is in memory at a time.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{CollectionMedia, Collections, MediaStore, now};
use crate::error::{Error, Result};
use crate::types::{CollectionId, MediaId, Sha256};

mod archive;
mod csv;
mod desk;
mod html;
mod item;
mod json;
mod manifest;
mod markdown;
mod name;
mod original;
mod part;
mod report;
mod shelf;
mod spool;
pub mod verify;

pub use name::ExportName;
pub use shelf::{Export, Exports};

use desk::Desk;
use item::Item;

/// Media read from the database at a time.
const PAGE: u64 = 100;

/// What whoever asked for an export hears of it, and how they stop it.
#[derive(Clone)]
pub struct Watch {
    /// Asked before each picture, and while a large one is copied; its error ends the export.
    pub check: Arc<dyn Fn() -> Result<()> + Send + Sync>,
    /// Told the media done and the media in all.
    pub progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
}

impl Default for Watch {
    fn default() -> Self {
        Self { check: Arc::new(|| Ok(())), progress: Arc::new(|_, _| {}) }
    }
}

/// An original that is not in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingOriginal {
    /// Its number.
    pub media_id: MediaId,
    /// The file it would have been in the archive.
    pub file: String,
    /// Why it is not there.
    pub reason: String,
}

/// What an export became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// Name of the archive, and with `.zip` cut off of the folder in it.
    pub name: String,
    /// The archive.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Originals in it.
    pub pictures: u64,
    /// Originals that are not in it.
    pub missing: Vec<MissingOriginal>,
    /// Hash of its manifest, which stands for everything in it: note it down elsewhere.
    pub manifest_sha256: Sha256,
}

/// What the reports say at their top.
#[derive(Debug, Clone)]
struct Cover {
    collection: super::collections::Collection,
    exported_at: DateTime<Utc>,
    pictures: u64,
    missing: u64,
}

/// Writes a collection, in its order, into a new archive: below the data folder, or as `target`, which must not be there yet. Until it is complete
/// and durable nothing is seen of it; dropping the future gives it up and leaves nothing behind.
///
/// # Errors
/// `NotFound` when there is no such collection, `Conflict` when the target is there, `Cancelled` as the watch says, and those of
/// the disk and the database.
pub async fn export(store: &MediaStore, id: CollectionId, target: Option<PathBuf>, watch: Watch) -> Result<ExportReport> {
    let collections = Collections::of(store);
    let collection = collections.get(id).await?.ok_or_else(|| Error::not_found("not found"))?;
    let total = collections.media_count(id).await?;
    let library = store.clone();
    let mut desk = blocking(move || Desk::open(library, collection, target, total, watch)).await?;
    let mut last = None;
    loop {
        let page = collections.media_after(id, last, PAGE).await?;
        let Some(end) = page.last() else { break };
        last = Some((end.link.position, end.link.media_id));
        let items = with_sources(store, page).await?;
        desk = blocking(move || desk.add(items)).await?;
    }
    blocking(move || desk.finish()).await
}

async fn with_sources(store: &MediaStore, page: Vec<CollectionMedia>) -> Result<Vec<Item>> {
    let ids: Vec<i64> = page.iter().map(|one| one.media.id.0).collect();
    let mut sources = store.sources_of(&ids).await?;
    Ok(page.into_iter().map(|one| Item::new(sources.remove(&one.media.id.0).unwrap_or_default(), one)).collect())
}

/// Disks block; requests must not.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|source| Error::internal("an export was interrupted").because(source))?
}
