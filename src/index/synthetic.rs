//! Made-up feature vectors for tests and benchmarks: two sets that behave like real features of networks, from a seed.
//! The easy set has clusters; the harder one is a smooth cloud without any, like the pooled features of a mixed library.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

const GROUPS: usize = 60;
const NOISE_RANK: usize = 40;
const LATENT: usize = 48;
const HIDDEN: usize = 256;

/// Two independent normal numbers (Box and Muller, 1958).
fn normal_pair(random: &mut ChaCha8Rng) -> (f32, f32) {
    let radius = (-2.0 * (1.0 - random.random::<f32>()).ln()).sqrt();
    let (sin, cos) = (std::f32::consts::TAU * random.random::<f32>()).sin_cos();
    (radius * cos, radius * sin)
}

fn normals(random: &mut ChaCha8Rng, count: usize, scale: f32) -> Vec<f32> {
    (0..count).map(|_| normal_pair(random).0 * scale).collect()
}

/// A random generator of its own for one row: rows do not depend on the number of threads.
fn row_random(seed: u64, row: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(row as u64 + 1);
    random
}

fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for value in vector {
        *value /= length;
    }
}

/// `out += scale * weights^T * input`, the weights row by row of the input.
fn add_product(out: &mut [f32], input: &[f32], weights: &[f32]) {
    for (value, row) in input.iter().zip(weights.chunks_exact(out.len())) {
        out.iter_mut().zip(row).for_each(|(out, weight)| *out += value * weight);
    }
}

/// `count` unit vectors in clusters: up to 2,000 centres in 60 groups around a common direction, log-normal cluster sizes,
/// noise of rank 40 with slowly decaying scales within a cluster.
pub fn clustered(count: usize, dimension: usize, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let unit = 1.0 / (dimension as f32).sqrt();
    let mean = normals(&mut random, dimension, unit);
    let groups: Vec<_> = (0..GROUPS).map(|_| normals(&mut random, dimension, unit)).collect();
    let centres = (count / 10).clamp(10, 2000);
    let centres: Vec<Vec<f32>> = (0..centres)
        .map(|place| {
            let own = normals(&mut random, dimension, unit * 0.7);
            let sum = mean.iter().zip(&groups[place % GROUPS]).zip(&own);
            sum.map(|((mean, group), own)| mean + 0.8 * group + own).collect()
        })
        .collect();
    let mut total = 0.0;
    let sizes: Vec<f32> = centres
        .iter()
        .map(|_| {
            total += normal_pair(&mut random).0.exp();
            total
        })
        .collect();
    let basis = normals(&mut random, NOISE_RANK * dimension, unit);
    let mut values = vec![0.0; count * dimension];
    values.par_chunks_exact_mut(dimension).enumerate().for_each(|(row, vector)| {
        let mut random = row_random(seed, row);
        let pick = random.random::<f32>() * total;
        let centre = sizes.partition_point(|size| *size < pick).min(centres.len() - 1);
        let noise: Vec<f32> = (0..NOISE_RANK).map(|place| normal_pair(&mut random).0 * 0.3 / (1.0 + place as f32).powf(0.3)).collect();
        vector.copy_from_slice(&centres[centre]);
        add_product(vector, &noise, &basis);
        for value in vector.iter_mut() {
            *value += normal_pair(&mut random).0 * 0.1 * unit;
        }
        normalise(vector);
    });
    values
}

/// `count` unit vectors without clusters: 48 latent numbers with slowly decaying scales through a random network of two
/// layers with rectifiers, and a little noise. No number is negative.
pub fn smooth(count: usize, dimension: usize, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let first = normals(&mut random, LATENT * HIDDEN, (2.0 / LATENT as f32).sqrt());
    let second = normals(&mut random, HIDDEN * dimension, (2.0 / HIDDEN as f32).sqrt());
    let mut values = vec![0.0; count * dimension];
    values.par_chunks_exact_mut(dimension).enumerate().for_each(|(row, vector)| {
        let mut random = row_random(seed, row);
        let latent: Vec<f32> = (0..LATENT).map(|place| normal_pair(&mut random).0 / (1.0 + place as f32).powf(0.25)).collect();
        let mut hidden = vec![0.0; HIDDEN];
        add_product(&mut hidden, &latent, &first);
        for value in &mut hidden {
            *value = value.max(0.0);
        }
        add_product(vector, &hidden, &second);
        for value in vector.iter_mut() {
            *value = (*value + normal_pair(&mut random).0 * 0.02).max(0.0);
        }
        normalise(vector);
    });
    values
}
