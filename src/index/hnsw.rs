//! Linking a navigable graph with `hnsw_rs`. Only the links are kept: its own dump would hold a second copy of the vectors,
//! and its reader panics on a damaged file.

use std::sync::atomic::{AtomicUsize, Ordering};

use hnsw_rs::prelude::{Distance, Hnsw};
use rayon::prelude::*;

use super::distinct::View;
use super::graph::{Graph, Links, connect};
use super::work::Work;
use super::{HnswSettings, dot};
use crate::error::{Error, Result};

/// Layers that `hnsw_rs` can hold.
const MAX_LAYERS: usize = 16;
/// Rows linked one after the other before many threads join in: they need something to link to.
const FIRST_ROWS: usize = 256;

/// One minus the cosine of unit vectors, never below zero, as the crate demands.
struct CosineDistance;

impl Distance<f32> for CosineDistance {
    fn eval(&self, left: &[f32], right: &[f32]) -> f32 {
        (1.0 - dot(left, right)).max(0.0)
    }
}

/// Links all rows, on all cores.
///
/// # Errors
/// `Cancelled` when the work was stopped, `TooLarge` with more links than 32 bits can count.
pub(super) fn build(vectors: View<'_>, settings: &HnswSettings, work: &Work<'_>) -> Result<Graph> {
    let count = vectors.len();
    let graph = Hnsw::<f32, CosineDistance>::new(settings.m, count, MAX_LAYERS, settings.ef_construction, CosineDistance);
    let done = AtomicUsize::new(0);
    let insert = |row: usize| {
        work.check_stop()?;
        graph.insert_slice((vectors.vector(row), row));
        work.report(done.fetch_add(1, Ordering::Relaxed) + 1, count);
        Ok::<(), Error>(())
    };
    (0..count.min(FIRST_ROWS)).try_for_each(insert)?;
    (count.min(FIRST_ROWS)..count).into_par_iter().try_for_each(insert)?;
    let mut links = extract(&graph, count);
    let islands = connect(&mut links, vectors);
    tracing::debug!(count, islands, "graph linked");
    if links.base.iter().map(Vec::len).sum::<usize>() > u32::MAX as usize {
        return Err(Error::too_large(format!("{count} vectors have more links than a graph file holds: choose a smaller m, or faiss")));
    }
    Ok(Graph::of(&links))
}

/// The links out of the crate's structure.
fn extract(graph: &Hnsw<'_, f32, CosineDistance>, count: usize) -> Links {
    let mut links = Links { entry: 0, base: vec![Vec::new(); count], upper: Vec::new() };
    let mut top_level = 0;
    for point in graph.get_point_indexation() {
        let (row, level) = (point.get_origin_id() as u32, usize::from(point.get_point_id().0));
        if level > top_level {
            (links.entry, top_level) = (row, level);
        }
        links.upper.resize_with(links.upper.len().max(level), Vec::new);
        for (layer, neighbours) in point.get_neighborhood_id().into_iter().enumerate().take(level + 1) {
            let neighbours = neighbours.iter().map(|neighbour| neighbour.d_id as u32).filter(|next| *next != row).collect();
            match layer {
                0 => links.base[row as usize] = neighbours,
                _ => links.upper[layer - 1].push((row, neighbours)),
            }
        }
    }
    links.upper.iter_mut().for_each(|layer| layer.sort_unstable_by_key(|(row, _)| *row));
    links
}
