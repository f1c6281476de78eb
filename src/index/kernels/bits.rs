//! Estimates of inner products from one bit a dimension: the signs of the rotated rows against a query of four bits a dimension, by
//! counting bits (Gao and Long, "RaBitQ", SIGMOD 2024). Eight rows lie side by side, word by word, so that one register holds one
//! word of each and no sum runs across a register.
//!
//! A block is `8 * words` words of signs (word 0 of the eight rows, then word 1, ...), eight factors and eight offsets as 32-bit
//! floating-point numbers. The estimate of a row is `base + offset + factor * sum(sign * query)`.

use super::bytes::nearest_whole;
use super::sieve::{Candidate, Gate, Sieve};

/// Rows of one block.
pub(in crate::index) const BLOCK_ROWS: usize = 8;
/// Bits of a query number: a two's complement number from -8 to 7.
const PLANES: usize = 4;
/// Words behind the signs: eight factors and eight offsets of 32 bits.
const TRAILER: usize = 8;
/// A block is skipped unseen when fewer rows than one in this many are allowed: then most blocks hold none.
const SPARSE: usize = 12;

/// Words of a block whose rows have this many words of signs.
pub(in crate::index) const fn block_words(words: usize) -> usize {
    BLOCK_ROWS * words + TRAILER
}

/// A rotated query, four bits a dimension, cut into bit planes.
#[derive(Debug, Clone)]
pub(in crate::index) struct QueryBits {
    /// For each word of 64 dimensions the four planes, lowest bit first.
    pub(super) planes: Vec<[u64; PLANES]>,
    /// `sum(sign * query) = scale * weighted bit count + shift`.
    pub(super) scale: f32,
    pub(super) shift: f32,
}

impl QueryBits {
    /// Quantises a query of whole words: `rotated.len()` is a multiple of 64.
    pub(in crate::index) fn new(rotated: &[f32]) -> Self {
        let largest = rotated.iter().fold(0.0_f32, |largest, value| if value.abs() > largest { value.abs() } else { largest });
        let step = if largest > 0.0 { largest / 7.5 } else { 1.0 };
        let mut sum = 0;
        let planes = rotated.as_chunks::<64>().0.iter().map(|word| cut(word, 1.0 / step, &mut sum)).collect();
        Self { planes, scale: 2.0 * step, shift: -step * sum as f32 }
    }
}

/// The planes of 64 numbers; their sum is added to `sum`.
fn cut(word: &[f32; 64], inverse: f32, sum: &mut i32) -> [u64; PLANES] {
    let levels: [i32; 64] = std::array::from_fn(|place| nearest_whole(word[place] * inverse).min(7));
    *sum += levels.iter().sum::<i32>();
    let bytes: [u8; 64] = std::array::from_fn(|place| levels[place] as u8);
    let mut planes = [0; PLANES];
    for (place, group) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let group = u64::from_le_bytes(*group);
        for (plane, bits) in planes.iter_mut().enumerate() {
            // One bit of each of eight bytes, gathered in the highest byte by a product.
            let gathered = (group >> plane & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            *bits |= gathered << (8 * place);
        }
    }
    planes
}

/// Writes a row's signs, factor and offset into its lane of a block.
pub(in crate::index) fn write_lane(block: &mut [u64], lane: usize, rotated: &[f32], factor: f32, offset: f32) {
    let words = rotated.len() / 64;
    for (place, word) in rotated.as_chunks::<64>().0.iter().enumerate() {
        let bits = word.iter().enumerate().fold(0_u64, |bits, (bit, value)| bits | u64::from(*value >= 0.0) << bit);
        block[place * BLOCK_ROWS + lane] = bits;
    }
    for (section, value) in [factor, offset].into_iter().enumerate() {
        let cell = &mut block[BLOCK_ROWS * words + section * BLOCK_ROWS / 2 + lane / 2];
        let shift = 32 * (lane % 2);
        *cell = *cell & !(u64::from(u32::MAX) << shift) | u64::from(value.to_bits()) << shift;
    }
}

/// Copies a row's lane of one block into a lane of another.
pub(in crate::index) fn copy_lane(from: &[u64], from_lane: usize, to: &mut [u64], to_lane: usize, words: usize) {
    for word in 0..words {
        to[word * BLOCK_ROWS + to_lane] = from[word * BLOCK_ROWS + from_lane];
    }
    for section in 0..2 {
        let first = BLOCK_ROWS * words + section * BLOCK_ROWS / 2;
        let bits = from[first + from_lane / 2] >> (32 * (from_lane % 2)) & u64::from(u32::MAX);
        let shift = 32 * (to_lane % 2);
        let cell = &mut to[first + to_lane / 2];
        *cell = *cell & !(u64::from(u32::MAX) << shift) | bits << shift;
    }
}

/// Makes a lane that no search answers.
pub(in crate::index) fn clear_lane(block: &mut [u64], lane: usize, words: usize) {
    write_lane(block, lane, &vec![0.0; words * 64], 0.0, f32::NEG_INFINITY);
}

/// Estimates every row of these blocks and offers what is above the sieve's threshold. `rows` names the rows of the lanes; `base`
/// is what all of them have in common. Blocks without their eight names are not looked at.
pub(in crate::index) fn scan(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    let size = block_words(query.planes.len());
    let count = (blocks.len() / size).min(rows.len() / BLOCK_ROWS);
    let (blocks, rows) = (&blocks[..count * size], &rows[..count * BLOCK_ROWS]);
    let is_sparse = |gate: Gate<'_>| gate.allowed.count() * SPARSE < gate.allowed.len();
    match sieve.gate().filter(|gate| is_sparse(*gate)) {
        None => scan_all(blocks, rows, query, base, sieve),
        Some(gate) => {
            for (block, rows) in blocks.chunks_exact(size).zip(rows.as_chunks::<BLOCK_ROWS>().0) {
                if rows.iter().any(|row| gate.lets_through(*row)) {
                    scan_all(block, rows, query, base, sieve);
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn scan_all(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    if !super::bits_x86::scan(blocks, rows, query, base, sieve) {
        scan_plain(blocks, rows, query, base, sieve);
    }
}

#[cfg(target_arch = "aarch64")]
fn scan_all(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    super::bits_arm::scan(blocks, rows, query, base, sieve);
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn scan_all(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    scan_plain(blocks, rows, query, base, sieve);
}

/// The plain version, for any processor.
pub(in crate::index) fn scan_plain(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    let words = query.planes.len();
    for (block, rows) in blocks.chunks_exact(block_words(words)).zip(rows.as_chunks::<BLOCK_ROWS>().0) {
        let (signs, trailer) = block.split_at(BLOCK_ROWS * words);
        let mut counts = [0_i64; BLOCK_ROWS];
        for (word, planes) in signs.as_chunks::<BLOCK_ROWS>().0.iter().zip(&query.planes) {
            for (count, bits) in counts.iter_mut().zip(word) {
                *count += weighted_count(*bits, planes);
            }
        }
        offer_lanes(&finish(&counts, trailer, query, base), rows, sieve);
    }
}

fn weighted_count(bits: u64, planes: &[u64; PLANES]) -> i64 {
    let count = |plane: usize| i64::from((bits & planes[plane]).count_ones());
    count(0) + 2 * count(1) + 4 * count(2) - 8 * count(3)
}

/// Estimates from bit counts, and the factors and offsets behind the signs.
pub(super) fn finish(counts: &[i64; BLOCK_ROWS], trailer: &[u64], query: &QueryBits, base: f32) -> [f32; BLOCK_ROWS] {
    std::array::from_fn(|lane| {
        let number = |section: usize| f32::from_bits((trailer[section + lane / 2] >> (32 * (lane % 2))) as u32);
        (base + number(BLOCK_ROWS / 2)) + number(0) * (query.scale * counts[lane] as f32 + query.shift)
    })
}

#[inline]
pub(super) fn offer_lanes(estimates: &[f32; BLOCK_ROWS], rows: &[u32; BLOCK_ROWS], sieve: &mut Sieve<'_>) {
    for (estimate, row) in estimates.iter().zip(rows) {
        if *estimate > sieve.threshold() {
            sieve.offer(Candidate { estimate: *estimate, row: *row });
        }
    }
}
