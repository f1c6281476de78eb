//! Searching an index of codes: choose lists, scan their codes, score the best exactly. With a filter the plan depends on how many
//! rows may be answered: few are scored one by one, else more lists are scanned and the filter is looked at for what gets through.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::Copies;
use super::lists::Lists;
use super::plan::{Plan, Step};
use super::tail::Tail;
use crate::error::Result;
use crate::index::kernels::sieve::Gate;
use crate::index::kernels::{Candidate, Sieve, prefetch};
use crate::index::nearest::Nearest;
use crate::index::{Allowed, Hit, RowSet, Rows, VectorIndex, check_query, dot, nearest, search_chosen};

/// An answer of more than one row in this many is found by the exact scan.
const SCANNED_SHARE: usize = 8;
/// So many rows for each candidate of an unfiltered search are scored without choosing lists.
const FEW: usize = 2;
/// A filter that leaves a larger share than this, such as one for deleted rows, changes no plan.
const NEARLY_ALL: f64 = 0.9;
/// How much farther a search looks when the filter left too little.
const GROWTH: usize = 4;
/// Bytes of a vector that are asked for before it is scored; the processor sees the rest coming.
const AHEAD: usize = 1 << 11;
/// Vectors asked for ahead of the one being scored.
const VECTORS_AHEAD: usize = 3;

fn rows_below(allowed: &RowSet, end: usize) -> impl Iterator<Item = u32> + '_ {
    allowed.rows().take_while(move |row| (*row as usize) < end)
}

/// An index of codes, open for searches.
pub(in crate::index) struct CodesIndex {
    rows: Arc<dyn Rows>,
    count: usize,
    lists: Lists,
    copies: Copies,
    plan: Plan,
    tail: RwLock<Tail>,
    /// Held while the tail grows: one at a time.
    growing: Mutex<()>,
}

impl CodesIndex {
    pub(in crate::index) fn new(rows: Arc<dyn Rows>, count: usize, lists: Lists, copies: Copies, plan: Plan) -> Self {
        let tail = RwLock::new(Tail::new(count, lists.len()));
        Self { rows, count, lists, copies, plan, tail, growing: Mutex::new(()) }
    }

    /// The closest of the first `seen` rows, which the lists and this tail hold.
    fn find(&self, rows: &dyn Rows, tail: &Tail, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<Vec<Hit>> {
        check_query(query, rows.dimension())?;
        let seen = tail.end();
        let eligible = allowed.map_or(seen, |allowed| allowed.count().min(seen));
        let count = count.min(eligible);
        if count == 0 {
            return Ok(Vec::new());
        }
        let mut step = self.step(count, eligible as f64 / seen as f64);
        if let Some(allowed) = allowed.filter(|_| eligible <= step.candidates.saturating_mul(FEW)) {
            return Ok(search_chosen(rows, rows_below(allowed, seen), query, count));
        }
        while count.saturating_mul(SCANNED_SHARE) < seen {
            let hits = match allowed.filter(|_| self.is_cheaper_one_by_one(eligible, &step)) {
                Some(allowed) => self.search_allowed(rows, tail, query, count, step, allowed),
                None => self.search_with(rows, tail, query, count, step, allowed),
            };
            if hits.len() >= count {
                return Ok(hits);
            }
            if step.lists >= self.lists.len() {
                break;
            }
            step.lists = step.lists.saturating_mul(GROWTH);
        }
        Ok(nearest::scan(rows, 0..seen, query, count, allowed))
    }

    /// How far to look when only this share of the rows may be answered: the closest of them are spread among more rows.
    fn step(&self, count: usize, share: f64) -> Step {
        let unfiltered = self.plan.at(count as f64);
        if share > NEARLY_ALL {
            return unfiltered;
        }
        Step { lists: self.plan.at(count as f64 / share).filtered_lists.max(unfiltered.filtered_lists), ..unfiltered }
    }

    fn is_cheaper_one_by_one(&self, eligible: usize, step: &Step) -> bool {
        let share = (step.lists as f64 / self.lists.len() as f64).min(1.0);
        Plan::cost_one_by_one(eligible, share) < Plan::cost_of_scan(step, self.lists.len(), self.rows_per_list())
    }

    /// Scores exactly what is allowed in the best lists.
    fn search_allowed(&self, rows: &dyn Rows, tail: &Tail, query: &[f32], count: usize, step: Step, allowed: &RowSet) -> Vec<Hit> {
        let prepared = self.lists.encoder.prepare(query);
        let mut is_chosen = vec![false; self.lists.len()];
        self.lists.coarse.best(&prepared, step.lists).iter().for_each(|list| is_chosen[list.row as usize] = true);
        let is_near = |row: &u32| match self.lists.homes.get(*row as usize) {
            Some(home) => is_chosen.get(usize::from(*home)).copied().unwrap_or(false),
            None => true,
        };
        search_chosen(rows, rows_below(allowed, tail.end()).filter(is_near), query, count)
    }

    fn rows_per_list(&self) -> f64 {
        self.count as f64 / self.lists.len() as f64
    }

    fn search_with(&self, rows: &dyn Rows, tail: &Tail, query: &[f32], count: usize, step: Step, allowed: Allowed<'_>) -> Vec<Hit> {
        let prepared = self.lists.encoder.prepare(query);
        let lists = self.lists.coarse.best(&prepared, step.lists);
        let gate = allowed.map(|allowed| Gate { allowed, copies: &self.copies });
        let mut sieve = Sieve::new(step.candidates.max(count), gate);
        self.lists.scan(&lists, &prepared, &mut sieve);
        tail.scan(&lists, &prepared, &mut sieve);
        self.score(rows, tail.end(), query, sieve.into_candidates(), count, allowed)
    }

    /// Scores candidates exactly, and answers the copies of each with it.
    fn score(&self, rows: &dyn Rows, end: usize, query: &[f32], mut found: Vec<Candidate>, count: usize, allowed: Allowed<'_>) -> Vec<Hit> {
        // What a file says is not believed: a row that is not there is left out.
        found.retain(|candidate| (candidate.row as usize) < end);
        let mut nearest = Nearest::new(count);
        for (place, candidate) in found.iter().enumerate() {
            if let Some(next) = found.get(place + VECTORS_AHEAD) {
                prefetch(rows.row(next.row as usize), AHEAD);
            }
            let score = dot(query, rows.row(candidate.row as usize));
            for row in std::iter::once(candidate.row).chain(self.copies.of(candidate.row).iter().copied()) {
                if allowed.is_none_or(|allowed| allowed.contains(row)) {
                    nearest.offer(Hit { row, score });
                }
            }
        }
        nearest.into_hits()
    }
}

impl VectorIndex for CodesIndex {
    fn search(&self, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<Vec<Hit>> {
        self.find(&*self.rows, &Tail::new(self.count, 0), query, count, allowed)
    }

    fn search_grown(&self, rows: &dyn Rows, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<(Vec<Hit>, usize)> {
        let tail = self.tail.read().unwrap_or_else(PoisonError::into_inner);
        if tail.end() > rows.len() {
            // A reader that opened the vectors earlier than the one who grew the tail sees only what it has.
            return Ok((self.search(query, count, allowed)?, self.count));
        }
        Ok((self.find(rows, &tail, query, count, allowed)?, tail.end()))
    }

    fn take_in(&self, rows: &dyn Rows) {
        let _growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let first = self.tail.read().unwrap_or_else(PoisonError::into_inner).end();
            let fresh = Tail::encode(&self.lists, rows, first);
            if fresh.is_empty() {
                return;
            }
            self.tail.write().unwrap_or_else(PoisonError::into_inner).append(&fresh, &self.lists);
        }
    }

    fn taken_in(&self) -> usize {
        self.tail.read().unwrap_or_else(PoisonError::into_inner).end()
    }

    fn len(&self) -> usize {
        self.count
    }
}
