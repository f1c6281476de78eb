//! Rows that are newer than the index, encoded as it encodes and hung on its lists, in memory: a search finds them at the cost of
//! any other row.

use rayon::prelude::*;

use super::encoder::Prepared;
use super::lists::{Lists, NOBODY};
use crate::index::Rows;
use crate::index::kernels::bits::{clear_lane, copy_lane};
use crate::index::kernels::{BLOCK_ROWS, Candidate, Sieve, scan};

/// Rows encoded before searches see them.
const AT_ONCE: usize = 2048;

/// New rows of one list.
#[derive(Default)]
struct Additions {
    blocks: Vec<u64>,
    names: Vec<u32>,
    /// Lanes in use.
    rows: usize,
}

/// Rows from the end of the index on.
pub(super) struct Tail {
    end: usize,
    lists: Vec<Additions>,
}

/// A row with its list and a block of its own, its first lane filled.
pub(super) struct Encoded {
    list: u32,
    block: Vec<u64>,
}

impl Tail {
    /// Nothing yet, behind `end` rows.
    pub(super) fn new(end: usize, lists: usize) -> Self {
        Self { end, lists: std::iter::repeat_with(Additions::default).take(lists).collect() }
    }

    /// The first row that neither the index nor the tail holds.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Encodes the next rows from `first` on, on all cores; nothing when there are no more.
    pub(super) fn encode(index: &Lists, rows: &dyn Rows, first: usize) -> Vec<Encoded> {
        let end = rows.len().min(first + AT_ONCE);
        let encode = |row: usize| {
            let vector = rows.row(row);
            let prepared = index.encoder.prepare(vector);
            let list = index.closest(&prepared);
            let mut block = vec![0; index.encoder.block_words()];
            index.encoder.encode(vector, index.coarse.centre(list), 0.0, &mut block, 0);
            Encoded { list, block }
        };
        (first.min(end)..end).into_par_iter().map(encode).collect()
    }

    /// Hangs encoded rows, the next ones in order, on their lists.
    pub(super) fn append(&mut self, fresh: &[Encoded], index: &Lists) {
        let (size, words) = (index.encoder.block_words(), index.encoder.words());
        for encoded in fresh {
            let list = &mut self.lists[encoded.list as usize];
            let lane = list.rows % BLOCK_ROWS;
            if lane == 0 {
                let first = list.blocks.len();
                list.blocks.resize(first + size, 0);
                list.names.resize(list.names.len() + BLOCK_ROWS, NOBODY);
                (1..BLOCK_ROWS).for_each(|lane| clear_lane(&mut list.blocks[first..], lane, words));
            }
            let block = list.blocks.len() - size;
            copy_lane(&encoded.block, 0, &mut list.blocks[block..], lane, words);
            list.names[list.rows] = self.end as u32;
            list.rows += 1;
            self.end += 1;
        }
    }

    /// Offers the new rows of these lists.
    pub(super) fn scan(&self, lists: &[Candidate], prepared: &Prepared, sieve: &mut Sieve<'_>) {
        if self.lists.is_empty() {
            return;
        }
        for list in lists {
            let additions = &self.lists[list.row as usize];
            scan(&additions.blocks, &additions.names, &prepared.bits, list.estimate, sieve);
        }
    }
}
