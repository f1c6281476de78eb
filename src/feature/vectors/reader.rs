//! The reading side of a vector folder: a matrix mapped into memory, as long as it was when it was opened or refreshed.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::files::{ENTRY_BYTES, Entry, Layout, whole_rows};
use super::map::{Mapped, RowMap};
use crate::error::{Error, Kind, Result, io_error};
use crate::index::Rows;
use crate::types::MediaId;

/// The vectors of a folder and the media id of each row. Never changes; [`Vectors::refresh`] gives a longer one.
#[derive(Debug)]
pub struct Vectors {
    layout: Layout,
    dimension: usize,
    fingerprint: String,
    count: usize,
    matrix: Mapped,
    entries: Mapped,
    map: RowMap,
}

impl Vectors {
    /// Opens a folder for reading; works while another process appends to it.
    ///
    /// # Errors
    /// `NotReady` when nothing has been extracted into the folder yet, `Conflict` when it holds vectors of another dimension or
    /// fingerprint, `Corrupt` when its description is damaged.
    pub fn open(folder: &Path, dimension: usize, fingerprint: &str) -> Result<Self> {
        let layout = Layout::of(folder);
        if dimension == 0 || !layout.check_meta(dimension, fingerprint)? {
            return Err(Error::not_ready(format!("no vectors in {}: extract the feature first", folder.display())));
        }
        let empty = Self {
            layout,
            dimension,
            fingerprint: fingerprint.into(),
            count: 0,
            matrix: Mapped::default(),
            entries: Mapped::default(),
            map: RowMap::default(),
        };
        Ok(empty.refresh()?.unwrap_or(empty))
    }

    /// Whether the folder may have grown: one look at a file.
    pub fn has_changed(&self) -> bool {
        match std::fs::metadata(&self.layout.rows) {
            Ok(rows) => rows.len() as usize / ENTRY_BYTES != self.count,
            Err(_) => true,
        }
    }

    /// The folder as it is now, if it has grown since; cheap when it has not.
    ///
    /// # Errors
    /// `Conflict` when the folder has fewer rows than before or other vectors, `Internal` when the disk fails.
    pub fn refresh(&self) -> Result<Option<Self>> {
        let present = |outcome: std::io::Result<u64>, path: &Path, doing: &str| match outcome {
            Ok(found) => Ok(Some(found)),
            // The writer has described the folder but not yet made its files.
            Err(error) if error.kind() == ErrorKind::NotFound && self.count == 0 => Ok(None),
            Err(error) => Err(io_error(path, doing, error)),
        };
        let length = present(std::fs::metadata(&self.layout.rows).map(|rows| rows.len()), &self.layout.rows, "measure")?;
        // Every search asks: mostly this one look at the file is all.
        if length.is_none_or(|length| length as usize / ENTRY_BYTES == self.count) {
            return Ok(None);
        }
        let open = |path: &Path| File::open(path).map_err(|error| io_error(path, "open", error));
        let (vectors, rows) = (open(&self.layout.vectors)?, open(&self.layout.rows)?);
        self.layout.check_meta(self.dimension, &self.fingerprint)?;
        let count = whole_rows(&self.layout, &vectors, &rows, self.dimension, self.count)?;
        if count == self.count {
            return Ok(None);
        }
        let entries = Mapped::first(&rows, &self.layout.rows, count * ENTRY_BYTES)?;
        let last_known = self.entries.entries().last();
        if count < self.count || last_known.is_some_and(|last| *last != entries.entries()[self.count - 1]) {
            let message = format!("the vectors in {} are not those of before: open them again", self.layout.folder.display());
            return Err(Error::new(Kind::Conflict, message));
        }
        Ok(Some(Self {
            layout: self.layout.clone(),
            dimension: self.dimension,
            fingerprint: self.fingerprint.clone(),
            count,
            matrix: Mapped::first(&vectors, &self.layout.vectors, count * self.dimension * size_of::<f32>())?,
            map: self.map.extended(entries.entries(), self.count),
            entries,
        }))
    }

    /// Identity of what made the vectors.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Media id of a row; `None` when there is no such row.
    pub fn media_id(&self, row: usize) -> Option<MediaId> {
        self.entries.entries().get(row).map(|entry| Entry::from_bytes(entry).media)
    }

    /// Media id of every row, in order.
    pub fn media_ids(&self) -> impl ExactSizeIterator<Item = MediaId> {
        self.entries.entries().iter().map(|entry| Entry::from_bytes(entry).media)
    }

    /// The row of a media id: the last, if there are several.
    pub fn row_of(&self, media: MediaId) -> Option<u32> {
        self.map.row_of(self.entries.entries(), media)
    }

    /// True when a later row has the same media id: a search leaves such a row out.
    pub fn is_superseded(&self, row: u32) -> bool {
        self.map.is_superseded(row)
    }

    /// How many rows are superseded.
    pub fn superseded(&self) -> usize {
        self.map.superseded()
    }

    /// The superseded rows, in no order.
    pub fn superseded_rows(&self) -> impl Iterator<Item = u32> {
        self.map.superseded_rows()
    }

    /// Reads everything and compares every checksum.
    ///
    /// # Errors
    /// `Corrupt`, naming the first damaged row and the remedy.
    pub fn check(&self) -> Result<()> {
        let row_bytes = self.dimension * size_of::<f32>();
        for (row, (entry, vector)) in self.entries.entries().iter().zip(self.matrix.bytes().chunks_exact(row_bytes)).enumerate() {
            let entry = Entry::from_bytes(entry);
            if entry != Entry::of(entry.media, vector) {
                let place = format!("row {row} (media {}) of {}", entry.media, self.layout.vectors.display());
                return Err(Error::corrupt(format!("{place} is damaged: {}", self.layout.remedy())));
            }
        }
        Ok(())
    }
}

impl Rows for Vectors {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn all(&self) -> &[f32] {
        self.matrix.numbers()
    }

    fn len(&self) -> usize {
        self.count
    }
}
