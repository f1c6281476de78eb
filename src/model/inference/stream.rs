//! Pictures through a network, batch by batch, several at once; nothing waits in memory but a few batches, however long the list is.

use std::sync::atomic::{AtomicBool, Ordering};

use super::lanes::{Closing, Lanes};
use super::list::Line;
use crate::error::{Error, Kind, Result};
use crate::network::Output;

/// Failures that are kept with their reasons.
const MAX_FAILURES: usize = 1000;

/// Where pictures come from, made ready as the pictures of the network's dataset were.
pub trait Gallery: Sync {
    /// A picture that is ready.
    type Picture: Send;

    /// The picture at a path or address. Called from several threads.
    ///
    /// # Errors
    /// Whatever is wrong with that picture.
    fn picture(&self, place: &str) -> Result<Self::Picture>;
}

/// A trained network.
pub trait Answers<P> {
    /// Its outputs for a batch, in the order in which the network makes them; the first dimension of each is the batch.
    ///
    /// # Errors
    /// Pictures that the network cannot take, and faults of the machine.
    fn answer(&self, pictures: Vec<P>) -> Result<Vec<Output>>;
}

/// Hears what the network says, picture by picture, in the order of the list.
pub trait Listener {
    /// The outputs for a batch say this of the picture at `place` in it.
    ///
    /// # Errors
    /// Outputs that make no sense here; the work ends then.
    fn answered(&mut self, line: &Line, outputs: &[Output], place: usize) -> Result<()>;
}

/// How a list is worked through.
#[derive(Clone, Copy)]
pub struct Pace<'a> {
    /// Pictures of a batch; 1 where pictures differ in size.
    pub batch: usize,
    /// Batches that are answered at the same time.
    pub threads: usize,
    /// Set by whoever wants the work to end.
    pub stop: &'a AtomicBool,
}

/// How a list went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pictures that were answered.
    pub answered: u64,
    /// Pictures that could not be read.
    pub failed: u64,
    /// The first thousand of those, each with its reason.
    pub failures: Vec<(String, String)>,
}

/// Answers one picture.
///
/// # Errors
/// Whatever is wrong with the picture, or the network.
pub fn answer_one<P>(picture: P, network: &impl Answers<P>) -> Result<Vec<Output>> {
    network.answer(vec![picture])
}

/// Answers the pictures of a list. Each thread reads a batch and answers it alone, so that nobody waits for another; what they say is
/// heard in the order of the list. Pictures that cannot be read are counted and left out.
///
/// # Errors
/// `Cancelled` when asked to stop; a list that cannot be read on; those of the network and the listeners.
pub fn answer_all<G: Gallery>(
    lines: impl Iterator<Item = Result<Line>> + Send,
    gallery: &G,
    network: &(impl Answers<G::Picture> + Sync),
    pace: Pace<'_>,
    listeners: &mut [&mut dyn Listener],
) -> Result<Tally> {
    let mut tally = Tally::default();
    let work = Lanes::new(lines, pace);
    std::thread::scope(|scope| {
        // However it ends, the threads must end too: the scope waits for them.
        let _closing = Closing(&work);
        for _ in 0..pace.threads.max(1) {
            scope.spawn(|| work.answer(gallery, network));
        }
        while let Some(batch) = work.next() {
            batch?.tell(listeners, &mut tally)?;
        }
        if pace.stop.load(Ordering::Relaxed) { Err(Error::new(Kind::Cancelled, "stopped while pictures were answered")) } else { Ok(()) }
    })?;
    Ok(tally)
}

/// A batch with what the network says of those of its pictures that could be read.
pub(super) struct Answered {
    lines: Vec<Line>,
    outputs: Vec<Output>,
    failed: Vec<(Line, Error)>,
}

impl Answered {
    /// Reads the pictures and asks about them.
    ///
    /// # Errors
    /// Those of the network.
    pub(super) fn new<G: Gallery>(named: Vec<Line>, gallery: &G, network: &impl Answers<G::Picture>) -> Result<Self> {
        let (mut lines, mut pictures, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for line in named {
            match gallery.picture(&line.place) {
                Ok(picture) => {
                    lines.push(line);
                    pictures.push(picture);
                }
                Err(error) => failed.push((line, error)),
            }
        }
        let outputs = if pictures.is_empty() { Vec::new() } else { network.answer(pictures)? };
        Ok(Self { lines, outputs, failed })
    }

    fn tell(self, listeners: &mut [&mut dyn Listener], tally: &mut Tally) -> Result<()> {
        for (line, error) in self.failed {
            tally.fail(line, &error);
        }
        for (place, line) in self.lines.iter().enumerate() {
            for listener in listeners.iter_mut() {
                listener.answered(line, &self.outputs, place)?;
            }
        }
        tally.answered += self.lines.len() as u64;
        Ok(())
    }
}

impl Tally {
    fn fail(&mut self, line: Line, error: &Error) {
        self.failed += 1;
        if self.failures.len() < MAX_FAILURES {
            self.failures.push((line.place, error.message().to_owned()));
        }
    }

    /// `Invalid` in DIGITS' words where nothing could be answered, with the first reason.
    ///
    /// # Errors
    /// That one.
    pub fn check(&self) -> Result<()> {
        if self.answered > 0 {
            return Ok(());
        }
        let reason = self.failures.first().map(|(place, reason)| format!(" ({place}: {reason})")).unwrap_or_default();
        Err(Error::invalid(format!("Unable to classify any image from the file{reason}")))
    }
}
