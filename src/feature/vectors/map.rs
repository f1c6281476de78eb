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

/// Which row is the current one of each media id: the last. Extending copies only what was added lately.
#[derive(Debug, Clone, Default)]
pub(super) struct RowMap {
    settled: Arc<HashMap<MediaId, u32>>,
    recent: HashMap<MediaId, u32>,
    superseded: Arc<HashSet<u32>>,
}

impl RowMap {
    /// The map with the entries from row `first` on added.
    pub(super) fn extended(&self, entries: &[[u8; ENTRY_BYTES]], first: usize) -> Self {
        let mut map = self.clone();
        let mut replaced = Vec::new();
        for (row, entry) in entries.iter().enumerate().skip(first) {
            let media = Entry::from_bytes(entry).media;
            replaced.extend(map.row_of(media));
            map.recent.insert(media, row as u32);
        }
        if !replaced.is_empty() {
            Arc::make_mut(&mut map.superseded).extend(replaced);
        }
        if map.recent.len() > 4096 + map.settled.len() / 8 {
            Arc::make_mut(&mut map.settled).extend(std::mem::take(&mut map.recent));
        }
        map
    }

    pub(super) fn row_of(&self, media: MediaId) -> Option<u32> {
        self.recent.get(&media).or_else(|| self.settled.get(&media)).copied()
    }

    pub(super) fn is_superseded(&self, row: u32) -> bool {
        !self.superseded.is_empty() && self.superseded.contains(&row)
    }

    pub(super) fn superseded(&self) -> usize {
        self.superseded.len()
    }
}
