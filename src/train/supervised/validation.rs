//! One pass over the validation examples: every example counts once, and the numbers are means over the examples.

use std::sync::atomic::AtomicBool;

use tch::Device;

use super::gradients::{Feed, numbers};
use super::loader::{Batches, Source, with_batches};
use crate::error::{Error, Result};
use crate::network::learning::{Leaves, Weights};

/// Numbers of one batch: its number, its examples, and the means over them.
type Measured = (u64, usize, Vec<(String, f64)>);

/// Means of all outputs over the examples. Batches are computed at once on `threads` threads and summed up in their order.
///
/// # Errors
/// `Cancelled` when the training was stopped; those of the examples and of libtorch.
pub(super) fn validate(
    feed: &Feed,
    source: &Source<'_>,
    weights: &Weights,
    threads: usize,
    stop: &AtomicBool,
) -> Result<Vec<(String, f64)>> {
    let lanes = if feed.device == Device::Cpu { threads.max(1) } else { 1 };
    let leaves = (0..lanes).map(|_| weights.leaves()).collect::<Result<Vec<_>>>()?;
    let mut measured = with_batches(source, 0..source.order.batches(), threads, |batches| {
        if lanes == 1 {
            return leaves.iter().map(|leaves| measure(feed, batches, leaves, stop)).collect::<Result<Vec<_>>>();
        }
        std::thread::scope(|scope| {
            let running: Vec<_> = leaves.into_iter().map(|leaves| scope.spawn(move || alone(feed, batches, &leaves, stop))).collect();
            let ended = |thread: std::thread::ScopedJoinHandle<'_, Result<Vec<Measured>>>| {
                thread.join().unwrap_or_else(|_| Err(Error::internal("a thread of the validation panicked")))
            };
            // All are waited for before any failure is told.
            running.into_iter().map(ended).collect::<Vec<_>>().into_iter().collect()
        })
    })?
    .concat();
    measured.sort_by_key(|(number, ..)| *number);
    Ok(means(&measured))
}

fn alone(feed: &Feed, batches: &Batches<'_>, leaves: &Leaves, stop: &AtomicBool) -> Result<Vec<Measured>> {
    tch::set_num_threads(1);
    measure(feed, batches, leaves, stop)
}

fn measure(feed: &Feed, batches: &Batches<'_>, leaves: &Leaves, stop: &AtomicBool) -> Result<Vec<Measured>> {
    let mut measured = Vec::new();
    while let Some(batch) = batches.next(stop)? {
        let answers = tch::no_grad(|| feed.run(&batch, (0, batch.count), leaves, None))?;
        measured.push((batch.number, batch.count, numbers(&answers.numbers)?));
    }
    Ok(measured)
}

fn means(measured: &[Measured]) -> Vec<(String, f64)> {
    let examples = measured.iter().map(|(_, count, _)| *count).sum::<usize>().max(1) as f64;
    let names = measured.first().map(|(.., numbers)| numbers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    let mean = |index: usize| measured.iter().map(|(_, count, numbers)| numbers[index].1 * *count as f64).sum::<f64>() / examples;
    names.unwrap_or_default().into_iter().enumerate().map(|(index, name)| (name, mean(index))).collect()
}
