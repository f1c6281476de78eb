//! A user's Caffe text made ready for a dataset, by the rules of DIGITS: inputs and data layers are put in their places, open sizes
//! are filled in, and what cannot work is refused in DIGITS' words before anything is trained.

use super::wiring::{LabelForm, is_data, wire};
use crate::error::{Error, Result};
use crate::network::GraphDefinition;
use crate::network::network_definition::{LayerDefinition, NetworkDefinition, NetworkState};
use crate::network::prototxt::{Message, Value};

mod checks;
mod data_layers;
mod texts;

use data_layers::DataLayers;

/// Batch size where neither form nor network say one.
const DEFAULT_BATCH: u32 = 16;

/// What a network is to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of this many classes.
    Classification {
        /// Number of classes.
        classes: u32,
    },
    /// Whatever the network computes, compared with this many numbers for each example (0: there are no labels).
    Generic {
        /// Numbers in a label.
        label_values: usize,
    },
}

/// What a text is made ready for.
#[derive(Debug, Clone, PartialEq)]
pub struct Purpose {
    /// What is learned.
    pub task: Task,
    /// Channels, height, width of the examples.
    pub shape: [usize; 3],
    /// The form's `crop_size`.
    pub crop: Option<u32>,
    /// The form's `batch_size`.
    pub batch_size: Option<u32>,
    /// What the written texts say of the data.
    pub databases: Databases,
}

/// Names that stand in the written `train_val.prototxt`, so that Caffe can read the same data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Databases {
    /// LMDB of the training examples.
    pub training: String,
    /// LMDB of their labels, where those are numbers.
    pub training_labels: Option<String>,
    /// LMDB of the validation examples.
    pub validation: Option<String>,
    /// LMDB of their labels, where those are numbers.
    pub validation_labels: Option<String>,
    /// File of the mean picture that is subtracted.
    pub mean_file: Option<String>,
    /// Mean of each channel that is subtracted, blue first.
    pub mean_values: Vec<f32>,
}

/// A network that can be trained for its purpose.
#[derive(Debug)]
pub struct Prepared {
    /// The layers of all phases; wired for answering.
    pub network: GraphDefinition,
    /// Side of the square that it sees.
    pub crop: Option<u32>,
    /// Examples of one pass.
    pub batch_size: u32,
    /// Examples of one pass in validation.
    pub validation_batch_size: u32,
    /// Text of the network for training and validation.
    pub train_val: String,
    /// Text of the network for answering.
    pub deploy: String,
}

/// Makes a text ready.
///
/// # Errors
/// `Invalid` with DIGITS' words; `Bad network: Not a valid NetParameter: ...` for a text that cannot be read; `Unsupported` for a
/// layer of an unknown type, naming it.
pub fn prepare(text: &str, purpose: &Purpose) -> Result<Prepared> {
    let parsed = NetworkDefinition::parse_all(text);
    let parsed = parsed.map_err(|error| Error::new(error.kind(), format!("Bad network: Not a valid NetParameter: {}", error.message())))?;
    let NetworkDefinition { name, mut layers } = parsed;
    layers.retain(|layer| layer.kind != "Input");
    let mut data = DataLayers::take(&mut layers, purpose)?;
    layers.iter_mut().try_for_each(|layer| fill_in(layer, purpose.task))?;
    let layers = without_impossible_accuracies(layers, purpose.task)?;
    let crop = data.crop(purpose)?;
    let (batch_size, validation_batch_size) = data.batch_sizes(purpose)?;
    let input = deploy_input(purpose.shape, crop);
    let network = NetworkDefinition { name, layers: data.layers.into_iter().chain([input]).chain(layers).collect() };
    checks::blobs(&network)?;
    if matches!(purpose.task, Task::Classification { .. }) {
        checks::softmax(&network)?;
    }
    let network = wired(network, purpose, crop, batch_size)?;
    let (train_val, deploy) = (texts::train_val(network.whole(), &purpose.databases)?, texts::deploy(network.whole())?);
    Ok(Prepared { network, crop, batch_size, validation_batch_size, train_val, deploy })
}

/// Gives a fully connected layer without a size the number of classes.
fn fill_in(layer: &mut LayerDefinition, task: Task) -> Result<()> {
    if layer.kind != "InnerProduct" || layer.parameters("inner_product_param")?.has("num_output") {
        return Ok(());
    }
    match task {
        Task::Classification { classes } => change(layer, "inner_product_param", |parameters| {
            parameters.set("num_output", Value::Word(classes.to_string()));
        }),
        Task::Generic { .. } => {
            Err(Error::invalid(format!("Don't leave inner_product_param.num_output unset for generic networks (layer {})", layer.name)))
        }
    }
}

/// Leaves out accuracies among more classes than there are.
fn without_impossible_accuracies(layers: Vec<LayerDefinition>, task: Task) -> Result<Vec<LayerDefinition>> {
    let Task::Classification { classes } = task else { return Ok(layers) };
    let mut kept = Vec::new();
    for layer in layers {
        let top_k = if layer.kind == "Accuracy" { layer.parameters("accuracy_param")?.integer("top_k")? } else { None };
        if top_k.is_none_or(|top_k| top_k <= i64::from(classes)) {
            kept.push(layer);
        }
    }
    Ok(kept)
}

/// The input of the network that answers: blob `data`, one picture.
fn deploy_input([channels, height, width]: [usize; 3], crop: Option<u32>) -> LayerDefinition {
    let mut layer = LayerDefinition::new("data", "Input");
    layer.tops.push("data".into());
    let [height, width] = crop.map_or([height, width], |side| [side as usize; 2]);
    let (mut shape, mut parameters, mut rule) = (Message::default(), Message::default(), Message::default());
    for dim in [1, channels, height, width] {
        shape.push_word("dim", dim);
    }
    parameters.push_message("shape", shape);
    rule.push_text("stage", "deploy");
    layer.fields.push_message("include", rule);
    layer.fields.push_message("input_param", parameters);
    layer
}

/// Wires all three states: the first that cannot work is told.
fn wired(network: NetworkDefinition, purpose: &Purpose, crop: Option<u32>, batch: u32) -> Result<GraphDefinition> {
    let network = GraphDefinition::wire(network, &NetworkState::deploy())?;
    let [channels, height, width] = purpose.shape;
    let shape = crop.map_or([channels, height, width], |side| [channels, side as usize, side as usize]);
    let labels = match purpose.task {
        Task::Classification { .. } => LabelForm::Class,
        Task::Generic { label_values: 0 } => LabelForm::None,
        Task::Generic { label_values } => LabelForm::Values(label_values),
    };
    wire(&network, &NetworkState::train(), shape, labels, batch)?;
    wire(&network, &NetworkState::validation(), shape, labels, batch)?;
    Ok(network)
}

/// Changes a nested message of a layer, which is made where it is not written.
fn change(layer: &mut LayerDefinition, name: &str, change: impl FnOnce(&mut Message)) -> Result<()> {
    let mut parameters = layer.parameters(name)?;
    change(&mut parameters);
    layer.fields.set(name, Value::Message(parameters));
    Ok(())
}
