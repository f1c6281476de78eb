//! Keeps the best few of very many estimates: a buffer twice as large as what is wanted, halved when it is full. What is below the
//! worst of the kept is refused by one comparison.

use crate::index::RowSet;
use crate::index::codes::Copies;

/// Room beyond what is kept, so that halving is rare even when little is wanted.
const SLACK: usize = 96;

/// A row that may be close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::index) struct Candidate {
    /// About what the exact score will be.
    pub(in crate::index) estimate: f32,
    /// Row of the matrix, or place of a centroid.
    pub(in crate::index) row: u32,
}

/// Which rows may pass: those of a set, and those with a copy in the set.
#[derive(Clone, Copy)]
pub(in crate::index) struct Gate<'a> {
    pub(in crate::index) allowed: &'a RowSet,
    pub(in crate::index) copies: &'a Copies,
}

impl Gate<'_> {
    #[inline]
    pub(in crate::index) fn lets_through(&self, row: u32) -> bool {
        self.allowed.contains(row) || self.copies.of(row).iter().any(|copy| self.allowed.contains(*copy))
    }
}

/// The best `keep` candidates of all offered.
pub(in crate::index) struct Sieve<'a> {
    keep: usize,
    kept: Vec<Candidate>,
    threshold: f32,
    gate: Option<Gate<'a>>,
}

impl<'a> Sieve<'a> {
    pub(in crate::index) fn new(keep: usize, gate: Option<Gate<'a>>) -> Self {
        Self { keep, kept: Vec::with_capacity((2 * keep).min(1 << 16) + SLACK), threshold: f32::NEG_INFINITY, gate }
    }

    pub(in crate::index) fn gate(&self) -> Option<Gate<'a>> {
        self.gate
    }

    /// Estimates that are not above this are of no use.
    #[inline]
    pub(in crate::index) fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Takes a candidate above the threshold, if its row may pass.
    #[inline]
    pub(in crate::index) fn offer(&mut self, candidate: Candidate) {
        if candidate.estimate > self.threshold && self.gate.is_none_or(|gate| gate.lets_through(candidate.row)) {
            self.kept.push(candidate);
            if self.kept.len() >= 2 * self.keep + SLACK {
                self.halve();
            }
        }
    }

    #[cold]
    fn halve(&mut self) {
        if self.keep == 0 {
            self.kept.clear();
            self.threshold = f32::INFINITY;
        } else if self.kept.len() > self.keep {
            let (_, worst, _) = self.kept.select_nth_unstable_by(self.keep - 1, |a, b| b.estimate.total_cmp(&a.estimate));
            self.threshold = worst.estimate;
            self.kept.truncate(self.keep);
        }
    }

    /// The best candidates, in no order.
    pub(in crate::index) fn into_candidates(mut self) -> Vec<Candidate> {
        self.halve();
        self.kept
    }
}
