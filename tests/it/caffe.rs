//! Caffe networks: the text and binary formats, every layer against numbers worked out by hand, bad input,
//! and whole networks against the answers of `OpenCV`'s importer.
#![expect(clippy::unwrap_used, reason = "tests")]

use likeness::network::CaffeGraph;
use likeness::network::caffemodel::{self, Blob, LayerWeights};
use tch::{Device, Tensor};

mod bad_input;
mod detection;
mod folding;
mod formats;
mod layers;
mod names;
mod reference;

/// The weights of one layer.
fn weights(name: &str, blobs: &[(&[i64], &[f32])]) -> LayerWeights {
    let blobs = blobs.iter().map(|(shape, data)| Blob { shape: shape.to_vec(), data: data.to_vec() }).collect();
    LayerWeights { name: name.into(), layer_type: String::new(), blobs }
}

/// A network of an input `data` of this shape and the given layers, with weights that went through a caffemodel.
fn network(shape: &[i64], layers: &str, weights: &[LayerWeights]) -> CaffeGraph {
    CaffeGraph::load(&prototxt(shape, layers), &caffemodel::encode(weights), Device::Cpu).unwrap()
}

fn prototxt(shape: &[i64], layers: &str) -> String {
    let dims = shape.iter().map(|dim| format!("dim: {dim}")).collect::<Vec<_>>().join(" ");
    format!("name: 'test'\nlayer {{ name: 'data' type: 'Input' top: 'data' input_param {{ shape {{ {dims} }} }} }}\n{layers}")
}

/// Weights for a network that has none: a caffemodel must hold something.
fn no_weights() -> Vec<LayerWeights> {
    vec![weights("unused", &[(&[1], &[0.0])])]
}

/// Runs one layer `x` on these values.
fn run_layer(shape: &[i64], input: &[f32], layer: &str, blobs: &[(&[i64], &[f32])]) -> (Vec<i64>, Vec<f32>) {
    let stored = if blobs.is_empty() { no_weights() } else { vec![weights("x", blobs)] };
    let graph = network(shape, &format!("layer {{ name: 'x' bottom: 'data' top: 'x' {layer} }}"), &stored);
    let output = graph.forward_to(&tensor(shape, input), "x").unwrap();
    assert_eq!(graph.definition().shape_of("x", shape[0]).unwrap(), output.size(), "the inferred shape");
    (output.size(), values(&output))
}

fn tensor(shape: &[i64], values: &[f32]) -> Tensor {
    Tensor::from_slice(values).reshape(shape)
}

/// 1, 2, 3 ... in this shape.
fn counting(shape: &[i64]) -> Vec<f32> {
    (1..=shape.iter().product::<i64>()).map(|value| value as f32).collect()
}

fn values(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.flatten(0, -1)).unwrap()
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{found:?} against {expected:?}");
    let worst = found.iter().zip(expected).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "off by {worst}: {found:?} against {expected:?}");
}
