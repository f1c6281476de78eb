//! Batches of a list that several threads take, and their answers, handed on in the order of the list. A thread that is far ahead of
//! the slowest waits: what is kept stays small.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::list::Line;
use super::stream::{Answered, Answers, Gallery, Pace};
use crate::error::{Error, Result};
use crate::network::device;

/// Batches that each thread may be ahead of the one that is handed on.
const AHEAD: u64 = 2;
/// How often somebody who waits looks whether the work is to end.
const LOOK: Duration = Duration::from_millis(50);

/// A list on its way through several threads.
pub(super) struct Lanes<'a, I> {
    state: Mutex<State<I>>,
    changed: Condvar,
    pace: Pace<'a>,
}

struct State<I> {
    lines: I,
    /// Number of the next batch that a thread takes.
    begun: u64,
    /// Number of the next batch that is handed on.
    next: u64,
    /// Nothing is left to be taken.
    is_over: bool,
    ready: BTreeMap<u64, Result<Answered>>,
}

/// Lets the threads end.
pub(super) struct Closing<'l, 'a, I>(pub(super) &'l Lanes<'a, I>);

impl<I> Drop for Closing<'_, '_, I> {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.changed.notify_all();
    }
}

impl<'a, I> Lanes<'a, I> {
    pub(super) fn new(lines: I, pace: Pace<'a>) -> Self {
        let state = State { lines, begun: 0, next: 0, is_over: false, ready: BTreeMap::new() };
        Self { state: Mutex::new(state), changed: Condvar::new(), pace }
    }

    /// The answers to the next batch of the list; `None` after the last, or when somebody asked for an end.
    pub(super) fn next(&self) -> Option<Result<Answered>> {
        let mut state = self.lock();
        while !self.is_stopped() {
            let next = state.next;
            if let Some(answered) = state.ready.remove(&next) {
                state.next += 1;
                self.changed.notify_all();
                return Some(answered);
            }
            if state.is_over && state.next == state.begun {
                return None;
            }
            state = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    fn is_stopped(&self) -> bool {
        self.pace.stop.load(Ordering::Relaxed)
    }

    /// The state is whole even if a thread panicked while it held it.
    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Iterator<Item = Result<Line>>> Lanes<'_, I> {
    /// Answers batches until there are no more.
    pub(super) fn answer<G: Gallery>(&self, gallery: &G, network: &impl Answers<G::Picture>) {
        if self.pace.threads > 1 {
            device::compute_alone();
        }
        while let Some((number, named)) = self.take() {
            let answered = named.and_then(|named| {
                let asked = catch_unwind(AssertUnwindSafe(|| Answered::new(named, gallery, network)));
                asked.unwrap_or_else(|_| Err(Error::internal("a thread that answers pictures panicked")))
            });
            self.lock().ready.insert(number, answered);
            self.changed.notify_all();
        }
    }

    /// The next lines; a list that cannot be read on ends with its failure.
    fn take(&self) -> Option<(u64, Result<Vec<Line>>)> {
        let mut state = self.lock();
        while state.begun >= state.next + AHEAD * self.pace.threads.max(1) as u64 && !state.is_over && !self.is_stopped() {
            state = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.is_over || self.is_stopped() {
            return None;
        }
        let named = state.lines.by_ref().take(self.pace.batch.max(1)).collect::<Result<Vec<Line>>>();
        state.is_over = named.as_ref().map_or(true, |named| named.len() < self.pace.batch.max(1));
        if named.as_ref().is_ok_and(Vec::is_empty) {
            self.changed.notify_all();
            return None;
        }
        state.begun += 1;
        Some((state.begun - 1, named))
    }
}
