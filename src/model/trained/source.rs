//! A trained model as a model of the zoo: a `model.yaml` in its folder, written when the training is over, makes its last hidden layer
//! a feature like any other. Where a mean picture is subtracted, the network for features begins with a layer that does it, so that it
//! sees exactly what it learnt from.

use std::path::Path;

use serde_json::json;

use super::plan::{self, ReadyTraining};
use super::spec::{Language, TrainedKind};
use super::{TrainedModel, TrainedModels};
use crate::dataset::files::replace;
use crate::dataset::{Dataset, TimedId};
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::network::caffemodel::{Blob, LayerWeights, encode};
use crate::network::graph_definition::GraphDefinition;
use crate::network::prototxt;
use crate::train::supervised::DEPLOY_FILE;
use crate::types::Sha256;

/// Name of the layer that subtracts the mean picture.
const MEAN_LAYER: &str = "subtract_mean_picture";

/// Files of the network for features, where it is not the network itself.
const STRUCTURE_FILE: &str = "feature.prototxt";
const WEIGHTS_FILE: &str = "feature.caffemodel";

/// File that makes the folder a model of the zoo.
const DESCRIPTOR_FILE: &str = "model.yaml";

/// What is subtracted from the pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum Subtracted {
    /// One number per channel, in the network's order; zeros for nothing.
    Colour(Vec<f32>),
    /// A picture: channels x height x width of the network's input.
    Picture(Vec<f32>),
}

/// Everything that the zoo has to know of a trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureSource {
    /// Title for people.
    pub name: String,
    /// Where it comes from, for people.
    pub source: String,
    /// Language of the network; decides the order of its colours.
    pub language: Language,
    /// Text of the network as it answers.
    pub network: String,
    /// File name of its weights in the model's folder.
    pub weights: String,
    /// Channels, height and width of its input.
    pub input: [u32; 3],
    /// What is subtracted from the pixels.
    pub subtracted: Subtracted,
    /// File name of its labels in the model's folder; empty for none.
    pub labels: String,
}

impl TrainedModels {
    /// Makes a model's folder a model of the zoo. Written over, it is another model: features say so.
    ///
    /// # Errors
    /// Those of the disk; `Invalid` when the network cannot be read back.
    pub fn publish(&self, id: &TimedId, source: &FeatureSource) -> Result<()> {
        let folder = self.folder(id);
        let (structure, weights) = match &source.subtracted {
            Subtracted::Colour(_) => (DEPLOY_FILE, source.weights.as_str()),
            Subtracted::Picture(picture) => {
                write_with_mean(&folder, source, picture)?;
                (STRUCTURE_FILE, WEIGHTS_FILE)
            }
        };
        let file = folder.join(weights);
        let bytes = std::fs::read(&file).map_err(|error| io_error(&file, "read", error))?;
        let text = source.descriptor(structure, weights, &Sha256::of(&bytes), bytes.len())?;
        replace(&folder.join(DESCRIPTOR_FILE), text.as_bytes())
    }
}

impl FeatureSource {
    /// What is known of a training's result; `weights` is the name of a snapshot's file.
    ///
    /// # Errors
    /// `Invalid` for a network with several inputs, or none of pictures.
    pub fn of(model: &TrainedModel, dataset: &Dataset, ready: &ReadyTraining, weights: &str) -> Result<Self> {
        let inputs = GraphDefinition::parse(&ready.deploy)?.inputs()?;
        let [(_, shape)] = &inputs[..] else { return Err(Error::invalid("the network has several inputs")) };
        let &[_, channels, height, width] = &shape[..] else { return Err(Error::invalid("the network does not read pictures")) };
        let sides = [channels, height, width];
        let labels = if model.kind == TrainedKind::Classification { "labels.txt" } else { "" };
        Ok(Self {
            name: model.name.clone(),
            source: format!("trained here on the dataset {} ({})", dataset.name, dataset.id),
            language: model.spec.language,
            network: ready.deploy.clone(),
            weights: weights.to_owned(),
            input: sides.map(|side| side as u32),
            subtracted: plan::subtracted(&ready.plan, sides.map(|side| side as usize)),
            labels: labels.into(),
        })
    }

    fn descriptor(&self, structure: &str, weights: &str, hash: &Sha256, size: usize) -> Result<String> {
        let graph = GraphDefinition::parse(&self.network)?;
        let (layer, dimension) = hidden_layer(&graph)?;
        let [channels, height, width] = self.input;
        let mean = match &self.subtracted {
            Subtracted::Colour(colour) => colour.clone(),
            Subtracted::Picture(_) => vec![0.0; channels as usize],
        };
        let value = json!({
            "name": self.name,
            "task_type": "classification",
            "framework": "caffe",
            "model": weights,
            "config": structure,
            "labels": self.labels,
            "mean": mean,
            "scale": 1.0,
            "width": width,
            "height": height,
            "rgb": self.language == Language::Torch,
            "grey": channels == 1,
            "features": layer,
            "dimensions": dimension,
            "licence": "as its pictures and its network",
            "source": self.source,
            "sha256": hash.to_string(),
            "size": size,
            "notes": "Trained here. The feature is what its last hidden layer says.",
        });
        serde_norway::to_string(&value).or_error(Kind::Internal, || "model.yaml cannot be written".into())
    }
}

/// The layer that the last layer with weights reads, and the length of its feature; the last layer itself where it reads the picture.
fn hidden_layer(graph: &GraphDefinition) -> Result<(String, usize)> {
    let learns = |kind: &str| matches!(kind, "InnerProduct" | "Convolution" | "Deconvolution");
    let nodes = graph.nodes();
    let learning: Vec<usize> = (0..nodes.len()).filter(|&place| learns(&nodes[place].definition.kind)).collect();
    let Some(&last) = learning.last() else {
        return Err(Error::invalid("the network has no layer with weights: it has no feature"));
    };
    let read = nodes[last].bottoms.first();
    let before = nodes.iter().position(|node| node.tops.iter().any(|top| Some(top) == read));
    let place = before.filter(|&place| learning.len() > 1 && place >= learning[0]).unwrap_or(last);
    let name = nodes[place].definition.name.clone();
    let shape = graph.shape_of(&name, 1)?;
    let numbers = if shape.len() == 4 { shape[1] } else { shape.iter().skip(1).product() };
    Ok((name, numbers.try_into().unwrap_or_default()))
}

/// The network with a layer at its beginning that subtracts a picture, and its weights. Messages of protobuf are joined by putting
/// them one after the other, so the weights are the snapshot's followed by those of the new layer.
fn write_with_mean(folder: &Path, source: &FeatureSource, picture: &[f32]) -> Result<()> {
    let shape = source.input.map(i64::from).to_vec();
    let data = picture.iter().map(|value| -value).collect::<Vec<f32>>();
    if data.len() as i64 != shape.iter().product::<i64>() {
        return Err(Error::internal(format!("the mean picture has {} numbers, the input is {shape:?}", data.len())));
    }
    let ones = Blob { shape: shape.clone(), data: vec![1.0; data.len()] };
    let blobs = vec![ones, Blob { shape, data }];
    let layer = encode(&[LayerWeights { name: MEAN_LAYER.into(), layer_type: "Scale".into(), blobs }]);
    let file = folder.join(&source.weights);
    let mut bytes = std::fs::read(&file).map_err(|error| io_error(&file, "read", error))?;
    bytes.extend_from_slice(&layer);
    replace(&folder.join(WEIGHTS_FILE), &bytes)?;
    replace(&folder.join(STRUCTURE_FILE), with_mean_layer(&source.network)?.as_bytes())
}

/// The text with the layer put before the first one that is no input. Each layer begins on a line of its own.
fn with_mean_layer(network: &str) -> Result<String> {
    let graph = GraphDefinition::parse(network)?;
    let inputs = graph.inputs()?;
    let [(blob, _)] = &inputs[..] else { return Err(Error::invalid("the network has several inputs")) };
    let root = prototxt::parse(network)?;
    let is_layer = |field: &&prototxt::Field| field.name == "layer" && !is_input(&field.value);
    let line = root.fields.iter().find(is_layer).map_or(1, |field| field.line);
    let layer = format!(
        "layer {{ name: \"{MEAN_LAYER}\" type: \"Scale\" bottom: \"{blob}\" top: \"{blob}\" scale_param {{ axis: 1 num_axes: 3 bias_term: true }} }}"
    );
    let mut lines: Vec<&str> = network.lines().collect();
    lines.insert((line - 1).min(lines.len()), &layer);
    Ok(lines.join("\n") + "\n")
}

fn is_input(layer: &prototxt::Value) -> bool {
    let prototxt::Value::Message(layer) = layer else { return false };
    layer.fields.iter().any(|field| field.name == "type" && field.value == prototxt::Value::Text("Input".into()))
}
