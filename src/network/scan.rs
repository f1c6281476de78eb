//! Exact search on a device that multiplies matrices well: all rows lie in its memory as fp16 (f32 on a processor), a batch
//! of queries is one product, and only the best rows come back. For unit vectors the inner product is the cosine.

use tch::{Device, Kind as ElementKind, Tensor};

use crate::error::{Error, Result};

/// Rows that are scored together: what the scores of a batch of queries take stays bounded.
const BLOCK_ROWS: i64 = 1 << 20;
/// Most queries of one product.
const BLOCK_QUERIES: usize = 256;

/// A row and its inner product with the query; larger is closer.
pub type Scored = (u64, f32);

/// Vectors in a device's memory.
pub struct DeviceScan {
    /// `[rows, dimension]` each; all but the last have [`BLOCK_ROWS`] rows.
    blocks: Vec<Tensor>,
    device: Device,
    dimension: usize,
}

impl DeviceScan {
    /// No rows yet.
    pub fn new(device: Device, dimension: usize) -> Self {
        Self { blocks: Vec::new(), device, dimension }
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.blocks.iter().map(|block| block.size()[0] as u64).sum()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Adds rows, one after the other; their numbers follow those that are there.
    ///
    /// # Errors
    /// `Invalid` for numbers that are no whole rows; those of libtorch when the device's memory is full: nothing is added then.
    pub fn append(&mut self, rows: &[f32]) -> Result<()> {
        let mut fresh = self.matrix(rows)?;
        let mut blocks: Vec<Tensor> = self.blocks.iter().map(Tensor::shallow_clone).collect();
        if let Some(last) = blocks.last_mut().filter(|last| last.size()[0] < BLOCK_ROWS) {
            let part = fresh.size()[0].min(BLOCK_ROWS - last.size()[0]);
            *last = Tensor::f_cat(&[&*last, &fresh.f_narrow(0, 0, part)?], 0)?;
            fresh = fresh.f_narrow(0, part, fresh.size()[0] - part)?;
        }
        while fresh.size()[0] > 0 {
            let part = fresh.size()[0].min(BLOCK_ROWS);
            blocks.push(fresh.f_narrow(0, 0, part)?);
            fresh = fresh.f_narrow(0, part, fresh.size()[0] - part)?;
        }
        self.blocks = blocks;
        Ok(())
    }

    /// The `count` best rows of each query, best first, equal ones in no particular order.
    ///
    /// # Errors
    /// `Invalid` for queries that are no whole rows; those of libtorch.
    pub fn search(&self, queries: &[f32], count: usize) -> Result<Vec<Vec<Scored>>> {
        let mut found = Vec::new();
        for queries in queries.chunks(BLOCK_QUERIES * self.dimension.max(1)) {
            let queries = self.matrix(queries)?;
            let mut best: Vec<Vec<Scored>> = vec![Vec::new(); queries.size()[0] as usize];
            let mut first = 0;
            for block in &self.blocks {
                let wanted = (count as i64).min(block.size()[0]);
                let (scores, rows) = queries.f_matmul(&block.f_tr()?)?.f_topk(wanted, 1, true, true)?;
                join(&mut best, &scores, &rows, first)?;
                first += block.size()[0] as u64;
            }
            for scored in &mut best {
                scored.sort_by(|left, right| right.1.total_cmp(&left.1));
                scored.truncate(count);
            }
            found.append(&mut best);
        }
        Ok(found)
    }

    /// Rows on the device, in its precision.
    fn matrix(&self, rows: &[f32]) -> Result<Tensor> {
        if self.dimension == 0 || !rows.len().is_multiple_of(self.dimension) {
            return Err(Error::invalid(format!("{} numbers are no whole rows of {}", rows.len(), self.dimension)));
        }
        let kind = if self.device == Device::Cpu { ElementKind::Float } else { ElementKind::Half };
        Ok(Tensor::f_from_slice(rows)?.f_view([-1, self.dimension as i64])?.f_to_device(self.device)?.f_to_kind(kind)?)
    }
}

/// Adds the best rows of a block to those of the blocks before it.
fn join(best: &mut [Vec<Scored>], scores: &Tensor, rows: &Tensor, first: u64) -> Result<()> {
    let width = scores.size()[1] as usize;
    let scores = Vec::<f32>::try_from(scores.f_to_device(Device::Cpu)?.f_to_kind(ElementKind::Float)?.f_contiguous()?.f_view([-1])?)?;
    let rows = Vec::<i64>::try_from(rows.f_to_device(Device::Cpu)?.f_contiguous()?.f_view([-1])?)?;
    for (best, (scores, rows)) in best.iter_mut().zip(scores.chunks_exact(width).zip(rows.chunks_exact(width))) {
        best.extend(rows.iter().zip(scores).map(|(&row, &score)| (first + row as u64, score)));
    }
    Ok(())
}
