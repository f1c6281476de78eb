//! The description beside each built index: what it is, what it was built from, and the checksums of its files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{IndexKind, Plan, Rows};
use crate::error::{Error, Result, io_error};

/// Version of the files that this program writes and reads.
pub const FORMAT_VERSION: u32 = 1;
/// The only metric: inner product of unit vectors.
pub(super) const METRIC: &str = "cosine";
pub(super) const MANIFEST_FILE: &str = "manifest.json";
/// Rows that the probe looks at.
const PROBED_ROWS: usize = 64;

/// What an index is and what it was built from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the files, [`FORMAT_VERSION`].
    pub format_version: u32,
    /// How vectors are compared; always `cosine`.
    pub metric: String,
    /// Numbers per vector.
    pub dimension: usize,
    /// Vectors in the index: the first this many rows.
    pub count: usize,
    /// Kind and settings.
    #[serde(flatten)]
    pub kind: IndexKind,
    /// Kind that was built, where the kind asked for leaves it open.
    #[serde(default)]
    pub built: Option<IndexKind>,
    /// How far searches of an index of codes look.
    #[serde(default)]
    pub plan: Option<Plan>,
    /// Identity of what made the vectors: weights, layer and preprocessing.
    pub fingerprint: String,
    /// Checksum of some of the indexed rows, to notice that they are not the rows of now.
    pub rows_probe: u32,
    /// When the build ended.
    pub built_at: DateTime<Utc>,
    /// How long it took, in seconds.
    pub build_seconds: f64,
    /// Files of the index, without this one.
    pub files: Vec<IndexFile>,
}

impl Manifest {
    /// The kind that was built: what was asked for may leave it open.
    pub fn kind_built(&self) -> &IndexKind {
        self.built.as_ref().unwrap_or(&self.kind)
    }
}

/// One file of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFile {
    /// Name in the snapshot's folder.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
}

impl IndexFile {
    /// Measures a file of this folder.
    pub(super) fn measure(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let (bytes, crc32) = checksum(&path).map_err(|error| io_error(&path, "read", error))?;
        Ok(Self { name: name.into(), bytes, crc32 })
    }

    /// Compares the length only: for files that are mapped and check themselves.
    pub(super) fn check_length(&self, folder: &Path) -> Result<()> {
        let path = folder.join(&self.name);
        let bytes = std::fs::metadata(&path).map_err(|error| io_error(&path, "measure", error))?.len();
        if bytes == self.bytes {
            return Ok(());
        }
        Err(Error::corrupt(format!("the index file {} is damaged ({bytes} bytes, expected {})", path.display(), self.bytes)))
    }

    /// Reads the file again and compares.
    pub(super) fn verify(&self, folder: &Path) -> Result<()> {
        let now = Self::measure(folder, &self.name)?;
        if now == *self {
            return Ok(());
        }
        let what = format!("{} bytes with checksum {:08x}, expected {} with {:08x}", now.bytes, now.crc32, self.bytes, self.crc32);
        Err(Error::corrupt(format!("the index file {} is damaged ({what})", folder.join(&self.name).display())))
    }
}

fn checksum(path: &Path) -> std::io::Result<(u64, u32)> {
    let mut file = File::open(path)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((bytes, hasher.finalize())),
            count => {
                hasher.update(&buffer[..count]);
                bytes += count as u64;
            }
        }
    }
}

/// Checksum of evenly spread rows among the first `count`.
pub(super) fn probe_rows(rows: &dyn Rows, count: usize) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    let probed = count.min(PROBED_ROWS);
    for place in 0..probed {
        for value in rows.row(place * (count - 1) / (probed - 1).max(1)) {
            hasher.update(&value.to_le_bytes());
        }
    }
    hasher.finalize()
}
