//! Where an export is put together: originals into the archive, a line about each into every report, then the reports, the logo and
//! the manifest.

use std::path::PathBuf;

use super::archive::Archive;
use super::item::Item;
use super::part::Part;
use super::report::Reports;
use super::{Cover, ExportName, ExportReport, MissingOriginal, Watch, now, original, shelf};
use crate::error::{Error, Result};
use crate::media::MediaStore;
use crate::media::collections::Collection;

/// The program's mark, as it is in the reports.
const LOGO: &[u8] = include_bytes!("../../../frontend/icon.svg");

/// Its path below the top folder.
pub(super) const LOGO_PATH: &str = "doc/likeness.svg";

/// An export in work.
pub(super) struct Desk {
    store: MediaStore,
    folder: PathBuf,
    name: ExportName,
    // Before the part: what still writes goes first when all is dropped.
    archive: Archive,
    part: Part,
    reports: Reports,
    cover: Cover,
    missing: Vec<MissingOriginal>,
    total: u64,
    watch: Watch,
}

impl Desk {
    /// Begins an export.
    ///
    /// # Errors
    /// `Conflict` when the target is there already, and those of the disk.
    pub(super) fn open(store: MediaStore, collection: Collection, target: Option<PathBuf>, total: u64, watch: Watch) -> Result<Box<Self>> {
        let (folder, exported_at) = (shelf::folder(store.data_dir()), now());
        std::fs::create_dir_all(&folder).map_err(|source| crate::error::io_error(&folder, "create the folder", source))?;
        let (part, name) = match target {
            None => Part::on_shelf(&folder, &collection.title, collection.id, exported_at)?,
            Some(target) => (Part::beside(&target)?, ExportName::new(&collection.title, collection.id, exported_at)),
        };
        let archive = Archive::begin(part.writer()?, part.path(), name.folder(), &folder)?;
        let reports = Reports::in_folder(&folder)?;
        let cover = Cover { collection, exported_at, pictures: 0, missing: 0 };
        Ok(Box::new(Self { store, folder, name, archive, part, reports, cover, missing: Vec::new(), total, watch }))
    }

    /// Adds media.
    ///
    /// # Errors
    /// `Cancelled`, and those of the disk.
    pub(super) fn add(mut self: Box<Self>, items: Vec<Item>) -> Result<Box<Self>> {
        for item in items {
            (self.watch.check)()?;
            let item = self.add_original(item)?;
            self.reports.add(&self.cover.collection, &item)?;
            (self.watch.progress)(self.cover.pictures + self.cover.missing, self.total);
        }
        Ok(self)
    }

    fn add_original(&mut self, mut item: Item) -> Result<Item> {
        match original::open(&self.store, &item.media, &self.watch)? {
            Ok(original) => {
                let hash = self.archive.add(&item.file, item.link.created_at, original.size, original.content)?;
                if hash != item.media.content_sha256 {
                    return Err(Error::corrupt(format!(
                        "{} changed while it was copied, so the export was given up: find out who writes there, then export again",
                        item.media.key()
                    )));
                }
                self.cover.pictures += 1;
            }
            Err(reason) => {
                self.missing.push(MissingOriginal { media_id: item.media.id, file: item.file.clone(), reason: reason.clone() });
                item.missing = Some(reason);
                self.cover.missing += 1;
            }
        }
        Ok(item)
    }

    /// Adds everything else and gives the archive its name.
    ///
    /// # Errors
    /// `Cancelled`, and those of the disk.
    pub(super) fn finish(mut self) -> Result<ExportReport> {
        (self.watch.check)()?;
        let at = self.cover.exported_at;
        self.archive.add(LOGO_PATH, at, LOGO.len() as u64, LOGO)?;
        self.reports.finish(&self.cover, &mut self.archive)?;
        let manifest_sha256 = self.archive.finish(at, &self.folder)?;
        let (path, bytes) = self.part.publish()?;
        let (name, pictures, missing) = (self.name.file_name(), self.cover.pictures, self.missing);
        Ok(ExportReport { name, path, bytes, pictures, missing, manifest_sha256 })
    }
}
