//! The scan of 1-bit codes for 64-bit ARM, by NEON's counting of bits in bytes.

use std::arch::aarch64::{
    vaddq_u64, vandq_u64, vcntq_u8, vdupq_n_u64, vld1q_u64, vpaddlq_u8, vpaddlq_u16, vpaddlq_u32, vreinterpretq_u8_u64, vst1q_u64,
};

use super::bits::{BLOCK_ROWS, QueryBits, block_words, finish, offer_lanes};
use super::sieve::Sieve;

/// Scans these blocks. NEON is part of every 64-bit ARM processor.
pub(super) fn scan(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    let words = query.planes.len();
    for (block, rows) in blocks.chunks_exact(block_words(words)).zip(rows.as_chunks::<BLOCK_ROWS>().0) {
        let (signs, trailer) = block.split_at(BLOCK_ROWS * words);
        let mut counts = [0_i64; BLOCK_ROWS];
        for (word, planes) in signs.as_chunks::<BLOCK_ROWS>().0.iter().zip(&query.planes) {
            for (pair, counts) in word.as_chunks::<2>().0.iter().zip(counts.as_chunks_mut::<2>().0) {
                for (plane, weight) in planes.iter().zip([1, 2, 4, -8]) {
                    let common = count_common(pair, *plane);
                    counts[0] += weight * common[0].cast_signed();
                    counts[1] += weight * common[1].cast_signed();
                }
            }
        }
        offer_lanes(&finish(&counts, trailer, query, base), rows, sieve);
    }
}

/// Bits that two words have in common with a plane.
#[inline]
fn count_common(pair: &[u64; 2], plane: u64) -> [u64; 2] {
    let mut counts = [0; 2];
    #[expect(unsafe_code, reason = "instructions of NEON, a load and a store of a whole register")]
    // SAFETY: NEON is part of every 64-bit ARM processor; both arrays are two words of 64 bits.
    unsafe {
        let common = vandq_u64(vld1q_u64(pair.as_ptr()), vdupq_n_u64(plane));
        let sums = vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u64(common)))));
        vst1q_u64(counts.as_mut_ptr(), vaddq_u64(sums, vdupq_n_u64(0)));
    }
    counts
}
