//! The fast Walsh-Hadamard transform: additions and subtractions of pairs at doubling distances, scaled so that lengths stay.

/// Transforms in place; the length is a power of two.
pub(in crate::index) fn hadamard(values: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            #[expect(unsafe_code, reason = "call of a function compiled for one processor feature")]
            // SAFETY: the processor has AVX-512F, as just tested.
            unsafe {
                hadamard_avx512(values);
            }
            return;
        }
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "call of a function compiled for one processor feature")]
            // SAFETY: the processor has AVX2, as just tested.
            unsafe {
                hadamard_avx2(values);
            }
            return;
        }
    }
    transform(values);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn hadamard_avx512(values: &mut [f32]) {
    transform(values);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn hadamard_avx2(values: &mut [f32]) {
    transform(values);
}

#[expect(clippy::inline_always, reason = "it takes the processor features of the function that it is inlined into")]
#[inline(always)]
fn transform(values: &mut [f32]) {
    let (chunks, _) = values.as_chunks_mut::<16>();
    let mut distance = if chunks.is_empty() { 1 } else { 16 };
    chunks.iter_mut().for_each(sixteen);
    while distance < values.len() {
        for pair in values.chunks_exact_mut(2 * distance) {
            let (low, high) = pair.split_at_mut(distance);
            for (low, high) in low.iter_mut().zip(high) {
                (*low, *high) = (*low + *high, *low - *high);
            }
        }
        distance *= 2;
    }
    let scale = 1.0 / (values.len() as f32).sqrt();
    values.iter_mut().for_each(|value| *value *= scale);
}

/// The four shortest distances of sixteen numbers.
#[expect(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn sixteen(values: &mut [f32; 16]) {
    let mut now = *values;
    let mut distance = 1;
    while distance < 16 {
        let before = now;
        now = std::array::from_fn(|place| {
            let other = before[place ^ distance];
            if place & distance == 0 { before[place] + other } else { other - before[place] }
        });
        distance *= 2;
    }
    *values = now;
}
