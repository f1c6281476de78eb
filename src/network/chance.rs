//! Random numbers of a network that learns: drawn from a seed and a number alone, so that a run can be gone on with exactly.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The random numbers of one pass through a network.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The numbers that belong to pass `number` of a run with this seed.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number);
        Self(random)
    }

    /// `count` factors: zero with probability `ratio`, else what keeps the mean at one.
    pub(crate) fn mask(&mut self, count: usize, ratio: f64) -> Vec<f32> {
        let mut bytes = vec![0; count * 4];
        self.0.fill_bytes(&mut bytes);
        let (threshold, kept) = ((ratio * f64::from(u32::MAX)) as u32, (1.0 / (1.0 - ratio)) as f32);
        let factor = |word: &[u8; 4]| if ratio > 0.0 && u32::from_le_bytes(*word) <= threshold { 0.0 } else { kept };
        bytes.as_chunks::<4>().0.iter().map(factor).collect()
    }

    /// A number in 0..1.
    pub(crate) fn uniform(&mut self) -> f64 {
        // The upper 53 bits: each value a float can hold exactly.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`, which must not be 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count - 1)
    }

    /// A normally distributed number of deviation one (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let (radius, angle) = ((1.0 - self.uniform()).ln(), self.uniform());
        (-2.0 * radius).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}
