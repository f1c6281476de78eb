//! The inner product of two vectors, with the widest registers the processor has. Every index kind scores with this one
//! function, so that the same pair gets the same score whichever index found it.

/// Numbers summed side by side: two AVX-512 or four AVX2 registers, enough to hide the latency of the additions.
const LANES: usize = 32;

/// Inner product of two vectors of the same length; what is longer in one of them is ignored.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            #[expect(unsafe_code, reason = "call of a function compiled for one processor feature")]
            // SAFETY: the processor has AVX-512F, as just tested.
            return unsafe { dot_avx512(left, right) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            #[expect(unsafe_code, reason = "call of a function compiled for two processor features")]
            // SAFETY: the processor has AVX2 and FMA, as just tested.
            return unsafe { dot_avx2(left, right) };
        }
    }
    dot_lanes(left, right, |x, y, sum| x * y + sum)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,fma")]
fn dot_avx512(left: &[f32], right: &[f32]) -> f32 {
    dot_lanes(left, right, f32::mul_add)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn dot_avx2(left: &[f32], right: &[f32]) -> f32 {
    dot_lanes(left, right, f32::mul_add)
}

#[expect(clippy::inline_always, reason = "it takes the processor features of the function that it is inlined into")]
#[inline(always)]
fn dot_lanes(left: &[f32], right: &[f32], multiply_add: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let length = left.len().min(right.len());
    let (left_chunks, left_rest) = left[..length].as_chunks::<LANES>();
    let (right_chunks, right_rest) = right[..length].as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (x, y) in left_chunks.iter().zip(right_chunks) {
        for lane in 0..LANES {
            sums[lane] = multiply_add(x[lane], y[lane], sums[lane]);
        }
    }
    for (lane, (x, y)) in left_rest.iter().zip(right_rest).enumerate() {
        sums[lane] = multiply_add(*x, *y, sums[lane]);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}
