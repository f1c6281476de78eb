//! What an evaluation reports over ranked lists and measured times.

pub use crate::train::metrics::average_precision;

/// Share of the true nearest that an index found. Ties count: whatever is as close as the last true one is right.
pub fn recall(found: &[(u32, f32)], truth: &[(u32, f32)]) -> f64 {
    const TIE: f32 = 1e-6;
    let Some((_, last)) = truth.last() else { return 1.0 };
    let right =
        found.iter().take(truth.len()).filter(|(row, score)| *score >= last - TIE || truth.iter().any(|(other, _)| other == row)).count();
    right as f64 / truth.len() as f64
}

/// The value below which `share` of the values lie (nearest rank). `values` need not be sorted; 0 for none.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Arithmetic mean; 0 for no values.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}
