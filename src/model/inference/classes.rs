//! Classifications as DIGITS tells them: up to five pairs of label and percent, the best first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Line, Listener, row, scores};
use crate::error::Result;
use crate::network::Output;

/// Most guesses for a picture.
const MOST_GUESSES: usize = 5;

/// A class and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Number of the class, from 0.
    pub class: u32,
    /// Its probability, 0 to 1.
    pub score: f32,
}

impl Guess {
    /// The score in percent, rounded to two digits as Python rounds: the nearest number of two digits, and of two that are equally
    /// near the even one.
    pub fn percent(self) -> f64 {
        let exact = 100.0 * f64::from(self.score);
        format!("{exact:.2}").parse().unwrap_or(exact)
    }
}

/// The best classes of a row of scores, at most five. Scores beyond the labels are left out; of equal ones the lower class goes
/// first, and what is no number goes last.
pub fn best(scores: &[f32], labels: usize) -> Vec<Guess> {
    let key = |score: f32| if score.is_nan() { f32::NEG_INFINITY } else { score };
    let mut guesses: Vec<Guess> = Vec::with_capacity(MOST_GUESSES + 1);
    for (class, &score) in scores.iter().take(labels).enumerate() {
        if guesses.len() == MOST_GUESSES && guesses.last().is_some_and(|last| key(score) <= key(last.score)) {
            continue;
        }
        let place = guesses.partition_point(|guess| key(guess.score) >= key(score));
        guesses.insert(place, Guess { class: class as u32, score });
        guesses.truncate(MOST_GUESSES);
    }
    guesses
}

/// The guesses for one picture, as a list of pairs.
#[derive(Debug, Clone, Copy)]
pub struct Predictions<'a> {
    /// Names of the classes.
    pub labels: &'a [String],
    /// The guesses, best first.
    pub guesses: &'a [Guess],
}

impl Serialize for Predictions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = || self.guesses.iter().filter_map(|guess| Some((self.labels.get(guess.class as usize)?, guess.percent())));
        let mut pairs = serializer.serialize_seq(Some(known().count()))?;
        known().try_for_each(|pair| pairs.serialize_element(&pair))?;
        pairs.end()
    }
}

/// The guesses for many pictures, by path. Of a path that is listed twice the last answer stays.
#[derive(Debug, Clone)]
pub struct Classifications {
    labels: Arc<[String]>,
    found: BTreeMap<String, Vec<Guess>>,
}

impl Classifications {
    /// None yet, of these classes.
    pub fn new(labels: Arc<[String]>) -> Self {
        Self { labels, found: BTreeMap::new() }
    }

    /// Path and guesses of each picture, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Predictions<'_>)> {
        self.found.iter().map(|(path, guesses)| (path.as_str(), Predictions { labels: &self.labels, guesses }))
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl Listener for Classifications {
    fn answered(&mut self, line: &Line, outputs: &[Output], place: usize) -> Result<()> {
        let (_, values) = row(scores(outputs)?, place)?;
        self.found.insert(line.place.clone(), best(values, self.labels.len()));
        Ok(())
    }
}

/// An object of lists of pairs, keys in order.
impl Serialize for Classifications {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.found.len()))?;
        self.iter().try_for_each(|(path, predictions)| object.serialize_entry(path, &predictions))?;
        object.end()
    }
}
