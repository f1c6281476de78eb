//! Plans from Caffe graphs: each layer writes itself, up to the one that is wanted.

use tch::Tensor;

use super::plan::{Plan, Value};
use crate::error::{Error, Result};
use crate::network::graph_definition::{GraphDefinition, Node, ValueId};

/// The plan of a graph up to a value, for inputs of this shape: `[channels, height, width]`.
///
/// # Errors
/// `Unsupported` with the layer that plans do not know.
pub(crate) fn plan(graph: &GraphDefinition, weights: &[Vec<Tensor>], target: ValueId, input: [i64; 3]) -> Result<Plan> {
    let mut plan = Plan::new(input.to_vec());
    let mut values: Vec<Option<Value>> = vec![None; graph.value_names().len()];
    let mut inputs = 0;
    for (node, weights) in needed(graph, target).into_iter().map(|index| (&graph.nodes()[index], &weights[index])) {
        let made = if node.bottoms.is_empty() {
            inputs += 1;
            vec![0]
        } else {
            write(node, &values, weights, &mut plan).map_err(|error| node.definition.name_in(error))?
        };
        for (&top, value) in node.tops.iter().zip(made) {
            values[top] = Some(value);
        }
    }
    if inputs != 1 {
        return Err(Error::unsupported("a network with several inputs"));
    }
    plan.output = values[target].ok_or_else(|| Error::internal("a layer made fewer values than it has tops"))?;
    Ok(plan)
}

fn write(node: &Node, values: &[Option<Value>], weights: &[Tensor], plan: &mut Plan) -> Result<Vec<Value>> {
    let missing = || Error::unsupported("it reads a second input");
    let inputs = node.bottoms.iter().map(|&bottom| values[bottom].ok_or_else(missing)).collect::<Result<Vec<_>>>()?;
    node.layer.plan(plan, &inputs, weights)
}

/// The layers that a value needs, in order.
fn needed(graph: &GraphDefinition, target: ValueId) -> Vec<usize> {
    let mut wanted = vec![false; graph.value_names().len()];
    wanted[target] = true;
    let mut found = Vec::new();
    for (index, node) in graph.nodes().iter().enumerate().rev() {
        if node.tops.iter().any(|&top| wanted[top]) {
            node.bottoms.iter().for_each(|&bottom| wanted[bottom] = true);
            found.push(index);
        }
    }
    found.reverse();
    found
}
