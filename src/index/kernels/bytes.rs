//! The inner product of vectors of bytes, exact in whole numbers.

/// Numbers multiplied side by side.
const LANES: usize = 64;

/// Inner product of two byte vectors of the same length; what is longer in one of them is ignored. Exact below 2^17 numbers.
pub(in crate::index) fn dot_bytes(left: &[i8], right: &[i8]) -> i32 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512bw") {
            #[expect(unsafe_code, reason = "call of a function compiled for one processor feature")]
            // SAFETY: the processor has AVX-512BW, as just tested.
            return unsafe { dot_avx512(left, right) };
        }
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "call of a function compiled for one processor feature")]
            // SAFETY: the processor has AVX2, as just tested.
            return unsafe { dot_avx2(left, right) };
        }
    }
    dot_lanes(left, right)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512bw")]
fn dot_avx512(left: &[i8], right: &[i8]) -> i32 {
    dot_lanes(left, right)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dot_avx2(left: &[i8], right: &[i8]) -> i32 {
    dot_lanes(left, right)
}

#[expect(clippy::inline_always, reason = "it takes the processor features of the function that it is inlined into")]
#[inline(always)]
fn dot_lanes(left: &[i8], right: &[i8]) -> i32 {
    let (left_chunks, left_rest) = left.as_chunks::<LANES>();
    let (right_chunks, right_rest) = right.as_chunks::<LANES>();
    let product = |(x, y): (&i8, &i8)| i32::from(*x).wrapping_mul(i32::from(*y));
    let mut sum = 0_i32;
    for (x, y) in left_chunks.iter().zip(right_chunks) {
        sum = x.iter().zip(y).map(product).fold(sum, i32::wrapping_add);
    }
    left_rest.iter().zip(right_rest).map(product).fold(sum, i32::wrapping_add)
}

/// Quantises to whole numbers from -127 to 127; answers the step between them.
pub(in crate::index) fn to_bytes(values: &[f32], bytes: &mut Vec<i8>) -> f32 {
    let largest = values.iter().fold(0.0_f32, |largest, value| if value.abs() > largest { value.abs() } else { largest });
    let step = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    bytes.extend(values.iter().map(|value| nearest_whole(value / step) as i8));
    step
}

/// The nearest whole number, of a number between -2^22 and 2^22: added to 1.5 * 2^23, which leaves no room for fractions. Unlike
/// `round` this needs no call on old processors.
#[expect(clippy::inline_always, reason = "two additions")]
#[inline(always)]
pub(super) fn nearest_whole(value: f32) -> i32 {
    const ROUNDER: f32 = 12_582_912.0;
    (value + ROUNDER).to_bits().wrapping_sub(ROUNDER.to_bits()).cast_signed()
}
