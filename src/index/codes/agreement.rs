//! Do the versions of the scan agree? Each is asked for the estimates of the same rows.

use super::encoder::Encoder;
use super::lists::SEED;
use super::partition;
use crate::error::Result;
use crate::index::kernels::bits::{Version, versions};
use crate::index::kernels::{BLOCK_ROWS, Sieve};
use crate::index::{Rows, check_query};

/// What one version of the scan says.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// Name of the version: `plain`, or the processor's feature.
    pub version: &'static str,
    /// Estimated inner product of each row with the query.
    pub by_row: Vec<f32>,
}

/// The estimated inner products of every row with a query, from 1-bit codes, by each version of the scan that this processor runs:
/// all have to be alike, and near the exact ones. Codes are made around the mean of the rows.
///
/// # Errors
/// `Invalid` when the query has another dimension or holds a number that is not finite.
pub fn estimates_by_version(rows: &dyn Rows, query: &[f32]) -> Result<Vec<Estimates>> {
    check_query(query, rows.dimension())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let labels: Vec<u32> = (0..rows.len() as u32).collect();
    let encoder = Encoder::new(partition::mean(rows, &labels, labels.len()), SEED);
    let blocks = encoder.encode_all((0..rows.len()).map(|row| (rows.row(row), 0.0)), encoder.mean());
    let names: Vec<u32> = (0..rows.len().next_multiple_of(BLOCK_ROWS) as u32).collect();
    let prepared = encoder.prepare(query);
    let ask = |(version, scan): (&'static str, Version)| {
        let mut sieve = Sieve::new(rows.len(), None);
        scan(&blocks, &names, &prepared.bits, prepared.with_mean, &mut sieve).then(|| {
            let mut by_row = vec![f32::NAN; rows.len()];
            sieve.into_candidates().iter().for_each(|candidate| by_row[candidate.row as usize] = candidate.estimate);
            Estimates { version, by_row }
        })
    };
    Ok(versions().into_iter().filter_map(ask).collect())
}
