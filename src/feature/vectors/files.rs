//! The files of a vector folder and the rules by which both sides read them: which rows are whole, which fingerprint fits.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result, io_error};
use crate::types::MediaId;

const FORMAT_VERSION: u32 = 1;
/// Bytes of one entry of `rows`.
pub(super) const ENTRY_BYTES: usize = 16;
/// Bytes of vectors at the end that are checked whenever a folder is opened: more than any batch that a crash can tear.
const CHECKED_BYTES: usize = 16 << 20;

/// What the vectors of a folder are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    format_version: u32,
    dimension: usize,
    fingerprint: String,
}

/// One entry of `rows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) media: MediaId,
    pub(super) crc32: u32,
}

impl Entry {
    pub(super) fn of(media: MediaId, vector: &[u8]) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&media.0.to_le_bytes());
        hasher.update(vector);
        Self { media, crc32: hasher.finalize() }
    }

    pub(super) fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..8].copy_from_slice(&self.media.0.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.crc32.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Self {
        let bits = u128::from_le_bytes(*bytes);
        Self { media: MediaId(bits as i64), crc32: (bits >> 64) as u32 }
    }
}

/// Where the parts of a folder lie.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) folder: PathBuf,
    pub(super) vectors: PathBuf,
    pub(super) rows: PathBuf,
    pub(super) lock: PathBuf,
    meta: PathBuf,
}

impl Layout {
    pub(super) fn of(folder: &Path) -> Self {
        let at = |name| folder.join(name);
        Self { folder: folder.into(), vectors: at("vectors.f32"), rows: at("rows"), lock: at("lock"), meta: at("meta.json") }
    }

    /// Checks that the folder holds these vectors; false when it holds none yet.
    pub(super) fn check_meta(&self, dimension: usize, fingerprint: &str) -> Result<bool> {
        let bytes = match std::fs::read(&self.meta) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound && !self.rows.exists() => return Ok(false),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let message = format!("{} is missing beside its vectors: {}", self.meta.display(), self.remedy());
                return Err(Error::corrupt(message));
            }
            Err(error) => return Err(io_error(&self.meta, "read", error)),
        };
        let meta: Meta = serde_json::from_slice(&bytes)
            .map_err(|error| Error::corrupt(format!("{} is damaged: {}", self.meta.display(), self.remedy())).because(error))?;
        let expected = Meta { format_version: FORMAT_VERSION, dimension, fingerprint: fingerprint.into() };
        if meta == expected {
            return Ok(true);
        }
        let show = |meta: &Meta| format!("format {}, dimension {}, fingerprint {}", meta.format_version, meta.dimension, meta.fingerprint);
        let message = format!(
            "the vectors in {} were made by another model, layer or preprocessing ({}; expected {}): {}",
            self.folder.display(),
            show(&meta),
            show(&expected),
            self.remedy()
        );
        Err(Error::new(Kind::Conflict, message))
    }

    /// Writes the description of a new folder, durably and in one step.
    pub(super) fn write_meta(&self, dimension: usize, fingerprint: &str) -> Result<()> {
        let meta = Meta { format_version: FORMAT_VERSION, dimension, fingerprint: fingerprint.into() };
        let text = serde_json::to_vec_pretty(&meta).map_err(|error| Error::internal("cannot write the description").because(error))?;
        let fresh = self.meta.with_extension("new");
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&fresh, &self.meta)?;
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(|error| io_error(&self.meta, "write", error))
    }

    pub(super) fn remedy(&self) -> String {
        format!("delete the folder {} and extract the feature again", self.folder.display())
    }
}

/// How many rows are whole: entry and vector both there, and no checksum wrong in the part at the end that a crash can have
/// torn. What follows the first wrong one there is not counted. The first `known` rows were seen to be whole before.
pub(super) fn whole_rows(layout: &Layout, vectors: &File, rows: &File, dimension: usize, known: usize) -> Result<usize> {
    let length =
        |file: &File, path: &Path| file.metadata().map(|meta| meta.len() as usize).map_err(|error| io_error(path, "measure", error));
    let row_bytes = dimension * size_of::<f32>();
    // The entries first: vectors are written before them, so none counted here lacks its vector.
    let entries = length(rows, &layout.rows)? / ENTRY_BYTES;
    let count = entries.min(length(vectors, &layout.vectors)? / row_bytes);
    let first = count.saturating_sub((CHECKED_BYTES / row_bytes).max(1)).max(known);
    let mut vector = vec![0; row_bytes];
    let mut entry = [0; ENTRY_BYTES];
    for row in first..count {
        rows.read_exact_at(&mut entry, (row * ENTRY_BYTES) as u64).map_err(|error| io_error(&layout.rows, "read", error))?;
        vectors.read_exact_at(&mut vector, (row * row_bytes) as u64).map_err(|error| io_error(&layout.vectors, "read", error))?;
        let entry = Entry::from_bytes(&entry);
        if entry != Entry::of(entry.media, &vector) {
            tracing::warn!(folder = %layout.folder.display(), row, count, "vectors torn by a crash are left out");
            return Ok(row);
        }
    }
    Ok(count)
}
