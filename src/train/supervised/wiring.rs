//! Turns a network of all phases into the graph of one phase that examples can be given to: layers of data become inputs of the
//! examples' shape.

use super::{Example, Label};
use crate::error::{Error, Result};
use crate::network::GraphDefinition;
use crate::network::network_definition::{LayerDefinition, NetworkDefinition, NetworkState};
use crate::network::prototxt::Message;

/// What labels look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelForm {
    /// One class for each example.
    Class,
    /// This many numbers for each example.
    Values(usize),
    /// There are none.
    None,
}

impl LabelForm {
    /// The form of an example's label.
    pub(super) fn of(example: &Example) -> Self {
        match &example.label {
            Label::Class(_) => Self::Class,
            Label::Values(values) => Self::Values(values.len()),
            Label::None => Self::None,
        }
    }

    /// Dimensions of the labels of a batch; none where there are none.
    pub(super) fn shape(self, batch: i64) -> Option<Vec<i64>> {
        match self {
            Self::Class => Some(vec![batch]),
            Self::Values(count) => Some(vec![batch, count as i64]),
            Self::None => None,
        }
    }
}

/// A graph, and the names of the blobs that examples go to.
pub(super) struct Wired {
    pub(super) graph: GraphDefinition,
    pub(super) pictures: Vec<String>,
    pub(super) labels: Vec<String>,
}

/// What the text of a layer of data does to its pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Transform {
    /// Factor on all values.
    pub(super) scale: f32,
    /// Mirrors half of the training pictures.
    pub(super) mirror: bool,
}

/// Wires the layers of a state for batches of examples of this shape.
///
/// # Errors
/// Those of the network, naming line or layer; `Invalid` where it reads labels and there are none.
pub(super) fn wire(network: &GraphDefinition, state: &NetworkState, shape: [usize; 3], label: LabelForm, batch: u32) -> Result<Wired> {
    let NetworkDefinition { name, layers } = network.whole().in_state(state)?;
    let batch = i64::from(batch);
    let picture: Vec<i64> = std::iter::once(batch).chain(shape.iter().map(|&side| side as i64)).collect();
    let mut wired = Inputs { picture, label: label.shape(batch), pictures: Vec::new(), labels: Vec::new() };
    let mut replaced = Vec::new();
    for layer in layers {
        replaced.push(if is_data(&layer) { wired.replace(&layer)? } else { layer });
    }
    let added = wired.missing(&replaced)?;
    let layers = added.into_iter().chain(replaced).collect();
    let graph = GraphDefinition::wire(NetworkDefinition { name, layers }, state)?;
    Ok(Wired { graph, pictures: wired.pictures, labels: wired.labels })
}

/// What the first layer of data of a state does to its pictures.
///
/// # Errors
/// `Invalid` for parameters of a wrong type.
pub(super) fn transform(network: &GraphDefinition, state: &NetworkState) -> Result<Transform> {
    let layers = network.whole().in_state(state)?.layers;
    let Some(layer) = layers.iter().find(|layer| is_data(layer) && layer.fields.has("transform_param")) else {
        return Ok(Transform { scale: 1.0, mirror: false });
    };
    let parameters = layer.parameters("transform_param")?;
    Ok(Transform { scale: parameters.number("scale")?.unwrap_or(1.0), mirror: parameters.flag("mirror")?.unwrap_or(false) })
}

/// True for a layer that brings values in.
pub(super) fn is_data(layer: &LayerDefinition) -> bool {
    layer.kind == "Input" || layer.kind.contains("Data")
}

/// True for a blob of labels.
pub(super) fn is_label(blob: &str) -> bool {
    blob.contains("label")
}

struct Inputs {
    picture: Vec<i64>,
    label: Option<Vec<i64>>,
    pictures: Vec<String>,
    labels: Vec<String>,
}

impl Inputs {
    /// An input layer with the blobs of a layer of data.
    fn replace(&mut self, layer: &LayerDefinition) -> Result<LayerDefinition> {
        let mut input = LayerDefinition::new(&layer.name, "Input");
        (input.line, input.tops) = (layer.line, layer.tops.clone());
        let mut parameters = Message::default();
        for top in &layer.tops {
            parameters.push_message("shape", dims(self.note(top).map_err(|error| layer.name_in(error))?));
        }
        input.fields.push_message("input_param", parameters);
        Ok(input)
    }

    /// Input layers for blobs that layers read though nothing makes them: a graph whose text knows no labels yet.
    fn missing(&mut self, layers: &[LayerDefinition]) -> Result<Vec<LayerDefinition>> {
        let made = |name: &str| layers.iter().any(|layer| layer.tops.iter().any(|top| top == name));
        let mut wanted: Vec<&str> = Vec::new();
        if self.pictures.is_empty() && !made("data") {
            wanted.push("data");
        }
        let read = |name: &str| layers.iter().any(|layer| layer.bottoms.iter().any(|bottom| bottom == name));
        if read("label") && !made("label") {
            wanted.push("label");
        }
        wanted
            .into_iter()
            .map(|name| {
                let mut layer = LayerDefinition::new(name, "Data");
                layer.tops.push(name.to_owned());
                self.replace(&layer)
            })
            .collect()
    }

    /// Notes a blob and gives its shape.
    fn note(&mut self, blob: &str) -> Result<&[i64]> {
        if !is_label(blob) {
            self.pictures.push(blob.to_owned());
            return Ok(&self.picture);
        }
        self.labels.push(blob.to_owned());
        self.label.as_deref().ok_or_else(|| Error::invalid(format!("the network reads \"{blob}\", and the examples have no labels")))
    }
}

fn dims(shape: &[i64]) -> Message {
    let mut message = Message::default();
    for dim in shape {
        message.push_word("dim", dim);
    }
    message
}
