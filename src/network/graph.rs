//! A Caffe network with its weights on a device: runs up to any named layer or blob.

use std::collections::HashMap;

use tch::{Device, Kind as ElementKind, Tensor};

use crate::error::{Error, Result};
use crate::network::caffemodel::{self, Blob, LayerWeights};
use crate::network::fold::{self, Folded};
use crate::network::fused::{self, Plan};
use crate::network::graph_definition::{GraphDefinition, NamedShape, Node, ValueId};
use crate::network::layers::{self, Shape, TorchResult};

/// A network that can run.
pub struct CaffeGraph {
    definition: GraphDefinition,
    /// Weights by layer, in Caffe's order.
    weights: Vec<Vec<Tensor>>,
    /// Layers that run as one convolution with those before them, by layer.
    folded: Vec<Option<Folded>>,
    device: Device,
}

impl CaffeGraph {
    /// Parses and checks a prototxt without weights.
    ///
    /// # Errors
    /// As [`GraphDefinition::parse`].
    pub fn parse(prototxt: &str) -> Result<GraphDefinition> {
        GraphDefinition::parse(prototxt)
    }

    /// Puts the weights of a caffemodel into the network of a prototxt, on this device.
    ///
    /// # Errors
    /// `Invalid` where the two do not fit each other, naming layer and shapes; `Corrupt` for a damaged caffemodel.
    pub fn load(prototxt: &str, caffemodel: &[u8], device: Device) -> Result<Self> {
        Self::with_weights(GraphDefinition::parse(prototxt)?, caffemodel::decode(caffemodel)?, device)
    }

    /// Puts weights into a network.
    ///
    /// # Errors
    /// As [`CaffeGraph::load`].
    pub fn with_weights(definition: GraphDefinition, weights: Vec<LayerWeights>, device: Device) -> Result<Self> {
        let shapes = definition.value_shapes(None)?;
        let mut stored: HashMap<String, LayerWeights> = weights.into_iter().map(|layer| (layer.name.clone(), layer)).collect();
        let loaded = definition.nodes().iter().map(|node| load_layer(node, &shapes, &mut stored, device));
        let weights = loaded.collect::<Result<Vec<_>>>()?;
        let folded = tch::no_grad(|| fold::fold(&definition, &weights))?;
        Ok(Self { definition, weights, folded, device })
    }

    /// The network without its weights.
    pub fn definition(&self) -> &GraphDefinition {
        &self.definition
    }

    /// Device that holds the weights.
    pub fn device(&self) -> Device {
        self.device
    }

    /// As [`GraphDefinition::inputs`].
    ///
    /// # Errors
    /// As there.
    pub fn inputs(&self) -> Result<Vec<(String, Shape)>> {
        self.definition.inputs()
    }

    /// As [`GraphDefinition::layer_names`].
    pub fn layer_names(&self) -> Vec<&str> {
        self.definition.layer_names()
    }

    /// As [`GraphDefinition::blob_names`].
    pub fn blob_names(&self) -> Vec<&str> {
        self.definition.blob_names()
    }

    /// As [`GraphDefinition::outputs`].
    pub fn outputs(&self) -> Vec<&str> {
        self.definition.outputs()
    }

    /// As [`GraphDefinition::infer_shapes`].
    ///
    /// # Errors
    /// As there.
    pub fn infer_shapes(&self, batch: i64) -> Result<Vec<NamedShape>> {
        self.definition.infer_shapes(batch)
    }

    /// Weights of a layer in Caffe's order; empty for a layer without.
    pub fn weights(&self, layer: &str) -> &[Tensor] {
        let index = self.definition.nodes().iter().position(|node| node.definition.name == layer);
        index.map_or(&[], |index| &self.weights[index])
    }

    /// Runs up to a layer or blob and returns its value. `input` is the first input, batch first; it may have another
    /// batch size, height and width than declared, where the layers can take them. A layer's name means its own output,
    /// before any later in-place layer.
    ///
    /// # Errors
    /// `NotFound` for an unknown name, with the names there are; `Invalid` for an input that the layers cannot take.
    pub fn forward_to(&self, input: &Tensor, name: &str) -> Result<Tensor> {
        let target = self.definition.find(name)?;
        self.run(input, &[target])?.pop().ok_or_else(|| Error::internal("the layer made no value"))
    }

    /// As [`CaffeGraph::forward_to`] for several names in one run; values in the order of the names.
    ///
    /// # Errors
    /// As there.
    pub fn forward_to_all(&self, input: &Tensor, names: &[String]) -> Result<Vec<Tensor>> {
        let targets = names.iter().map(|name| self.definition.find(name)).collect::<Result<Vec<_>>>()?;
        self.run(input, &targets)
    }

    /// Runs the whole network and returns its outputs by blob name.
    ///
    /// # Errors
    /// As [`CaffeGraph::forward_to`].
    pub fn forward_outputs(&self, input: &Tensor) -> Result<Vec<(String, Tensor)>> {
        let targets = self.definition.output_values();
        let names = targets.iter().map(|&target| self.definition.value_names()[target].clone());
        Ok(names.zip(self.run(input, &targets)?).collect())
    }

    /// The plan (see [`fused`](crate::network::fused)) up to a layer or blob, for inputs of `[channels, height, width]`.
    ///
    /// # Errors
    /// `NotFound` for an unknown name; `Unsupported` with the layer that plans do not know.
    pub(crate) fn plan(&self, name: &str, input: [i64; 3]) -> Result<Plan> {
        let target = self.definition.find(name)?;
        tch::no_grad(|| fused::plan_of_graph(&self.definition, &self.weights, target, input))
    }

    fn run(&self, input: &Tensor, targets: &[ValueId]) -> Result<Vec<Tensor>> {
        layers::count(&input.size()).map_err(|error| error.context("input of the network"))?;
        tch::no_grad(|| {
            let input = self.laid_out(&input.f_to(self.device).torch()?.f_to_kind(ElementKind::Float).torch()?)?;
            let (steps, mut uses) = self.steps(targets);
            let mut values: Vec<Option<Tensor>> = uses.iter().map(|_| None).collect();
            let mut input = Some(input);
            for index in steps {
                let node = &self.definition.nodes()[index];
                // The first input is the caller's; further ones have no values and fail in their layer.
                let given = if node.bottoms.is_empty() { input.take() } else { None };
                let made = match given {
                    Some(given) => vec![given],
                    None => self.step(index, &values).map_err(|error| node.definition.name_in(error))?,
                };
                for (&top, value) in node.tops.iter().zip(made) {
                    values[top] = Some(value).filter(|_| uses[top] > 0);
                }
                for &source in self.sources(index) {
                    uses[source] -= 1;
                    if uses[source] == 0 {
                        values[source] = None;
                    }
                }
            }
            let value = |&target: &ValueId| match &values[target] {
                Some(value) => value.f_contiguous().torch(),
                None => Err(Error::internal("a layer made fewer values than it has tops")),
            };
            targets.iter().map(value).collect()
        })
    }

    /// Pictures with their channels side by side, as convolutions on a CPU want them; the shape stays the same.
    fn laid_out(&self, input: &Tensor) -> Result<Tensor> {
        if self.device != Device::Cpu || input.dim() != 4 {
            return Ok(input.shallow_clone());
        }
        input.f_permute([0, 2, 3, 1]).torch()?.f_contiguous().torch()?.f_permute([0, 3, 1, 2]).torch()
    }

    /// The layers that the targets need, in order, and how often each value is read (targets once more).
    fn steps(&self, targets: &[ValueId]) -> (Vec<usize>, Vec<usize>) {
        let mut uses = vec![0; self.definition.value_names().len()];
        for &target in targets {
            uses[target] += 1;
        }
        let mut steps = Vec::new();
        for (index, node) in self.definition.nodes().iter().enumerate().rev() {
            if node.tops.iter().any(|&top| uses[top] > 0) {
                for &source in self.sources(index) {
                    uses[source] += 1;
                }
                steps.push(index);
            }
        }
        steps.reverse();
        (steps, uses)
    }

    /// The values that a layer reads when it runs.
    fn sources(&self, index: usize) -> &[ValueId] {
        self.folded[index].as_ref().map_or(&self.definition.nodes()[index].bottoms, |folded| std::slice::from_ref(&folded.source))
    }

    fn step(&self, index: usize, values: &[Option<Tensor>]) -> Result<Vec<Tensor>> {
        let node = &self.definition.nodes()[index];
        let missing = || Error::internal("a value was freed too early");
        let bottoms = self.sources(index).iter().map(|&source| values[source].as_ref().ok_or_else(missing)).collect::<Result<Vec<_>>>()?;
        if let Some(folded) = &self.folded[index] {
            let convolution = &self.definition.nodes()[folded.convolution];
            check(convolution, &bottoms, &self.weights[folded.convolution]).map_err(|error| convolution.definition.name_in(error))?;
            return Ok(vec![folded.apply(convolution.layer.as_ref(), bottoms[0])?]);
        }
        check(node, &bottoms, &self.weights[index])?;
        node.layer.forward(&bottoms, &self.weights[index])
    }
}

/// Refuses an input that the layer cannot take, or for which its weights have the wrong shape.
fn check(node: &Node, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<()> {
    let shapes: Vec<Shape> = bottoms.iter().map(|bottom| bottom.size()).collect();
    node.layer.output_shapes(&shapes)?;
    let (needed, present) = (node.layer.weight_shapes(&shapes)?, weights.iter().map(Tensor::size));
    if needed.iter().cloned().eq(present) {
        return Ok(());
    }
    let present: Vec<Shape> = weights.iter().map(Tensor::size).collect();
    Err(Error::invalid(format!("an input of shape {:?} needs weights {needed:?}, the layer has {present:?}", shapes.first())))
}

/// Takes a layer's weights out of the stored ones and checks them against the prototxt.
fn load_layer(node: &Node, shapes: &[Shape], stored: &mut HashMap<String, LayerWeights>, device: Device) -> Result<Vec<Tensor>> {
    let bottoms: Vec<Shape> = node.bottoms.iter().map(|&bottom| shapes[bottom].clone()).collect();
    let definition = &node.definition;
    let needed = node.layer.weight_shapes(&bottoms).map_err(|error| definition.name_in(error))?;
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    let misfit = |message: &str| definition.wrong(&format!("the caffemodel does not fit its prototxt: {message}"));
    let Some(layer) = stored.remove(&definition.name) else {
        return Err(misfit("it has no weights for this layer"));
    };
    if layer.blobs.len() != needed.len() {
        return Err(misfit(&format!(
            "it has {} weight blobs for this layer, the prototxt asks for {} of shapes {needed:?}",
            layer.blobs.len(),
            needed.len()
        )));
    }
    for (index, (blob, shape)) in layer.blobs.iter().zip(&needed).enumerate() {
        if !same_shape(&blob.shape, shape) {
            return Err(misfit(&format!("weight blob {index} has the shape {:?}, the prototxt asks for {shape:?}", blob.shape)));
        }
    }
    let mut data: Vec<Vec<f32>> = layer.blobs.into_iter().map(|Blob { data, .. }| data).collect();
    node.layer.prepare(&mut data);
    let tensor = |(data, shape): (Vec<f32>, &Shape)| Tensor::f_from_slice(&data).torch()?.f_reshape(shape).torch()?.f_to(device).torch();
    data.into_iter().zip(&needed).map(tensor).collect::<Result<Vec<_>>>().map_err(|error| definition.name_in(error))
}

/// Leading ones do not count: Caffe's older files give every blob four dimensions.
fn same_shape(stored: &[i64], needed: &[i64]) -> bool {
    let core = |shape: &[i64]| shape.iter().copied().skip_while(|&dim| dim == 1).collect::<Vec<_>>();
    core(stored) == core(needed)
}
