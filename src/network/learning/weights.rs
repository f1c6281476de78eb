//! The weights of a network that learns, shared by its graphs of all phases: filled, loaded by layer name, and given out again.

use std::collections::HashMap;

use tch::{Device, Kind, Tensor};

use super::fillers::Filler;
use super::layout::pixels_together;
use crate::error::{Error, Result};
use crate::network::caffemodel::{Blob, LayerWeights};
use crate::network::chance::Chance;
use crate::network::graph_definition::{GraphDefinition, Node};
use crate::network::layers::{Shape, TorchResult};
use crate::network::network_definition::Multipliers;

/// Random numbers of fillers stand apart from those of passes.
const FILLING: u64 = 0x6669_6c6c;

/// The weights of all layers, on one device.
pub struct Weights {
    layers: Vec<LayerBlobs>,
    device: Device,
}

pub(super) struct LayerBlobs {
    pub(super) name: String,
    kind: String,
    pub(super) blobs: Vec<Tensor>,
    multipliers: Vec<Multipliers>,
    by_gradient: bool,
}

impl Weights {
    /// The weights of the layers of these graphs, each layer once, with the values its fillers say.
    ///
    /// # Errors
    /// `Invalid` or `Unsupported` for a filler or multiplier, naming the layer; `Invalid` for a layer whose weights differ in shape
    /// between the graphs.
    pub fn fill(graphs: &[&GraphDefinition], seed: u64, device: Device) -> Result<Self> {
        let mut weights = Self { layers: Vec::new(), device };
        for graph in graphs {
            let shapes = graph.value_shapes(None)?;
            for node in graph.nodes() {
                weights.add(node, &shapes, seed)?;
            }
        }
        Ok(weights)
    }

    fn add(&mut self, node: &Node, shapes: &[Shape], seed: u64) -> Result<()> {
        let definition = &node.definition;
        let bottoms: Vec<Shape> = node.bottoms.iter().map(|&bottom| shapes[bottom].clone()).collect();
        let needed = node.layer.weight_shapes(&bottoms).map_err(|error| definition.name_in(error))?;
        if let Some(known) = self.layers.iter().find(|layer| layer.name == definition.name) {
            let present: Vec<Shape> = known.blobs.iter().map(Tensor::size).collect();
            let misfit = || definition.wrong(&format!("its weights have the shapes {present:?} in one phase and {needed:?} in another"));
            return if present == needed { Ok(()) } else { Err(misfit()) };
        }
        if needed.is_empty() {
            return Ok(());
        }
        let mut blobs = Vec::new();
        for (index, shape) in needed.iter().enumerate() {
            let mut chance = Chance::new(seed ^ FILLING, (self.layers.len() * 256 + index) as u64);
            let values = Filler::of(definition, index)?.fill(shape, &mut chance);
            blobs.push(tensor(&values, shape, self.device)?);
        }
        let multipliers = definition.multipliers(blobs.len())?;
        let (name, kind) = (definition.name.clone(), definition.kind.clone());
        self.layers.push(LayerBlobs { name, kind, blobs, multipliers, by_gradient: node.layer.learns_by_gradient() });
        Ok(())
    }

    /// Copies stored weights into the layers of the same names; gives the number of layers that took some. Layers of which nothing
    /// is stored keep their values, and stored layers that are not here are left out, as in Caffe.
    ///
    /// # Errors
    /// `Invalid`, naming layer and shapes, where a layer's stored weights have other shapes.
    pub fn load(&mut self, stored: Vec<LayerWeights>) -> Result<usize> {
        let mut stored: HashMap<String, LayerWeights> = stored.into_iter().map(|layer| (layer.name.clone(), layer)).collect();
        let mut taken = 0;
        for layer in &mut self.layers {
            let Some(found) = stored.remove(&layer.name) else { continue };
            layer.take(&found)?;
            taken += 1;
        }
        Ok(taken)
    }

    /// The weights as a caffemodel holds them.
    ///
    /// # Errors
    /// Those of libtorch.
    pub fn stored(&self) -> Result<Vec<LayerWeights>> {
        self.layers.iter().map(LayerBlobs::stored).collect()
    }

    /// Every blob with a name of its own, in a fixed order.
    pub fn blobs(&self) -> impl Iterator<Item = (String, &Tensor)> {
        self.layers
            .iter()
            .flat_map(|layer| layer.blobs.iter().enumerate().map(move |(index, blob)| (format!("{}/{index}", layer.name), blob)))
    }

    /// The blobs that gradients change, each with its multipliers, in a fixed order.
    pub fn learned(&self) -> impl Iterator<Item = (&Tensor, Multipliers)> {
        let of = |layer: &LayerBlobs, index: usize| (layer.multipliers[index].rate > 0.0 && layer.by_gradient).then_some(index);
        self.layers.iter().flat_map(move |layer| {
            (0..layer.blobs.len())
                .filter_map(move |index| of(layer, index))
                .map(move |index| (&layer.blobs[index], layer.multipliers[index]))
        })
    }

    /// Number of values that gradients change.
    pub fn parameters(&self) -> usize {
        self.learned().map(|(blob, _)| blob.numel()).sum()
    }

    /// The weights as they are now, for a pass whose gradients are wanted. Most share their memory: no value may change in place
    /// before the gradients are taken.
    ///
    /// # Errors
    /// Those of libtorch.
    pub fn leaves(&self) -> Result<Leaves> {
        let (mut layers, mut learned) = (Vec::new(), Vec::new());
        for (place, layer) in self.layers.iter().enumerate() {
            let mut blobs = Vec::new();
            for (index, blob) in layer.blobs.iter().enumerate() {
                let learns = layer.by_gradient && layer.multipliers[index].rate > 0.0;
                if learns {
                    learned.push((place, index));
                }
                // What a layer measures itself, it writes into the blob.
                let leaf = || pixels_together(&blob.f_detach().torch()?)?.f_detach().torch()?.f_set_requires_grad(true).torch();
                blobs.push(if learns { leaf()? } else { blob.shallow_clone() });
            }
            layers.push(blobs);
        }
        Ok(Leaves { layers, learned })
    }

    /// Number of a layer, by name; `None` for a layer without weights.
    pub(super) fn place(&self, layer: &str) -> Option<usize> {
        self.layers.iter().position(|known| known.name == layer)
    }

    /// Device that holds the weights.
    pub fn device(&self) -> Device {
        self.device
    }
}

impl LayerBlobs {
    fn take(&mut self, found: &LayerWeights) -> Result<()> {
        let shapes: Vec<Shape> = self.blobs.iter().map(Tensor::size).collect();
        let fits = found.blobs.len() == shapes.len() && found.blobs.iter().zip(&shapes).all(|(blob, shape)| same_shape(&blob.shape, shape));
        if !fits {
            let stored: Vec<&Shape> = found.blobs.iter().map(|blob| &blob.shape).collect();
            return Err(Error::invalid(format!(
                "layer \"{}\" ({}): the stored weights have the shapes {stored:?}, the network asks for {shapes:?}; rename the layer to \
                 let it start fresh",
                self.name, self.kind
            )));
        }
        tch::no_grad(|| {
            for (blob, found) in self.blobs.iter_mut().zip(&found.blobs) {
                let fresh = tensor(&found.data, &blob.size(), blob.device())?;
                blob.f_copy_(&fresh).torch()?;
            }
            Ok(())
        })
    }

    fn stored(&self) -> Result<LayerWeights> {
        let blob = |tensor: &Tensor| {
            let flat = tensor.f_detach().torch()?.f_to(Device::Cpu).torch()?.f_to_kind(Kind::Float).torch()?;
            let data = Vec::<f32>::try_from(flat.f_contiguous().torch()?.f_reshape([-1]).torch()?).torch()?;
            Ok::<_, Error>(Blob { shape: tensor.size(), data })
        };
        let blobs = self.blobs.iter().map(blob).collect::<Result<Vec<_>>>()?;
        Ok(LayerWeights { name: self.name.clone(), layer_type: self.kind.clone(), blobs })
    }
}

/// Weights of one pass: those that are learned are leaves of its gradients.
pub struct Leaves {
    pub(super) layers: Vec<Vec<Tensor>>,
    learned: Vec<(usize, usize)>,
}

impl Leaves {
    /// Gradients of a loss, in the order of [`Weights::learned`]; zeros where the loss does not depend on a blob.
    ///
    /// # Errors
    /// `Invalid` for a network that learns nothing; those of libtorch.
    pub fn gradients(&self, loss: &Tensor) -> Result<Vec<Tensor>> {
        if self.learned.is_empty() || !loss.requires_grad() {
            return Err(Error::invalid("the loss depends on no weight that is learned: there is nothing to train"));
        }
        let leaves: Vec<&Tensor> = self.learned.iter().map(|&(layer, blob)| &self.layers[layer][blob]).collect();
        let gradients = Tensor::f_run_backward(&[loss], &leaves, false, false).torch()?;
        let whole = |(gradient, leaf): (Tensor, &&Tensor)| {
            if gradient.defined() { gradient.f_contiguous().torch() } else { tch::no_grad(|| leaf.f_zeros_like()).torch() }
        };
        gradients.into_iter().zip(&leaves).map(whole).collect()
    }
}

fn tensor(values: &[f32], shape: &[i64], device: Device) -> Result<Tensor> {
    Tensor::f_from_slice(values).torch()?.f_reshape(shape).torch()?.f_to(device).torch()
}

/// Leading ones do not count: Caffe's older files give every blob four dimensions.
fn same_shape(stored: &[i64], needed: &[i64]) -> bool {
    let core = |shape: &[i64]| shape.iter().copied().skip_while(|&dim| dim == 1).collect::<Vec<_>>();
    core(stored) == core(needed)
}
