//! A user's network for its dataset: what is filled in, what is refused and in which words.

use likeness::train::supervised::{Purpose, Task, lenet, prepare};

use super::{NETWORK, purpose};

fn refused(network: &str, purpose: &Purpose) -> String {
    prepare(network, purpose).unwrap_err().message().to_owned()
}

#[test]
fn the_last_layer_gets_as_many_outputs_as_there_are_classes() {
    let prepared = prepare(NETWORK, &Purpose { task: Task::Classification { classes: 7 }, ..purpose() }).unwrap();
    assert!(prepared.deploy.contains("num_output: 7") && prepared.train_val.contains("num_output: 7"), "{}", prepared.deploy);
    assert!(!prepared.deploy.contains("label") && !prepared.train_val.contains("Softmax\""), "{}", prepared.train_val);
}

#[test]
fn lenet_has_as_many_weights_as_the_original() {
    let purpose = Purpose { task: Task::Classification { classes: 10 }, shape: [1, 28, 28], batch_size: None, ..purpose() };
    let prepared = prepare(&lenet(), &purpose).unwrap();
    assert_eq!((prepared.batch_size, prepared.validation_batch_size), (64, 32));
    let weights = likeness::network::learning::Weights::fill(&[&prepared.network], 1, tch::Device::Cpu).unwrap();
    assert_eq!(weights.parameters(), 431_080);
}

#[test]
fn what_cannot_work_is_refused_in_the_words_of_the_original() {
    let purpose = purpose();
    let syntax = refused("layer { name: ", &purpose);
    assert!(syntax.starts_with("Bad network: Not a valid NetParameter: ") && syntax.contains("line 1"), "{syntax}");
    assert!(refused(&NETWORK.replace("\"ReLU\"", "\"BogusCode\""), &purpose).contains("BogusCode"));
    let softmax = NETWORK.replace("type: \"Softmax\"", "type: \"Sigmoid\"");
    assert!(refused(&softmax, &purpose).starts_with("Your deploy network is missing a Softmax layer!"));
    let label = NETWORK.replace(" exclude { stage: \"deploy\" }", "");
    assert!(refused(&label, &purpose).contains("references bottom 'label' at the TEST stage"), "{}", refused(&label, &purpose));
    let generic = Purpose { task: Task::Generic { label_values: 2 }, ..purpose.clone() };
    assert_eq!(refused(NETWORK, &generic), "Don't leave inner_product_param.num_output unset for generic networks (layer ip2)");
    let large = Purpose { crop: Some(9), ..purpose.clone() };
    assert!(refused(NETWORK, &large).contains("crop_size is larger than the image size"));
    for (field, words) in [("source", "don't set the data_param.source"), ("backend", "don't set the data_param.backend")] {
        let value = if field == "source" { "\"x\"" } else { "LMDB" };
        let data = format!(
            "layer {{ name: \"d\" type: \"Data\" top: \"data\" top: \"label\" data_param {{ {field}: {value} }} include {{ phase: TRAIN }} }}"
        );
        assert_eq!(refused(&format!("{data}{NETWORK}"), &purpose), words);
    }
    let hdf5 = "layer { name: \"d\" type: \"HDF5Data\" top: \"data\" top: \"label\" include { phase: TRAIN } }";
    assert_eq!(refused(&format!("{hdf5}{NETWORK}"), &purpose), "expecting a Data layer");
    let memory = hdf5.replace("HDF5Data", "MemoryData");
    assert_eq!(refused(&format!("{memory}{NETWORK}"), &purpose), "Unsupported data layer type MemoryData");
}

#[test]
fn an_accuracy_among_more_classes_than_there_are_is_left_out() {
    let network = NETWORK.replace(
        "layer { name: \"loss\"",
        "layer { name: \"top5\" type: \"Accuracy\" bottom: \"ip2\" bottom: \"label\" top: \"top5\" accuracy_param { top_k: 5 } include { stage: \"val\" } }\nlayer { name: \"loss\"",
    );
    let prepared = prepare(&network, &purpose()).unwrap();
    assert!(!prepared.train_val.contains("top5"), "{}", prepared.train_val);
}
