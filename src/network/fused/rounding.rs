//! Rounds kernels to bf16 so that what they make of an even picture stays the same. Each weight goes to its nearest neighbour,
//! then the few that lie closest to the middle between two neighbours go to the other one, until the errors of an output channel,
//! weighted by the mean of what each weight reads, add up to nearly nothing (as Guo et al. 2022, "`SQuant`", with measured means).
//! Errors of weights are the same at every place of a map, so that pooling does not average them out; those of maps it does.

use tch::{Kind as ElementKind, Tensor};

use crate::error::Result;
use crate::network::layers::TorchResult;

/// A weight that could go to its other neighbour.
struct Flip {
    place: usize,
    other: f32,
    /// What it changes of the weighted sum.
    change: f64,
    /// What it adds to the squared error, for each part of the sum that it changes.
    cost: f64,
}

/// Kernels `[outputs, channels, height, width]` whose values are all bf16. `read` holds the means `[outputs, channels]`.
///
/// # Errors
/// Those of libtorch.
pub(crate) fn to_bf16(kernels: &Tensor, read: &Tensor) -> Result<Tensor> {
    let numbers = |tensor: &Tensor| -> Result<Vec<f32>> {
        Ok(Vec::try_from(tensor.f_to_kind(ElementKind::Float).torch()?.f_contiguous().torch()?.f_view([-1]).torch()?)?)
    };
    let (mut weights, means) = (numbers(kernels)?, numbers(read)?);
    let [outputs, channels, height, width] = kernels.size()[..] else { return Ok(kernels.shallow_clone()) };
    let (each, taps) = ((channels * height * width) as usize, (height * width) as usize);
    if each > 0 {
        for (weights, means) in weights.chunks_exact_mut(each).zip(means.chunks_exact(channels as usize)) {
            round_output(weights, means, taps);
        }
    }
    Tensor::f_from_slice(&weights).torch()?.f_view([outputs, channels, height, width]).torch()
}

/// Rounds what makes one output channel.
fn round_output(weights: &mut [f32], means: &[f32], taps: usize) {
    let mut sum = 0.0;
    let mut flips = Vec::new();
    for (place, weight) in weights.iter_mut().enumerate() {
        let mean = f64::from(means[place / taps]);
        let (nearest, other) = neighbours(*weight);
        let (error, other_error) = (f64::from(nearest) - f64::from(*weight), f64::from(other) - f64::from(*weight));
        sum += error * mean;
        let change = (other_error - error) * mean;
        if change != 0.0 && change.is_finite() {
            flips.push(Flip { place, other, change, cost: (other_error * other_error - error * error) / change.abs() });
        }
        *weight = nearest;
    }
    // Those that would make the sum larger are of no use.
    flips.retain(|flip| flip.change * sum < 0.0);
    for flip in cheapest(flips, weights.len()) {
        if (sum + flip.change).abs() < sum.abs() {
            sum += flip.change;
            weights[flip.place] = flip.other;
        }
    }
}

/// The cheapest first; more of them than could be wanted: the sum of n errors grows with the root of n.
fn cheapest(mut flips: Vec<Flip>, weights: usize) -> Vec<Flip> {
    let enough = 16 + 4 * weights.isqrt();
    let by_cost = |left: &Flip, right: &Flip| left.cost.total_cmp(&right.cost);
    if flips.len() > enough {
        flips.select_nth_unstable_by(enough, by_cost);
        flips.truncate(enough);
    }
    flips.sort_unstable_by(by_cost);
    flips
}

/// The closest number in bf16, and the closest one on the other side of `value`.
fn neighbours(value: f32) -> (f32, f32) {
    let below = f32::from_bits(value.to_bits() & 0xffff_0000);
    // Away from zero by one step of bf16: magnitudes rise with their bits.
    let above = f32::from_bits((value.to_bits() & 0xffff_0000).wrapping_add(0x1_0000));
    if !value.is_finite() || !above.is_finite() || below.to_bits() == value.to_bits() {
        return (below, below);
    }
    if (value - below).abs() <= (above - value).abs() { (below, above) } else { (above, below) }
}
