//! Networks that answer with values: the one of DIGITS' regression example, tables of outputs, labels that are made by the text.

use likeness::network::network_definition::NetworkState;

use super::{answer_shape, everything, gradients, layer, made, names, returning, run_without_weights};

/// The network of the walk-through, as its description says (contract section 7.1).
const REGRESSION: &str = r"
return function(params)
    local values = 1
    if params.inputShape then
        params.inputShape:apply(function(size) values = values * size end)
    end
    local net = nn.Sequential()
    net:add(nn.MulConstant(0.004))
    net:add(nn.View(-1):setNumInputDims(3))
    net:add(nn.Linear(values, 2))
    return { model = net, loss = nn.MSECriterion() }
end
";

/// Two answers of one number each, as in DIGITS' own test; all weights begin at zero.
const TWO_ANSWERS: &str = r"
return function(p)
    local values = torch.prod(p.inputShape)
    local one, other = nn.Linear(values, 1), nn.Linear(values, 1)
    one.weight:fill(0) one.bias:fill(0) other.weight:fill(0) other.bias:fill(0)
    local net = nn.Sequential():add(nn.MulConstant(0.004)):add(nn.View(-1):setNumInputDims(3))
    net:add(nn.ConcatTable():add(one):add(other))
    local criterion = nn.ParallelCriterion(false):add(nn.MSECriterion():cuda(), 1):add(nn.AbsCriterion():cuda(), 0.5)
    function labelHook(input, dblabel)
        return dblabel:split(1, 2)
    end
    return { model = net, loss = criterion, labelHook = labelHook, trainBatchSize = 4, validationBatchSize = 32 }
end
";

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

#[test]
fn the_regression_network_of_the_walk_through_becomes_four_layers_and_a_loss() {
    let network = made(REGRESSION, &gradients());
    let body = [("MulConstant1", "Power"), ("View1", "Flatten"), ("Linear1", "InnerProduct")];
    assert_eq!(names(&network, &NetworkState::deploy()), pairs(&[&[("data", "Input")][..], &body[..]].concat()));
    assert_eq!(names(&network, &NetworkState::train()), pairs(&[&body[..], &[("loss", "MSECriterion")]].concat()));
    assert_eq!(names(&network, &NetworkState::validation()), names(&network, &NetworkState::train()));
    assert_eq!((network.graph.outputs(), answer_shape(&network)), (vec!["output"], vec![1, 2]));
    assert_eq!((network.crop_length, network.train_batch_size, network.validation_batch_size), (None, None, None));
    let whole = everything(&network);
    assert_eq!(layer(&whole, "loss").bottoms, ["output", "label"]);
    let scale = layer(&whole, "MulConstant1").parameters("power_param").unwrap().number("scale").unwrap();
    assert_eq!(scale, Some(0.004));
}

#[test]
fn weights_are_drawn_as_torch_draws_them() {
    let whole = everything(&made(REGRESSION, &gradients()));
    let parameters = layer(&whole, "Linear1").parameters("inner_product_param").unwrap();
    for name in ["weight_filler", "bias_filler"] {
        let filler = parameters.message_or_empty(name).unwrap();
        // 1 / sqrt(1024)
        assert_eq!(filler.text("type").unwrap(), Some("uniform"));
        assert_eq!((filler.number("min").unwrap(), filler.number("max").unwrap()), (Some(-0.03125), Some(0.03125)));
    }
}

#[test]
fn what_a_text_fills_is_filled() {
    let text = returning(
        "local c = nn.SpatialConvolution(1, 4, 3, 5); c.weight:normal(0, 0.02); c.bias:zero(); net:add(c)
         local l = nn.Linear(4 * 30 * 28, 3, false); l.weight:uniform(-1, 1):mul(0.5); net:add(nn.View(-1):setNumInputDims(3)):add(l)",
    );
    let mut parameters = gradients();
    parameters.label_size = Some(3);
    let whole = everything(&made(&text, &parameters));
    let convolution = layer(&whole, "SpatialConvolution1").parameters("convolution_param").unwrap();
    assert_eq!((convolution.integer("kernel_w").unwrap(), convolution.integer("kernel_h").unwrap()), (Some(3), Some(5)));
    let drawn = convolution.message_or_empty("weight_filler").unwrap();
    assert_eq!((drawn.text("type").unwrap(), drawn.number("std").unwrap()), (Some("gaussian"), Some(0.02)));
    assert_eq!(convolution.message_or_empty("bias_filler").unwrap().number("value").unwrap(), Some(0.0));
    let linear = layer(&whole, "Linear1").parameters("inner_product_param").unwrap();
    assert_eq!(linear.flag("bias_term").unwrap(), Some(false));
    assert_eq!(linear.message_or_empty("weight_filler").unwrap().number("max").unwrap(), Some(0.5));
}

#[test]
fn a_table_of_answers_is_one_output_and_a_loss_of_parts() {
    let network = made(TWO_ANSWERS, &gradients());
    assert_eq!((network.graph.outputs(), answer_shape(&network)), (vec!["output"], vec![1, 2]));
    assert_eq!((network.train_batch_size, network.validation_batch_size), (Some(4), Some(32)));
    let whole = everything(&network);
    let bottoms = |name: &str| layer(&whole, name).bottoms.clone();
    assert_eq!(
        (bottoms("loss_1"), bottoms("loss_2")),
        (vec!["Linear1".into(), "target_1".into()], vec!["Linear2".into(), "target_2".into()])
    );
    assert_eq!((layer(&whole, "loss_1").kind.as_str(), layer(&whole, "loss_2").kind.as_str()), ("MSECriterion", "AbsCriterion"));
    assert_eq!(layer(&whole, "loss_2").loss_weights().unwrap(), [0.5]);
    assert_eq!((layer(&whole, "loss").kind.as_str(), layer(&whole, "loss").loss_weights().unwrap()), ("Eltwise", vec![0.0]));
    let cut = |name: &str| layer(&whole, name).parameters("narrow_param").unwrap().integer("start").unwrap();
    assert_eq!((cut("target_1"), cut("target_2")), (Some(0), Some(1)));
}

#[test]
fn the_target_may_be_the_input_of_a_crop() {
    let text = "return function(p)
        return { model = nn.Sequential():add(nn.Identity()), loss = nn.AbsCriterion(), croplen = 8, labelHook = function(input) return input end }
    end";
    let network = made(text, &gradients());
    assert_eq!((network.crop_length, answer_shape(&network)), (Some(8), vec![1, 1, 8, 8]));
    assert_eq!(layer(&everything(&network), "loss").bottoms, ["output", "data"]);
    // The form's crop goes first, and is what `inputShape` says.
    let mut cropped = gradients();
    (cropped.crop_in_form, cropped.input_shape) = (true, [1, 16, 16]);
    let network = made(text, &cropped);
    assert_eq!((network.crop_length, answer_shape(&network)), (None, vec![1, 1, 16, 16]));
}

#[test]
fn labels_can_be_scaled_and_shifted() {
    let text = "return function(p)
        local net = nn.Sequential():add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(1024, 1))
        return { model = net, loss = nn.MSECriterion(), labelHook = function(_, l) return 2 * l:select(2, 2):clone() - 1 end }
    end";
    let whole = everything(&made(text, &gradients()));
    let line = |name: &str, field: &str| layer(&whole, name).parameters("power_param").unwrap().number(field).unwrap();
    assert_eq!(layer(&whole, "target_1").parameters("narrow_param").unwrap().integer("start").unwrap(), Some(1));
    assert_eq!((line("target_2", "scale"), line("target_3", "shift")), (Some(2.0), Some(-1.0)));
    assert_eq!(layer(&whole, "loss").bottoms, ["output", "target_3"]);
}

/// Modules, the shape of their input, its values, and those of their output.
type Case<'a> = (&'a str, [u32; 3], &'a [f32], &'a [f32]);

#[test]
fn modules_without_weights_compute_what_torch_computes() {
    let half = -std::f32::consts::LN_2;
    let cases: [Case<'_>; 9] = [
        ("net:add(nn.Threshold(1, 5))", [1, 1, 3], &[0.5, 1.0, 2.0], &[5.0, 5.0, 2.0]),
        ("net:add(nn.SpatialZeroPadding(1, 0, 0, 1))", [1, 1, 2], &[3.0, 4.0], &[0.0, 3.0, 4.0, 0.0, 0.0, 0.0]),
        ("net:add(nn.SpatialMaxPooling(2, 1))", [1, 1, 3], &[1.0, 3.0, 9.0], &[3.0]),
        ("net:add(nn.SpatialMaxPooling(2, 1, 2, 1):ceil())", [1, 1, 3], &[1.0, 3.0, 9.0], &[3.0, 9.0]),
        ("net:add(nn.SpatialAveragePooling(2, 1))", [1, 1, 3], &[1.0, 3.0, 9.0], &[2.0, 6.0]),
        ("net:add(nn.View(-1):setNumInputDims(3)):add(nn.LogSoftMax())", [1, 1, 2], &[7.0, 7.0], &[half, half]),
        ("net:add(nn.Concat(2):add(nn.MulConstant(2)):add(nn.AddConstant(1)))", [1, 1, 2], &[1.0, 2.0], &[2.0, 4.0, 2.0, 3.0]),
        ("net:add(nn.ConcatTable():add(nn.Identity()):add(nn.Abs())):add(nn.CAddTable())", [1, 1, 2], &[-1.0, 2.0], &[0.0, 4.0]),
        ("net:add(nn.ConcatTable():add(nn.ReLU(true)):add(nn.Tanh())):add(nn.JoinTable(1, 3))", [1, 1, 1], &[0.0], &[0.0, 0.0]),
    ];
    for (model, shape, input, expected) in cases {
        let output = run_without_weights(&returning(model), shape, input);
        assert_eq!(output.len(), expected.len(), "{model}: {output:?}");
        let worst = output.iter().zip(expected).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-6, "{model}: {output:?}");
    }
}

#[test]
fn a_view_takes_several_sizes() {
    let network =
        made(&returning("net:add(nn.View(4, -1, 8):setNumInputDims(3))"), &super::Torch7Parameters { label_size: None, ..gradients() });
    assert_eq!(answer_shape(&network), [1, 4, 32, 8]);
}

#[test]
fn what_is_printed_is_kept_for_the_log() {
    let network = made(&format!("print('shape', 1, nil)\n{REGRESSION}"), &gradients());
    assert_eq!(network.printed, ["shape\t1\tnil"]);
}

#[test]
fn fine_tuning_may_replace_a_layer_which_then_has_a_name_of_its_own() {
    let text = "return function(p)
        local net = nn.Sequential():add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(1024, 5))
        return { model = net, loss = nn.MSECriterion(), fineTuneHook = function(net) net:remove(2) return net:add(nn.Linear(1024, 2)) end }
    end";
    let mut parameters = gradients();
    parameters.label_size = None;
    let whole = everything(&made(text, &parameters));
    assert!(whole.layers.iter().any(|layer| layer.name == "Linear1"));
    parameters.fine_tune = true;
    let tuned = made(text, &parameters);
    assert_eq!(answer_shape(&tuned), [1, 2]);
    assert!(everything(&tuned).layers.iter().all(|layer| layer.name != "Linear1"));
}
