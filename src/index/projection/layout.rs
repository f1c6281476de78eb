//! The layout of UMAP: neighbours attract each other by a weight that their distances give, random others are pushed away.
//! One thread, so that a seed gives one map; about 20 seconds for 100,000 rows.

use std::sync::atomic::AtomicBool;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Neighbours, Place};
use crate::error::Result;

/// The curve `1 / (1 + A d^2B)` that fits a least distance of 0.1 and a spread of 1 (values of the reference implementation).
const A: f32 = 1.577;
const B: f32 = 0.895;
/// Rows that are pushed away for each neighbour that is pulled.
const PUSHED: usize = 5;
/// No single step is longer.
const LONGEST_STEP: f32 = 4.0;
/// Half of the map's side at the start.
const START_SIDE: f32 = 10.0;

/// How a layout is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Rounds over the strongest edges; weaker ones take part less often.
    pub epochs: usize,
    /// Of the random pushes.
    pub seed: u64,
}

struct Edge {
    left: u32,
    right: u32,
    /// Epochs between two turns of this edge.
    every: f32,
    next: f32,
}

/// Moves the rows from their start until neighbours are close. `progress` gets epochs done and epochs in all.
///
/// # Errors
/// `Cancelled`.
pub fn spread(
    neighbours: &Neighbours,
    start: &[Place],
    layout: Layout,
    progress: &(dyn Fn(usize, usize) + Sync),
    stop: &AtomicBool,
) -> Result<Vec<Place>> {
    let mut random = ChaCha8Rng::seed_from_u64(layout.seed);
    let mut places = scaled(start, &mut random);
    let mut edges = edges(neighbours, layout.epochs);
    for epoch in 0..layout.epochs {
        super::check(stop)?;
        progress(epoch, layout.epochs);
        let pace = 1.0 - epoch as f32 / layout.epochs as f32;
        for edge in edges.iter_mut().filter(|edge| edge.next <= epoch as f32) {
            edge.next += edge.every;
            pull(&mut places, edge, pace);
            for _ in 0..PUSHED {
                let other = random.random_range(0..places.len());
                push(&mut places, edge.left as usize, other, pace);
            }
        }
    }
    progress(layout.epochs, layout.epochs);
    Ok(places)
}

/// The start in a square of a fixed size; a little noise parts what lies at the same place.
fn scaled(start: &[Place], random: &mut ChaCha8Rng) -> Vec<Place> {
    let largest = start.iter().flatten().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    let mut moved = |value: f32| value / largest * START_SIDE + (random.random::<f32>() - 0.5) * 1e-3;
    start.iter().map(|place| [moved(place[0]), moved(place[1])]).collect()
}

/// Every pair of neighbours once, with the weight `a + b - ab` of the two directions.
fn edges(neighbours: &Neighbours, epochs: usize) -> Vec<Edge> {
    let weights: Vec<Vec<(u32, f32)>> = neighbours.lists.iter().map(|list| memberships(list)).collect();
    let mut pairs: Vec<(u32, u32, f32)> = Vec::new();
    for (row, list) in weights.iter().enumerate() {
        for &(other, weight) in list {
            let back = weights.get(other as usize).and_then(|list| list.iter().find(|(back, _)| *back as usize == row));
            match back {
                Some(_) if (other as usize) < row => {}
                Some((_, back)) => pairs.push((row as u32, other, weight + back - weight * back)),
                None => pairs.push((row as u32, other, weight)),
            }
        }
    }
    let strongest = pairs.iter().fold(f32::MIN_POSITIVE, |strongest, pair| strongest.max(pair.2));
    let is_strong = |pair: &&(u32, u32, f32)| pair.2 * epochs as f32 >= strongest;
    let edge = |&(left, right, weight): &(u32, u32, f32)| Edge { left, right, every: strongest / weight, next: 0.0 };
    pairs.iter().filter(is_strong).map(edge).collect()
}

/// Weights of a row's neighbours: 1 for the closest, falling so that they add up to `log2` of their number.
fn memberships(list: &[(u32, f32)]) -> Vec<(u32, f32)> {
    let closest = list.first().map_or(0.0, |(_, distance)| *distance);
    let wanted = (list.len() as f32).log2().max(f32::MIN_POSITIVE);
    let weight = |distance: f32, scale: f32| (-(distance - closest).max(0.0) / scale).exp();
    let (mut low, mut high) = (1e-6_f32, 1e3_f32);
    for _ in 0..48 {
        let middle = (low * high).sqrt();
        let sum: f32 = list.iter().map(|(_, distance)| weight(*distance, middle)).sum();
        if sum > wanted {
            high = middle;
        } else {
            low = middle;
        }
    }
    list.iter().map(|&(row, distance)| (row, weight(distance, high))).collect()
}

fn difference(places: &[Place], left: usize, right: usize) -> (Place, f32) {
    let delta = [places[left][0] - places[right][0], places[left][1] - places[right][1]];
    (delta, delta[0] * delta[0] + delta[1] * delta[1])
}

fn bounded(value: f32) -> f32 {
    value.clamp(-LONGEST_STEP, LONGEST_STEP)
}

fn pull(places: &mut [Place], edge: &Edge, pace: f32) {
    let (left, right) = (edge.left as usize, edge.right as usize);
    let (delta, square) = difference(places, left, right);
    if square <= 0.0 {
        return;
    }
    let power = square.powf(B);
    let force = -2.0 * A * B * power / square / (1.0 + A * power);
    for axis in 0..2 {
        let moved = bounded(force * delta[axis]) * pace;
        places[left][axis] += moved;
        places[right][axis] -= moved;
    }
}

fn push(places: &mut [Place], row: usize, other: usize, pace: f32) {
    let (delta, square) = difference(places, row, other);
    if row == other {
        return;
    }
    let force = 2.0 * B / ((0.001 + square) * (1.0 + A * square.powf(B)));
    for axis in 0..2 {
        // Two rows at one place are parted along the diagonal.
        let along = if square > 0.0 { bounded(force * delta[axis]) } else { LONGEST_STEP };
        places[row][axis] += along * pace;
    }
}
