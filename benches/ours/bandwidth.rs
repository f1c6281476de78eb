//! How fast this machine's memory can be read: the limit of every scan. A plain sum over a buffer that no cache holds, in one
//! stream a thread or in several, because a core keeps more loads on their way when they come from several places.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

/// Streams that are tried; the limit is the best of them.
const STREAMS: [usize; 3] = [1, 2, 4];
/// Numbers that a stream adds in one step: two cache lines.
const STEP: usize = 16;

/// Bytes a second of each repetition, with the best number of streams.
pub(crate) fn measure(threads: usize, bytes: usize, repetitions: usize) -> Vec<f64> {
    let buffer: Vec<u64> = (0..bytes / 8).map(|place| place as u64).collect();
    let tried = STREAMS.map(|streams| (0..=repetitions).map(|_| read(&buffer, threads, streams)).skip(1).collect::<Vec<_>>());
    tried.into_iter().max_by(|one, other| middle(one).total_cmp(&middle(other))).unwrap_or_default()
}

fn middle(rates: &[f64]) -> f64 {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Reads the buffer once, each thread its part. Answers bytes a second.
fn read(buffer: &[u64], threads: usize, streams: usize) -> f64 {
    let part = buffer.len() / threads;
    let barrier = Barrier::new(threads + 1);
    let seconds = std::thread::scope(|scope| {
        for part in buffer.chunks_exact(part).take(threads) {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                black_box(sum(black_box(part), streams));
                barrier.wait();
            });
        }
        barrier.wait();
        let start = Instant::now();
        barrier.wait();
        start.elapsed().as_secs_f64()
    });
    (part * threads * 8) as f64 / seconds
}

fn sum(part: &[u64], streams: usize) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "the function needs AVX2")]
        // SAFETY: the machine was asked just now.
        return unsafe { sum_avx2(part, streams) };
    }
    sum_in_streams(part, streams)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn sum_avx2(part: &[u64], streams: usize) -> u64 {
    sum_in_streams(part, streams)
}

#[inline(always)]
fn sum_in_streams(part: &[u64], streams: usize) -> u64 {
    let each = part.len() / streams / STEP * STEP;
    let mut sums = [0u64; STEP];
    for place in (0..each).step_by(STEP) {
        for stream in 0..streams {
            let line = &part[stream * each + place..][..STEP];
            sums.iter_mut().zip(line).for_each(|(sum, value)| *sum = sum.wrapping_add(*value));
        }
    }
    sums.iter().fold(0, |all, sum| all.wrapping_add(*sum))
}
