//! Identical vectors, indexed once. A graph over hundreds of equal vectors (black frames of a video) traps every walk that
//! comes near them; so the structures see each vector once, under a label, and its copies are answered with it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use super::{Hit, Rows, dot};

/// Which rows are copies of an earlier row, and the labels of all others.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Distinct {
    /// Row of each label, ascending; `None` when there is no copy and labels are rows.
    rows: Option<Vec<u32>>,
    /// Copies of a row.
    copies: HashMap<u32, Vec<u32>>,
    labels: usize,
}

/// A row and the earlier row that it equals.
pub(super) type Copied = (u32, u32);

/// All copies among the first `count` rows, by ascending row.
pub(super) fn find_copies(rows: &dyn Rows, count: usize) -> Vec<Copied> {
    let hash = |row: usize| {
        let mut hasher = DefaultHasher::new();
        rows.row(row).iter().for_each(|value| value.to_bits().hash(&mut hasher));
        hasher.finish()
    };
    let hashes: Vec<u64> = (0..count).into_par_iter().map(hash).collect();
    let mut firsts = HashMap::with_capacity(count);
    let mut copies = Vec::new();
    for (row, hash) in hashes.into_iter().enumerate() {
        let first = *firsts.entry(hash).or_insert(row);
        if first != row && rows.row(first) == rows.row(row) {
            copies.push((row as u32, first as u32));
        }
    }
    copies
}

/// Reads a file of copies; `None` when it makes no sense for `count` rows.
pub(super) fn read_copies(bytes: &[u8], count: usize) -> Option<Vec<Copied>> {
    let (words, []) = bytes.as_chunks::<4>() else { return None };
    let (pairs, []) = words.as_chunks::<2>() else { return None };
    let copied: Vec<Copied> = pairs.iter().map(|[copy, original]| (u32::from_le_bytes(*copy), u32::from_le_bytes(*original))).collect();
    let ascending = copied.is_sorted_by(|before, after| before.0 < after.0);
    let in_range = copied.iter().all(|(copy, original)| original < copy && (*copy as usize) < count);
    (ascending && in_range).then_some(copied)
}

impl Distinct {
    /// The labels of `count` rows with these copies.
    pub(super) fn new(pairs: &[Copied], count: usize) -> Self {
        let mut copies: HashMap<u32, Vec<u32>> = HashMap::new();
        for (copy, original) in pairs {
            copies.entry(*original).or_default().push(*copy);
        }
        let is_copy = |row: &u32| pairs.binary_search_by_key(row, |(copy, _)| *copy).is_ok();
        let rows = (!pairs.is_empty()).then(|| (0..count as u32).filter(|row| !is_copy(row)).collect());
        Self { rows, copies, labels: count - pairs.len() }
    }

    /// The file of the copies: pairs of little-endian 32-bit numbers.
    pub(super) fn to_bytes(copied: &[Copied]) -> Vec<u8> {
        copied.iter().flat_map(|(copy, original)| [copy.to_le_bytes(), original.to_le_bytes()]).flatten().collect()
    }

    fn row(&self, label: u32) -> u32 {
        self.rows.as_ref().map_or(label, |rows| rows[label as usize])
    }

    /// Hits on labels become hits on rows, each followed by its copies.
    pub(super) fn expand(&self, hits: Vec<Hit>) -> Vec<Hit> {
        if self.rows.is_none() {
            return hits;
        }
        let with_copies = |hit: Hit| {
            let row = self.row(hit.row);
            let copies = self.copies.get(&row).into_iter().flatten();
            std::iter::once(row).chain(copies.copied()).map(move |row| Hit { row, score: hit.score })
        };
        hits.into_iter().flat_map(with_copies).collect()
    }
}

/// The vectors that a structure indexes: each distinct one once, under its label.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) rows: &'a dyn Rows,
    pub(super) distinct: &'a Distinct,
}

impl<'a> View<'a> {
    /// Labels, counted from 0.
    pub(super) fn len(&self) -> usize {
        self.distinct.labels
    }

    pub(super) fn dimension(&self) -> usize {
        self.rows.dimension()
    }

    pub(super) fn vector(&self, label: usize) -> &'a [f32] {
        self.rows.row(self.distinct.row(label as u32) as usize)
    }

    /// How close a label is to the query; the hit's row is the label.
    pub(super) fn score(&self, query: &[f32], label: u32) -> Hit {
        Hit { row: label, score: dot(query, self.vector(label as usize)) }
    }
}
