//! Cutting a library into lists of rows that lie together: k-means (Lloyd, 1982) on a sample, in which the closest centre is found
//! through 1-bit codes, so that a million rows find their lists in seconds.

use rand::SeedableRng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::coarse::Coarse;
use super::encoder::Encoder;
use crate::error::Result;
use crate::index::Rows;
use crate::index::work::Work;

/// Rows of the sample per list, and rounds over it.
const SAMPLE_PER_LIST: usize = 48;
const ROUNDS: usize = 6;
/// Rows worked on between two looks at the stop flag.
const AT_ONCE: usize = 8192;

/// The mean of evenly spread rows, at most `limit` of them.
pub(super) fn mean(rows: &dyn Rows, labels: &[u32], limit: usize) -> Vec<f32> {
    let taken = labels.len().min(limit);
    let mut sums = vec![0.0_f64; rows.dimension()];
    for place in 0..taken {
        let row = rows.row(labels[place * labels.len() / taken] as usize);
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.into_iter().map(|sum| (sum / taken.max(1) as f64) as f32).collect()
}

/// Centres of `lists` lists for these rows.
pub(super) fn train(rows: &dyn Rows, labels: &[u32], lists: usize, encoder: &Encoder, seed: u64, work: &Work<'_>) -> Result<Vec<f32>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let wanted = (lists * SAMPLE_PER_LIST).min(labels.len());
    let mut sample: Vec<u32> = index::sample(&mut random, labels.len(), wanted).into_iter().map(|place| labels[place]).collect();
    let mut centres: Vec<f32> = sample[..lists].iter().flat_map(|row| rows.row(*row as usize)).copied().collect();
    sample.sort_unstable();
    for _ in 0..ROUNDS {
        let found = assign(rows, &sample, &Coarse::for_assignment(encoder, centres.clone()), encoder, work, &|_| {})?;
        move_centres(&mut centres, rows, &sample, &found);
    }
    Ok(centres)
}

/// The closest list of each of these rows.
pub(super) fn assign(
    rows: &dyn Rows,
    labels: &[u32],
    coarse: &Coarse,
    encoder: &Encoder,
    work: &Work<'_>,
    report: &(dyn Fn(usize) + Sync),
) -> Result<Vec<u32>> {
    let mut lists = Vec::with_capacity(labels.len());
    let closest = |row: &u32| {
        let vector = rows.row(*row as usize);
        coarse.closest(vector, &encoder.prepare(vector))
    };
    for part in labels.chunks(AT_ONCE) {
        work.check_stop()?;
        lists.par_extend(part.par_iter().map(closest));
        report(lists.len());
    }
    Ok(lists)
}

/// Every centre becomes the mean of its rows; one without rows becomes a row of the fullest list.
pub(super) fn move_centres(centres: &mut [f32], rows: &dyn Rows, labels: &[u32], lists: &[u32]) {
    let dimension = rows.dimension();
    let members = group(lists, centres.len() / dimension);
    let fullest = members.iter().max_by_key(|members| members.len()).map_or(&[][..], Vec::as_slice);
    centres.par_chunks_exact_mut(dimension).zip(&members).enumerate().for_each(|(list, (centre, members))| {
        let stand_in = fullest.get(list % fullest.len().max(1)).copied();
        let members = if members.is_empty() { stand_in.as_slice() } else { members };
        let mut sums = vec![0.0; dimension];
        for place in members {
            sums.iter_mut().zip(rows.row(labels[*place as usize] as usize)).for_each(|(sum, value)| *sum += value);
        }
        let scale = 1.0 / members.len().max(1) as f32;
        centre.iter_mut().zip(sums).for_each(|(value, sum)| *value = sum * scale);
    });
}

/// The places of each list, ascending.
pub(super) fn group(lists: &[u32], count: usize) -> Vec<Vec<u32>> {
    let mut members = vec![Vec::new(); count];
    for (place, list) in lists.iter().enumerate() {
        members[*list as usize].push(place as u32);
    }
    members
}
