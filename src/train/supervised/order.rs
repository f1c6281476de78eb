//! Which examples make which batch: in their order, around and around as Caffe reads them, epoch by epoch as Torch does, or drawn.

use crate::network::chance::Chance;

/// Random numbers of the order stand apart from others of the same seed.
const DRAWING: u64 = 0x6f72_6465_7200;

/// The order of a training's or a validation's examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) examples: u64,
    pub(super) batch: u64,
    /// Goes on at the beginning inside a batch; else the last batch of an epoch holds what is left.
    pub(super) wraps: bool,
    /// Draws with replacement, from this seed.
    pub(super) drawn: Option<u64>,
}

impl Order {
    /// Places of the examples of a batch, counted from 0.
    pub(super) fn places(&self, number: u64) -> Vec<usize> {
        let mut places: Vec<usize> = if self.wraps {
            // Both factors are below 2^52 by the course; the remainder keeps the sum small.
            let start = (u128::from(number) * u128::from(self.batch) % u128::from(self.examples)) as u64;
            (0..self.batch).map(|offset| ((start + offset) % self.examples) as usize).collect()
        } else {
            let start = number % self.batches() * self.batch;
            (start..(start + self.batch).min(self.examples)).map(|place| place as usize).collect()
        };
        if let Some(seed) = self.drawn {
            let mut chance = Chance::new(seed ^ DRAWING, number);
            places.fill_with(|| chance.below(self.examples as usize));
        }
        places
    }

    /// Batches that show every example once.
    pub(super) fn batches(&self) -> u64 {
        self.examples.div_ceil(self.batch)
    }
}
