//! Indexes over feature vectors: which rows of a matrix are closest to a query? Larger score is closer: the score is
//! the inner product, which is the cosine because stored vectors have length 1. Knows rows and numbers, no media, no network.

mod approximate;
mod codes;
mod distinct;
mod dot;
mod effort;
mod factory;
mod faiss;
mod flat;
mod graph;
mod hnsw;
mod kernels;
mod kind;
mod manifest;
mod nearest;
pub mod projection;
mod publish;
mod row_set;
mod snapshot;
pub mod synthetic;
mod tail;
mod tune;
mod work;

use rayon::prelude::*;

use crate::error::{Error, Result};
use tail::search_chosen;

pub use codes::{Estimates, Plan, Step, estimates_by_version};
pub use dot::dot;
pub use flat::FlatIndex;
pub use kind::{CodesSettings, FaissSettings, HnswSettings, IndexKind};
pub use manifest::{FORMAT_VERSION, IndexFile, Manifest};
pub use publish::build;
pub use row_set::RowSet;
pub use snapshot::{Snapshot, current_stamp, current_version, open_current, open_current_with, verify_current};
pub use tail::{search_rows, search_with_tail, take_in, wants_rebuild};
pub use tune::{Measured, Tuning, tune};

/// One answer: a row of the matrix and how close it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Row of the matrix, counted from 0.
    pub row: u32,
    /// Inner product with the query; larger is closer, 1 is identical for unit vectors.
    pub score: f32,
}

/// The rows that may be answered; `None` means all. Rows beyond the set's length may not.
pub type Allowed<'a> = Option<&'a RowSet>;

/// A matrix of unit vectors, row by row, that may be much larger than memory.
pub trait Rows: Send + Sync {
    /// Numbers per row.
    fn dimension(&self) -> usize;

    /// Every value, `len() * dimension()` numbers, row by row.
    fn all(&self) -> &[f32];

    /// Number of rows.
    fn len(&self) -> usize {
        self.all().len() / self.dimension().max(1)
    }

    /// True when there is no row.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One row, `dimension()` numbers. Panics, as slices do, when `row >= len()`.
    fn row(&self, row: usize) -> &[f32] {
        &self.all()[row * self.dimension()..(row + 1) * self.dimension()]
    }
}

/// A matrix in memory, for vectors that no folder keeps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryRows {
    dimension: usize,
    values: Vec<f32>,
}

impl MemoryRows {
    /// A matrix of `values.len() / dimension` rows.
    ///
    /// # Errors
    /// `Invalid` when the dimension is zero or does not divide the number of values.
    pub fn new(dimension: usize, values: Vec<f32>) -> Result<Self> {
        if dimension == 0 || !values.len().is_multiple_of(dimension) {
            return Err(Error::invalid(format!("{} values are not whole rows of {dimension} numbers", values.len())));
        }
        Ok(Self { dimension, values })
    }
}

impl Rows for MemoryRows {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn all(&self) -> &[f32] {
        &self.values
    }
}

/// An immutable index over the first `len()` rows of a matrix.
pub trait VectorIndex: Send + Sync {
    /// The `count` closest rows that may be answered: descending score, ties by row. Shorter only when there are fewer rows.
    ///
    /// # Errors
    /// `Invalid` when the query has another dimension or holds a number that is not finite.
    fn search(&self, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<Vec<Hit>>;

    /// Answers several queries, in parallel.
    ///
    /// # Errors
    /// Those of [`VectorIndex::search`].
    fn search_batch(&self, queries: &[&[f32]], count: usize, allowed: Allowed<'_>) -> Result<Vec<Vec<Hit>>> {
        queries.par_iter().map(|query| self.search(query, count, allowed)).collect()
    }

    /// Searches the index and the newer rows that it has taken in. `rows` is the matrix as it is now. Also answers how many rows
    /// of it were looked at: the later ones are left to the caller.
    ///
    /// # Errors
    /// Those of [`VectorIndex::search`].
    fn search_grown(&self, rows: &dyn Rows, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<(Vec<Hit>, usize)> {
        let _ = rows;
        Ok((self.search(query, count, allowed)?, self.len()))
    }

    /// Takes in rows that are newer than the index, so that searches find them as fast as any other. Kinds that cannot do so do
    /// nothing: their new rows are scanned.
    fn take_in(&self, rows: &dyn Rows) {
        let _ = rows;
    }

    /// Rows that the index holds or has taken in.
    fn taken_in(&self) -> usize {
        self.len()
    }

    /// Number of rows in the index.
    fn len(&self) -> usize;

    /// True when no row is in the index.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn check_query(query: &[f32], dimension: usize) -> Result<()> {
    if query.len() != dimension {
        let remedy = "search with a vector of the model and layer that the index was built from";
        return Err(Error::invalid(format!("the query has {} numbers, the index has {dimension} a vector: {remedy}", query.len())));
    }
    match query.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(Error::invalid(format!("number {place} of the query is {}, not a finite number", query[place]))),
        None => Ok(()),
    }
}
