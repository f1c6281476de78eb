//! How pictures are divided into those to train with, to validate with and to test with, class by class.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Shares of the three sets, in per cent; they sum up to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// To train with.
    pub train: u32,
    /// To validate with.
    pub val: u32,
    /// To test with.
    pub test: u32,
}

impl Shares {
    /// What the two other sets leave for training. More than 100 per cent in all leave nothing, and the test set gives way.
    pub fn new(val: u32, test: u32) -> Self {
        let val = val.min(100);
        let test = test.min(100 - val);
        Self { train: 100 - val - test, val, test }
    }

    /// How many sets get something.
    pub fn wanted(self) -> usize {
        [self.train, self.val, self.test].into_iter().filter(|share| *share > 0).count()
    }
}

/// How many of `count` pictures of one class go into each set: `[train, val, test]`, which sum up to `count`. Halves are rounded
/// away from zero, and a set with a share gets at least one picture where another can spare it.
pub fn split(count: usize, shares: Shares) -> [usize; 3] {
    match shares {
        Shares { train: 100, .. } => return [count, 0, 0],
        Shares { val: 100, .. } => return [0, count, 0],
        Shares { test: 100, .. } => return [0, 0, count],
        Shares { .. } => {}
    }
    let mut train = part(count, shares.train).min(count);
    if shares.train > 0 && train == 0 {
        train = 1.min(count);
    }
    let mut val = part(count, shares.val).min(count - train);
    if shares.val > 0 && val == 0 {
        if train > 1 {
            (train, val) = (train - 1, 1);
        } else if train != count {
            val = 1;
        }
    }
    let mut test = count - train - val;
    if shares.test > 0 && test == 0 {
        if val > 1 {
            (val, test) = (val - 1, 1);
        } else if train > 1 {
            (train, test) = (train - 1, 1);
        }
    }
    [train, val, test]
}

/// A share of a count, halves away from zero, in whole numbers.
fn part(count: usize, per_cent: u32) -> usize {
    (count * per_cent as usize + 50) / 100
}

/// Mixes a class's pictures before they are divided; the same seed and class mix the same way.
pub fn mix<T>(items: &mut [T], seed: u64, class: u64) {
    items.shuffle(&mut stream(seed, Purpose::Split, class));
}

/// The order in which `count` entries of a list go into a database.
pub fn order(count: usize, seed: u64, shuffled: bool, subset: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    if shuffled {
        order.shuffle(&mut stream(seed, Purpose::Order, subset));
    }
    order
}

/// What randomness is used for: each use has streams of its own, so that none depends on how often another was asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Split = 1,
    Order = 2,
    Noise = 3,
    Gradient = 4,
}

/// The random numbers of one use and one item of a dataset with this seed.
pub(super) fn stream(seed: u64, purpose: Purpose, item: u64) -> ChaCha8Rng {
    let mut mixed = ChaCha8Rng::seed_from_u64(seed ^ (purpose as u64).rotate_left(56));
    let seed = mixed.random::<u64>();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(item);
    random
}
