//! The text format, the rules of phases, and caffemodels written and read.

use likeness::Kind;
use likeness::network::CaffeGraph;
use likeness::network::caffemodel::{self, Blob, LayerWeights};
use likeness::network::network_definition::{NetworkDefinition, NetworkState, Phase};
use likeness::network::prototxt;
use proptest::prelude::*;

use super::weights;

#[test]
fn every_spelling_of_the_text_format_is_read() {
    let text = "# comment\nname: \"a\\x41\\102\" 'c\\n' ; p { x: -1.5e-3, y: 0x10 z: 017 w: .5f on: true kind: MAX } p: < x: 7 > list: [1, - 2,3] empty {}\nlast: inf";
    let root = prototxt::parse(text).unwrap();
    assert_eq!(root.text("name").unwrap(), Some("aABc\n"));
    let first = root.all("p").next().unwrap().message().unwrap();
    assert_eq!((first.number("x").unwrap(), first.integer("y").unwrap(), first.integer("z").unwrap()), (Some(-1.5e-3), Some(16), Some(15)));
    assert_eq!((first.number("w").unwrap(), first.flag("on").unwrap(), first.word("kind").unwrap()), (Some(0.5), Some(true), Some("MAX")));
    assert_eq!(root.message_or_empty("p").unwrap().integer("x").unwrap(), Some(7), "the last one wins");
    assert_eq!(root.integers("list").unwrap(), [1, -2, 3]);
    assert_eq!((root.has("empty"), root.last("last").unwrap().line), (true, 3));
    assert_eq!(root.number("last").unwrap(), Some(f32::INFINITY));
}

#[test]
fn phases_and_stages_decide_which_layers_take_part() {
    let text = "layer { name: 'always' type: 'A' }
        layer { name: 'train' type: 'A' include { phase: TRAIN } }
        layer { name: 'test' type: 'A' include { phase: TEST } }
        layer { name: 'no_test' type: 'A' exclude { phase: TEST } }
        layer { name: 'deploy' type: 'A' include { stage: 'deploy' } }
        layer { name: 'not_deploy' type: 'A' include { not_stage: 'deploy' } }
        layer { name: 'level' type: 'A' include { min_level: 1 } }";
    let names = |state: &NetworkState| {
        NetworkDefinition::parse(text, state).unwrap().layers.into_iter().map(|layer| layer.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&NetworkState::deploy()), ["always", "test", "deploy"]);
    assert_eq!(names(&NetworkState { phase: Phase::Train, stages: vec!["train".into()] }), ["always", "train", "no_test", "not_deploy"]);
}

#[test]
fn old_inputs_and_the_first_format_are_understood() {
    let input_dim = "input: 'x' input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 9";
    let input_shape = "input: 'x' input_shape { dim: 2 dim: 3 dim: 8 dim: 9 }";
    let relu = "layers { name: 'r' type: RELU bottom: 'x' top: 'x' }";
    for text in [input_dim, input_shape] {
        let graph = CaffeGraph::parse(&format!("{text} {relu}")).unwrap();
        assert_eq!(graph.inputs().unwrap(), [("x".to_owned(), vec![2, 3, 8, 9])]);
        assert_eq!(graph.layer_names(), ["x", "r"]);
    }
}

#[test]
fn a_written_caffemodel_reads_back_the_same() {
    let layers = vec![
        LayerWeights {
            name: "conv1".into(),
            layer_type: "Convolution".into(),
            blobs: vec![Blob { shape: vec![1, 2, 1, 1], data: vec![0.5, f32::MIN_POSITIVE] }, Blob { shape: vec![1], data: vec![-1.0] }],
        },
        weights("empty blob", &[(&[0], &[])]),
    ];
    assert_eq!(caffemodel::decode(&caffemodel::encode(&layers)).unwrap(), layers);
}

/// The bytes of one protobuf field that holds other bytes.
fn nested(tag: u32, inner: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    prost::encoding::encode_key(tag, prost::encoding::WireType::LengthDelimited, &mut bytes);
    prost::encoding::encode_varint(inner.len() as u64, &mut bytes);
    [bytes, inner.to_vec()].concat()
}

#[test]
fn caffemodels_of_the_first_format_are_read_with_their_four_dimensions() {
    let double_data = nested(8, &[1.5_f64.to_le_bytes(), 2.5_f64.to_le_bytes()].concat());
    let blob = [vec![8, 1, 16, 1, 24, 1, 32, 2], double_data].concat();
    let layer = [nested(4, b"ip"), nested(6, &blob)].concat();
    let found = caffemodel::decode(&nested(2, &layer)).unwrap();
    assert_eq!(found, [weights("ip", &[(&[1, 1, 1, 2], &[1.5, 2.5])])]);
}

#[test]
fn a_blob_whose_values_do_not_fill_its_shape_is_corrupt() {
    for shape in [vec![3], vec![-1, -2], vec![i64::MAX, i64::MAX], vec![1; 40]] {
        let layer = LayerWeights {
            name: "conv1".into(),
            layer_type: String::new(),
            blobs: vec![Blob { shape: shape.clone(), data: vec![0.0, 1.0] }],
        };
        let error = caffemodel::decode(&caffemodel::encode(&[layer])).unwrap_err();
        assert_eq!(error.kind(), Kind::Corrupt);
        assert_eq!(
            error.message(),
            format!("caffemodel, layer \"conv1\", blob 0: the shape {shape:?} does not fit the 2 values that follow")
        );
    }
}

#[test]
fn thousands_of_empty_blobs_are_refused_before_they_are_built() {
    let layer = nested(7, &[]).repeat(100_000);
    let error = caffemodel::decode(&nested(100, &layer)).unwrap_err();
    assert!(error.message().ends_with("more than 64 blobs in a layer, or one of a wrong type"), "{error}");
}

#[test]
fn every_prefix_of_a_caffemodel_is_refused_or_shorter() {
    let bytes = caffemodel::encode(&[weights("a", &[(&[2], &[1.0, 2.0])]), weights("b", &[(&[1], &[3.0])])]);
    for length in 0..bytes.len() {
        if let Ok(layers) = caffemodel::decode(&bytes[..length]) {
            assert_eq!(layers.len(), 1, "cut at {length}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        let _ = CaffeGraph::parse(&text).err();
    }

    #[test]
    fn no_soup_of_prototxt_makes_the_parser_panic(parts in prop::collection::vec(prop::sample::select(vec![
        "layer", "{", "}", "<", ">", ":", "name", "'x'", "\"", "\\", "type", "'Input'", "'Reshape'", "top", "bottom", "input_param", "shape", "dim", "-1", "0",
        "9223372036854775807", "1e400", "-", "[", "]", ",", "\n", "#", " ", "reshape_param", "include", "phase", "TEST", "é",
    ]), 0..60)) {
        let _ = CaffeGraph::parse(&parts.join(" ")).err();
        let _ = CaffeGraph::parse(&parts.concat()).err();
    }

    #[test]
    fn no_number_makes_a_layer_panic(
        kind in prop::sample::select(vec!["Convolution", "Deconvolution", "Pooling", "InnerProduct", "Scale", "Concat", "Slice", "Flatten", "Reshape", "Permute", "PriorBox", "LRN", "Softmax"]),
        fields in prop::collection::vec((prop::sample::select(vec![
            "num_output", "kernel_size", "kernel_h", "kernel_w", "stride", "pad", "dilation", "group", "axis", "num_axes", "end_axis", "slice_point", "order", "local_size", "min_size", "step", "aspect_ratio",
        ]), prop::sample::select(vec![i64::MIN, -2, -1, 0, 1, 2, 3, 4, 1000, 32_768, i64::from(i32::MAX), i64::MAX])), 0..8),
    ) {
        let written = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(" ");
        let shape = fields.iter().map(|(_, value)| format!("dim: {value}")).collect::<Vec<_>>().join(" ");
        let all = ["convolution", "pooling", "inner_product", "scale", "concat", "slice", "flatten", "permute", "prior_box", "lrn", "softmax"];
        let parameters = all.iter().map(|name| format!("{name}_param {{ {written} }}")).collect::<Vec<_>>().join(" ");
        let bottoms = if kind == "PriorBox" { "bottom: 'data' bottom: 'data'" } else { "bottom: 'data'" };
        let layer = format!("layer {{ name: 'x' type: '{kind}' {bottoms} top: 'x' {parameters} reshape_param {{ shape {{ {shape} }} {written} }} }}");
        if let Err(error) = CaffeGraph::parse(&super::prototxt(&[1, 4, 5, 6], &layer)) {
            prop_assert!(error.message().contains("layer \"x\""), "{error}");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_of_caffemodels_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), start in 0_usize..60) {
        let _ = caffemodel::decode(&bytes).err();
        let mut damaged = caffemodel::encode(&[weights("a", &[(&[2], &[1.0, 2.0])])]);
        damaged.truncate(start);
        damaged.extend(&bytes);
        let _ = caffemodel::decode(&damaged).err();
    }
}
