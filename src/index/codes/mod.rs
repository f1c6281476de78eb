//! The index of 1-bit codes in lists: an inverted file whose rows are the signs of rotated residuals, with the best of them scored
//! exactly from the stored vectors. About 100 bytes a vector, memory-mapped; filters are looked at inside the scan, and new rows
//! join the lists in memory.

mod array;
mod build;
mod coarse;
mod encoder;
mod file;
mod lists;
mod partition;
mod plan;
mod rotation;
mod search;
mod tail;

pub(super) use build::{Wish, build};
pub(super) use file::{open, write};
pub use plan::{Plan, Step};
pub(super) use search::CodesIndex;

use super::distinct::Copied;
use std::collections::HashMap;

/// Rows that equal an earlier row, by that row.
#[derive(Debug, Default)]
pub(super) struct Copies {
    by_original: HashMap<u32, Vec<u32>>,
}

impl Copies {
    pub(super) fn new(copied: &[Copied]) -> Self {
        let mut by_original: HashMap<u32, Vec<u32>> = HashMap::new();
        for (copy, original) in copied {
            by_original.entry(*original).or_default().push(*copy);
        }
        Self { by_original }
    }

    pub(super) fn of(&self, row: u32) -> &[u32] {
        if self.by_original.is_empty() { &[] } else { self.by_original.get(&row).map_or(&[], Vec::as_slice) }
    }
}
