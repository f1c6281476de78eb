//! How far the making of a database is, in a file beside it: what was read so far, which pictures failed, and the sums for the mean.
//! It never says more than the database holds; what the database holds beyond it is removed when the work goes on.
//!
//! Layout: length of a JSON text (8 bytes, little-endian), the text, the sums (8 bytes each), CRC-32 of everything before it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files;
use super::mean::MeanSums;
use crate::error::{Error, Kind, Result, ResultExt, io_error};

/// Most failures whose reasons are kept; of the others only the number of the entry.
pub const MOST_REASONS: usize = 10_000;

/// A picture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Its place in the list.
    pub place: String,
    /// Why.
    pub reason: String,
}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Entries in the list; another list is another work.
    pub listed: u64,
    /// Entries of the list that were looked at, in the order of the database.
    pub consumed: u64,
    /// Entries of the database.
    pub entries: u64,
    /// Numbers, in the list, of the pictures that could not be read.
    pub failed: Vec<u32>,
    /// Which and why, of the first ones.
    pub reasons: Vec<Reason>,
    /// Sums of the pictures so far, where a mean is wanted.
    #[serde(skip)]
    pub mean: Option<MeanSums>,
}

impl Checkpoint {
    /// What an earlier run left; `None` when there is nothing to go on from.
    ///
    /// # Errors
    /// Those of the disk. A file that is damaged is no reason to fail: the work begins anew.
    pub fn load(file: &Path, listed: u64, sums: Option<usize>) -> Result<Option<Self>> {
        let bytes = match std::fs::read(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|source| io_error(file, "read", source))?,
        };
        Ok(Self::parse(&bytes, sums).filter(|found| found.listed == listed))
    }

    /// The pictures that an earlier run could not read; none where it left no note.
    pub fn reasons(file: &Path) -> Vec<Reason> {
        let bytes = std::fs::read(file).unwrap_or_default();
        text(&bytes).and_then(|(text, _)| serde_json::from_slice::<Self>(text).ok()).map(|found| found.reasons).unwrap_or_default()
    }

    fn parse(bytes: &[u8], sums: Option<usize>) -> Option<Self> {
        let (text, rest) = text(bytes)?;
        let mut found: Self = serde_json::from_slice(text).ok()?;
        let numbers: Vec<u64> = rest.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number)).collect();
        if numbers.len() != sums.unwrap_or_default() {
            return None;
        }
        found.mean = sums.map(|_| MeanSums { sums: numbers, count: found.entries });
        Some(found)
    }

    /// Writes it down, in place of the one before.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_vec(self).or_error(Kind::Internal, || "cannot write down how far the work is".into())?;
        let sums = self.mean.as_ref().map_or(&[][..], |mean| mean.sums.as_slice());
        let mut bytes = Vec::with_capacity(text.len() + sums.len() * 8 + 12);
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&text);
        for sum in sums {
            bytes.extend_from_slice(&sum.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        files::replace(file, &bytes)
    }

    /// Notes a picture that could not be read.
    pub fn fail(&mut self, listed_at: u32, place: &str, error: &Error) {
        self.failed.push(listed_at);
        if self.reasons.len() < MOST_REASONS {
            self.reasons.push(Reason { place: place.to_owned(), reason: error.message().to_owned() });
        }
    }
}

/// The text of an undamaged file, and the bytes of the sums.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (content, checksum) = bytes.split_last_chunk::<4>()?;
    if crc32fast::hash(content) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (length, rest) = content.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}
