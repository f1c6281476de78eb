//! Which lists may hold rows near a vector? The centres are scanned through 1-bit codes of their own, then the best are scored
//! exactly: thousands of lists cost a few microseconds.

use super::array::Array;
use super::encoder::{Encoder, Prepared};
use crate::index::dot;
use crate::index::kernels::bytes::dot_bytes;
use crate::index::kernels::{Candidate, Sieve, prefetch, scan};

/// Centres scored exactly, per list wanted and besides: what the codes' error asks for.
const EXACT_PER_WANTED: f64 = 1.5;
const EXACT_BESIDES: usize = 24;

/// Lists that are put in order.
const FIRST: usize = 24;
/// Centres asked for ahead of the one being scored.
const CENTRES_AHEAD: usize = 4;

/// The centres of all lists.
pub(in crate::index) struct Coarse {
    dimension: usize,
    centres: Array<f32>,
    blocks: Array<u64>,
    /// Rotated differences of the centres from the mean, a byte a number: exact enough for estimates and a quarter of the memory.
    bytes: Vec<i8>,
    /// Numbers of a rotated vector.
    width: usize,
    /// Step of each centre's bytes, and what its product has besides that of the differences.
    factors: Vec<(f32, f32)>,
    /// Names of the lanes: 0, 1, 2, ...
    places: Vec<u32>,
}

impl Coarse {
    /// Over centres whose codes exist already.
    pub(super) fn of(encoder: &Encoder, centres: Array<f32>, blocks: Array<u64>) -> Self {
        let dimension = encoder.mean().len();
        let lists = centres.len() / dimension;
        let mut bytes = Vec::with_capacity(lists * encoder.words() * 64);
        let factors = centres.chunks_exact(dimension).map(|centre| encoder.to_bytes(centre, &mut bytes)).collect();
        let places = (0..lists.next_multiple_of(crate::index::kernels::BLOCK_ROWS) as u32).collect();
        Self { dimension, centres, blocks, bytes, width: encoder.words() * 64, factors, places }
    }

    /// Encodes centres for searches by inner product.
    pub(super) fn for_search(encoder: &Encoder, centres: Vec<f32>) -> Self {
        Self::with_extra(encoder, centres, |_| 0.0)
    }

    /// Encodes centres so that the best score is that of the closest by Euclidean distance: `<x, c> - |c|^2 / 2`.
    pub(super) fn for_assignment(encoder: &Encoder, centres: Vec<f32>) -> Self {
        Self::with_extra(encoder, centres, |centre| -dot(centre, centre) / 2.0)
    }

    fn with_extra(encoder: &Encoder, centres: Vec<f32>, extra: impl Fn(&[f32]) -> f32) -> Self {
        let dimension = encoder.mean().len();
        let blocks = encoder.encode_all(centres.chunks_exact(dimension).map(|centre| (centre, extra(centre))), encoder.mean());
        Self::of(encoder, centres.into(), blocks.into())
    }

    pub(super) fn len(&self) -> usize {
        self.centres.len() / self.dimension
    }

    pub(super) fn centre(&self, list: u32) -> &[f32] {
        &self.centres[list as usize * self.dimension..][..self.dimension]
    }

    pub(super) fn centres(&self) -> &[f32] {
        &self.centres
    }

    pub(super) fn blocks(&self) -> &[u64] {
        &self.blocks
    }

    /// The lists whose centres have the largest inner product with the query, with that product. The first few are in order, best
    /// first, so that a scan soon knows what is not worth keeping; the others follow in no order.
    pub(in crate::index) fn best(&self, prepared: &Prepared, wanted: usize) -> Vec<Candidate> {
        let mut lists = self.promising(prepared, wanted);
        for place in 0..lists.len() {
            if let Some(next) = lists.get(place + CENTRES_AHEAD) {
                prefetch(self.bytes_of(next.row), self.width);
            }
            lists[place].estimate = self.product(lists[place].row, prepared);
        }
        let closeness = |a: &Candidate, b: &Candidate| b.estimate.total_cmp(&a.estimate).then(a.row.cmp(&b.row));
        if wanted < lists.len() {
            lists.select_nth_unstable_by(wanted, closeness);
            lists.truncate(wanted);
        }
        if FIRST < lists.len() {
            lists.select_nth_unstable_by(FIRST, closeness);
        }
        let first = lists.len().min(FIRST);
        lists[..first].sort_unstable_by(closeness);
        lists
    }

    fn bytes_of(&self, list: u32) -> &[i8] {
        &self.bytes[list as usize * self.width..][..self.width]
    }

    /// Inner product of a centre and the query.
    fn product(&self, list: u32, prepared: &Prepared) -> f32 {
        let (step, besides) = self.factors[list as usize];
        prepared.with_mean + besides + step * prepared.step * dot_bytes(&prepared.bytes, self.bytes_of(list)) as f32
    }

    /// The list of the closest centre. Only for centres encoded for assignment.
    pub(super) fn closest(&self, vector: &[f32], prepared: &Prepared) -> u32 {
        let exact = |list: u32| dot(vector, self.centre(list)) - dot(self.centre(list), self.centre(list)) / 2.0;
        let scored = self.promising(prepared, 1).into_iter().map(|candidate| (exact(candidate.row), candidate.row));
        scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map_or(0, |(_, list)| list)
    }

    fn promising(&self, prepared: &Prepared, wanted: usize) -> Vec<Candidate> {
        let keep = (wanted as f64 * EXACT_PER_WANTED) as usize + EXACT_BESIDES;
        if keep >= self.len() {
            return (0..self.len() as u32).map(|row| Candidate { estimate: 0.0, row }).collect();
        }
        let mut sieve = Sieve::new(keep, None);
        scan(&self.blocks, &self.places, &prepared.bits, prepared.with_mean, &mut sieve);
        sieve.into_candidates()
    }
}
