//! Building an index of codes: which rows there are once, their lists, their codes, and how far a search has to look.

use super::lists::{self, Lists};
use super::plan::{self, Plan};
use crate::error::Result;
use crate::index::Rows;
use crate::index::distinct::Copied;
use crate::index::work::Work;

/// What steers a build.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::index) struct Wish {
    /// Share of the closest ten that a search finds.
    pub(in crate::index) recall: f64,
    /// Lists; 0 chooses them by the number of rows.
    pub(in crate::index) lists: usize,
}

/// Builds over the first `count` rows without the copies among them.
///
/// # Errors
/// `Cancelled` when the work was stopped.
pub(in crate::index) fn build(rows: &dyn Rows, count: usize, copied: &[Copied], wish: Wish, work: &Work<'_>) -> Result<(Lists, Plan)> {
    let is_copy = |row: &u32| copied.binary_search_by_key(row, |(copy, _)| *copy).is_ok();
    let labels: Vec<u32> = (0..count as u32).filter(|row| !is_copy(row)).collect();
    let wanted = if wish.lists == 0 { lists::usual_lists(labels.len()) } else { wish.lists };
    let (index, of_labels) = Lists::build(rows, &labels, copied, wanted.clamp(1, labels.len().max(1)), work)?;
    let plan = plan::measure(&index, rows, &labels, &of_labels, wish.recall, work)?;
    Ok((index, plan))
}
