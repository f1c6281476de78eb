//! What a network answers, as plain numbers off the device. What they mean is read in [`heads`](super::heads).

use tch::{Device, Kind as ElementKind, Tensor};

use super::{Body, Network, Prepared, preprocess};
use crate::error::{Error, Result};

/// One output of a network for a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Name of the layer or blob.
    pub name: String,
    /// Dimensions.
    pub shape: Vec<i64>,
    /// The numbers, row by row.
    pub values: Vec<f32>,
}

impl Output {
    pub(crate) fn of(name: &str, tensor: &Tensor) -> Result<Self> {
        let flat = tensor.f_to_device(Device::Cpu)?.f_to_kind(ElementKind::Float)?.f_contiguous()?.f_view([-1])?;
        Ok(Self { name: name.into(), shape: tensor.size(), values: Vec::<f32>::try_from(flat)? })
    }
}

impl Network {
    /// The named layers' outputs for a batch, or all final outputs when none is named.
    ///
    /// # Errors
    /// `NotFound` or `Invalid` for a layer that is not there, `Invalid` for a batch that the layers cannot take.
    pub fn outputs(&self, pictures: &[Prepared], layers: &[String]) -> Result<Vec<Output>> {
        let _guard = tch::no_grad_guard();
        let input = preprocess::batch_tensor(pictures, &self.input, self.device)?;
        match (&self.body, layers) {
            (Body::Caffe(graph), []) => graph.forward_outputs(&input)?.iter().map(|(name, value)| Output::of(name, value)).collect(),
            (Body::Caffe(graph), names) => {
                let values = graph.forward_to_all(&input, names)?;
                names.iter().zip(&values).map(|(name, value)| Output::of(name, value)).collect()
            }
            (Body::TorchScript(module), []) => Ok(vec![Output::of("forward", &module.forward_to(&input, "forward")?)?]),
            (Body::TorchScript(module), [name]) => Ok(vec![Output::of(name, &module.forward_to(&input, name)?)?]),
            (Body::TorchScript(_), more) => {
                Err(Error::unsupported(format!("a TorchScript module answers one method at a time, not {}", more.join(", "))))
            }
        }
    }
}
