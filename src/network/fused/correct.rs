//! Rounds kernels and makes up for it. Rounded kernels shift the mean of what a convolution makes, and where its terms nearly
//! cancel, as in separable networks, the shift is large. Given the mean of each channel that it reads, kernels are rounded so
//! that it is small ([`rounding`]), and what is left goes into the bias (Nagel et al. 2019, "Data-free quantization through weight
//! equalization and bias correction").

use tch::{Device, Kind as ElementKind, Tensor};

use super::emit::Kinds;
use super::plan::{Convolution, Operation, Plan};
use super::rounding;
use crate::error::Result;
use crate::network::layers::TorchResult;

/// Rounds all convolutions but the exact ones, and corrects their biases. `means` holds the mean of every input channel of every
/// convolution, one after the other.
///
/// # Errors
/// Those of libtorch.
pub(crate) fn correct(plan: &mut Plan, means: &Tensor, kinds: Kinds) -> Result<()> {
    let mut place = 0;
    for (index, step) in plan.steps.iter_mut().enumerate() {
        let Operation::Convolution(convolution) = &mut step.operation else { continue };
        let channels = convolution.kernels.size()[1] * convolution.groups;
        let mean = means.f_narrow(0, place, channels).torch()?;
        place += channels;
        if kinds.of(index + 1) != ElementKind::Float {
            round(convolution, &mean, kinds.kind)?;
        }
    }
    Ok(())
}

fn round(convolution: &mut Convolution, mean: &Tensor, kind: ElementKind) -> Result<()> {
    let kernels = &convolution.kernels;
    let [outputs, each, ..] = kernels.size()[..] else { return Ok(()) };
    // What each output channel reads: [groups, channels] becomes [outputs, channels].
    let read = mean.f_to_device(Device::Cpu).torch()?.f_view([convolution.groups, 1, each]).torch()?;
    let read =
        read.f_expand([convolution.groups, outputs / convolution.groups, each], false).torch()?.f_reshape([outputs, each]).torch()?;
    let rounded = match kind {
        ElementKind::BFloat16 => rounding::to_bf16(kernels, &read)?,
        _ => kernels.f_to_kind(kind).torch()?.f_to_kind(ElementKind::Float).torch()?,
    };
    let wrong = rounded.f_sub(kernels).torch()?.f_sum_dim_intlist([2i64, 3].as_slice(), false, ElementKind::Float).torch()?;
    let shift = wrong.f_mul(&read).torch()?.f_sum_dim_intlist([1i64].as_slice(), false, ElementKind::Float).torch()?;
    convolution.bias = Some(match &convolution.bias {
        Some(bias) => bias.f_sub(&shift).torch()?,
        None => shift.f_neg().torch()?,
    });
    convolution.kernels = rounded;
    Ok(())
}
