//! Asking an index: all queries on each of some threads, with the time of every answer.

use std::sync::Barrier;
use std::time::Instant;

use likeness::Result;
use likeness::index::{RowSet, VectorIndex};
use serde::Serialize;

/// What a run over all queries took, and what was answered.
#[derive(Serialize)]
pub(crate) struct Searched {
    /// From the first question to the last answer, all threads.
    seconds: f64,
    /// Questions that were answered in that time.
    answers: usize,
    /// Each thread's times, sorted together.
    #[serde(rename = "microseconds")]
    percentiles: Percentiles,
    /// The rows of each query's answer, from one thread.
    rows: Vec<Vec<u32>>,
}

#[derive(Serialize)]
struct Percentiles {
    p50: f64,
    p95: f64,
    p99: f64,
}

/// Asks every query on every thread.
pub(crate) fn run(index: &dyn VectorIndex, queries: &[&[f32]], count: usize, allowed: Option<&RowSet>, threads: usize) -> Result<Searched> {
    let barrier = Barrier::new(threads + 1);
    let ask = |first: usize| -> Result<(Vec<Vec<u32>>, Vec<f64>)> {
        barrier.wait();
        let mut rows = vec![Vec::new(); queries.len()];
        let mut times = Vec::with_capacity(queries.len());
        // Each thread begins elsewhere: they do not walk through the index in step.
        for place in (0..queries.len()).map(|place| (place + first) % queries.len()) {
            let start = Instant::now();
            let hits = index.search(queries[place], count, allowed)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            rows[place] = hits.iter().map(|hit| hit.row).collect();
        }
        Ok((rows, times))
    };
    let (seconds, answers) = std::thread::scope(|scope| {
        let ask = &ask;
        let places = (0..threads).map(|thread| thread * queries.len() / threads);
        let running: Vec<_> = places.map(|first| scope.spawn(move || ask(first))).collect();
        barrier.wait();
        let start = Instant::now();
        let answers: Vec<_> = running.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        (start.elapsed().as_secs_f64(), answers)
    });
    let mut times = Vec::new();
    let mut rows = Vec::new();
    for answer in answers {
        let (found, taken) = answer.map_err(|_| likeness::Error::internal("a search panicked"))??;
        times.extend(taken);
        rows = found;
    }
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times.get((part * times.len() as f64) as usize).copied().unwrap_or_default();
    Ok(Searched { seconds, answers: times.len(), percentiles: Percentiles { p50: at(0.5), p95: at(0.95), p99: at(0.99) }, rows })
}
