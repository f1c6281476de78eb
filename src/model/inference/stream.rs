//! Pictures through a network, batch by batch: the next ones are read while a batch is answered, and nothing waits in memory but a
//! few batches, however long the list is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use rayon::prelude::*;

use super::list::Line;
use crate::error::{Error, Kind, Result};
use crate::network::Output;

/// Batches that wait to be answered, besides the one being read and the one being answered.
const AHEAD: usize = 1;
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

type Batch<P> = Vec<(Line, Result<P>)>;

/// Answers one picture.
///
/// # Errors
/// Whatever is wrong with the picture, or the network.
pub fn answer_one<P>(picture: P, network: &impl Answers<P>) -> Result<Vec<Output>> {
    network.answer(vec![picture])
}

/// Answers the pictures of a list. Pictures that cannot be read are counted and left out.
///
/// # Errors
/// `Cancelled` when asked to stop; a list that cannot be read on; those of the network and the listeners.
pub fn answer_all<G: Gallery>(
    lines: impl Iterator<Item = Result<Line>> + Send,
    gallery: &G,
    network: &impl Answers<G::Picture>,
    pace: Pace<'_>,
    listeners: &mut [&mut dyn Listener],
) -> Result<Tally> {
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        scope.spawn(move || read(lines, gallery, pace, &sender));
        for batch in receiver {
            answer(batch?, network, listeners, &mut tally)?;
        }
        if pace.stop.load(Ordering::Relaxed) { Err(Error::new(Kind::Cancelled, "stopped while pictures were answered")) } else { Ok(()) }
    })?;
    Ok(tally)
}

/// Reads batches until the list ends, fails, somebody wants an end, or nobody listens any more.
fn read<G: Gallery>(
    mut lines: impl Iterator<Item = Result<Line>>,
    gallery: &G,
    pace: Pace<'_>,
    sender: &SyncSender<Result<Batch<G::Picture>>>,
) {
    while !pace.stop.load(Ordering::Relaxed) {
        let batch = match lines.by_ref().take(pace.batch.max(1)).collect::<Result<Vec<Line>>>() {
            Ok(named) if named.is_empty() => return,
            Ok(named) => Ok(pictures(named, gallery)),
            Err(error) => Err(error),
        };
        let is_last = batch.is_err();
        if sender.send(batch).is_err() || is_last {
            return;
        }
    }
}

fn pictures<G: Gallery>(lines: Vec<Line>, gallery: &G) -> Batch<G::Picture> {
    lines
        .into_par_iter()
        .map(|line| {
            let picture = gallery.picture(&line.place);
            (line, picture)
        })
        .collect()
}

fn answer<P>(batch: Batch<P>, network: &impl Answers<P>, listeners: &mut [&mut dyn Listener], tally: &mut Tally) -> Result<()> {
    let (mut lines, mut pictures) = (Vec::new(), Vec::new());
    for (line, picture) in batch {
        match picture {
            Ok(picture) => {
                lines.push(line);
                pictures.push(picture);
            }
            Err(error) => tally.fail(line, &error),
        }
    }
    if pictures.is_empty() {
        return Ok(());
    }
    let outputs = network.answer(pictures)?;
    for (place, line) in lines.iter().enumerate() {
        for listener in listeners.iter_mut() {
            listener.answered(line, &outputs, place)?;
        }
    }
    tally.answered += lines.len() as u64;
    Ok(())
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
