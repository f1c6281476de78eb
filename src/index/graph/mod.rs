//! A hierarchical navigable small-world graph at rest: links between labels only, searched over the stored vectors.
//! The vectors are not copied, a file is a list of numbers, and a damaged file is an error. Who links it is `hnsw.rs`.

mod file;
mod repair;

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Hit;
use super::approximate::Candidates;
use super::distinct::View;
use super::nearest::{Nearest, closeness};
use crate::error::Result;

pub(super) use repair::connect;

/// Links of every row, from which a [`Graph`] is made.
pub(super) struct Links {
    /// Row where searches start.
    pub(super) entry: u32,
    /// Neighbours of each row in the lowest layer, row by row.
    pub(super) base: Vec<Vec<u32>>,
    /// Neighbours of the rows that reach each upper layer, from the second lowest up, rows ascending.
    pub(super) upper: Vec<Vec<(u32, Vec<u32>)>>,
}

/// One layer: the neighbours of all its rows, end to end.
#[derive(Debug, PartialEq, Default)]
struct Layer {
    /// Rows of the layer, ascending; empty in the lowest layer, which has every row.
    rows: Vec<u32>,
    /// Where each row's neighbours begin, and at last where they end.
    starts: Vec<u32>,
    neighbours: Vec<u32>,
}

impl Layer {
    fn at(&self, place: usize) -> &[u32] {
        &self.neighbours[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    fn of(&self, row: u32) -> &[u32] {
        self.rows.binary_search(&row).map_or(&[], |place| self.at(place))
    }

    fn collect<'a>(rows: Vec<u32>, lists: impl Iterator<Item = &'a Vec<u32>>) -> Self {
        let mut layer = Self { rows, starts: vec![0], neighbours: Vec::new() };
        for list in lists {
            layer.neighbours.extend(list);
            layer.starts.push(layer.neighbours.len() as u32);
        }
        layer
    }
}

/// A searchable graph over the first rows of a matrix.
#[derive(Debug, PartialEq)]
pub(super) struct Graph {
    entry: u32,
    base: Layer,
    upper: Vec<Layer>,
}

impl Graph {
    pub(super) fn of(links: &Links) -> Self {
        let layer = |lists: &Vec<(u32, Vec<u32>)>| {
            let rows = lists.iter().map(|(row, _)| *row).collect();
            Layer::collect(rows, lists.iter().map(|(_, list)| list))
        };
        Self { entry: links.entry, base: Layer::collect(Vec::new(), links.base.iter()), upper: links.upper.iter().map(layer).collect() }
    }

    /// Rows in the graph.
    pub(super) fn len(&self) -> usize {
        self.base.starts.len() - 1
    }

    /// The `ef` closest rows that a walk along the links finds, closest first.
    fn search(&self, vectors: View<'_>, query: &[f32], ef: usize) -> Vec<Hit> {
        let score = |row: u32| vectors.score(query, row);
        let mut closest = score(self.entry);
        for layer in self.upper.iter().rev() {
            while let Some(closer) = layer.of(closest.row).iter().map(|row| score(*row)).min_by(closeness)
                && closer.score > closest.score
            {
                closest = closer;
            }
        }
        walk(self.len(), closest, ef, |row| self.base.at(row as usize), score)
    }
}

/// A graph with the width of its searches.
pub(super) struct GraphSearch {
    pub(super) graph: Graph,
    pub(super) ef_search: usize,
}

impl Candidates for GraphSearch {
    fn candidates(&self, vectors: View<'_>, query: &[f32], wanted: usize) -> Result<Vec<Hit>> {
        Ok(self.graph.search(vectors, query, self.ef_search.max(wanted * 2)))
    }
}

/// A hit that compares as greater the closer it is.
#[derive(PartialEq)]
struct Near(Hit);

impl Eq for Near {}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        closeness(&other.0, &self.0)
    }
}

/// Best-first walk over one layer of `count` rows, keeping the `ef` closest (algorithm 2 of Malkov and Yashunin, 2016).
fn walk<'a>(count: usize, start: Hit, ef: usize, neighbours: impl Fn(u32) -> &'a [u32], score: impl Fn(u32) -> Hit) -> Vec<Hit> {
    let mut seen = vec![0_u64; count.div_ceil(64)];
    let mut first_visit = |row: u32| {
        let (word, bit) = (&mut seen[row as usize / 64], 1 << (row % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    };
    let mut found = Nearest::new(ef);
    let mut open = BinaryHeap::from([Near(start)]);
    first_visit(start.row);
    found.offer(start);
    while let Some(Near(next)) = open.pop() {
        if found.is_full_of_closer(next) {
            break;
        }
        for row in neighbours(next.row) {
            if first_visit(*row) {
                let hit = score(*row);
                if found.offer(hit) {
                    open.push(Near(hit));
                }
            }
        }
    }
    found.into_hits()
}
