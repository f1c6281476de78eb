//! Maps keep neighbours together, are the same each time, and can be stopped.

use std::sync::atomic::AtomicBool;

use likeness::Kind;
use likeness::index::projection::{Layout, neighbours, principal_plane, spread};
use likeness::index::{MemoryRows, Rows};

const CLUSTERS: usize = 16;
const EACH: usize = 20;
const DIMENSION: usize = 32;

/// Sixteen groups around sixteen axes, with a little noise: which group a row belongs to is its number modulo sixteen.
fn groups() -> MemoryRows {
    let values = (0..CLUSTERS * EACH).flat_map(|row| {
        let noise = move |place: usize| ((row * 7919 + place * 104_729) % 1000) as f32 / 1000.0 - 0.5;
        let vector: Vec<f32> = (0..DIMENSION).map(|place| 0.2 * noise(place) + if place == row % CLUSTERS { 1.0 } else { 0.0 }).collect();
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        vector.into_iter().map(move |value| value / length)
    });
    MemoryRows::new(DIMENSION, values.collect()).unwrap()
}

fn map(rows: &dyn Rows, epochs: usize) -> Vec<[f32; 2]> {
    let going = AtomicBool::new(false);
    let found = neighbours(rows, None, 10, &|_, _| {}, &going).unwrap();
    spread(&found, &principal_plane(rows, 3), Layout { epochs, seed: 3 }, &|_, _| {}, &going).unwrap()
}

/// Of the five closest places of every row, the share that belongs to its own group.
fn purity(places: &[[f32; 2]]) -> f32 {
    let square = |left: usize, right: usize| (0..2).map(|axis| (places[left][axis] - places[right][axis]).powi(2)).sum::<f32>();
    let same = (0..places.len()).map(|row| {
        let mut others: Vec<usize> = (0..places.len()).filter(|other| *other != row).collect();
        others.sort_by(|left, right| square(row, *left).total_cmp(&square(row, *right)));
        others[..5].iter().filter(|other| *other % CLUSTERS == row % CLUSTERS).count()
    });
    same.sum::<usize>() as f32 / (5 * places.len()) as f32
}

#[test]
fn neighbours_stay_neighbours_where_a_plane_cannot_keep_them() {
    let rows = groups();
    let (plane, places) = (principal_plane(&rows, 3), map(&rows, 300));
    assert!(purity(&plane) < 0.8, "sixteen axes do not fit into a plane: {}", purity(&plane));
    assert!(purity(&places) > 0.97, "{}", purity(&places));
    assert!(places.iter().flatten().all(|value| value.is_finite()));
    assert_eq!(places, map(&rows, 300), "the same map from the same vectors");
}

#[test]
fn the_plane_is_that_of_the_largest_variance() {
    // Numbers 0, 1 and 2 vary by 3, 2 and 0.1: the plane must be that of the first two, in this order.
    let angle = |row: usize| row as f32 * std::f32::consts::TAU / 100.0;
    let values = (0..100).flat_map(|row| [3.0 * angle(row).cos() + 5.0, 2.0 * angle(row).sin(), 0.1 * (7.0 * angle(row)).cos(), 1.0]);
    let rows = MemoryRows::new(4, values.collect()).unwrap();
    for (row, place) in principal_plane(&rows, 1).into_iter().enumerate() {
        assert!((place[0].abs() - (3.0 * angle(row).cos()).abs()).abs() < 0.01, "row {row}: {place:?}");
        assert!((place[1].abs() - (2.0 * angle(row).sin()).abs()).abs() < 0.01, "row {row}: {place:?}");
    }
}

#[test]
fn what_has_no_shape_has_a_map_too() {
    for count in [0, 1, 2, 30] {
        let rows = MemoryRows::new(4, [0.5; 4].repeat(count)).unwrap();
        let places = map(&rows, 50);
        assert_eq!(places.len(), count);
        assert!(places.iter().flatten().all(|value| value.is_finite()), "{count} equal rows: {places:?}");
    }
}

#[test]
fn a_map_can_be_stopped() {
    let (rows, stopped) = (groups(), AtomicBool::new(true));
    assert_eq!(neighbours(&rows, None, 5, &|_, _| {}, &stopped).unwrap_err().kind(), Kind::Cancelled);
    let found = neighbours(&rows, None, 5, &|_, _| {}, &AtomicBool::new(false)).unwrap();
    let outcome = spread(&found, &principal_plane(&rows, 1), Layout { epochs: 10, seed: 1 }, &|_, _| {}, &stopped);
    assert_eq!(outcome.unwrap_err().kind(), Kind::Cancelled);
}
