//! Small networks made in the tests: a Caffe network whose numbers are known, and a TorchScript module.
#![allow(clippy::unwrap_used, reason = "tests")]

use bytes::Bytes;
use likeness::imaging::ResizeFilter;
use likeness::network::caffemodel::{Blob, LayerWeights, encode};
use likeness::network::{ColourOrder, InputSpec, NetworkFormat, NetworkSource};

/// Side of the test networks' input.
pub(crate) const SIDE: u32 = 8;

pub(crate) fn input() -> InputSpec {
    InputSpec { width: SIDE, height: SIDE, colour: ColourOrder::Rgb, mean: [0.0; 3], scale: 1.0 / 255.0, filter: ResizeFilter::Antialias }
}

pub(crate) const DEFINITION: &str = r#"
name: "known"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 3 kernel_size: 1 bias_term: false } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "total" type: "InnerProduct" bottom: "conv" top: "total" inner_product_param { num_output: 2 bias_term: false } }
"#;

/// The convolution passes red, green and blue on, tripled blue: a red picture's feature is (1, 0, 0).
pub(crate) fn weights() -> Vec<u8> {
    let conv = vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 3.0];
    let total = (0..2 * 192).map(|place| if place < 192 { 1.0 } else { 0.5 }).collect();
    let layer = |name: &str, layer_type: &str, shape: Vec<i64>, data: Vec<f32>| LayerWeights {
        name: name.into(),
        layer_type: layer_type.into(),
        blobs: vec![Blob { shape, data }],
    };
    encode(&[layer("conv", "Convolution", vec![3, 3, 1, 1], conv), layer("total", "InnerProduct", vec![2, 192], total)])
}

pub(crate) fn caffe() -> NetworkSource {
    NetworkSource {
        model: "known".into(),
        format: NetworkFormat::Caffe { definition: DEFINITION.into(), weights: Bytes::from(weights()) },
        input: input(),
    }
}

/// Bytes of a module whose `forward` is the spatial mean of each channel, doubled.
pub(crate) fn torchscript() -> Vec<u8> {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("mean.pt");
    let example = tch::Tensor::ones([1, 3, 8, 8], (tch::Kind::Float, tch::Device::Cpu));
    let mut mean = |inputs: &[tch::Tensor]| vec![inputs[0].mean_dim([2i64, 3].as_slice(), false, None::<tch::Kind>) * 2.0];
    tch::CModule::create_by_tracing("mean", "forward", &[example], &mut mean).unwrap().save(&file).unwrap();
    std::fs::read(file).unwrap()
}
