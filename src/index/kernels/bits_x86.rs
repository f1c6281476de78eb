//! The scan of 1-bit codes for x86-64: with AVX-512's counting of bits, and with AVX2 by looking up half bytes.

use std::arch::x86_64::{
    _CMP_GT_OQ, _mm256_add_epi8, _mm256_add_epi64, _mm256_add_ps, _mm256_and_si256, _mm256_cmp_ps_mask, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_sad_epu8, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_set1_ps, _mm256_setr_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi64, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_storeu_si256, _mm256_sub_epi64, _mm512_add_epi64,
    _mm512_and_si512, _mm512_cvtepi64_ps, _mm512_loadu_si512, _mm512_popcnt_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_slli_epi64, _mm512_sub_epi64,
};

use super::bits::{BLOCK_ROWS, QueryBits, block_words, finish, offer_lanes};
use super::sieve::{Candidate, Sieve};

/// Scans with what the processor has; false, and nothing done, when it has neither.
pub(super) fn scan(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) -> bool {
    if is_x86_feature_detected!("avx512vpopcntdq") && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") {
        #[expect(unsafe_code, reason = "call of a function compiled for processor features")]
        // SAFETY: the processor has them, as just tested; AVX-512F and FMA come with them.
        unsafe {
            scan_avx512(blocks, rows, query, base, sieve);
        }
        return true;
    }
    scan_with_avx2(blocks, rows, query, base, sieve)
}

/// The same without AVX-512; false, and nothing done, without AVX2.
pub(super) fn scan_with_avx2(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) -> bool {
    let has_features = is_x86_feature_detected!("avx2");
    if has_features {
        #[expect(unsafe_code, reason = "call of a function compiled for a processor feature")]
        // SAFETY: the processor has AVX2, as just tested.
        unsafe {
            scan_avx2(blocks, rows, query, base, sieve);
        }
    }
    has_features
}

#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512vpopcntdq,fma")]
fn scan_avx512(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    let (base, scale, shift) = (_mm256_set1_ps(base), _mm256_set1_ps(query.scale), _mm256_set1_ps(query.shift));
    let words = query.planes.len();
    for (block, rows) in blocks.chunks_exact(block_words(words)).zip(rows.as_chunks::<BLOCK_ROWS>().0) {
        let mut counts = [_mm512_setzero_si512(); 4];
        for (word, planes) in block.as_chunks::<BLOCK_ROWS>().0.iter().zip(&query.planes) {
            #[expect(unsafe_code, reason = "a load of a whole register")]
            // SAFETY: `word` is eight words of 64 bits, and the load needs no alignment.
            let bits = unsafe { _mm512_loadu_si512(word.as_ptr().cast()) };
            for (count, plane) in counts.iter_mut().zip(planes) {
                let common = _mm512_and_si512(bits, _mm512_set1_epi64(plane.cast_signed()));
                *count = _mm512_add_epi64(*count, _mm512_popcnt_epi64(common));
            }
        }
        let low = _mm512_add_epi64(counts[0], _mm512_slli_epi64::<1>(counts[1]));
        let high = _mm512_sub_epi64(_mm512_slli_epi64::<2>(counts[2]), _mm512_slli_epi64::<3>(counts[3]));
        let count = _mm512_cvtepi64_ps(_mm512_add_epi64(low, high));
        let trailer = &block[BLOCK_ROWS * words..];
        assert!(trailer.len() == 8, "a block ends with eight factors and eight offsets");
        #[expect(unsafe_code, reason = "loads of whole registers")]
        // SAFETY: the trailer is 64 bytes, as just tested: eight factors and eight offsets of 32 bits.
        let (factor, offset) = unsafe { (_mm256_loadu_ps(trailer.as_ptr().cast()), _mm256_loadu_ps(trailer.as_ptr().add(4).cast())) };
        let estimate = _mm256_fmadd_ps(factor, _mm256_fmadd_ps(scale, count, shift), _mm256_add_ps(base, offset));
        let mut above = _mm256_cmp_ps_mask::<_CMP_GT_OQ>(estimate, _mm256_set1_ps(sieve.threshold()));
        if above != 0 {
            let mut estimates = [0.0_f32; BLOCK_ROWS];
            #[expect(unsafe_code, reason = "a store of a whole register")]
            // SAFETY: the array has room for eight numbers.
            unsafe {
                _mm256_storeu_ps(estimates.as_mut_ptr(), estimate);
            }
            while above != 0 {
                let lane = above.trailing_zeros() as usize;
                above &= above - 1;
                sieve.offer(Candidate { estimate: estimates[lane], row: rows[lane] });
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn scan_avx2(blocks: &[u64], rows: &[u32], query: &QueryBits, base: f32, sieve: &mut Sieve<'_>) {
    let words = query.planes.len();
    let half_byte = _mm256_set1_epi8(0x0f);
    let table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    for (block, rows) in blocks.chunks_exact(block_words(words)).zip(rows.as_chunks::<BLOCK_ROWS>().0) {
        let (signs, trailer) = block.split_at(BLOCK_ROWS * words);
        let mut counts = [0_i64; BLOCK_ROWS];
        for half in 0..2 {
            let mut sums = [_mm256_setzero_si256(); 4];
            for (word, planes) in signs.as_chunks::<4>().0.iter().skip(half).step_by(2).zip(&query.planes) {
                #[expect(unsafe_code, reason = "a load of a whole register")]
                // SAFETY: `word` is four words of 64 bits, and the load needs no alignment.
                let bits = unsafe { _mm256_loadu_si256(word.as_ptr().cast()) };
                for (sum, plane) in sums.iter_mut().zip(planes) {
                    let common = _mm256_and_si256(bits, _mm256_set1_epi64x(plane.cast_signed()));
                    let low = _mm256_shuffle_epi8(table, _mm256_and_si256(common, half_byte));
                    let high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(common), half_byte));
                    *sum = _mm256_add_epi64(*sum, _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256()));
                }
            }
            let low = _mm256_add_epi64(sums[0], _mm256_slli_epi64::<1>(sums[1]));
            let high = _mm256_sub_epi64(_mm256_slli_epi64::<2>(sums[2]), _mm256_slli_epi64::<3>(sums[3]));
            let room = &mut counts[4 * half..4 * half + 4];
            #[expect(unsafe_code, reason = "a store of a whole register")]
            // SAFETY: the slice has room for four numbers of 64 bits.
            unsafe {
                _mm256_storeu_si256(room.as_mut_ptr().cast(), _mm256_add_epi64(low, high));
            }
        }
        offer_lanes(&finish(&counts, trailer, query, base), rows, sieve);
    }
}
