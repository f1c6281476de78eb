//! A random rotation that costs a few additions a number: random signs, then a fast Hadamard transform, several times over. Where the
//! dimension is no power of two the transform takes the first and the last part by turns, and pairs are mixed in between ("fast
//! Johnson-Lindenstrauss transforms" with Kac's walk). Lengths and inner products stay; what is special about single dimensions is
//! spread over all of them, which the 1-bit codes need.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::index::kernels::hadamard::hadamard;

/// Rounds of signs and transform.
const ROUNDS: usize = 3;
/// Bits of a word: rotated vectors have whole words of signs.
const WORD: usize = 64;

/// An orthogonal map from `dimension` numbers to `padded` numbers, made from a seed.
#[derive(Debug, Clone)]
pub(super) struct Rotation {
    dimension: usize,
    padded: usize,
    signs: Vec<f32>,
}

impl Rotation {
    pub(super) fn new(dimension: usize, seed: u64) -> Self {
        let padded = dimension.next_multiple_of(WORD);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let signs = (0..ROUNDS * padded).map(|_| if random.random::<bool>() { 1.0 } else { -1.0 }).collect();
        Self { dimension, padded, signs }
    }

    /// Words of 64 signs that a rotated vector has.
    pub(super) fn words(&self) -> usize {
        self.padded / WORD
    }

    /// `left - right`, rotated: `words() * 64` numbers.
    pub(super) fn difference(&self, left: &[f32], right: &[f32]) -> Vec<f32> {
        let mut values = Vec::with_capacity(self.padded);
        values.extend(left.iter().zip(right).map(|(left, right)| left - right));
        debug_assert_eq!(values.len(), self.dimension, "vectors have the dimension of the index");
        values.resize(self.padded, 0.0);
        let part = 1 << self.padded.ilog2();
        for (round, signs) in self.signs.chunks_exact(self.padded).enumerate() {
            values.iter_mut().zip(signs).for_each(|(value, sign)| *value *= sign);
            if part == self.padded {
                hadamard(&mut values);
            } else {
                let first = if round % 2 == 0 { 0 } else { self.padded - part };
                hadamard(&mut values[first..first + part]);
                mix_halves(&mut values);
            }
        }
        values
    }
}

/// Turns each pair of one number from the first and one from the second half by 45 degrees.
fn mix_halves(values: &mut [f32]) {
    let (first, second) = values.split_at_mut(values.len() / 2);
    for (first, second) in first.iter_mut().zip(second) {
        let sum = (*first + *second) * std::f32::consts::FRAC_1_SQRT_2;
        *second = (*first - *second) * std::f32::consts::FRAC_1_SQRT_2;
        *first = sum;
    }
}
