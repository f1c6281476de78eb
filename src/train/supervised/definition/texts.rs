//! The texts that DIGITS leaves in a job's folder: one network for training and validation, one for answering. Caffe reads both.

use super::{Databases, LayerDefinition, Message, NetworkDefinition, NetworkState, Value, change, is_data};
use crate::error::Result;
use crate::train::supervised::wiring::is_label;

/// The layers of training and validation, with the databases that they read.
pub(super) fn train_val(network: &NetworkDefinition, databases: &Databases) -> Result<String> {
    let (train, validation) = (NetworkState::train(), NetworkState::validation());
    let mut layers = Vec::new();
    for layer in &network.layers {
        let learns = layer.takes_part(&train)?;
        if !learns && !layer.takes_part(&validation)? {
            continue;
        }
        layers.push(if is_data(layer) { with_database(layer, learns, databases)? } else { layer.clone() });
    }
    Ok(NetworkDefinition { name: network.name.clone(), layers }.to_text())
}

fn with_database(layer: &LayerDefinition, learns: bool, databases: &Databases) -> Result<LayerDefinition> {
    let is_label = layer.tops.iter().all(|top| is_label(top));
    let (pictures, labels) = if learns {
        (Some(&databases.training), databases.training_labels.as_ref())
    } else {
        (databases.validation.as_ref(), databases.validation_labels.as_ref())
    };
    let mut layer = layer.clone();
    if let Some(source) = if is_label { labels } else { pictures } {
        change(&mut layer, "data_param", |parameters| {
            parameters.set("source", Value::Text(source.clone()));
            parameters.set("backend", Value::Word("LMDB".into()));
        })?;
    }
    if !is_label && (databases.mean_file.is_some() || !databases.mean_values.is_empty()) {
        change(&mut layer, "transform_param", |parameters| set_mean(parameters, databases))?;
    }
    Ok(layer)
}

fn set_mean(parameters: &mut Message, databases: &Databases) {
    parameters.remove("mean_file");
    parameters.remove("mean_value");
    if let Some(file) = &databases.mean_file {
        parameters.push_text("mean_file", file);
    } else {
        databases.mean_values.iter().for_each(|value| parameters.push_word("mean_value", value));
    }
}

/// The layers that answer, without rules: importers that know no stages read them, too.
pub(super) fn deploy(network: &NetworkDefinition) -> Result<String> {
    let mut root = Message::default();
    if !network.name.is_empty() {
        root.push_text("name", &network.name);
    }
    for mut layer in network.in_state(&NetworkState::deploy())?.layers {
        if layer.kind == "Input" {
            layer.tops.iter().for_each(|top| root.push_text("input", top));
            let shapes = layer.parameters("input_param")?;
            for shape in shapes.all("shape") {
                root.push_message("input_shape", shape.message()?.clone());
            }
            continue;
        }
        layer.fields.remove("include");
        layer.fields.remove("exclude");
        root.push_message("layer", layer.to_message());
    }
    Ok(root.to_text())
}
