//! How the values of pictures and kernels lie in memory while a network learns. On a processor all channels of a pixel lie together:
//! convolutions and poolings take little more than half the time so. Only strides differ; every layer computes the same.

use tch::{Device, Tensor};

use crate::error::Result;
use crate::network::layers::TorchResult;

/// The same values, pixel by pixel, where that is faster.
///
/// # Errors
/// Those of libtorch.
pub fn pixels_together(tensor: &Tensor) -> Result<Tensor> {
    let size = tensor.size();
    let &[count, channels, height, width] = size.as_slice() else { return Ok(tensor.shallow_clone()) };
    if tensor.device() != Device::Cpu {
        return Ok(tensor.shallow_clone());
    }
    let lined_up = tensor.f_permute([0, 2, 3, 1]).torch()?.f_contiguous().torch()?;
    // With one channel both layouts are the same bytes: libtorch looks at the strides.
    let strides = [height * width * channels, 1, width * channels, channels];
    lined_up.f_as_strided([count, channels, height, width], strides, None).torch()
}
