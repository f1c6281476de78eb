//! The appending side of a vector folder: one process at a time, whole batches, durable before it says so.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::MediaIds;
use super::files::{ENTRY_BYTES, Entry, Layout, whole_rows};
use crate::error::{Error, Kind, Result, io_error};
use crate::lock::try_lock;
use crate::types::MediaId;

/// How far the squared length of a unit vector may be from 1: more than half precision loses.
const LENGTH_SLACK: f32 = 0.01;

/// Entries that are read together.
const ENTRIES_AT_ONCE: usize = 1 << 16;

/// Appends vectors to a folder; holds its lock.
#[derive(Debug)]
pub struct VectorWriter {
    layout: Layout,
    dimension: usize,
    vectors: File,
    rows: File,
    count: usize,
    /// Why nothing more may be appended: a failed append could not be taken back.
    broken: bool,
    _lock: File,
}

impl VectorWriter {
    /// Opens a folder for appending, creating it if need be, and cuts off what a crash has left half-written.
    ///
    /// # Errors
    /// `Busy` while another process appends, `Conflict` when the folder holds vectors of another dimension or fingerprint,
    /// `Corrupt` when its description is damaged, `Internal` when the disk is full or fails.
    pub fn open(folder: &Path, dimension: usize, fingerprint: &str) -> Result<Self> {
        if dimension == 0 {
            return Err(Error::invalid("a feature of dimension 0 holds nothing"));
        }
        std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create", error))?;
        let layout = Layout::of(folder);
        let lock = lock(&layout)?;
        if !layout.check_meta(dimension, fingerprint)? {
            layout.write_meta(dimension, fingerprint)?;
        }
        let (vectors, rows) = (open(&layout.vectors)?, open(&layout.rows)?);
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| io_error(folder, "make durable", error))?;
        let count = whole_rows(&layout, &vectors, &rows, dimension, 0)?;
        let writer = Self { layout, dimension, vectors, rows, count, broken: false, _lock: lock };
        writer.cut()?;
        Ok(writer)
    }

    /// Rows that are durable.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True before the first row.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Media ids of all durable rows: what need not be extracted again.
    ///
    /// # Errors
    /// `Internal` when the disk fails.
    pub fn media_ids(&self) -> Result<MediaIds> {
        let mut ids = MediaIds::default();
        let mut bytes = vec![0; self.count.min(ENTRIES_AT_ONCE) * ENTRY_BYTES];
        for first in (0..self.count).step_by(ENTRIES_AT_ONCE) {
            bytes.truncate((self.count - first).min(ENTRIES_AT_ONCE) * ENTRY_BYTES);
            let read = self.rows.read_exact_at(&mut bytes, (first * ENTRY_BYTES) as u64);
            read.map_err(|error| io_error(&self.layout.rows, "read", error))?;
            bytes.as_chunks().0.iter().for_each(|entry| ids.insert(Entry::from_bytes(entry).media));
        }
        Ok(ids)
    }

    /// Appends a batch of unit vectors; when it returns, they are durable. A failed batch leaves nothing behind.
    ///
    /// # Errors
    /// `Invalid` for a vector of another dimension or that has not length 1, `Internal` when the disk is full or fails.
    pub fn append(&mut self, batch: &[(MediaId, &[f32])]) -> Result<()> {
        if self.broken {
            let folder = self.layout.folder.display();
            return Err(Error::internal(format!("an earlier write to {folder} failed: free the disk and start the extraction again")));
        }
        let bytes = batch.len() * self.dimension * size_of::<f32>();
        let (mut vectors, mut entries) = (Vec::with_capacity(bytes), Vec::with_capacity(batch.len() * ENTRY_BYTES));
        for (media, vector) in batch {
            self.check(*media, vector)?;
            let start = vectors.len();
            vectors.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
            entries.extend(Entry::of(*media, &vectors[start..]).to_bytes());
        }
        let written = self.write(&vectors, &entries);
        if written.is_ok() {
            self.count += batch.len();
        } else if let Err(error) = self.cut() {
            tracing::error!(%error, "cannot take back a failed write");
            self.broken = true;
        }
        written
    }

    fn check(&self, media: MediaId, vector: &[f32]) -> Result<()> {
        if vector.len() != self.dimension {
            let message = format!("the vector of media {media} has {} numbers, the feature has {}", vector.len(), self.dimension);
            return Err(Error::invalid(message));
        }
        let square: f32 = vector.iter().map(|value| value * value).sum();
        // Written so that a square that is not a number is refused as well.
        if (square - 1.0).abs() < LENGTH_SLACK {
            return Ok(());
        }
        Err(Error::invalid(format!("the vector of media {media} has length {}, expected 1", square.sqrt())))
    }

    /// Vectors first, and entries only when those are durable.
    fn write(&self, vectors: &[u8], entries: &[u8]) -> Result<()> {
        let put = |file: &File, bytes: &[u8], row_bytes: usize| {
            file.write_all_at(bytes, (self.count * row_bytes) as u64)?;
            file.sync_data()
        };
        let row_bytes = self.dimension * size_of::<f32>();
        put(&self.vectors, vectors, row_bytes).map_err(|error| io_error(&self.layout.vectors, "append to", error))?;
        put(&self.rows, entries, ENTRY_BYTES).map_err(|error| io_error(&self.layout.rows, "append to", error))
    }

    /// Shortens both files to the durable rows; entries first, so that a kill in between leaves no entry without vector.
    fn cut(&self) -> Result<()> {
        for (file, path, row_bytes) in
            [(&self.rows, &self.layout.rows, ENTRY_BYTES), (&self.vectors, &self.layout.vectors, self.dimension * size_of::<f32>())]
        {
            file.set_len((self.count * row_bytes) as u64)
                .and_then(|()| file.sync_all())
                .map_err(|error| io_error(path, "shorten", error))?;
        }
        Ok(())
    }
}

fn lock(layout: &Layout) -> Result<File> {
    let file = open(&layout.lock)?;
    if try_lock(&file).map_err(|error| io_error(&layout.lock, "lock", error))? {
        return Ok(file);
    }
    let folder = layout.folder.display();
    Err(Error::new(Kind::Busy, format!("another process is extracting into {folder}: wait for it, or stop it")))
}

fn open(path: &Path) -> Result<File> {
    File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(|error| io_error(path, "open", error))
}
