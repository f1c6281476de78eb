//! The index of 1-bit codes in lists: an inverted file whose rows are the signs of rotated residuals, with the best of them scored
//! exactly from the stored vectors. About 90 bytes a vector, memory-mapped; filters are looked at inside the scan.

mod array;
mod coarse;
mod encoder;
mod lists;
mod partition;
mod plan;
mod rotation;

use std::collections::HashMap;
use std::sync::Arc;

use super::kernels::sieve::Gate;
use super::kernels::{Candidate, Sieve, prefetch};
use super::work::Work;
use super::{Hit, RowSet, Rows, dot, nearest};
use crate::error::Result;
use lists::Lists;
pub use plan::{Plan, Step};

/// Rows that equal an earlier row, by that row.
#[derive(Debug, Default)]
pub(super) struct Copies {
    by_original: HashMap<u32, Vec<u32>>,
}

impl Copies {
    pub(super) fn of(&self, row: u32) -> &[u32] {
        if self.by_original.is_empty() { &[] } else { self.by_original.get(&row).map_or(&[], Vec::as_slice) }
    }
}

pub struct CodesIndex {
    rows: Arc<dyn Rows>,
    lists: Lists,
    copies: Copies,
    pub plan: Plan,
    count: usize,
}

impl CodesIndex {
    pub fn build(rows: Arc<dyn Rows>, lists: usize, recall: f64) -> Result<Self> {
        let stop = std::sync::atomic::AtomicBool::new(false);
        let work = Work::new(&|_, _| {}, &stop);
        let labels: Vec<u32> = (0..rows.len() as u32).collect();
        let t = std::time::Instant::now();
        let n = if lists == 0 { lists::usual_lists(labels.len()) } else { lists };
        let (lists, of) = Lists::build(&*rows, &labels, n, &work)?;
        let t1 = t.elapsed().as_secs_f64();
        let plan = plan::measure(&lists, &*rows, &labels, &of, recall, &work)?;
        println!("build {t1:.1} s, plan {:.1} s, {} lists, {:?}", t.elapsed().as_secs_f64() - t1, n, plan);
        let bytes = lists.blocks.len() * 8 + lists.names.len() * 4 + lists.coarse.blocks().len() * 8 + lists.coarse.centres().len() * 4;
        println!("bytes/vector {:.1}", bytes as f64 / labels.len() as f64);
        Ok(Self { count: rows.len(), rows, lists, copies: Copies::default(), plan })
    }

    pub fn search_with(&self, query: &[f32], count: usize, step: Step, allowed: Option<&RowSet>) -> Vec<Hit> {
        let prepared = self.lists.encoder.prepare(query);
        let lists = self.lists.coarse.best(query, &prepared, step.lists);
        let gate = allowed.map(|allowed| Gate { allowed, copies: &self.copies });
        let mut sieve = Sieve::new(step.candidates, gate);
        self.lists.scan(&lists, &prepared, &mut sieve);
        let candidates = sieve.into_candidates();
        self.score(query, &candidates, count)
    }

    fn score(&self, query: &[f32], candidates: &[Candidate], count: usize) -> Vec<Hit> {
        let mut nearest = nearest::Nearest::new(count);
        for (place, candidate) in candidates.iter().enumerate() {
            if let Some(next) = candidates.get(place + 2) {
                prefetch(self.rows.row(next.row as usize), 2048);
            }
            nearest.offer(Hit { row: candidate.row, score: dot(query, self.rows.row(candidate.row as usize)) });
        }
        nearest.into_hits()
    }
}
