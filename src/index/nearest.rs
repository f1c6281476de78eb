//! The best few of many: a bounded heap of hits, and the exact scan over a range of rows that every index kind falls back to.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use rayon::prelude::*;

use super::{Allowed, Hit, Rows, dot};

/// Values that one task scans: large enough to outweigh the hand-over, small enough to spread over the cores.
const BLOCK_VALUES: usize = 1 << 20;

/// Order from close to far: descending score, then ascending row.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "sorts pass references")]
pub(super) fn closeness(left: &Hit, right: &Hit) -> Ordering {
    right.score.total_cmp(&left.score).then(left.row.cmp(&right.row))
}

/// A hit that compares as greater the farther it is.
#[derive(Debug, PartialEq)]
struct Far(Hit);

impl Eq for Far {}

impl PartialOrd for Far {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Far {
    fn cmp(&self, other: &Self) -> Ordering {
        closeness(&self.0, &other.0)
    }
}

/// The `count` closest of all hits offered.
pub(super) struct Nearest {
    count: usize,
    heap: BinaryHeap<Far>,
}

impl Nearest {
    pub(super) fn new(count: usize) -> Self {
        Self { count, heap: BinaryHeap::with_capacity(count.min(4096)) }
    }

    /// True when a hit of this closeness would be kept. A score that is not a number never is.
    pub(super) fn wants(&self, hit: Hit) -> bool {
        if hit.score.is_nan() {
            return false;
        }
        match self.heap.peek() {
            Some(worst) if self.heap.len() >= self.count => closeness(&hit, &worst.0) == Ordering::Less,
            _ => self.count > 0,
        }
    }

    /// True when as many as wanted are kept and all are closer than this one.
    pub(super) fn is_full_of_closer(&self, hit: Hit) -> bool {
        self.heap.len() >= self.count && self.heap.peek().is_none_or(|worst| closeness(&worst.0, &hit) == Ordering::Less)
    }

    /// Keeps the hit if it is among the closest; says whether it did.
    pub(super) fn offer(&mut self, hit: Hit) -> bool {
        let wanted = self.wants(hit);
        if wanted {
            if self.heap.len() >= self.count {
                self.heap.pop();
            }
            self.heap.push(Far(hit));
        }
        wanted
    }

    /// The kept hits, closest first.
    pub(super) fn into_hits(self) -> Vec<Hit> {
        self.heap.into_sorted_vec().into_iter().map(|far| far.0).collect()
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        for far in other.heap {
            self.offer(far.0);
        }
        self
    }
}

/// The `count` closest rows of a range, exactly: every row is scored. Large ranges are shared among the cores.
pub(super) fn scan(rows: &dyn Rows, range: Range<usize>, query: &[f32], count: usize, allowed: Allowed<'_>) -> Vec<Hit> {
    let range = range.start.min(rows.len())..range.end.min(rows.len());
    let (dimension, count) = (rows.dimension(), count.min(range.len()));
    if range.is_empty() || count == 0 {
        return Vec::new();
    }
    let values = &rows.all()[range.start * dimension..range.end * dimension];
    let block_rows = (BLOCK_VALUES / dimension).max(1);
    let scan_block = |(block, values)| scan_block(values, range.start + block * block_rows, query, count, allowed);
    let blocks = values.par_chunks(block_rows * dimension).enumerate();
    if values.len() <= BLOCK_VALUES {
        return scan_block((0, values)).into_hits();
    }
    blocks.map(scan_block).reduce(|| Nearest::new(count), Nearest::merge).into_hits()
}

fn scan_block(values: &[f32], first_row: usize, query: &[f32], count: usize, allowed: Allowed<'_>) -> Nearest {
    let mut nearest = Nearest::new(count);
    for (place, vector) in values.chunks_exact(query.len()).enumerate() {
        let hit = Hit { row: (first_row + place) as u32, score: dot(query, vector) };
        if nearest.wants(hit) && allowed.is_none_or(|allowed| allowed.contains(hit.row)) {
            nearest.offer(hit);
        }
    }
    nearest
}
