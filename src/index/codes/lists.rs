//! The rows of a library in lists, as 1-bit codes: what is scanned, in memory or in a mapped file.

use rayon::prelude::*;

use super::array::Array;
use super::coarse::Coarse;
use super::encoder::{Encoder, Prepared};
use super::partition;
use crate::error::Result;
use crate::index::distinct::Copied;
use crate::index::kernels::{BLOCK_ROWS, Candidate, Sieve, prefetch, scan};
use crate::index::work::Work;
use crate::index::{Rows, dot};

/// Seed of everything random in a build: the same rows give the same index.
pub(super) const SEED: u64 = 0x5eed_c0de;
/// Rows that the mean is taken from.
const MEAN_ROWS: usize = 1 << 16;
/// Fewer rows than this are one list: finding lists would cost as much as scanning them.
const PARTITIONED_FROM: usize = 4096;
/// Lists have numbers of 16 bits.
const MAX_LISTS: usize = 1 << 16;
/// Bytes of the next list that are asked for while this one is scanned; the processor sees the rest coming.
const AHEAD: usize = 1 << 11;
/// Lists of the largest inner product among which the closest is looked for.
const NEAR_LISTS: usize = 32;
/// Name of a lane without a row.
pub(super) const NOBODY: u32 = u32::MAX;

/// All lists with their codes.
pub(in crate::index) struct Lists {
    pub(in crate::index) encoder: Encoder,
    pub(in crate::index) coarse: Coarse,
    /// First block of each list, and the number of blocks.
    pub(super) starts: Array<u32>,
    /// List of each row, copies of other rows among them.
    pub(super) homes: Array<u16>,
    /// Row of each lane of each block.
    pub(super) names: Array<u32>,
    pub(super) blocks: Array<u64>,
}

/// Lists for so many rows: their number grows with the square root, as the costs of choosing and of scanning then grow alike.
pub(super) fn usual_lists(rows: usize) -> usize {
    if rows < PARTITIONED_FROM { 1 } else { (4.0 * (rows as f64).sqrt()) as usize }.min(MAX_LISTS)
}

/// The list of every row: a copy is where its original is.
fn homes(labels: &[u32], lists: &[u32], copied: &[Copied]) -> Vec<u16> {
    let mut homes = vec![0; labels.len() + copied.len()];
    labels.iter().zip(lists).for_each(|(row, list)| homes[*row as usize] = *list as u16);
    copied.iter().for_each(|(copy, original)| homes[*copy as usize] = homes[*original as usize]);
    homes
}

impl Lists {
    /// Cuts these rows into `count` lists and encodes them. Also answers the list of each label.
    pub(super) fn build(rows: &dyn Rows, labels: &[u32], copied: &[Copied], count: usize, work: &Work<'_>) -> Result<(Self, Vec<u32>)> {
        let encoder = Encoder::new(partition::mean(rows, labels, MEAN_ROWS), SEED);
        let (centres, lists) = if count <= 1 {
            (encoder.mean().to_vec(), vec![0; labels.len()])
        } else {
            let mut centres = partition::train(rows, labels, count, &encoder, SEED, work)?;
            let coarse = Coarse::for_assignment(&encoder, centres.clone());
            let lists = partition::assign(rows, labels, &coarse, &encoder, work, &|done| work.report(done, 2 * labels.len()))?;
            partition::move_centres(&mut centres, rows, labels, &lists);
            (centres, lists)
        };
        let coarse = Coarse::for_search(&encoder, centres);
        let homes = homes(labels, &lists, copied);
        Ok((Self::encode(rows, labels, &lists, encoder, coarse, homes), lists))
    }

    fn encode(rows: &dyn Rows, labels: &[u32], lists: &[u32], encoder: Encoder, coarse: Coarse, homes: Vec<u16>) -> Self {
        let members = partition::group(lists, coarse.len());
        let parts: Vec<(Vec<u64>, Vec<u32>)> = members
            .par_iter()
            .enumerate()
            .map(|(list, places)| {
                let mut names: Vec<u32> = places.iter().map(|place| labels[*place as usize]).collect();
                let vectors = names.iter().map(|row| (rows.row(*row as usize), 0.0));
                let blocks = encoder.encode_all(vectors, coarse.centre(list as u32));
                names.resize(names.len().next_multiple_of(BLOCK_ROWS), NOBODY);
                (blocks, names)
            })
            .collect();
        let mut starts = vec![0];
        starts.extend(parts.iter().scan(0, |sum, (_, names)| {
            *sum += (names.len() / BLOCK_ROWS) as u32;
            Some(*sum)
        }));
        let mut blocks = Vec::with_capacity(parts.iter().map(|(blocks, _)| blocks.len()).sum());
        let mut names = Vec::with_capacity(parts.iter().map(|(_, names)| names.len()).sum());
        for (part, part_names) in parts {
            blocks.extend(part);
            names.extend(part_names);
        }
        Self { encoder, coarse, homes: homes.into(), starts: starts.into(), names: names.into(), blocks: blocks.into() }
    }

    pub(super) fn len(&self) -> usize {
        self.coarse.len()
    }

    /// The list whose centre is closest to this vector.
    pub(super) fn closest(&self, prepared: &Prepared) -> u32 {
        let near = self.coarse.best(prepared, NEAR_LISTS).into_iter();
        let closeness = |list: &Candidate| list.estimate - dot(self.coarse.centre(list.row), self.coarse.centre(list.row)) / 2.0;
        near.max_by(|a, b| closeness(a).total_cmp(&closeness(b))).map_or(0, |list| list.row)
    }

    /// Blocks of a list and the rows of their lanes.
    fn list(&self, list: u32) -> (&[u64], &[u32]) {
        let (first, end) = (self.starts[list as usize] as usize, self.starts[list as usize + 1] as usize);
        let size = self.encoder.block_words();
        (&self.blocks[first * size..end * size], &self.names[first * BLOCK_ROWS..end * BLOCK_ROWS])
    }

    /// Offers the rows of these lists, each with its inner product of query and centre as estimate.
    pub(in crate::index) fn scan(&self, lists: &[Candidate], prepared: &Prepared, sieve: &mut Sieve<'_>) {
        for (place, list) in lists.iter().enumerate() {
            if let Some(next) = lists.get(place + 1) {
                prefetch(self.list(next.row).0, AHEAD);
            }
            let (blocks, names) = self.list(list.row);
            scan(blocks, names, &prepared.bits, list.estimate, sieve);
        }
    }
}
