//! Networks that are written in Lua for Torch 7: the text runs in a sandbox, where the modules of `nn` only note what is asked of
//! them, and what they note becomes a Caffe network. So there is one kind of network to train, to store and to search with.
//!
//! Knows no datasets and no training; the contract is that of DIGITS (a function of one table that returns a table).

mod answers;
mod described;
mod loss;
mod modules;
mod sandbox;
mod text;
mod translate;

use described::Described;
use translate::{Flow, Translation};

use crate::error::{Error, Kind, Result};
use crate::network::GraphDefinition;

pub use sandbox::MAX_TEXT_BYTES;

/// What a network's function is told, and what else decides what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torch7Parameters {
    /// `ngpus`: number of GPUs, 0 for the processor.
    pub gpus: u32,
    /// `nclasses`: number of classes; `None` for a dataset whose labels are values.
    pub classes: Option<u32>,
    /// `inputShape`: channels, height and width of a picture. Where the form asks for a crop, this is the crop.
    pub input_shape: [u32; 3],
    /// Whether the form asked for a crop; the network's own is not used then.
    pub crop_in_form: bool,
    /// How many values a label has, as far as the dataset is known.
    pub label_size: Option<usize>,
    /// Whether training begins with stored weights: then `fineTuneHook` may change the model.
    pub fine_tune: bool,
}

/// A Torch-7 network as a Caffe network.
pub struct Torch7Network {
    /// The network in all its states: what learns, what is validated (stage `val`) and what answers (stage `deploy`).
    /// Data layers are left out; the blobs `data` and `label` are what the dataset gives.
    pub prototxt: String,
    /// The part that answers; its one output is called `output`.
    pub graph: GraphDefinition,
    /// The side of the square that is cut from each picture, where the network asks for one and the form does not.
    pub crop_length: Option<u32>,
    /// Pictures of a training step, if the network tells.
    pub train_batch_size: Option<u32>,
    /// Pictures of a validation step, if the network tells.
    pub validation_batch_size: Option<u32>,
    /// What the text printed while it ran, for the log: at most 200 lines.
    pub printed: Vec<String>,
}

/// Runs the Lua of a Torch-7 network in a sandbox and answers the same graph that a prototxt gives.
/// Weights are drawn as Torch draws them, unless the text fills them.
///
/// # Errors
/// `Invalid` with the line of the text for everything that it does wrong: syntax, unknown names, forbidden libraries, modules that do
/// not fit each other or the pictures; `TooLarge` with the limit for a text that is too long, runs too long, or builds too much.
pub fn definition(source: &str, parameters: &Torch7Parameters) -> Result<Torch7Network> {
    if parameters.input_shape.contains(&0) {
        return Err(Error::invalid(format!("pictures of {:?} (channels, height, width) are empty", parameters.input_shape)));
    }
    let described = read(&sandbox::run(source, parameters)?)?;
    let (shape, crop_length) = picture(&described, parameters)?;
    let prototxt = translate(&described, parameters, &shape)?;
    let graph = GraphDefinition::parse(&prototxt).map_err(|error| error.context("model.lua"))?;
    let Described { train_batch_size, validation_batch_size, printed, .. } = described;
    Ok(Torch7Network { prototxt, graph, crop_length, train_batch_size, validation_batch_size, printed })
}

/// The sandbox checks what is given to modules; what a text changes behind their backs is found here.
fn read(json: &str) -> Result<Described> {
    serde_json::from_str(json).map_err(|error| {
        let message = format!("model.lua: a setting of a module was changed to what it cannot be ({error})");
        Error::new(Kind::Invalid, message).because(error)
    })
}

/// The shape of the pictures that reach the network, and the crop that it asks for itself.
fn picture(described: &Described, parameters: &Torch7Parameters) -> Result<([i64; 3], Option<u32>)> {
    let [channels, height, width] = parameters.input_shape;
    match described.crop_length.filter(|_| !parameters.crop_in_form) {
        None => Ok(([channels, height, width].map(i64::from), None)),
        Some(crop) if crop <= height.min(width) => Ok(([channels, crop, crop].map(i64::from), Some(crop))),
        Some(crop) => Err(Error::invalid(format!("model.lua: `croplen` {crop} is larger than the pictures of {width} x {height}"))),
    }
}

fn translate(described: &Described, parameters: &Torch7Parameters, shape: &[i64; 3]) -> Result<String> {
    let (mut network, data) = Translation::new(shape);
    let last = network.run(&described.model, data)?;
    let (criterion, target) = (described.loss.as_ref(), described.target.as_ref());
    if let Some(classes) = parameters.classes {
        let scores = loss::of_classes(&mut network, &last, criterion, target, classes)?;
        if let Flow::Blob(last) = &last {
            network.answer_probabilities(last, &scores);
        }
    } else {
        let output = network.answer_values(&last)?;
        let label_size = parameters.label_size.map(|size| size as i64);
        loss::of_values(&mut network, &output, criterion, target, (shape, label_size))?;
    }
    let layers: Vec<String> = network.layers.iter().map(ToString::to_string).collect();
    Ok(format!("name: \"model.lua\"\n{}", layers.concat()))
}
