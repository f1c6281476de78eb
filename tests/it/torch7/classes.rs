//! Networks that tell classes apart: `LeNet` as DIGITS has it for Torch, batch normalisation, and both criteria.

use likeness::network::network_definition::NetworkState;

use super::{answer_shape, everything, layer, made, names, refused, ten_classes};

/// `LeNet` in the idioms of DIGITS' own text.
const LENET: &str = r"
if pcall(function() require('cudnn') end) then
   print('Using CuDNN backend')
   backend = cudnn
   convLayer = cudnn.SpatialConvolution
else
   backend = nn
   convLayer = nn.SpatialConvolutionMM
end
return function(params)
    local nclasses = params.nclasses or 1
    local channels = 1
    if params.inputShape then
        channels = params.inputShape[1]
        assert(params.inputShape[2] == 28 and params.inputShape[3] == 28, 'Network expects 28x28 images')
    end
    local lenet = nn.Sequential()
    lenet:add(nn.MulConstant(0.0125))
    lenet:add(convLayer(channels, 20, 5, 5, 1, 1, 0))
    lenet:add(backend.SpatialMaxPooling(2, 2, 2, 2))
    lenet:add(convLayer(20, 50, 5, 5, 1, 1, 0))
    lenet:add(backend.SpatialMaxPooling(2, 2, 2, 2))
    lenet:add(nn.View(-1):setNumInputDims(3))
    lenet:add(nn.Linear(800, 500))
    lenet:add(backend.ReLU())
    lenet:add(nn.Linear(500, nclasses))
    lenet:add(nn.LogSoftMax())
    return { model = lenet, loss = nn.ClassNLLCriterion(), trainBatchSize = 64, validationBatchSize = 32 }
end
";

#[test]
fn lenet_learns_from_its_scores_and_answers_with_probabilities() {
    let network = made(LENET, &ten_classes([1, 28, 28]));
    let kinds = |state: &NetworkState| names(&network, state).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>().join(" ");
    let body = "Power Convolution Pooling Convolution Pooling Flatten InnerProduct ReLU InnerProduct";
    assert_eq!(kinds(&NetworkState::deploy()), format!("Input {body} Softmax"));
    assert_eq!(kinds(&NetworkState::train()), format!("{body} SoftmaxWithLoss"));
    assert_eq!(kinds(&NetworkState::validation()), format!("{body} SoftmaxWithLoss Accuracy"));
    assert_eq!((network.graph.outputs(), answer_shape(&network)), (vec!["output"], vec![1, 10]));
    assert_eq!((network.train_batch_size, network.validation_batch_size), (Some(64), Some(32)));
    assert_eq!(network.printed, ["Using CuDNN backend"]);
    let whole = everything(&network);
    assert_eq!(layer(&whole, "loss").bottoms, ["Linear2", "label"]);
    assert_eq!(layer(&whole, "accuracy").bottoms, ["Linear2", "label"]);
    let pooling = layer(&whole, "SpatialMaxPooling1").parameters("pooling_param").unwrap();
    assert_eq!(pooling.word("round_mode").unwrap(), Some("FLOOR"));
}

#[test]
fn an_assertion_of_the_text_is_told_with_its_line() {
    let error = refused(LENET, &ten_classes([1, 32, 32]));
    assert!(error.message().contains("Network expects 28x28 images"), "{error}");
    assert!(error.message().contains("line 15"), "{error}");
}

#[test]
fn cross_entropy_takes_the_scores_themselves() {
    let text = "return function(p)
        local net = nn.Sequential():add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(16, p.nclasses))
        return { model = net, loss = nn.CrossEntropyCriterion() }
    end";
    let network = made(text, &ten_classes([1, 4, 4]));
    let whole = everything(&network);
    assert_eq!((layer(&whole, "loss").bottoms[0].as_str(), layer(&whole, "output").kind.as_str()), ("Linear1", "Softmax"));
}

#[test]
fn the_default_criterion_is_the_likelihood_of_logarithms() {
    let model = |end: &str| {
        format!(
            "return function(p) return {{ model = nn.Sequential():add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(16, 10)){end} }} end"
        )
    };
    made(&model(":add(nn.LogSoftMax())"), &ten_classes([1, 4, 4]));
    let error = refused(&model(""), &ten_classes([1, 4, 4]));
    assert!(error.message().ends_with("end the model with nn.LogSoftMax()"), "{error}");
}

#[test]
fn batch_normalisation_is_two_layers_of_caffe() {
    let text = "return function(p)
        local net = nn.Sequential():add(nn.SpatialConvolution(3, 8, 3, 3):noBias()):add(nn.SpatialBatchNormalization(8, 1e-3)):add(nn.ReLU(true))
        net:add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(8 * 2 * 2, p.nclasses)):add(nn.LogSoftMax())
        return { model = net }
    end";
    let whole = everything(&made(text, &ten_classes([3, 4, 4])));
    let normalisation = layer(&whole, "SpatialBatchNormalization1").parameters("batch_norm_param").unwrap();
    assert_eq!((normalisation.number("eps").unwrap(), normalisation.number("moving_average_fraction").unwrap()), (Some(0.001), Some(0.9)));
    let scale = layer(&whole, "SpatialBatchNormalization1_scale");
    let filler = scale.parameters("scale_param").unwrap().message_or_empty("filler").unwrap();
    assert_eq!((scale.kind.as_str(), filler.text("type").unwrap(), filler.number("max").unwrap()), ("Scale", Some("uniform"), Some(1.0)));
    assert_eq!(layer(&whole, "SpatialConvolution1").parameters("convolution_param").unwrap().flag("bias_term").unwrap(), Some(false));
}

#[test]
fn fewer_outputs_than_classes_are_refused_and_more_are_not() {
    let with = |outputs: u32| {
        format!(
            "return function(p) return {{ model = nn.Sequential():add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(16, {outputs})):add(nn.LogSoftMax()) }} end"
        )
    };
    made(&with(1000), &ten_classes([1, 4, 4]));
    let error = refused(&with(9), &ten_classes([1, 4, 4]));
    assert_eq!(error.message(), "model.lua: the model gives [9] values for a picture; 10 classes need one row of at least as many");
}
