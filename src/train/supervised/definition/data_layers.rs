//! The layers of data of a user's text: at most one for each phase (for numbers as labels: two), what they may say, and those that
//! the text leaves out.

use super::{DEFAULT_BATCH, LayerDefinition, Message, NetworkState, Purpose, Task, Value, change, is_data};
use crate::error::{Error, Result};
use crate::train::supervised::wiring::is_label;

/// What the layers of data of one phase and role are called in a failure.
const PHASES: [(&str, Phase); 2] = [("train", Phase::Train), ("test", Phase::Test)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Train,
    Test,
}

/// Layers of data, each with a rule for its phase.
pub(super) struct DataLayers {
    pub(super) layers: Vec<LayerDefinition>,
}

impl DataLayers {
    /// Takes the layers of data out of a text's layers, and makes those that are missing.
    ///
    /// # Errors
    /// `Invalid` with DIGITS' words.
    pub(super) fn take(layers: &mut Vec<LayerDefinition>, purpose: &Purpose) -> Result<Self> {
        let (given, others): (Vec<_>, Vec<_>) = std::mem::take(layers).into_iter().partition(is_data);
        *layers = others;
        given.iter().try_for_each(|layer| check(layer, purpose.task))?;
        let mut taken = Vec::new();
        for labels in roles(purpose.task) {
            let own: Vec<&LayerDefinition> =
                given.iter().filter(|layer| labels.is_none_or(|labels| labels == is_of_labels(layer))).collect();
            // A layer of pictures may give the labels along.
            if labels == Some(true) && own.is_empty() && given.iter().any(|layer| layer.tops.iter().any(|top| is_label(top))) {
                continue;
            }
            taken.extend(phases(&own, purpose.task, labels)?);
        }
        Ok(Self { layers: taken })
    }

    /// Side of the square that the network sees: the form's, else what the network says, at most what the pictures have. Every layer
    /// of pictures says the same afterwards.
    ///
    /// # Errors
    /// `Invalid` for a form's side above the pictures'.
    pub(super) fn crop(&mut self, purpose: &Purpose) -> Result<Option<u32>> {
        let most = u32::try_from(purpose.shape[1].min(purpose.shape[2])).unwrap_or(u32::MAX);
        if purpose.crop.is_some_and(|side| side > most) {
            return Err(Error::invalid_field("crop_size", "crop_size is larger than the image size"));
        }
        let mut written = None;
        for layer in self.layers.iter().filter(|layer| !is_of_labels(layer)) {
            let side = layer.parameters("transform_param")?.integer("crop_size")?.filter(|&side| side > 0);
            written = written.or(side.map(|side| u32::try_from(side).unwrap_or(u32::MAX).min(most)));
        }
        let side = purpose.crop.or(written);
        for layer in self.layers.iter_mut().filter(|layer| !is_of_labels(layer)) {
            if let Some(side) = side {
                change(layer, "transform_param", |parameters| parameters.set("crop_size", Value::Word(side.to_string())))?;
            }
        }
        Ok(side)
    }

    /// Batch sizes of training and validation: the form's, else the network's, else 16. The layers say them afterwards.
    ///
    /// # Errors
    /// `Invalid` for a size that is no whole number, or too large.
    pub(super) fn batch_sizes(&mut self, purpose: &Purpose) -> Result<(u32, u32)> {
        let mut sizes = [DEFAULT_BATCH; 2];
        for (place, state) in [NetworkState::train(), NetworkState::validation()].iter().enumerate() {
            let mut written = None;
            for layer in &self.layers {
                if layer.takes_part(state)? && !is_of_labels(layer) {
                    written = layer.parameters("data_param")?.integer("batch_size")?.filter(|&size| size > 0);
                }
            }
            let too_large = |size| Error::invalid(format!("`batch_size` is {size}, and must be 1 to {}", i32::MAX));
            let written = written.map(|size| i32::try_from(size).map(i32::unsigned_abs).map_err(|_| too_large(size))).transpose()?;
            sizes[place] = purpose.batch_size.or(written).unwrap_or(DEFAULT_BATCH);
            for layer in &mut self.layers {
                if layer.takes_part(state)? {
                    change(layer, "data_param", |parameters| parameters.set("batch_size", Value::Word(sizes[place].to_string())))?;
                }
            }
        }
        Ok((sizes[0], sizes[1]))
    }
}

/// One layer gives pictures and classes; or one gives pictures, and another one numbers as labels (`Some(true)`).
fn roles(task: Task) -> Vec<Option<bool>> {
    match task {
        Task::Classification { .. } => vec![None],
        Task::Generic { label_values: 0 } => vec![Some(false)],
        Task::Generic { .. } => vec![Some(false), Some(true)],
    }
}

/// True for a layer that gives labels and no pictures.
fn is_of_labels(layer: &LayerDefinition) -> bool {
    !layer.tops.is_empty() && layer.tops.iter().all(|top| is_label(top))
}

fn check(layer: &LayerDefinition, task: Task) -> Result<()> {
    let is_known = layer.kind == "Data" || layer.kind == "HDF5Data" && matches!(task, Task::Classification { .. });
    if !is_known {
        return Err(Error::invalid(format!("Unsupported data layer type {}", layer.kind)));
    }
    let parameters = layer.parameters(if layer.kind == "Data" { "data_param" } else { "hdf5_data_param" })?;
    for field in ["source", "backend"] {
        if parameters.has(field) {
            return Err(Error::invalid(format!("don't set the data_param.{field}")));
        }
    }
    if layer.kind == "Data" { Ok(()) } else { Err(Error::invalid("expecting a Data layer")) }
}

/// The layers of one role, for training and for validation.
fn phases(given: &[&LayerDefinition], task: Task, labels: Option<bool>) -> Result<Vec<LayerDefinition>> {
    let mut found = [None, None];
    for ((word, phase), found) in PHASES.into_iter().zip(&mut found) {
        for layer in given {
            if layer.takes_part(&phase.state())? && found.replace((*layer).clone()).is_some() {
                return Err(Error::invalid(format!("cannot specify two {word} data layers")));
            }
        }
    }
    let [train, test] = found;
    if train.is_none() && test.is_some() {
        return Err(Error::invalid("cannot specify a test data layer without a train data layer"));
    }
    let train = train.unwrap_or_else(|| missing(task, labels));
    let test = test.unwrap_or_else(|| unmirrored(&train));
    Ok(vec![Phase::Train.only(train), Phase::Test.only(test)])
}

/// A layer of data that the text leaves out.
fn missing(task: Task, labels: Option<bool>) -> LayerDefinition {
    let (name, tops): (_, &[&str]) = match (task, labels) {
        (Task::Classification { .. }, _) => ("data", &["data", "label"]),
        (Task::Generic { .. }, Some(true)) => ("label", &["label"]),
        (Task::Generic { .. }, _) => ("data", &["data"]),
    };
    let mut layer = LayerDefinition::new(name, "Data");
    layer.tops = tops.iter().map(|&top| top.to_owned()).collect();
    layer
}

/// The training's layer for validation: nothing is mirrored there, which Caffe sees to by itself only for the place of the cut.
fn unmirrored(train: &LayerDefinition) -> LayerDefinition {
    let mut layer = train.clone();
    let parameters: Option<Message> = layer.fields.last("transform_param").and_then(|field| field.message().ok().cloned());
    if let Some(mut parameters) = parameters {
        parameters.remove("mirror");
        layer.fields.set("transform_param", Value::Message(parameters));
    }
    layer
}

impl Phase {
    fn state(self) -> NetworkState {
        if self == Self::Train { NetworkState::train() } else { NetworkState::validation() }
    }

    /// The layer in this phase alone, and never in a network that answers.
    fn only(self, mut layer: LayerDefinition) -> LayerDefinition {
        layer.fields.remove("include");
        layer.fields.remove("exclude");
        let mut rule = Message::default();
        rule.push_word("phase", if self == Self::Train { "TRAIN" } else { "TEST" });
        if self == Self::Test {
            rule.push_text("not_stage", "deploy");
        }
        layer.fields.push_message("include", rule);
        layer
    }
}
