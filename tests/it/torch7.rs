//! Networks in Lua for Torch 7: what they become, what they are drawn with, and what is refused, with which words.

use likeness::network::network_definition::{NetworkDefinition, NetworkState};
use likeness::network::torch7::{self, Torch7Network, Torch7Parameters};
use likeness::network::{CaffeGraph, caffemodel};
use likeness::{Error, Kind};
use tch::{Device, Tensor};

mod classes;
mod refused;
mod values;

/// A dataset of grey gradients of 32 x 32 pixels with two slopes each, as in DIGITS' walk-through.
fn gradients() -> Torch7Parameters {
    Torch7Parameters { gpus: 0, classes: None, input_shape: [1, 32, 32], crop_in_form: false, label_size: Some(2), fine_tune: false }
}

/// A dataset of pictures of this shape in ten classes.
fn ten_classes(input_shape: [u32; 3]) -> Torch7Parameters {
    Torch7Parameters { classes: Some(10), input_shape, label_size: None, ..gradients() }
}

fn made(text: &str, parameters: &Torch7Parameters) -> Torch7Network {
    torch7::definition(text, parameters).unwrap()
}

fn refused(text: &str, parameters: &Torch7Parameters) -> Error {
    torch7::definition(text, parameters).err().unwrap()
}

/// A text that returns this model, with a mean squared error as its loss.
fn returning(model: &str) -> String {
    format!("return function(params)\n  local net = nn.Sequential()\n  {model}\n  return {{ model = net, loss = nn.MSECriterion() }}\nend")
}

/// The one layer of this name.
fn layer<'a>(network: &'a NetworkDefinition, name: &str) -> &'a likeness::network::network_definition::LayerDefinition {
    network.layers.iter().find(|layer| layer.name == name).unwrap_or_else(|| panic!("no layer {name}"))
}

fn everything(network: &Torch7Network) -> NetworkDefinition {
    NetworkDefinition::parse_all(&network.prototxt).unwrap()
}

/// Names and types of the layers of one state.
fn names(network: &Torch7Network, state: &NetworkState) -> Vec<(String, String)> {
    let network = NetworkDefinition::parse(&network.prototxt, state).unwrap();
    network.layers.into_iter().map(|layer| (layer.name, layer.kind)).collect()
}

/// Shape of the answer for one picture.
fn answer_shape(network: &Torch7Network) -> Vec<i64> {
    network.graph.shape_of("output", 1).unwrap()
}

/// Runs the answering part on numbers, with weights that it has none of.
fn run_without_weights(text: &str, shape: [u32; 3], input: &[f32]) -> Vec<f32> {
    let network = made(text, &Torch7Parameters { input_shape: shape, label_size: None, ..gradients() });
    let unused = caffemodel::LayerWeights {
        name: "unused".into(),
        layer_type: String::new(),
        blobs: vec![caffemodel::Blob { shape: vec![1], data: vec![0.0] }],
    };
    let graph = CaffeGraph::load(&network.prototxt, &caffemodel::encode(&[unused]), Device::Cpu).unwrap();
    let size = [1, i64::from(shape[0]), i64::from(shape[1]), i64::from(shape[2])];
    let output = graph.forward_to(&Tensor::from_slice(input).reshape(size), "output").unwrap();
    Vec::try_from(output.flatten(0, -1)).unwrap()
}

#[test]
fn a_text_that_is_too_long_is_not_even_read() {
    let error = refused(&" ".repeat(torch7::MAX_TEXT_BYTES + 1), &gradients());
    assert_eq!((error.kind(), error.message()), (Kind::TooLarge, "the network's Lua has 1048577 bytes; the limit is 1048576"));
}
