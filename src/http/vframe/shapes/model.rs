//! Models, in the two shapes of the contract: as their descriptor is written, and as they are loaded.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::model::{Descriptor, Entry};
use crate::network::Signature;

/// A model as its descriptor is written; the keys vary with the model.
#[derive(Serialize, ToSchema)]
pub(crate) struct RawModel {
    /// Whether the weights are on this machine.
    downloaded: bool,
    /// Names of the model's documents; only where one model is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modelzoo_files: Option<Vec<String>>,
    /// Everything else that the descriptor says.
    #[serde(flatten)]
    descriptor: BTreeMap<String, Value>,
}

/// A model as it is loaded: typed, with defaults filled in.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoadedModel {
    /// Key in the zoo.
    key: String,
    /// Title for people.
    name: String,
    /// How the weights are stored.
    #[schema(example = "caffe")]
    framework: String,
    /// `classification` or `object_detection`.
    #[schema(example = "classification")]
    task_type: String,
    /// File name of the weights.
    model: String,
    /// File name of the network definition.
    config: String,
    /// File name of the labels.
    labels: String,
    /// Confidence cut of classifications and detections.
    threshold: f32,
    /// Subtracted per channel, in the network's channel order.
    mean: Vec<f32>,
    /// Factor after the subtraction.
    scale: f32,
    /// Input width in pixels.
    width: u32,
    /// Input height in pixels.
    height: u32,
    /// True for RGB, false for BGR.
    rgb: bool,
    /// Always false: pictures are squashed.
    crop: bool,
    /// Length of the feature.
    dimensions: usize,
    /// Layer whose output is the feature.
    features: String,
    /// Whether detections are thinned by non-maximum suppression.
    nms: bool,
}

/// Model as it is loaded; the signature tells the layer and length that are really used.
pub(crate) fn loaded_model(entry: &Entry, signature: Option<&Signature>) -> LoadedModel {
    let (layer, dimensions) = signature.map_or_else(
        || (entry.descriptor.features.clone(), entry.descriptor.dimensions),
        |signature| (signature.layer.clone(), signature.dimension),
    );
    let Descriptor { name, framework, model, config, labels, threshold, mean, scale, width, height, rgb, crop, nms, .. } =
        entry.descriptor.clone();
    let task_type = entry.raw["task_type"].as_str().unwrap_or_default().to_owned();
    let framework = format!("{framework:?}").to_lowercase();
    let (key, features) = (entry.key.clone(), layer);
    LoadedModel {
        key,
        name,
        framework,
        task_type,
        model,
        config,
        labels,
        threshold,
        mean,
        scale,
        width,
        height,
        rgb,
        crop,
        dimensions,
        features,
        nms,
    }
}

/// Model as its descriptor is written.
pub(crate) fn raw_model(entry: &Entry, downloaded: bool) -> RawModel {
    let descriptor = entry.raw.as_object().map(|fields| fields.clone().into_iter().collect()).unwrap_or_default();
    RawModel { downloaded, modelzoo_files: None, descriptor }
}
