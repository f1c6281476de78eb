//! One pass through a graph for learning or for validation: losses are summed up, and single numbers are given out by name.

use tch::Tensor;

use super::weights::{Leaves, Weights};
use crate::error::{Error, Result};
use crate::network::chance::Chance;
use crate::network::graph_definition::{GraphDefinition, Node};
use crate::network::layers::{Shape, TorchResult};

/// A graph whose layers know their place among the weights.
pub struct LearningGraph {
    graph: GraphDefinition,
    /// Place of each node's weights; `None` for a layer without.
    places: Vec<Option<usize>>,
    /// Weights of each node's outputs in the loss.
    loss_weights: Vec<Vec<f64>>,
    /// Outputs that are single numbers, by value.
    numbers: Vec<usize>,
}

/// What a pass says.
pub struct Answers {
    /// The weighted sum of all losses; `None` for a graph without.
    pub loss: Option<Tensor>,
    /// Single numbers that no layer reads: losses, accuracies; each with its blob's name.
    pub numbers: Vec<(String, Tensor)>,
}

impl LearningGraph {
    /// Finds the weights of each layer.
    ///
    /// # Errors
    /// `Invalid` for a wrong `loss_weight`, naming the layer.
    pub fn new(graph: GraphDefinition, weights: &Weights) -> Result<Self> {
        let places = graph.nodes().iter().map(|node| weights.place(&node.definition.name)).collect();
        let loss_weights = graph.nodes().iter().map(|node| node.definition.loss_weights()).collect::<Result<Vec<_>>>()?;
        let shapes = graph.value_shapes(None)?;
        let made: Vec<usize> = graph.nodes().iter().filter(|node| !node.bottoms.is_empty()).flat_map(|node| node.tops.clone()).collect();
        let single = |value: &usize| shapes[*value].iter().product::<i64>() == 1;
        let numbers = graph.output_values().into_iter().filter(|value| made.contains(value)).filter(single).collect();
        Ok(Self { graph, places, loss_weights, numbers })
    }

    /// The graph.
    pub fn definition(&self) -> &GraphDefinition {
        &self.graph
    }

    /// Whether there is a loss to learn from.
    pub fn has_loss(&self) -> bool {
        self.loss_weights.iter().flatten().any(|&weight| weight != 0.0)
    }

    /// True where a batch may be learned from in parts: no layer mixes pictures, and only losses that are means over the pictures
    /// count.
    pub fn keeps_pictures_apart(&self) -> bool {
        let apart = |(node, weights): (&Node, &Vec<f64>)| {
            node.layer.keeps_pictures_apart() && (node.definition.is_loss() || weights.iter().all(|&weight| weight == 0.0))
        };
        self.graph.nodes().iter().zip(&self.loss_weights).all(apart)
    }

    /// Number of classes that labels of this blob may name: the least that any layer reading it knows.
    ///
    /// # Errors
    /// Never for a graph that was wired.
    pub fn classes(&self, blobs: &[String]) -> Result<Option<i64>> {
        let shapes = self.graph.value_shapes(None)?;
        let mut least: Option<i64> = None;
        for node in self.graph.nodes().iter().filter(|node| node.definition.bottoms.get(1).is_some_and(|name| blobs.contains(name))) {
            let bottoms: Vec<Shape> = node.bottoms.iter().map(|&bottom| shapes[bottom].clone()).collect();
            let classes = node.layer.classes(&bottoms)?;
            least = least.into_iter().chain(classes).min();
        }
        Ok(least)
    }

    /// Runs the graph. `inputs` are the values of its inputs by blob name; with `chance` layers behave as in learning.
    ///
    /// # Errors
    /// `Invalid` for an input that is missing, or one that the layers cannot take, naming the layer.
    pub fn run(&self, inputs: &[(&str, &Tensor)], leaves: &Leaves, mut chance: Option<&mut Chance>) -> Result<Answers> {
        let mut values: Vec<Option<Tensor>> = self.graph.value_names().iter().map(|_| None).collect();
        let mut loss: Option<Tensor> = None;
        let mut readers = self.graph.readers();
        for (index, node) in self.graph.nodes().iter().enumerate() {
            let made = if node.bottoms.is_empty() {
                given(node, inputs)?
            } else {
                self.step(index, &values, leaves, chance.as_deref_mut()).map_err(|error| node.definition.name_in(error))?
            };
            for ((&top, value), &weight) in node.tops.iter().zip(made).zip(&self.loss_weights[index]) {
                if weight != 0.0 {
                    loss = Some(added(loss, &value, weight)?);
                }
                values[top] = Some(value);
            }
            // What nobody reads any more is let go, where no gradient keeps it.
            for &bottom in &node.bottoms {
                readers[bottom] -= 1;
                if readers[bottom] == 0 {
                    values[bottom] = None;
                }
            }
        }
        let name = |value: usize| self.graph.value_names()[value].clone();
        let numbers = self.numbers.iter().filter_map(|&value| values[value].take().map(|tensor| (name(value), tensor))).collect();
        Ok(Answers { loss, numbers })
    }

    fn step(&self, index: usize, values: &[Option<Tensor>], leaves: &Leaves, chance: Option<&mut Chance>) -> Result<Vec<Tensor>> {
        let node = &self.graph.nodes()[index];
        let missing = || Error::internal("a value was freed too early");
        let bottoms = node.bottoms.iter().map(|&bottom| values[bottom].as_ref().ok_or_else(missing)).collect::<Result<Vec<_>>>()?;
        let shapes: Vec<Shape> = bottoms.iter().map(|bottom| bottom.size()).collect();
        node.layer.output_shapes(&shapes)?;
        let weights = self.places[index].map_or(&[][..], |place| leaves.layers[place].as_slice());
        match chance {
            Some(chance) => node.layer.learn(&bottoms, weights, chance),
            None => node.layer.forward(&bottoms, weights),
        }
    }
}

/// The values of an input layer's blobs.
fn given(node: &Node, inputs: &[(&str, &Tensor)]) -> Result<Vec<Tensor>> {
    let find = |top: &String| {
        let found = inputs.iter().find(|(name, _)| name == top).map(|(_, value)| value.shallow_clone());
        found.ok_or_else(|| node.definition.wrong(&format!("the data has no values for the blob \"{top}\"")))
    };
    node.definition.tops.iter().map(find).collect()
}

/// The loss so far and a further one.
fn added(loss: Option<Tensor>, value: &Tensor, weight: f64) -> Result<Tensor> {
    let sum = if value.numel() == 1 { value.f_reshape([0_i64; 0]).torch()? } else { value.f_sum(tch::Kind::Float).torch()? };
    let one = if (weight - 1.0).abs() < f64::EPSILON { sum } else { sum.f_mul_scalar(weight).torch()? };
    match loss {
        Some(loss) => loss.f_add(&one).torch(),
        None => Ok(one),
    }
}
