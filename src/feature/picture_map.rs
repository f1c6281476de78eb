//! The map of a feature's pictures as it lies on the disk: one file, written whole and renamed, checked before it is believed.
//!
//! `LIKEMAP1`, length of the head (u32), head (JSON), body, CRC-32 of everything before it (u32); all numbers little-endian. The body is
//! what clients get: `u32 count`, `u32 ids[count]`, `f32 xy[2 * count]`.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result, io_error};
use crate::types::{FeatureId, MediaId};

const MAGIC: &[u8; 8] = b"LIKEMAP1";

/// Bytes before the head.
const START: usize = MAGIC.len() + size_of::<u32>();

/// Bytes of the checksum.
const SUM: usize = size_of::<u32>();

/// How a map was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapHead {
    /// The feature.
    pub feature: FeatureId,
    /// `pca` or `umap`.
    pub method: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Pictures on it.
    pub count: u32,
    /// Highest number of a medium that had a vector then.
    pub up_to: i64,
}

/// A map.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureMap {
    /// How it was made.
    pub head: MapHead,
    /// Numbers and places, as clients get them.
    pub body: Bytes,
    /// CRC-32 of the file: another for each map.
    pub stamp: u32,
}

/// The body of these places.
///
/// # Errors
/// `Unsupported` for a medium whose number does not fit 32 bits.
pub fn body(ids: &[MediaId], places: &[[f32; 2]]) -> Result<Vec<u8>> {
    let count = ids.len().min(places.len());
    let mut bytes = Vec::with_capacity(size_of::<u32>() * (1 + 3 * count));
    bytes.extend_from_slice(&(count as u32).to_le_bytes());
    for id in &ids[..count] {
        let number =
            u32::try_from(id.0).map_err(|_| Error::unsupported(format!("media {id} has a number above 32 bits: no map holds it")))?;
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    places[..count].iter().flatten().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    Ok(bytes)
}

/// Writes a map, durable before it takes the place of the one before. Blocks.
///
/// # Errors
/// Those of the disk.
pub fn write(file: &Path, head: &MapHead, body: &[u8]) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create the folder", error))?;
    let head = serde_json::to_vec(head).map_err(|source| Error::internal("the head of a map cannot be written").because(source))?;
    let mut bytes = Vec::with_capacity(START + head.len() + body.len() + SUM);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    let part = part(file);
    let written = std::fs::write(&part, &bytes).and_then(|()| std::fs::File::open(&part)?.sync_all());
    written.map_err(|error| io_error(&part, "write", error))?;
    std::fs::rename(&part, file).map_err(|error| io_error(file, "write", error))
}

fn part(file: &Path) -> PathBuf {
    file.with_extension("part")
}

/// Reads a map; `None` when none was made. Blocks.
///
/// # Errors
/// `Corrupt` when it is damaged, with the remedy; those of the disk.
pub fn read(file: &Path) -> Result<Option<PictureMap>> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(file, "read", error)),
    };
    let damaged = || Error::new(Kind::Corrupt, format!("the map {} is damaged: run the task `map` again", file.display()));
    parsed(&Bytes::from(bytes)).map(Some).ok_or_else(damaged)
}

fn parsed(bytes: &Bytes) -> Option<PictureMap> {
    let number = |place: usize| Some(u32::from_le_bytes(*bytes.get(place..)?.first_chunk()?));
    let end = bytes.len().checked_sub(SUM)?;
    let stamp = number(end)?;
    let start = START.checked_add(number(MAGIC.len())? as usize)?;
    if !bytes.starts_with(MAGIC) || start > end || crc32fast::hash(&bytes[..end]) != stamp {
        return None;
    }
    let head: MapHead = serde_json::from_slice(&bytes[START..start]).ok()?;
    let count = number(start).filter(|count| *count == head.count)? as usize;
    let body = bytes.slice(start..end);
    (body.len() == size_of::<u32>() * (1 + 3 * count)).then_some(PictureMap { head, body, stamp })
}
