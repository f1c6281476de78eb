//! Folds batch normalisation and scale into the convolution before them: three passes over a feature map become one.
//! The convolution's own weights stay as they are, so that its value can still be asked for by name.

use tch::Tensor;

use crate::error::{Error, Result};
use crate::network::graph_definition::{GraphDefinition, ValueId};
use crate::network::layers::{Layer, TorchResult};

/// A chain of layers that runs as one convolution, kept at the chain's last layer.
pub(crate) struct Folded {
    /// Index of the convolution.
    pub(crate) convolution: usize,
    /// What the convolution reads.
    pub(crate) source: ValueId,
    kernels: Tensor,
    bias: Tensor,
}

impl Folded {
    /// The value of the chain's last layer.
    pub(crate) fn apply(&self, convolution: &dyn Layer, input: &Tensor) -> Result<Tensor> {
        let convolution = convolution.as_convolution().ok_or_else(|| Error::internal("only a convolution can be folded into"))?;
        convolution.apply(input, &self.kernels, Some(&self.bias))
    }
}

/// The foldable chains of a network, each at the index of its last layer.
pub(crate) fn fold(graph: &GraphDefinition, weights: &[Vec<Tensor>]) -> Result<Vec<Option<Folded>>> {
    let readers = graph.readers();
    let mut folded: Vec<Option<Folded>> = graph.nodes().iter().map(|_| None).collect();
    for (index, node) in graph.nodes().iter().enumerate().filter(|(_, node)| node.layer.as_convolution().is_some()) {
        let mut last = (index, node.tops[0]);
        let mut chain = None;
        while let Some((next, map)) = next_channel_map(graph, weights, &readers, last.1)? {
            let before = chain.map_or_else(|| own(&weights[index]), Ok)?;
            chain = Some(compose(&before, &map)?);
            last = (next, graph.nodes()[next].tops[0]);
        }
        if let Some((kernels, bias)) = chain {
            folded[last.0] = Some(Folded { convolution: index, source: node.bottoms[0], kernels, bias });
        }
    }
    Ok(folded)
}

/// The layer that alone reads this value, if it only multiplies and shifts channels.
fn next_channel_map(
    graph: &GraphDefinition,
    weights: &[Vec<Tensor>],
    readers: &[usize],
    value: ValueId,
) -> Result<Option<(usize, (Tensor, Tensor))>> {
    if readers[value] != 1 {
        return Ok(None);
    }
    let Some(index) = graph.nodes().iter().position(|node| node.bottoms.contains(&value)) else { return Ok(None) };
    Ok(graph.nodes()[index].layer.channel_map(&weights[index])?.map(|map| (index, map)))
}

/// Kernels and bias of the convolution itself; no bias is zeros.
fn own(weights: &[Tensor]) -> Result<(Tensor, Tensor)> {
    let kernels = weights[0].shallow_clone();
    let bias = match weights.get(1) {
        Some(bias) => bias.shallow_clone(),
        None => Tensor::f_zeros([kernels.size()[0]], (kernels.kind(), kernels.device())).torch()?,
    };
    Ok((kernels, bias))
}

fn compose((kernels, bias): &(Tensor, Tensor), (multiplier, shift): &(Tensor, Tensor)) -> Result<(Tensor, Tensor)> {
    let kernels = kernels.f_mul(&multiplier.f_reshape([-1, 1, 1, 1]).torch()?).torch()?;
    let bias = bias.f_mul(multiplier).torch()?.f_add(shift).torch()?;
    Ok((kernels, bias))
}
