//! The standard networks of DIGITS as texts in our own words; sizes and fillers stand in the contract's tables.

use std::fmt::Write as _;

/// `LeNet` for pictures of 28x28 or any size that survives two poolings, grey or colour; 431,080 weights for ten classes of grey
/// 28x28 pictures.
pub fn lenet() -> String {
    let mut text = String::from("# LeNet\nname: \"LeNet\"\n");
    for (name, state, batch) in [("train-data", "train", 64), ("val-data", "val", 32)] {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "layer {{\n  name: \"{name}\"\n  type: \"Data\"\n  top: \"data\"\n  top: \"label\"\n  data_param {{ batch_size: {batch} }}\n  \
             include {{ stage: \"{state}\" }}\n}}"
        );
    }
    text.push_str("# Pixels of 0 to 255 become numbers of about 0 to 3.\n");
    layer(&mut text, "scale", "Power", "data", "scaled", "power_param { scale: 0.0125 }");
    learned(&mut text, "conv1", "Convolution", "scaled", "convolution_param { num_output: 20 kernel_size: 5 stride: 1 FILLERS }");
    layer(&mut text, "pool1", "Pooling", "conv1", "pool1", "pooling_param { pool: MAX kernel_size: 2 stride: 2 }");
    learned(&mut text, "conv2", "Convolution", "pool1", "convolution_param { num_output: 50 kernel_size: 5 stride: 1 FILLERS }");
    layer(&mut text, "pool2", "Pooling", "conv2", "pool2", "pooling_param { pool: MAX kernel_size: 2 stride: 2 }");
    learned(&mut text, "ip1", "InnerProduct", "pool2", "inner_product_param { num_output: 500 FILLERS }");
    layer(&mut text, "relu1", "ReLU", "ip1", "ip1", "");
    text.push_str("# As many outputs as there are classes.\n");
    learned(&mut text, "ip2", "InnerProduct", "ip1", "inner_product_param { FILLERS }");
    layer(&mut text, "accuracy", "Accuracy", "ip2\"\n  bottom: \"label", "accuracy", "include { stage: \"val\" }");
    layer(&mut text, "loss", "SoftmaxWithLoss", "ip2\"\n  bottom: \"label", "loss", "exclude { stage: \"deploy\" }");
    layer(&mut text, "softmax", "Softmax", "ip2", "softmax", "include { stage: \"deploy\" }");
    text
}

fn layer(text: &mut String, name: &str, kind: &str, bottom: &str, top: &str, rest: &str) {
    let rest = if rest.is_empty() { String::new() } else { format!("  {rest}\n") };
    let _ = writeln!(text, "layer {{\n  name: \"{name}\"\n  type: \"{kind}\"\n  bottom: \"{bottom}\"\n  top: \"{top}\"\n{rest}}}");
}

/// A layer with weights and bias: Glorot's values and zeros; the bias learns twice as fast.
fn learned(text: &mut String, name: &str, kind: &str, bottom: &str, parameters: &str) {
    let fillers = "weight_filler { type: \"xavier\" } bias_filler { type: \"constant\" }";
    let rest = format!("param {{ lr_mult: 1 }}\n  param {{ lr_mult: 2 }}\n  {}", parameters.replace("FILLERS", fillers));
    layer(text, name, kind, bottom, name, &rest);
}
