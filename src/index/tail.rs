//! A search that sees rows which are newer than the index: what the index has not taken in is scanned
//! exactly and merged with its answer.

use std::sync::Arc;

use rayon::prelude::*;

use super::kernels::prefetch;
use super::nearest::Nearest;
use super::{Allowed, Hit, Rows, Snapshot, check_query, dot, nearest};
use crate::error::{Error, Kind, Result};

/// So many new rows are taken in before the caller goes on: a few milliseconds. More are left to another thread.
const TAKEN_AT_ONCE: usize = 128;
/// A new build is worth its time when more rows are new than this, and than one in so many of the indexed ones.
const MANY_NEW: usize = 20_000;
const NEW_SHARE: usize = 10;
/// Vectors asked for ahead of the one being scored.
const VECTORS_AHEAD: usize = 4;

/// The `count` closest of all rows that may be answered, through the snapshot as far as it reaches and exactly after it. Without a
/// snapshot all rows are scanned.
///
/// # Errors
/// `Invalid` for a query of another dimension or with a number that is not finite; `Conflict` when the matrix has fewer rows
/// than the snapshot.
pub fn search_with_tail(
    snapshot: Option<&Snapshot>,
    rows: &dyn Rows,
    query: &[f32],
    count: usize,
    allowed: Allowed<'_>,
) -> Result<Vec<Hit>> {
    check_query(query, rows.dimension())?;
    let Some(snapshot) = snapshot else {
        return Ok(nearest::scan(rows, 0..rows.len(), query, count, allowed));
    };
    let indexed = snapshot.index.len();
    if rows.len() < indexed {
        let message = format!("the index covers {indexed} vectors, but only {} are stored: build the index again", rows.len());
        return Err(Error::new(Kind::Conflict, message));
    }
    let (mut hits, seen) = snapshot.index.search_grown(rows, query, count, allowed)?;
    if seen < rows.len() {
        hits.extend(nearest::scan(rows, seen..rows.len(), query, count, allowed));
        hits.sort_unstable_by(nearest::closeness);
        hits.truncate(count);
    }
    Ok(hits)
}

/// Lets an index take in the rows that are newer than it: a few at once, many on another thread while searches go on. Call it when
/// rows were added; searches find the new rows either way.
pub fn take_in(snapshot: &Arc<Snapshot>, rows: &Arc<dyn Rows>) {
    let missing = rows.len().saturating_sub(snapshot.index.taken_in());
    if missing <= TAKEN_AT_ONCE {
        snapshot.index.take_in(&**rows);
    } else {
        let (snapshot, rows) = (Arc::clone(snapshot), Arc::clone(rows));
        rayon::spawn(move || snapshot.index.take_in(&*rows));
    }
}

/// True when so many of these rows are newer than the indexed ones that a new build is worth its time.
pub fn wants_rebuild(indexed: usize, rows: usize) -> bool {
    rows.saturating_sub(indexed) > MANY_NEW.max(indexed / NEW_SHARE)
}

/// The `count` closest of these rows, each scored exactly: for a choice of rows that is small beside the whole.
///
/// # Errors
/// `Invalid` for a query of another dimension or with a number that is not finite.
pub fn search_rows(rows: &dyn Rows, chosen: &[u32], query: &[f32], count: usize) -> Result<Vec<Hit>> {
    check_query(query, rows.dimension())?;
    let present = chosen.par_iter().filter(|row| (**row as usize) < rows.len());
    let mut hits: Vec<Hit> = present.map(|&row| Hit { row, score: dot(query, rows.row(row as usize)) }).collect();
    hits.retain(|hit| !hit.score.is_nan());
    hits.par_sort_unstable_by(nearest::closeness);
    hits.truncate(count);
    Ok(hits)
}

/// The `count` closest of these rows, all present, on this thread: memory is asked for ahead.
pub(super) fn search_chosen(rows: &dyn Rows, mut chosen: impl Iterator<Item = u32>, query: &[f32], count: usize) -> Vec<Hit> {
    let mut nearest = Nearest::new(count);
    let mut ahead = std::collections::VecDeque::with_capacity(VECTORS_AHEAD + 1);
    loop {
        if let Some(next) = chosen.next() {
            prefetch(rows.row(next as usize), size_of_val(query));
            ahead.push_back(next);
            if ahead.len() <= VECTORS_AHEAD {
                continue;
            }
        }
        let Some(row) = ahead.pop_front() else { return nearest.into_hits() };
        nearest.offer(Hit { row, score: dot(query, rows.row(row as usize)) });
    }
}
