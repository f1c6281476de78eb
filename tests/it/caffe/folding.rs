//! Convolution, batch normalisation and scale run as one, with the same result and with all names still answering.

use super::{assert_close, network, tensor, values, weights};
use likeness::network::caffemodel::LayerWeights;

const CHAIN: &str = "
    layer { name: 'conv' type: 'Convolution' bottom: 'data' top: 'conv' convolution_param { num_output: 2 kernel_size: 1 bias_term: false } }
    layer { name: 'norm' type: 'BatchNorm' bottom: 'conv' top: 'conv' batch_norm_param { eps: 0.25 } }
    layer { name: 'scale' type: 'Scale' bottom: 'conv' top: 'conv' scale_param { bias_term: true } }
    layer { name: 'relu' type: 'ReLU' bottom: 'conv' top: 'conv' }";

fn chain_weights() -> Vec<LayerWeights> {
    vec![
        weights("conv", &[(&[2, 1, 1, 1], &[1.0, -2.0])]),
        weights("norm", &[(&[2], &[1.0, 2.0]), (&[2], &[0.75, 3.75]), (&[1], &[1.0])]),
        weights("scale", &[(&[2], &[3.0, 4.0]), (&[2], &[0.5, -0.5])]),
    ]
}

#[test]
fn a_folded_chain_gives_what_its_layers_give_one_by_one() {
    let graph = network(&[1, 1, 1, 1], CHAIN, &chain_weights());
    let input = tensor(&[1, 1, 1, 1], &[2.0]);
    // 2 and -4; minus mean over deviation: 1 and -3; scaled: 3.5 and -12.5.
    let expected: [(&str, [f32; 2]); 4] = [("conv", [2.0, -4.0]), ("norm", [1.0, -3.0]), ("scale", [3.5, -12.5]), ("relu", [3.5, 0.0])];
    for (name, expected) in expected {
        assert_close(&values(&graph.forward_to(&input, name).unwrap()), &expected, 1e-5);
    }
    assert_close(&values(&graph.forward_outputs(&input).unwrap()[0].1), &[3.5, 0.0], 1e-5);
}

#[test]
fn a_value_that_somebody_else_reads_is_not_folded_away() {
    let layers = format!("{} layer {{ name: 'both' type: 'Eltwise' bottom: 'plain' bottom: 'scaled' top: 'both' }}",
        "layer { name: 'conv' type: 'Convolution' bottom: 'data' top: 'plain' convolution_param { num_output: 2 kernel_size: 1 bias_term: false } }
         layer { name: 'scale' type: 'Scale' bottom: 'plain' top: 'scaled' scale_param { bias_term: true } }");
    let graph = network(&[1, 1, 1, 1], &layers, &chain_weights());
    let found = graph.forward_to(&tensor(&[1, 1, 1, 1], &[2.0]), "both").unwrap();
    assert_close(&values(&found), &[2.0 + 6.5, -4.0 - 16.5], 1e-5);
}
