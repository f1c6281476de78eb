//! A search that sees rows which are newer than the index: those few are scanned exactly and merged with the index's answer.

use rayon::prelude::*;

use super::{Excluded, Hit, Rows, Snapshot, check_query, dot, nearest};
use crate::error::{Error, Kind, Result};

/// The `count` closest of all rows, through the snapshot as far as it reaches and exactly after it. Without a snapshot all
/// rows are scanned.
///
/// # Errors
/// `Invalid` for a query of another dimension or with a number that is not finite; `Conflict` when the matrix has fewer rows
/// than the snapshot.
pub fn search_with_tail(
    snapshot: Option<&Snapshot>,
    rows: &dyn Rows,
    query: &[f32],
    count: usize,
    excluded: Excluded<'_>,
) -> Result<Vec<Hit>> {
    check_query(query, rows.dimension())?;
    let Some(snapshot) = snapshot else {
        return Ok(nearest::scan(rows, 0..rows.len(), query, count, excluded));
    };
    let indexed = snapshot.index.len();
    if rows.len() < indexed {
        let message = format!("the index covers {indexed} vectors, but only {} are stored: build the index again", rows.len());
        return Err(Error::new(Kind::Conflict, message));
    }
    let mut hits = snapshot.index.search(query, count, excluded)?;
    hits.extend(nearest::scan(rows, indexed..rows.len(), query, count, excluded));
    hits.sort_unstable_by(nearest::closeness);
    hits.truncate(count);
    Ok(hits)
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
