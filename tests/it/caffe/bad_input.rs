//! What is refused, and with which words.

use likeness::network::CaffeGraph;
use likeness::network::caffemodel::{self, LayerWeights};
use likeness::{Error, Kind};
use tch::Device;

use super::{network, no_weights, prototxt, tensor, weights};

const DENSE: &str = "layer { name: 'dense' type: 'InnerProduct' bottom: 'data' top: 'dense' inner_product_param { num_output: 3 } }";

fn refused(layers: &str) -> Error {
    CaffeGraph::parse(&prototxt(&[1, 4, 5, 6], layers)).err().unwrap()
}

fn misfit(stored: &[LayerWeights]) -> Error {
    CaffeGraph::load(&prototxt(&[1, 2], DENSE), &caffemodel::encode(stored), Device::Cpu).err().unwrap()
}

#[test]
fn mistakes_of_syntax_are_found_on_their_line() {
    let cases = [
        ("name: 'a'\nlayer {\n  name: 'b'\n", "line 4: the file ends before the `}` of the message begun on line 2"),
        ("layer {\n}}", "line 2: expected the name of a field, found `}`"),
        ("layer\n name: 'b'", "line 1: expected `:` or `{` after `layer`, found `name`"),
        ("a: 1\nb: 'open\n", "line 2: the string has no closing quotation mark on its line"),
        ("a: '\\q'", "line 1: unknown escape `\\q` in a string"),
        ("a: 1\n\n$", "line 3: unexpected character '$'"),
        ("a: }", "line 1: expected a value for `a`, found `}`"),
        ("layer: 3", "line 1: `layer` must be a message in `{ }`, found `3`"),
        ("layer { name: x }", "line 1: `name` must be a string in quotation marks, found `x`"),
        ("layer { name: 'x' }", "line 1: layer \"x\" has no `type`"),
        ("input: 'x' layer {}", "line 1: the input \"x\" needs an `input_shape` or four `input_dim`"),
        ("name: 'nothing'", "no `layer { ... }` for the phase TEST: is this a network?"),
    ];
    for (text, message) in cases {
        let error = CaffeGraph::parse(text).err().unwrap();
        assert_eq!((error.kind(), error.message()), (Kind::Invalid, format!("prototxt: {message}").as_str()));
    }
}

#[test]
fn hostile_sizes_are_refused_early() {
    let deep = CaffeGraph::parse(&"a { ".repeat(100_000)).err().unwrap();
    assert_eq!(deep.message(), "prototxt: line 1: messages are nested deeper than 32 levels");
    let long = CaffeGraph::parse(&" ".repeat((16 << 20) + 1)).err().unwrap();
    assert_eq!((long.kind(), long.message()), (Kind::TooLarge, "prototxt: the prototxt has 16777217 bytes; the limit is 16777216"));
}

#[test]
fn an_unknown_layer_type_is_named_with_the_known_ones() {
    let error = refused("layer {\n name: 'odd' type: 'Crystal' bottom: 'data' top: 'odd' }");
    assert_eq!(error.kind(), Kind::Unsupported);
    let start =
        "layer \"odd\" (Crystal, line 3): this type is not supported; supported are AbsVal, AbsCriterion, Accuracy, BatchNorm, Concat,";
    assert!(error.message().starts_with(start), "{error}");
    assert!(error.message().ends_with("Slice, Softmax, SoftmaxWithLoss, Split, TanH"), "{error}");
}

#[test]
fn blobs_must_be_made_before_they_are_read_and_only_once() {
    let relu = |name: &str, bottom: &str, top: &str| format!("layer {{ name: '{name}' type: 'ReLU' bottom: '{bottom}' top: '{top}' }}\n");
    let cases = [
        (relu("a", "nowhere", "x"), "layer \"a\" (ReLU, line 3): it reads the blob \"nowhere\", which no layer before it makes"),
        (
            relu("a", "y", "x") + &relu("b", "x", "y"),
            "layer \"a\" (ReLU, line 3): it reads the blob \"y\", which no layer before it makes; a later layer makes it: layers must stand in the order in which they run, and may not form a circle",
        ),
        (relu("a", "data", "x") + &relu("b", "data", "x"), "layer \"b\" (ReLU, line 4): the blob \"x\" is already made by another layer"),
        (relu("a", "data", "x") + &relu("a", "data", "y"), "layer \"a\" (ReLU, line 4): line 3 has a layer of the same name"),
        (
            "layer { name: 'a' type: 'Eltwise' bottom: 'data' top: 'x' }".into(),
            "layer \"a\" (Eltwise, line 3): it has 1 `bottom`, and needs 2 to 1024",
        ),
    ];
    for (layers, message) in cases {
        let error = refused(&layers);
        assert_eq!((error.kind(), error.message()), (Kind::Invalid, message));
    }
    let no_input = CaffeGraph::parse("layer { name: 'a' type: 'Split' }").err().unwrap();
    assert_eq!(no_input.message(), "layer \"a\" (Split, line 1): it has 0 `bottom`, and needs 1");
}

#[test]
fn impossible_parameters_are_refused_with_the_layers_name() {
    let cases = [
        ("Convolution", "convolution_param { num_output: 1 kernel_size: 7 }", "the kernel is 7 pixels high, the padded input only 5"),
        ("Convolution", "convolution_param { num_output: 1 kernel_size: 1 stride: 0 }", "`stride` is 0, and must be 1 to 32768"),
        ("Convolution", "convolution_param { num_output: 1 }", "`kernel_size` is missing (or `kernel_h` and `kernel_w`)"),
        ("Convolution", "convolution_param { kernel_size: 1 }", "`num_output` is 0, and must be 1 to 2147483647"),
        (
            "Convolution",
            "convolution_param { num_output: 3 group: 3 kernel_size: 1 }",
            "the input has 4 channels, which is no multiple of `group` 3",
        ),
        ("Pooling", "pooling_param { kernel_size: 2 pad: 2 }", "`pad` [2, 2] must be smaller than the kernel [2, 2]"),
        (
            "Reshape",
            "reshape_param { shape { dim: 7 dim: -1 } }",
            "an input [1, 4, 5, 6] cannot be reshaped to [7, -1] (axis 0, num_axes -1)",
        ),
        ("Flatten", "flatten_param { axis: 4 }", "`axis` 4 does not exist in an input of 4 dimensions"),
        ("Slice", "slice_param { slice_point: 2 }", "1 `slice_point` for 1 tops; 0 are needed, or none for equal parts"),
        ("Permute", "permute_param { order: 1 order: 1 }", "`order` [1, 1] must name each axis at most once"),
        ("LRN", "lrn_param { local_size: 4 }", "`local_size` is 4, and must be odd"),
        ("Scale", "scale_param { axis: 3 num_axes: 2 }", "`axis` 3 with `num_axes` 2 reaches beyond the input [1, 4, 5, 6]"),
    ];
    for (kind, parameters, message) in cases {
        let graph = CaffeGraph::parse(&prototxt(
            &[1, 4, 5, 6],
            &format!("layer {{ name: 'x' type: '{kind}' bottom: 'data' top: 'x' {parameters} }}"),
        ));
        let error = graph.err().unwrap();
        assert_eq!((error.kind(), error.message()), (Kind::Invalid, format!("layer \"x\" ({kind}): {message}").as_str()));
    }
}

#[test]
fn shapes_that_overflow_are_refused() {
    let layer = "layer { name: 'x' type: 'InnerProduct' bottom: 'data' top: 'x' inner_product_param { num_output: 2147483647 axis: 2 } }";
    assert!(refused(layer).message().starts_with("layer \"x\" (InnerProduct): the shape [1, 4, 2147483647] is not possible"));
    let huge = CaffeGraph::parse(&prototxt(&[1, 3, 1 << 40, 1 << 40], "")).err().unwrap();
    assert!(huge.message().starts_with("layer \"data\" (Input): the shape"), "{huge}");
}

#[test]
fn a_caffemodel_that_does_not_fit_its_prototxt_is_refused_with_both_shapes() {
    let start = "layer \"dense\" (InnerProduct, line 3): the caffemodel does not fit its prototxt:";
    let shape = misfit(&[weights("dense", &[(&[3, 4], &[0.0; 12]), (&[3], &[0.0; 3])])]);
    assert_eq!(
        (shape.kind(), shape.message()),
        (Kind::Invalid, format!("{start} weight blob 0 has the shape [3, 4], the prototxt asks for [3, 2]").as_str())
    );
    let missing = misfit(&no_weights());
    assert_eq!(missing.message(), format!("{start} it has no weights for this layer"));
    let count = misfit(&[weights("dense", &[(&[3, 2], &[0.0; 6])])]);
    assert_eq!(count.message(), format!("{start} it has 1 weight blobs for this layer, the prototxt asks for 2 of shapes [[3, 2], [3]]"));
}

#[test]
fn a_damaged_caffemodel_is_said_to_be_damaged() {
    let whole = caffemodel::encode(&[weights("dense", &[(&[3, 2], &[0.0; 6]), (&[3], &[0.0; 3])])]);
    let load = |bytes: &[u8]| CaffeGraph::load(&prototxt(&[1, 2], DENSE), bytes, Device::Cpu).err().unwrap();
    let cut = load(&whole[..whole.len() - 5]);
    let start = format!("the caffemodel ({} bytes) is damaged or cut off, or is not one; fetch it again", whole.len() - 5);
    assert_eq!((cut.kind(), cut.message()), (Kind::Corrupt, format!("{start}: it ends in the middle of a layer").as_str()));
    let text = load(prototxt(&[1, 2], DENSE).as_bytes());
    assert_eq!(text.kind(), Kind::Corrupt);
    let empty = load(&[]);
    assert_eq!(empty.message(), "the file of 0 bytes holds no layer: it is not a caffemodel (was the prototxt given in its place?)");
}

#[test]
fn a_picture_that_the_layers_cannot_take_is_refused() {
    let layer = "layer { name: 'conv' type: 'Convolution' bottom: 'data' top: 'conv' convolution_param { num_output: 1 kernel_size: 3 bias_term: false } }";
    let graph = network(&[1, 1, 4, 4], layer, &[weights("conv", &[(&[1, 1, 3, 3], &[1.0; 9])])]);
    let small = graph.forward_to(&tensor(&[1, 1, 2, 2], &[0.0; 4]), "conv").unwrap_err();
    assert_eq!(small.message(), "layer \"conv\" (Convolution): the kernel is 3 pixels high, the padded input only 2");
    let flat = graph.forward_to(&tensor(&[4], &[0.0; 4]), "conv").unwrap_err();
    assert_eq!(
        flat.message(),
        "layer \"conv\" (Convolution): it needs an input of 4 dimensions (batch, channels, height, width), found [4]"
    );
    let colours = graph.forward_to(&tensor(&[1, 3, 3, 3], &[0.0; 27]), "conv").unwrap_err();
    assert!(colours.message().ends_with("needs weights [[1, 3, 3, 3]], the layer has [[1, 1, 3, 3]]"), "{colours}");
    let empty = graph.forward_to(&tensor(&[0, 1, 4, 4], &[]), "conv").unwrap_err();
    assert!(empty.message().starts_with("input of the network: the shape [0, 1, 4, 4] is not possible"), "{empty}");
}
