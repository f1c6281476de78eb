//! From vectors to 1-bit codes and back to estimates. A row is the centre of its list plus a residual; of the rotated residual only
//! the signs are kept, with the factor that makes the estimate unbiased and the part of the inner product that the query cannot
//! change (Gao and Long, 2024).
//!
//! With mean `m`, centre `c`, residual `r = x - c` and its rotated form `r'`, a query `q` scores
//! `<q, x> = <q, c> + <m, r> + <q - m, r>`, and the last term is estimated as `|r|^2 / sum|r'| * sum(sign(r') (q - m)')`.

use super::rotation::Rotation;
use crate::index::dot;
use crate::index::kernels::bits::{clear_lane, write_lane};
use crate::index::kernels::bytes::to_bytes;
use crate::index::kernels::{BLOCK_ROWS, QueryBits, block_words};

/// What rows and queries are seen from.
#[derive(Debug, Clone)]
pub(in crate::index) struct Encoder {
    rotation: Rotation,
    mean: Vec<f32>,
}

/// A query, ready for any number of lists.
pub(in crate::index) struct Prepared {
    pub(super) bits: QueryBits,
    /// The rotated difference from the mean, a byte a number, and the step of those bytes.
    pub(super) bytes: Vec<i8>,
    pub(super) step: f32,
    /// Inner product with the mean of all rows.
    pub(super) with_mean: f32,
}

impl Encoder {
    pub(super) fn new(mean: Vec<f32>, seed: u64) -> Self {
        Self { rotation: Rotation::new(mean.len(), seed), mean }
    }

    pub(super) fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Words of signs of a row.
    pub(super) fn words(&self) -> usize {
        self.rotation.words()
    }

    /// Words of 64 bits that a block of eight rows takes.
    pub(super) fn block_words(&self) -> usize {
        block_words(self.words())
    }

    pub(in crate::index) fn prepare(&self, query: &[f32]) -> Prepared {
        let rotated = self.rotation.difference(query, &self.mean);
        let mut bytes = Vec::with_capacity(rotated.len());
        let step = to_bytes(&rotated, &mut bytes);
        Prepared { bits: QueryBits::new(&rotated), bytes, step, with_mean: dot(query, &self.mean) }
    }

    /// Appends a centre's rotated difference from the mean in bytes; answers their step, and the part of an inner product that is
    /// not that of the differences.
    pub(super) fn to_bytes(&self, centre: &[f32], bytes: &mut Vec<i8>) -> (f32, f32) {
        let step = to_bytes(&self.rotation.difference(centre, &self.mean), bytes);
        (step, dot(&self.mean, centre) - dot(&self.mean, &self.mean))
    }

    /// Writes a row of a list with this centre into a lane of a block; `extra` is added to every estimate of the row.
    pub(super) fn encode(&self, row: &[f32], centre: &[f32], extra: f32, block: &mut [u64], lane: usize) {
        let rotated = self.rotation.difference(row, centre);
        let (length, sum) = rotated.iter().fold((0.0, 0.0), |(length, sum), value| (length + value * value, sum + value.abs()));
        let factor = if sum > 0.0 { length / sum } else { 0.0 };
        let offset = dot(&self.mean, row) - dot(&self.mean, centre);
        write_lane(block, lane, &rotated, factor, offset + extra);
    }

    /// The blocks of these rows; lanes that are left over are never answered.
    pub(super) fn encode_all<'a>(&self, rows: impl ExactSizeIterator<Item = (&'a [f32], f32)>, centre: &[f32]) -> Vec<u64> {
        let size = self.block_words();
        let count = rows.len();
        let mut blocks = vec![0; count.div_ceil(BLOCK_ROWS) * size];
        for (place, (row, extra)) in rows.enumerate() {
            self.encode(row, centre, extra, &mut blocks[place / BLOCK_ROWS * size..][..size], place % BLOCK_ROWS);
        }
        for place in count..count.next_multiple_of(BLOCK_ROWS) {
            clear_lane(&mut blocks[place / BLOCK_ROWS * size..][..size], place % BLOCK_ROWS, self.words());
        }
        blocks
    }
}
