//! The plane in which vectors differ most: the two first principal components, by subspace iteration over a sample.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Place;
use crate::index::{Rows, dot};

/// Rows that decide the plane: enough for two directions, however large the library is.
const SAMPLE: usize = 20_000;
/// The iteration gains a digit of the direction in a few steps; these are plenty for a picture.
const STEPS: usize = 24;

/// The place of every row in the plane of the largest variance, centred.
pub fn principal_plane(rows: &dyn Rows, seed: u64) -> Vec<Place> {
    let (count, dimension) = (rows.len(), rows.dimension());
    if count == 0 || dimension == 0 {
        return Vec::new();
    }
    let stride = count.div_ceil(SAMPLE).max(1);
    let sample: Vec<usize> = (0..count).step_by(stride).collect();
    let mean = mean(rows, &sample);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut axes: [Vec<f32>; 2] = std::array::from_fn(|_| (0..dimension).map(|_| random.random::<f32>() - 0.5).collect());
    orthonormalise(&mut axes);
    for _ in 0..STEPS {
        axes = multiplied(rows, &sample, &mean, &axes);
        orthonormalise(&mut axes);
    }
    let offset: Place = std::array::from_fn(|axis| dot(&mean, &axes[axis]));
    let place = |row| std::array::from_fn(|axis| dot(rows.row(row), &axes[axis]) - offset[axis]);
    (0..count).into_par_iter().map(place).collect()
}

fn mean(rows: &dyn Rows, sample: &[usize]) -> Vec<f32> {
    let add = |mut sum: Vec<f64>, &row: &usize| {
        sum.iter_mut().zip(rows.row(row)).for_each(|(sum, value)| *sum += f64::from(*value));
        sum
    };
    let zeros = || vec![0.0; rows.dimension()];
    let sum = sample.par_iter().fold(zeros, add).reduce(zeros, added);
    sum.into_iter().map(|sum| (sum / sample.len() as f64) as f32).collect()
}

fn added(mut left: Vec<f64>, right: Vec<f64>) -> Vec<f64> {
    left.iter_mut().zip(right).for_each(|(left, right)| *left += right);
    left
}

/// The covariance of the sample times each axis, without forming the covariance.
fn multiplied(rows: &dyn Rows, sample: &[usize], mean: &[f32], axes: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    std::array::from_fn(|axis| {
        let offset = dot(mean, &axes[axis]);
        let zeros = || vec![0.0; mean.len()];
        let add = |mut sum: Vec<f64>, &row: &usize| {
            let weight = f64::from(dot(rows.row(row), &axes[axis]) - offset);
            sum.iter_mut().zip(rows.row(row)).zip(mean).for_each(|((sum, value), mean)| *sum += weight * f64::from(value - mean));
            sum
        };
        let sum = sample.par_iter().fold(zeros, add).reduce(zeros, added);
        sum.into_iter().map(|value| value as f32).collect()
    })
}

/// Gram and Schmidt. An axis that vanishes (all vectors on a line, or one alone) stays zero: its places are zero too.
fn orthonormalise(axes: &mut [Vec<f32>; 2]) {
    let [first, second] = axes;
    normalise(first);
    let shared = dot(first, second);
    second.iter_mut().zip(first.iter()).for_each(|(second, first)| *second -= shared * first);
    normalise(second);
}

fn normalise(axis: &mut [f32]) {
    let length = axis.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    let scale = if length > 1e-20 { (1.0 / length) as f32 } else { 0.0 };
    for value in axis {
        *value *= scale;
    }
}
