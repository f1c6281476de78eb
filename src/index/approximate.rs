//! What all approximate kinds share: fetch candidates, score them exactly from the stored vectors, drop what may not be answered,
//! and fetch more until the answer is full. Where that would touch most rows anyway, the exact scan is cheaper and is used.

use std::sync::Arc;

use super::distinct::{Distinct, View};
use super::{Allowed, Hit, Rows, VectorIndex, check_query, nearest};
use crate::error::Result;

/// A candidate costs about this many times a scanned row: random access, and a heap beside it.
const CANDIDATE_COST: usize = 8;
/// How many more candidates are fetched when too many were dropped.
const GROWTH: usize = 4;

/// A structure that proposes rows near a query.
pub(super) trait Candidates: Send + Sync {
    /// About `wanted` labels that are probably the closest, with exact scores, in any order; fewer if no more are found.
    fn candidates(&self, vectors: View<'_>, query: &[f32], wanted: usize) -> Result<Vec<Hit>>;
}

/// An approximate index: a source of candidates over the first `count` rows.
pub(super) struct Approximate<C> {
    pub(super) source: C,
    pub(super) rows: Arc<dyn Rows>,
    pub(super) distinct: Distinct,
    pub(super) count: usize,
}

impl<C: Candidates> VectorIndex for Approximate<C> {
    fn search(&self, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<Vec<Hit>> {
        check_query(query, self.rows.dimension())?;
        let count = count.min(self.count);
        let mut wanted = count;
        while count > 0 && wanted.saturating_mul(CANDIDATE_COST) < self.count {
            let labels = self.source.candidates(View { rows: &*self.rows, distinct: &self.distinct }, query, wanted)?;
            let exhausted = labels.len() < wanted;
            let mut hits = self.distinct.expand(labels);
            hits.retain(|hit| allowed.is_none_or(|allowed| allowed.contains(hit.row)));
            if hits.len() >= count {
                hits.sort_unstable_by(nearest::closeness);
                hits.truncate(count);
                return Ok(hits);
            }
            if exhausted {
                break;
            }
            wanted *= GROWTH;
        }
        Ok(nearest::scan(&*self.rows, 0..self.count, query, count, allowed))
    }

    fn len(&self) -> usize {
        self.count
    }
}
