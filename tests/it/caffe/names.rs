//! Layers, blobs and outputs by name.

use super::{network, no_weights, tensor, values, weights};
use likeness::Kind;
use likeness::network::CaffeGraph;

const IN_PLACE: &str = "
    layer { name: 'negate' type: 'Power' bottom: 'data' top: 'work' power_param { scale: -1 } }
    layer { name: 'relu' type: 'ReLU' bottom: 'work' top: 'work' }
    layer { name: 'shift' type: 'Power' bottom: 'work' top: 'work' power_param { shift: 10 } }";

#[test]
fn a_layer_answers_with_its_own_value_even_if_the_next_works_in_place() {
    let graph = network(&[1, 2], IN_PLACE, &no_weights());
    let input = tensor(&[1, 2], &[1.0, -1.0]);
    for (name, expected) in [("data", [1.0, -1.0]), ("negate", [-1.0, 1.0]), ("relu", [0.0, 1.0]), ("shift", [10.0, 11.0])] {
        assert_eq!(values(&graph.forward_to(&input, name).unwrap()), expected, "{name}");
    }
}

#[test]
fn a_blob_answers_with_its_last_value() {
    let graph = network(&[1, 2], IN_PLACE, &no_weights());
    assert_eq!(values(&graph.forward_to(&tensor(&[1, 2], &[1.0, -1.0]), "work").unwrap()), [10.0, 11.0]);
    assert_eq!(graph.layer_names(), ["data", "negate", "relu", "shift"]);
    assert_eq!(graph.blob_names(), ["data", "work"]);
    assert_eq!(graph.outputs(), ["work"]);
    assert_eq!(graph.inputs().unwrap(), [("data".to_owned(), vec![1, 2])]);
}

#[test]
fn an_unknown_name_is_answered_with_the_names_there_are() {
    let graph = network(&[1, 2], IN_PLACE, &no_weights());
    let error = graph.forward_to(&tensor(&[1, 2], &[1.0, -1.0]), "fc7").unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(error.message(), "the network has no layer \"fc7\"; its layers are data, negate, relu, shift");
}

#[test]
fn shapes_are_inferred_for_any_batch_size() {
    let layers = "layer { name: 'conv' type: 'Convolution' bottom: 'data' top: 'maps' convolution_param { num_output: 4 kernel_size: 3 } }
        layer { name: 'pool' type: 'Pooling' bottom: 'maps' top: 'pooled' pooling_param { pool: AVE global_pooling: true } }";
    let graph = CaffeGraph::parse(&super::prototxt(&[64, 3, 8, 9], layers)).unwrap();
    let shapes: Vec<_> = graph.infer_shapes(2).unwrap().into_iter().map(|named| (named.layer, named.blob, named.shape)).collect();
    let expected = [("data", "data", vec![2, 3, 8, 9]), ("conv", "maps", vec![2, 4, 6, 7]), ("pool", "pooled", vec![2, 4, 1, 1])];
    assert_eq!(shapes, expected.map(|(layer, blob, shape)| (layer.to_owned(), blob.to_owned(), shape)));
    assert_eq!(graph.shape_of("pool", 5).unwrap(), [5, 4, 1, 1]);
}

#[test]
fn layers_that_are_not_asked_for_are_not_run() {
    // The second branch would refuse this smaller picture.
    let layers = "layer { name: 'double' type: 'Power' bottom: 'data' top: 'doubled' power_param { scale: 2 } }
        layer { name: 'dense' type: 'InnerProduct' bottom: 'data' top: 'dense' inner_product_param { num_output: 1 bias_term: false } }";
    let graph = network(&[1, 2], layers, &[weights("dense", &[(&[1, 2], &[1.0, 1.0])])]);
    let small = tensor(&[1, 1], &[3.0]);
    assert_eq!(values(&graph.forward_to(&small, "double").unwrap()), [6.0]);
    let error = graph.forward_outputs(&small).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.message().starts_with("layer \"dense\" (InnerProduct): an input of shape"), "{error}");
}

#[test]
fn weights_can_be_read_back_by_layer() {
    let layer =
        "layer { name: 'dense' type: 'InnerProduct' bottom: 'data' top: 'dense' inner_product_param { num_output: 1 bias_term: false } }";
    let graph = network(&[1, 2], layer, &[weights("dense", &[(&[1, 2], &[1.0, 5.0])])]);
    assert_eq!(graph.weights("dense").iter().map(values).collect::<Vec<_>>(), [[1.0, 5.0]]);
    assert!(graph.weights("data").is_empty());
}
