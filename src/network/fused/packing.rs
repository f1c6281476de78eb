//! Brings the weights of an emitted plan into the precision and the memory layout in which the device reads them fastest.

use tch::{CModule, Device, IValue, Kind as ElementKind, Tensor};

use super::emit::Weight;
use super::module;
use crate::error::Result;
use crate::network::layers::TorchResult;

const PACK: &str = "  def pack(self: __torch__.Plan,
    kernels: Tensor,
    pad: List[int],
    stride: List[int],
    dilation: List[int],
    groups: int,
    size: List[int]) -> Tensor:
    return ops.mkldnn._reorder_convolution_weight(kernels, pad, stride, dilation, groups, size)
";

/// Packs weights for batches of about this size.
pub(crate) struct Packer {
    module: CModule,
    device: Device,
    batch: i64,
}

impl Packer {
    /// # Errors
    /// `Internal` when this libtorch has no oneDNN.
    pub(crate) fn new(device: Device, batch: i64) -> Result<Self> {
        Ok(Self { module: module::compile(PACK, Device::Cpu)?, device, batch })
    }

    /// # Errors
    /// Those of libtorch.
    pub(crate) fn pack(&self, weight: &Weight, kind: ElementKind) -> Result<Tensor> {
        match weight {
            Weight::Plain(tensor) => {
                let tensor = tensor.f_to_kind(kind).torch()?.f_to_device(self.device).torch()?;
                // Kernels for cuDNN: channels beside each other, like the maps.
                if self.device != Device::Cpu && tensor.dim() == 4 { channels_last(&tensor) } else { Ok(tensor) }
            }
            Weight::Kernels { kernels, stride, pad, dilation, groups, input } => {
                let kernels = kernels.f_to_kind(kind).torch()?.f_contiguous().torch()?;
                let list = |numbers: &[i64]| IValue::IntList(numbers.to_vec());
                let size = [&[self.batch], input.as_slice()].concat();
                let arguments = [IValue::Tensor(kernels), list(pad), list(stride), list(dilation), IValue::Int(*groups), list(&size)];
                module::call(&self.module, "pack", &arguments)
            }
        }
    }
}

/// The same tensor with its channels side by side in memory.
///
/// # Errors
/// Those of libtorch.
pub(crate) fn channels_last(tensor: &Tensor) -> Result<Tensor> {
    tensor.f_permute([0, 2, 3, 1]).torch()?.f_contiguous().torch()?.f_permute([0, 3, 1, 2]).torch()
}
