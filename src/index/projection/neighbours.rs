//! The closest rows of every row, found through the index: the only thing that the layout knows of the vectors.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::error::Result;
use crate::index::{Rows, Snapshot, search_with_tail};

/// Rows that are looked up between two looks at the stop flag.
const BLOCK: usize = 256;

/// For every row its closest others, closest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// One list a row: other rows and their Euclidean distance.
    pub lists: Vec<Vec<(u32, f32)>>,
}

/// Looks up `count` neighbours of every row. Without a snapshot every row is compared with every other. `progress` gets rows
/// done and rows in all.
///
/// # Errors
/// Those of the index; `Cancelled`.
pub fn neighbours(
    rows: &dyn Rows,
    snapshot: Option<&Snapshot>,
    count: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
    stop: &AtomicBool,
) -> Result<Neighbours> {
    let (total, done) = (rows.len(), AtomicUsize::new(0));
    let all: Vec<u32> = (0..total as u32).collect();
    let blocks: Vec<Vec<Vec<(u32, f32)>>> = all
        .par_chunks(BLOCK)
        .map(|block| {
            super::check(stop)?;
            let lists = block.iter().map(|&row| of_row(rows, snapshot, row, count)).collect::<Result<_>>()?;
            progress(done.fetch_add(block.len(), Ordering::Relaxed) + block.len(), total);
            Ok(lists)
        })
        .collect::<Result<_>>()?;
    Ok(Neighbours { lists: blocks.into_iter().flatten().collect() })
}

fn of_row(rows: &dyn Rows, snapshot: Option<&Snapshot>, row: u32, count: usize) -> Result<Vec<(u32, f32)>> {
    let hits = search_with_tail(snapshot, rows, rows.row(row as usize), count + 1, None)?;
    let others = hits.into_iter().filter(|hit| hit.row != row).take(count);
    // Of unit vectors: the squared distance is 2 - 2 cos.
    Ok(others.map(|hit| (hit.row, (2.0 - 2.0 * hit.score).max(0.0).sqrt())).collect())
}
