//! A set of media numbers as one bit each: numbers are given out one after the other, so almost every bit means a picture.

use crate::types::MediaId;

/// Numbers above this are none that a database gave out: memory is not taken for them.
const HIGHEST: i64 = 1 << 33;

/// A set of media numbers.
#[derive(Debug, Clone, Default)]
pub struct MediaIds {
    words: Vec<u64>,
    count: u64,
}

impl MediaIds {
    /// Puts a number in; one that no database gives out is left out.
    pub fn insert(&mut self, id: MediaId) {
        let Some((word, bit)) = place(id.0) else { return };
        if word >= self.words.len() {
            // Grows by doubling, as vectors do.
            self.words.resize(word + 1, 0);
        }
        self.count += u64::from(self.words[word] & bit == 0);
        self.words[word] |= bit;
    }

    /// Whether a number is in.
    pub fn contains(&self, id: i64) -> bool {
        place(id).is_some_and(|(word, bit)| self.words.get(word).is_some_and(|found| found & bit != 0))
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// True before the first.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

fn place(id: i64) -> Option<(usize, u64)> {
    (0..=HIGHEST).contains(&id).then(|| ((id / 64) as usize, 1 << (id % 64)))
}
