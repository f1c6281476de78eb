//! What a distance means in this library: how many of its pictures are farther away, and where hits are no better than chance.
//!
//! A sample of the library says how similar strangers are. Most of it is read off directly; beyond its highest twentieth the tail
//! is taken to fall exponentially, as in extreme value statistics (Pickands, 1975, with shape zero). Chance alone would then
//! bring `N p(s)` pictures of score `s` or more; when that is half of the hits so far, the rest is noise: the false discovery rate of
//! Benjamini and Hochberg (1995) at 0.5.

/// Share of the sample beyond which the fitted tail is used.
const TAIL: f64 = 0.05;
/// Share of hits by chance from which on they are called noise.
const NOISE: f64 = 0.5;
/// With fewer strangers nothing can be said.
const LEAST_SAMPLE: usize = 50;

/// What the distances of an answer mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// Of each hit the share of the library, 0 to 1, that is farther away.
    pub closer: Vec<f64>,
    /// Of the ranking, counted from the closest, as many stand out from chance; what follows is noise.
    pub standing_out: usize,
}

/// How similar the library's pictures are to one query, by chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Scores of the sample, ascending.
    sample: Vec<f32>,
    /// Score at which the tail begins.
    threshold: f64,
    /// Mean of what lies above the threshold, minus the threshold.
    excess: f64,
    /// Pictures in the library.
    library: usize,
}

impl Reading {
    /// From the scores (cosines) of some pictures of a library of this many, without the query itself. `None` when they are too few.
    pub fn new(mut sample: Vec<f32>, library: usize) -> Option<Self> {
        sample.retain(|score| score.is_finite());
        if sample.len() < LEAST_SAMPLE {
            return None;
        }
        sample.sort_unstable_by(f32::total_cmp);
        let start = sample.len() - ((sample.len() as f64 * TAIL) as usize).max(1);
        let threshold = f64::from(sample[start - 1]);
        let tail = &sample[start..];
        let excess = tail.iter().map(|score| f64::from(*score) - threshold).sum::<f64>() / tail.len() as f64;
        Some(Self { threshold, excess: excess.max(1e-9), sample, library })
    }

    /// Share of the library, 0 to 1, that is at least as similar by chance.
    pub fn chance(&self, score: f32) -> f64 {
        let score_wide = f64::from(score);
        if score_wide > self.threshold {
            return TAIL * (-(score_wide - self.threshold) / self.excess).exp();
        }
        let below = self.sample.partition_point(|other| *other < score);
        (self.sample.len() - below) as f64 / self.sample.len() as f64
    }

    /// Share of the library, 0 to 1, that is farther away: "closer than 99.98 % of your library".
    pub fn closer_than(&self, score: f32) -> f64 {
        (1.0 - self.chance(score)).clamp(0.0, 1.0)
    }

    /// How many of these hits (scores, descending, the best of the library) stand out from chance.
    pub fn standing_out(&self, scores: &[f32]) -> usize {
        let is_noise = |(place, score): (usize, &f32)| self.chance(*score) * self.library as f64 >= NOISE * (place + 1) as f64;
        // The rate may be high at the first hits by accident of small numbers: the line is drawn after the last that holds.
        let last = scores.iter().enumerate().rposition(|hit| !is_noise(hit));
        last.map_or(0, |last| last + 1)
    }
}
