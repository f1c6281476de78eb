//! How much of an index a search looks at, chosen when it is built: rows of the library are asked for their neighbours, the exact
//! scan says what is right, and the cheapest reach that finds enough of it is written down, for answers of several lengths.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::lists::Lists;
use crate::error::Result;
use crate::index::kernels::Sieve;
use crate::index::work::Work;
use crate::index::{Hit, RowSet, Rows, nearest};

/// Lengths of answers that are measured.
const DEPTHS: [usize; 3] = [10, 100, 1000];
/// Rows that are asked.
const QUERIES: usize = 640;
/// Queries of one scan of all rows: a build hears a stop between two of them.
const QUERIES_AT_ONCE: usize = 64;
/// Estimates whose order is looked at.
const LOOKED_AT: usize = 1 << 14;
/// Share of the allowed misses that is planned for: queries of users are no rows of the library.
const PRUDENCE: f64 = 0.6;
/// Misses allowed under a filter, for each one allowed without: there the lists are the cost.
const FILTERED_MISSES: f64 = 1.15;
/// Looking up whether an allowed row is in a scanned list costs so much.
const LOOK_UP_COST: f64 = 3.0;
/// What a candidate scored exactly, a list, and a scanned row cost: nanoseconds at 512 dimensions; only their ratios matter.
const CANDIDATE_COST: f64 = 100.0;
const LIST_COST: f64 = 100.0;
const ROW_COST: f64 = 2.0;

/// What a search for the `depth` closest rows looks at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Rows wanted.
    pub depth: usize,
    /// Lists scanned.
    pub lists: usize,
    /// Rows scored exactly.
    pub candidates: usize,
    /// Lists scanned when a filter leaves so few rows that the closest of them are this deep.
    pub filtered_lists: usize,
}

/// The reach of searches, by the number of rows wanted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    steps: Vec<Step>,
}

impl Plan {
    /// What a search for this many rows looks at: between the measured depths in proportion to their logarithms, beyond them in
    /// proportion to the depth.
    pub(in crate::index) fn at(&self, depth: f64) -> Step {
        let Some(first) = self.steps.first() else {
            return Step {
                depth: depth as usize,
                lists: usize::MAX,
                candidates: (20.0 * depth) as usize + 200,
                filtered_lists: usize::MAX,
            };
        };
        let after = self.steps.iter().find(|step| step.depth as f64 >= depth);
        let before = self.steps.iter().rev().find(|step| (step.depth as f64) < depth);
        match (before, after) {
            (Some(before), Some(after)) => between(before, after, depth),
            (Some(last), None) => stretched(last, depth / last.depth as f64),
            (None, _) => *first,
        }
    }

    /// The same plan with this share of its reach, in percent.
    pub(in crate::index) fn scaled(&self, percent: usize) -> Self {
        let share = |value: usize| (value * percent / 100).max(1);
        let scaled = |step: &Step| Step {
            depth: step.depth,
            lists: share(step.lists),
            candidates: share(step.candidates).max(step.depth),
            filtered_lists: share(step.filtered_lists),
        };
        Self { steps: self.steps.iter().map(scaled).collect() }
    }

    /// What scoring the allowed rows of the chosen lists one by one costs.
    pub(super) fn cost_one_by_one(allowed: usize, share_of_lists: f64) -> f64 {
        allowed as f64 * (LOOK_UP_COST + share_of_lists * CANDIDATE_COST)
    }

    /// What a scan with this reach costs.
    pub(super) fn cost_of_scan(step: &Step, lists: usize, rows_per_list: f64) -> f64 {
        cost(step.lists.min(lists), step.candidates, rows_per_list)
    }
}

fn between(before: &Step, after: &Step, depth: f64) -> Step {
    let share = (depth / before.depth as f64).ln() / (after.depth as f64 / before.depth as f64).ln();
    let mix = |low: usize, high: usize| (low.max(1) as f64 * (high as f64 / low.max(1) as f64).powf(share)).ceil() as usize;
    Step {
        depth: depth as usize,
        lists: mix(before.lists, after.lists),
        candidates: mix(before.candidates, after.candidates),
        filtered_lists: mix(before.filtered_lists, after.filtered_lists),
    }
}

fn stretched(last: &Step, ratio: f64) -> Step {
    let stretch = |value: usize| (value as f64 * ratio).ceil() as usize;
    Step {
        depth: stretch(last.depth),
        lists: stretch(last.lists),
        candidates: stretch(last.candidates),
        filtered_lists: stretch(last.filtered_lists),
    }
}

/// What a search with this reach costs, in nanoseconds more or less.
fn cost(reach: usize, candidates: usize, rows_per_list: f64) -> f64 {
    reach as f64 * (LIST_COST + rows_per_list * ROW_COST) + candidates as f64 * CANDIDATE_COST
}

/// Where a true neighbour is met: after how many lists, and among how many estimates.
#[derive(Debug, Clone, Copy)]
struct Meeting {
    list: usize,
    estimate: usize,
}

/// Measures the reach that finds this share of the closest rows. `labels` are the indexed rows, ascending, `lists` the list of each.
pub(super) fn measure(index: &Lists, rows: &dyn Rows, labels: &[u32], lists: &[u32], recall: f64, work: &Work<'_>) -> Result<Plan> {
    let count = QUERIES.min(labels.len());
    let queries: Vec<u32> = (0..count).map(|place| labels[place * labels.len() / count]).collect();
    let depths: Vec<usize> = DEPTHS.into_iter().filter(|depth| *depth == DEPTHS[0] || depth * 10 <= labels.len()).collect();
    let deepest = depths.last().copied().unwrap_or(1);
    let truth = exact_neighbours(rows, labels, &queries, deepest, work)?;
    let meetings: Vec<Vec<Meeting>> =
        queries.par_iter().zip(&truth).map(|(query, truth)| meet(index, rows, labels, lists, *query, truth)).collect();
    let rows_per_list = labels.len() as f64 / index.len() as f64;
    let wanted = 1.0 - (1.0 - recall) * PRUDENCE;
    let step = |depth| cheapest(&meetings, depth, wanted, rows_per_list, index.len());
    Ok(Plan { steps: depths.into_iter().map(step).collect() })
}

/// The closest rows of each queried row, without itself and without copies.
fn exact_neighbours(rows: &dyn Rows, labels: &[u32], queries: &[u32], depth: usize, work: &Work<'_>) -> Result<Vec<Vec<Hit>>> {
    let mut allowed = RowSet::none(rows.len());
    for row in labels {
        allowed.insert(*row);
    }
    let mut neighbours = Vec::with_capacity(queries.len());
    for part in queries.chunks(QUERIES_AT_ONCE) {
        work.check_stop()?;
        let vectors: Vec<&[f32]> = part.iter().map(|row| rows.row(*row as usize)).collect();
        let found = nearest::scan_batch(rows, rows.len(), &vectors, depth + 1, Some(&allowed));
        neighbours
            .extend(part.iter().zip(found).map(|(query, hits)| hits.into_iter().filter(|hit| hit.row != *query).take(depth).collect()));
    }
    Ok(neighbours)
}

fn meet(index: &Lists, rows: &dyn Rows, labels: &[u32], lists: &[u32], query: u32, truth: &[Hit]) -> Vec<Meeting> {
    let vector = rows.row(query as usize);
    let prepared = index.encoder.prepare(vector);
    let mut order = index.coarse.best(&prepared, index.len());
    order.sort_unstable_by(|a, b| b.estimate.total_cmp(&a.estimate));
    let mut sieve = Sieve::new(LOOKED_AT, None);
    index.scan(&order, &prepared, &mut sieve);
    let mut candidates = sieve.into_candidates();
    candidates.retain(|candidate| candidate.row != query);
    candidates.sort_unstable_by(|a, b| b.estimate.total_cmp(&a.estimate));
    let mut list_places = vec![0; index.len()];
    order.iter().enumerate().for_each(|(place, list)| list_places[list.row as usize] = place);
    let places: std::collections::HashMap<u32, usize> =
        candidates.iter().enumerate().map(|(place, candidate)| (candidate.row, place)).collect();
    let meeting = |hit: &Hit| {
        let list = labels.binary_search(&hit.row).map_or(0, |label| list_places[lists[label] as usize]);
        Meeting { list, estimate: places.get(&hit.row).copied().unwrap_or(usize::MAX) }
    };
    truth.iter().map(meeting).collect()
}

/// The cheapest numbers of lists and candidates with which this share of the first `depth` neighbours is met.
fn cheapest(meetings: &[Vec<Meeting>], depth: usize, wanted: f64, rows_per_list: f64, lists: usize) -> Step {
    let all: Vec<Meeting> = meetings.iter().flat_map(|meetings| meetings.iter().take(depth)).copied().collect();
    let needed = ((all.len() as f64 * wanted).ceil() as usize).max(1);
    let mut deepest: Vec<usize> = all.iter().map(|meeting| meeting.list + 1).collect();
    deepest.sort_unstable();
    let enough = (all.len() as f64 * (1.0 - (1.0 - wanted) * FILTERED_MISSES)) as usize;
    let filtered_lists = deepest.get(enough.min(deepest.len().saturating_sub(1))).copied().unwrap_or(lists);
    let mut best = (f64::INFINITY, Step { depth, lists, candidates: LOOKED_AT, filtered_lists });
    let mut reach = 1;
    loop {
        let mut estimates: Vec<usize> = all.iter().filter(|meeting| meeting.list < reach).map(|meeting| meeting.estimate).collect();
        estimates.sort_unstable();
        if let Some(last) = estimates.get(needed - 1).filter(|last| **last < LOOKED_AT) {
            let candidates = (last + 2).max(depth);
            let cost = cost(reach, candidates, rows_per_list);
            if cost < best.0 {
                best = (cost, Step { depth, lists: reach, candidates, filtered_lists });
            }
        }
        if reach >= lists {
            return best.1;
        }
        reach = (reach + 1).max(reach * 21 / 20).min(lists);
    }
}
