//! Threads for work in bulk, beside the one that answers people. Each takes a piece (a handful of pictures) as a whole, one core a
//! thread: no two threads wait for each other inside a forward pass, and all cores are busy whether decoding or the network costs
//! more. They step back behind every thread that somebody waits for.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::engine_gone;
use crate::error::{Error, Result};
use crate::priority;

type Piece = Box<dyn FnOnce() + Send>;

/// The threads and what waits for them.
pub(super) struct BulkThreads {
    queue: Arc<Queue>,
    count: usize,
    niceness: u8,
    running: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    woken: Condvar,
}

#[derive(Default)]
struct Waiting {
    pieces: VecDeque<Piece>,
    closed: bool,
}

impl BulkThreads {
    /// Threads are started when they are first needed.
    pub(super) fn new(count: usize, niceness: u8) -> Self {
        Self { queue: Arc::default(), count: count.max(1), niceness, running: Mutex::default() }
    }

    /// How many pieces are worked on at once.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Does a piece of work on one of the threads. Work whose caller left is not begun.
    ///
    /// # Errors
    /// `Internal` when a thread cannot be started or the work panicked.
    pub(super) async fn perform<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.start()?;
        let (reply, answer) = oneshot::channel();
        let piece = Box::new(move || {
            if !reply.is_closed() {
                // Whoever asked may have left meanwhile.
                let _ = reply.send(work());
            }
        });
        lock(&self.queue.waiting).pieces.push_back(piece);
        self.queue.woken.notify_one();
        answer.await.map_err(|_| engine_gone())
    }

    fn start(&self) -> Result<()> {
        let mut running = lock(&self.running);
        while running.len() < self.count {
            let (queue, niceness) = (Arc::clone(&self.queue), self.niceness);
            let thread = std::thread::Builder::new().name(format!("bulk {}", running.len())).spawn(move || queue.run(niceness));
            running.push(thread.map_err(|error| Error::internal("cannot start a thread for bulk work").because(error))?);
        }
        Ok(())
    }
}

impl Drop for BulkThreads {
    fn drop(&mut self) {
        let mut waiting = lock(&self.queue.waiting);
        waiting.closed = true;
        // Nobody waits for them any more.
        waiting.pieces.clear();
        drop(waiting);
        self.queue.woken.notify_all();
        let own = std::thread::current().id();
        for thread in lock(&self.running).drain(..).filter(|thread| thread.thread().id() != own) {
            let _ = thread.join();
        }
    }
}

impl Queue {
    fn run(&self, niceness: u8) {
        priority::step_back(niceness);
        // For this thread alone: the others keep their number.
        tch::set_num_threads(1);
        while let Some(piece) = self.next() {
            // The caller's reply channel closes and says so.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(piece)).is_err() {
                tracing::error!("a piece of bulk work panicked; the next one goes on");
            }
        }
    }

    fn next(&self) -> Option<Piece> {
        let mut waiting = lock(&self.waiting);
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(piece) = waiting.pieces.pop_front() {
                return Some(piece);
            }
            waiting = self.woken.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Plain queues are whole even if a thread panicked while it held them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
