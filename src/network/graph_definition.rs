//! A network as layers wired to each other, still without weights: enough to check it, to name its parts
//! and to compute shapes. In-place layers are resolved here: each layer's output is a value of its own.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::network::layers::{self, Layer, Shape};
use crate::network::network_definition::{LayerDefinition, NetworkDefinition, NetworkState};

mod text;

/// Number of a value: one output of one layer.
pub(crate) type ValueId = usize;

/// A layer and the values it reads and makes.
pub(crate) struct Node {
    pub(crate) definition: LayerDefinition,
    pub(crate) layer: Box<dyn Layer>,
    pub(crate) bottoms: Vec<ValueId>,
    pub(crate) tops: Vec<ValueId>,
}

/// The shape of one output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedShape {
    /// Layer that makes it.
    pub layer: String,
    /// Blob it is called in the prototxt.
    pub blob: String,
    /// Dimensions, batch first.
    pub shape: Shape,
}

/// A checked network without weights: wired for one state, with its layers of all states at hand.
pub struct GraphDefinition {
    whole: NetworkDefinition,
    nodes: Vec<Node>,
    /// Blob names by value.
    values: Vec<String>,
    /// The last value of each blob.
    blobs: HashMap<String, ValueId>,
}

impl GraphDefinition {
    /// Parses a prototxt and wires the layers that take part when the network answers (phase TEST, stage `deploy`).
    ///
    /// # Errors
    /// `Invalid` or `Unsupported`, naming line or layer.
    pub fn parse(prototxt: &str) -> Result<Self> {
        Self::wire(NetworkDefinition::parse_all(prototxt)?, &NetworkState::deploy())
    }

    /// Wires the layers of a network that take part in this state.
    ///
    /// # Errors
    /// As [`GraphDefinition::parse`].
    pub fn wire(whole: NetworkDefinition, state: &NetworkState) -> Result<Self> {
        let definition = whole.in_state(state)?;
        let mut graph = Self { whole, nodes: Vec::new(), values: Vec::new(), blobs: HashMap::new() };
        let mut names = HashMap::new();
        let all_tops: Vec<String> = definition.layers.iter().flat_map(|layer| layer.tops.clone()).collect();
        for layer in definition.layers {
            if let Some(line) = names.insert(layer.name.clone(), layer.line) {
                return Err(layer.wrong(&format!("line {line} has a layer of the same name")));
            }
            graph.add(layer, &all_tops)?;
        }
        if graph.inputs()?.is_empty() {
            return Err(Error::invalid("prototxt: the network has no input: add a layer of type Input, or `input` and `input_shape`"));
        }
        graph.infer_shapes(1)?;
        Ok(graph)
    }

    fn add(&mut self, definition: LayerDefinition, all_tops: &[String]) -> Result<()> {
        let layer = layers::build(&definition)?;
        let mut bottoms = Vec::new();
        for bottom in &definition.bottoms {
            bottoms.push(*self.blobs.get(bottom).ok_or_else(|| unknown_bottom(&definition, bottom, all_tops.contains(bottom)))?);
        }
        let mut tops = Vec::new();
        for top in &definition.tops {
            if self.blobs.contains_key(top) && !definition.bottoms.contains(top) {
                return Err(definition.wrong(&format!("the blob \"{top}\" is already made by another layer")));
            }
            self.blobs.insert(top.clone(), self.values.len());
            tops.push(self.values.len());
            self.values.push(top.clone());
        }
        self.nodes.push(Node { definition, layer, bottoms, tops });
        Ok(())
    }

    /// Name of the network; may be empty.
    pub fn name(&self) -> &str {
        &self.whole.name
    }

    /// The layers of all states, as they were written.
    pub fn whole(&self) -> &NetworkDefinition {
        &self.whole
    }

    /// Inputs and their declared shapes; the batch size there is a default only.
    ///
    /// # Errors
    /// Never for a network that was parsed; the shapes were checked then.
    pub fn inputs(&self) -> Result<Vec<(String, Shape)>> {
        let mut inputs = Vec::new();
        for node in self.nodes.iter().filter(|node| node.bottoms.is_empty()) {
            inputs.extend(node.definition.tops.iter().cloned().zip(node.layer.output_shapes(&[])?));
        }
        Ok(inputs)
    }

    /// Names of all layers, in order.
    pub fn layer_names(&self) -> Vec<&str> {
        self.nodes.iter().map(|node| node.definition.name.as_str()).collect()
    }

    /// Names of all blobs, each once, in the order in which they are first made.
    pub fn blob_names(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.values.iter().map(String::as_str).filter(|name| seen.insert(*name)).collect()
    }

    /// Blobs that no layer reads: what the network answers.
    pub fn outputs(&self) -> Vec<&str> {
        self.output_values().into_iter().map(|value| self.values[value].as_str()).collect()
    }

    /// Shapes of all outputs of all layers for this batch size, in order; the other input dimensions are the declared ones.
    ///
    /// # Errors
    /// `Invalid`, naming the first layer that cannot take its input.
    pub fn infer_shapes(&self, batch: i64) -> Result<Vec<NamedShape>> {
        let shapes = self.value_shapes(Some(batch))?;
        let named = |node: &Node| {
            node.tops
                .iter()
                .map(|&top| NamedShape { layer: node.definition.name.clone(), blob: self.values[top].clone(), shape: shapes[top].clone() })
                .collect::<Vec<_>>()
        };
        Ok(self.nodes.iter().flat_map(named).collect())
    }

    /// Shape of a named layer's or blob's value (see [`GraphDefinition::find`]) for this batch size.
    ///
    /// # Errors
    /// `NotFound` for an unknown name, with the names there are.
    pub fn shape_of(&self, name: &str, batch: i64) -> Result<Shape> {
        let value = self.find(name)?;
        Ok(self.value_shapes(Some(batch))?.swap_remove(value))
    }

    /// The value of a name. A layer's name comes first and means that layer's own first output, even if a later
    /// in-place layer replaces the blob (as in `OpenCV`: `conv1` is before `relu1`, `relu1` after it). Any other
    /// name is a blob's, and means its last value.
    ///
    /// # Errors
    /// `NotFound` with the names there are.
    pub(crate) fn find(&self, name: &str) -> Result<ValueId> {
        let of_layer = self.nodes.iter().find(|node| node.definition.name == name).and_then(|node| node.tops.first());
        of_layer.or_else(|| self.blobs.get(name)).copied().ok_or_else(|| {
            Error::not_found(format!("the network has no layer \"{name}\"; its layers are {}", self.layer_names().join(", ")))
        })
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn value_names(&self) -> &[String] {
        &self.values
    }

    /// How many layers read each value.
    pub(crate) fn readers(&self) -> Vec<usize> {
        let mut readers = vec![0; self.values.len()];
        for &value in self.nodes.iter().flat_map(|node| &node.bottoms) {
            readers[value] += 1;
        }
        readers
    }

    /// Values that no layer reads.
    pub(crate) fn output_values(&self) -> Vec<ValueId> {
        self.readers().into_iter().enumerate().filter(|&(_, readers)| readers == 0).map(|(value, _)| value).collect()
    }

    /// Shapes of all values; `batch` replaces the first dimension of every input.
    pub(crate) fn value_shapes(&self, batch: Option<i64>) -> Result<Vec<Shape>> {
        let mut shapes: Vec<Shape> = vec![Vec::new(); self.values.len()];
        for node in &self.nodes {
            let bottoms: Vec<Shape> = node.bottoms.iter().map(|&bottom| shapes[bottom].clone()).collect();
            let tops = node.layer.output_shapes(&bottoms).map_err(|error| node.definition.name_in(error))?;
            for (&top, mut shape) in node.tops.iter().zip(tops) {
                if let (true, Some(batch), Some(first)) = (bottoms.is_empty(), batch, shape.first_mut()) {
                    *first = batch;
                    layers::count(&shape).map_err(|error| node.definition.name_in(error))?;
                }
                shapes[top] = shape;
            }
        }
        Ok(shapes)
    }
}

fn unknown_bottom(definition: &LayerDefinition, bottom: &str, made_later: bool) -> Error {
    let hint = if made_later {
        "; a later layer makes it: layers must stand in the order in which they run, and may not form a circle"
    } else {
        ""
    };
    definition.wrong(&format!("it reads the blob \"{bottom}\", which no layer before it makes{hint}"))
}
