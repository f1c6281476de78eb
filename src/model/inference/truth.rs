//! How often a network is right about pictures whose class is known: accuracies and confusion matrix.

use std::collections::BTreeMap;

use super::{Line, Listener, best, row, scores};
use crate::error::Result;
use crate::network::Output;

/// Counts of right and wrong first guesses, and of right ones among the first five.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    labels: usize,
    /// Pictures by true and by guessed class.
    confusion: BTreeMap<(u32, u32), u64>,
    first: u64,
    among_five: u64,
    asked: u64,
}

impl Examination {
    /// Of this many classes.
    pub fn new(labels: usize) -> Self {
        Self { labels, ..Self::default() }
    }

    /// Pictures whose class is known.
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// Percent of the pictures whose class is the first guess; `None` where no class is known.
    pub fn top_1(&self) -> Option<f64> {
        percent(self.first, self.asked)
    }

    /// Percent of the pictures whose class is among the first five.
    pub fn top_5(&self) -> Option<f64> {
        percent(self.among_five, self.asked)
    }

    /// Pictures of class `truth` that were taken for class `guess`.
    pub fn count(&self, truth: u32, guess: u32) -> u64 {
        self.confusion.get(&(truth, guess)).copied().unwrap_or(0)
    }

    /// Percent of a class' pictures that were recognised; `None` where it has none.
    pub fn of_class(&self, truth: u32) -> Option<f64> {
        let all = self.confusion.range((truth, 0)..=(truth, u32::MAX)).map(|(_, count)| count).sum();
        percent(self.count(truth, truth), all)
    }
}

fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * part as f64 / whole as f64)
}

impl Listener for Examination {
    /// Counts a picture whose line names a class that there is.
    fn answered(&mut self, line: &Line, outputs: &[Output], place: usize) -> Result<()> {
        let Some(truth) = line.truth.filter(|&truth| (truth as usize) < self.labels) else { return Ok(()) };
        let (_, values) = row(scores(outputs)?, place)?;
        let guesses = best(values, self.labels);
        self.asked += 1;
        self.among_five += u64::from(guesses.iter().any(|guess| guess.class == truth));
        if let Some(guess) = guesses.first() {
            self.first += u64::from(guess.class == truth);
            *self.confusion.entry((truth, guess.class)).or_default() += 1;
        }
        Ok(())
    }
}
