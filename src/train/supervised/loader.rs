//! Reads and prepares batches ahead on threads of its own, so that the network never waits. Batches come in their order, whichever
//! thread made them, and depend on their number alone.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::order::Order;
use super::preparation::Preparation;
use super::wiring::LabelForm;
use super::{Examples, Label};
use crate::error::{Error, Kind, Result};
use crate::network::chance::Chance;

/// Most bytes of batches that wait to be learned from.
const WAITING_BYTES: usize = 256 << 20;
/// How often somebody who waits looks whether the training was stopped.
const LOOK: Duration = Duration::from_millis(50);
/// Random numbers of the pictures stand apart from others of the same seed.
const CHANGING: u64 = 0x7069_6374_7572;

/// Examples ready for the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    /// Number of the batch, from 0.
    pub(super) number: u64,
    /// Number of examples.
    pub(super) count: usize,
    /// Channels, height, width of each.
    pub(super) shape: [usize; 3],
    /// All pictures, one after the other.
    pub(super) pixels: Vec<f32>,
    /// All labels, one after the other; empty where there are none.
    pub(super) labels: Vec<f32>,
}

/// Where batches come from.
pub(super) struct Source<'a> {
    pub(super) examples: &'a dyn Examples,
    pub(super) preparation: &'a Preparation,
    pub(super) order: Order,
    pub(super) labels: LabelForm,
    /// Labels must be below.
    pub(super) classes: Option<i64>,
    /// Changes pictures at random from this seed, as in training.
    pub(super) seed: Option<u64>,
}

impl Source<'_> {
    /// Makes a batch.
    ///
    /// # Errors
    /// Those of the examples, with the example's number; `Invalid` for a label that the network does not know.
    pub(super) fn batch(&self, number: u64) -> Result<Batch> {
        let places = self.order.places(number);
        let shape = self.preparation.output();
        let mut batch = Batch { number, count: places.len(), shape, pixels: Vec::new(), labels: Vec::new() };
        batch.pixels.reserve(places.len() * shape.iter().product::<usize>());
        for (index, &place) in places.iter().enumerate() {
            let named = |error: Error| error.context(format_args!("example {place}"));
            let example = self.examples.read(place).map_err(named)?;
            let drawn = number.wrapping_mul(self.order.batch).wrapping_add(index as u64);
            let mut chance = self.seed.map(|seed| Chance::new(seed ^ CHANGING, drawn));
            self.preparation.append(&example.pixels, chance.as_mut(), &mut batch.pixels).map_err(named)?;
            self.label(&example.label, &mut batch.labels).map_err(named)?;
        }
        Ok(batch)
    }

    fn label(&self, label: &Label, labels: &mut Vec<f32>) -> Result<()> {
        match (self.labels, label) {
            (LabelForm::None, _) => {}
            (LabelForm::Class, Label::Class(class)) => {
                if let Some(classes) = self.classes.filter(|&classes| i64::from(*class) >= classes) {
                    return Err(Error::invalid(format!("it is of class {class}, and the network knows classes 0 to {}", classes - 1)));
                }
                labels.push(*class as f32);
            }
            (LabelForm::Values(count), Label::Values(values)) if values.len() == count => labels.extend_from_slice(values),
            (expected, found) => return Err(Error::invalid(format!("its label is {found:?}, where the first example has {expected:?}"))),
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.preparation.output().iter().product::<usize>() * self.order.batch as usize * size_of::<f32>()
    }
}

/// Batches that threads make ahead of those who take them.
pub(super) struct Batches<'a> {
    source: &'a Source<'a>,
    row: Mutex<Row>,
    changed: Condvar,
    end: u64,
    ahead: u64,
}

struct Row {
    /// The next batch that is taken.
    next: u64,
    /// The next batch that a thread begins with.
    begun: u64,
    ready: BTreeMap<u64, Result<Batch>>,
    closed: bool,
}

/// Runs `body` while `threads` threads make the batches of these numbers.
///
/// # Errors
/// Those of `body`, to which the failures of batches are given.
pub(super) fn with_batches<T>(
    source: &Source<'_>,
    numbers: Range<u64>,
    threads: usize,
    body: impl FnOnce(&Batches<'_>) -> Result<T>,
) -> Result<T> {
    let most = (WAITING_BYTES / source.bytes().max(1)).clamp(2, threads * 4 + 2);
    let row = Row { next: numbers.start, begun: numbers.start, ready: BTreeMap::new(), closed: false };
    let batches = Batches { source, row: Mutex::new(row), changed: Condvar::new(), end: numbers.end, ahead: most as u64 };
    std::thread::scope(|scope| {
        // However the body ends, the threads must end too: the scope waits for them.
        let _closing = Closing(&batches);
        for number in 0..threads.max(1) {
            let thread = std::thread::Builder::new().name(format!("examples {number}"));
            let started = thread.spawn_scoped(scope, || batches.make());
            drop(started.map_err(|error| Error::internal("cannot start a thread that reads examples").because(error))?);
        }
        body(&batches)
    })
}

struct Closing<'a>(&'a Batches<'a>);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

impl Batches<'_> {
    /// The next batch; `None` after the last. Several threads may ask.
    ///
    /// # Errors
    /// `Cancelled` when the training was stopped; the failure of the batch.
    pub(super) fn next(&self, stop: &AtomicBool) -> Result<Option<Batch>> {
        let mut row = self.lock();
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(stopped());
            }
            if row.next >= self.end {
                return Ok(None);
            }
            let wanted = row.next;
            if let Some(batch) = row.ready.remove(&wanted) {
                row.next += 1;
                self.changed.notify_all();
                return batch.map(Some);
            }
            row = self.changed.wait_timeout(row, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Makes batches until the last is begun or nobody wants any more.
    fn make(&self) {
        while let Some(number) = self.begin() {
            let made = catch_unwind(AssertUnwindSafe(|| self.source.batch(number)));
            let batch = made.unwrap_or_else(|_| Err(Error::internal(format!("reading the examples of batch {number} panicked"))));
            self.lock().ready.insert(number, batch);
            self.changed.notify_all();
        }
    }

    fn begin(&self) -> Option<u64> {
        let mut row = self.lock();
        loop {
            if row.closed || row.begun >= self.end {
                return None;
            }
            if row.begun < row.next + self.ahead {
                row.begun += 1;
                return Some(row.begun - 1);
            }
            row = self.changed.wait(row).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The row is whole even if a thread panicked while it held it.
    fn lock(&self) -> MutexGuard<'_, Row> {
        self.row.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ends a training that somebody stopped.
pub(super) fn stopped() -> Error {
    Error::new(Kind::Cancelled, "the training was stopped")
}
