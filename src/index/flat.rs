//! The exact index: every search scores every row. Nothing is built and nothing is stored besides the vectors.

use std::sync::Arc;

use super::{Allowed, Hit, Rows, VectorIndex, check_query, nearest};
use crate::error::Result;

/// Exact search over the first rows of a matrix.
pub struct FlatIndex {
    rows: Arc<dyn Rows>,
    count: usize,
}

impl FlatIndex {
    /// An index over all rows that the matrix has now.
    pub fn new(rows: Arc<dyn Rows>) -> Self {
        let count = rows.len();
        Self { rows, count }
    }

    /// An index over the first `count` rows, or all if there are fewer.
    pub fn of_first(rows: Arc<dyn Rows>, count: usize) -> Self {
        let count = count.min(rows.len());
        Self { rows, count }
    }
}

impl VectorIndex for FlatIndex {
    fn search(&self, query: &[f32], count: usize, allowed: Allowed<'_>) -> Result<Vec<Hit>> {
        check_query(query, self.rows.dimension())?;
        Ok(nearest::scan(&*self.rows, 0..self.count, query, count, allowed))
    }

    fn len(&self) -> usize {
        self.count
    }
}
