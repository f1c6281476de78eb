//! Files mapped into memory, and which row is the one of a media id.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use memmap2::{Mmap, MmapOptions};

use super::files::{ENTRY_BYTES, Entry};
use crate::error::{Result, io_error};
use crate::types::MediaId;

/// The first bytes of an append-only file. Empty files cannot be mapped.
#[derive(Debug, Default)]
pub(super) struct Mapped(Option<Mmap>);

impl Mapped {
    pub(super) fn first(file: &File, path: &Path, bytes: usize) -> Result<Self> {
        if bytes == 0 {
            return Ok(Self(None));
        }
        #[expect(unsafe_code, reason = "memory map")]
        // SAFETY: the file is append-only and the mapped part is whole: writers never change it and, when they cut off what a
        // crash has torn, follow the same rule about what is whole as the caller.
        let map = unsafe { MmapOptions::new().len(bytes).map(file) };
        Ok(Self(Some(map.map_err(|error| io_error(path, "map into memory", error))?)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }

    pub(super) fn numbers(&self) -> &[f32] {
        #[expect(unsafe_code, reason = "bytes of a memory map seen as numbers")]
        // SAFETY: every bit pattern is an f32; `align_to` leaves out what is not aligned, which is nothing, as maps begin at a
        // page and hold whole rows.
        let (before, numbers, _) = unsafe { self.bytes().align_to::<f32>() };
        debug_assert!(before.is_empty(), "a map begins at a page");
        numbers
    }

    pub(super) fn entries(&self) -> &[[u8; ENTRY_BYTES]] {
        self.bytes().as_chunks().0
    }
}

/// Runs that are kept; rows after that many are found through a table instead.
const MOST_RUNS: usize = 64;

/// Which row is the current one of each media id: the last. Rows are nearly always written by ascending id: such a run is searched
/// where it lies in the file, and nothing of it is copied.
#[derive(Debug, Clone, Default)]
pub(super) struct RowMap {
    /// First row of each ascending run; each ends where the next begins.
    runs: Vec<usize>,
    /// End of the last run; all rows from there on are in the table.
    ran: usize,
    table: Arc<HashMap<MediaId, u32>>,
    superseded: Arc<HashSet<u32>>,
}

impl RowMap {
    /// The map with the entries from row `first` on added.
    pub(super) fn extended(&self, entries: &[[u8; ENTRY_BYTES]], first: usize) -> Self {
        let mut map = self.clone();
        let mut replaced = Vec::new();
        let mut previous = first.checked_sub(1).map(|row| media_at(entries, row));
        for row in first..entries.len() {
            let media = media_at(entries, row);
            let ascends = previous.is_some_and(|previous| previous < media);
            if map.runs.len() > 1 || !ascends || !map.table.is_empty() {
                replaced.extend(map.row_of(entries, media));
            }
            map.add(row, media, ascends);
            previous = Some(media);
        }
        if !replaced.is_empty() {
            Arc::make_mut(&mut map.superseded).extend(replaced);
        }
        map
    }

    fn add(&mut self, row: usize, media: MediaId, ascends: bool) {
        let runs_on = self.ran == row && (ascends || self.runs.len() < MOST_RUNS);
        if !runs_on {
            Arc::make_mut(&mut self.table).insert(media, row as u32);
            return;
        }
        if !ascends || self.runs.is_empty() {
            self.runs.push(row);
        }
        self.ran = row + 1;
    }

    /// The row of a media id among these entries, which are those that the map was made from.
    pub(super) fn row_of(&self, entries: &[[u8; ENTRY_BYTES]], media: MediaId) -> Option<u32> {
        if let Some(row) = self.table.get(&media) {
            return Some(*row);
        }
        let mut end = self.ran;
        self.runs.iter().rev().find_map(|&start| {
            let run = &entries[start..std::mem::replace(&mut end, start)];
            Some((start + in_run(run, media)?) as u32)
        })
    }

    pub(super) fn is_superseded(&self, row: u32) -> bool {
        !self.superseded.is_empty() && self.superseded.contains(&row)
    }

    pub(super) fn superseded(&self) -> usize {
        self.superseded.len()
    }

    /// The rows that have a later one of the same media id, in no order.
    pub(super) fn superseded_rows(&self) -> impl Iterator<Item = u32> {
        self.superseded.iter().copied()
    }
}

fn media_at(entries: &[[u8; ENTRY_BYTES]], row: usize) -> MediaId {
    Entry::from_bytes(&entries[row]).media
}

/// Place of a media id in an ascending run. Ids are nearly always without gaps: the first guess hits.
fn in_run(run: &[[u8; ENTRY_BYTES]], media: MediaId) -> Option<usize> {
    let first = media_at(run, 0);
    if media < first {
        return None;
    }
    let guess = usize::try_from(media.0.abs_diff(first.0)).unwrap_or(usize::MAX);
    if guess < run.len() && media_at(run, guess) == media {
        return Some(guess);
    }
    // Ids ascend by one at least: the row is not after the guess.
    run[..run.len().min(guess)].binary_search_by_key(&media, |entry| Entry::from_bytes(entry).media).ok()
}
