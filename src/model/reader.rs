//! A model ready to say what is in a picture: its network in the engine, how its outputs are read, and what its classes are called.

use std::sync::Arc;

use super::descriptor::TaskType;
use super::weights;
use super::zoo::{Entry, Zoo};
use crate::error::{Error, Result};
use crate::network::engine::NetworkId;
use crate::network::{Engine, Head, NetworkSource, Output};
use crate::types::Sha256;

/// Most characters of a label that are kept; a column of the database holds no more.
const LONGEST_LABEL: usize = 255;

/// A detector or classifier in the engine.
#[derive(Clone)]
pub struct Reader {
    /// The model.
    pub entry: Entry,
    /// Its network.
    pub network: NetworkId,
    /// How the outputs are read.
    pub head: Head,
    /// Names of the classes by index; shorter than the classes when the file is missing or short.
    pub labels: Arc<[String]>,
    /// Identity of weights, preprocessing, head, threshold and labels: equal fingerprints see the same things.
    pub fingerprint: Sha256,
}

impl Zoo {
    /// Loads a model's network and finds out how its answers are read.
    ///
    /// # Errors
    /// `NotFound` for an unknown or inactive model, `NotReady` without weights, `Unsupported` when the outputs are neither classes
    /// nor boxes.
    pub async fn load_reader(&self, engine: &Engine, key: &str) -> Result<Reader> {
        let (zoo, wanted) = (self.clone(), key.to_owned());
        let files = move || {
            let entry = zoo.get_active(&wanted)?;
            Ok((zoo.source(&entry)?, zoo.labels(&entry)?, entry))
        };
        let read: Result<(NetworkSource, Vec<String>, Entry)> =
            tokio::task::spawn_blocking(files).await.map_err(|error| Error::internal("loading a model failed inside").because(error))?;
        let (source, labels, entry) = read?;
        let layers = Some(entry.descriptor.output.clone()).filter(|layer| !layer.is_empty()).into_iter().collect();
        let weights = source.hash();
        let opened = engine.open(source, layers).await;
        let (network, outputs) = opened.map_err(|error| error.context(format!("model `{key}`")))?;
        let head = entry.head(&outputs).map_err(|error| error.context(format!("model `{key}`")))?;
        let fingerprint = fingerprint(&weights, &entry, &head, &labels);
        Ok(Reader { entry, network, head, labels: labels.into(), fingerprint })
    }

    /// One model that is offered.
    ///
    /// # Errors
    /// `NotFound` when it is unknown or inactive.
    pub fn get_active(&self, key: &str) -> Result<Entry> {
        let entry = self.get(key)?;
        if entry.descriptor.active { Ok(entry) } else { Err(Error::not_found(format!("model `{key}` is not active in its model.yaml"))) }
    }

    /// Names of a model's classes, one a line; none when the file is not there.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn labels(&self, entry: &Entry) -> Result<Vec<String>> {
        let name = &entry.descriptor.labels;
        if name.is_empty() {
            return Ok(Vec::new());
        }
        let Some(bytes) = weights::beside(name, &self.places(entry))? else {
            tracing::warn!(model = entry.key, file = name, "the labels are not there; classes have their numbers alone");
            return Ok(Vec::new());
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end().lines().map(|line| line.trim().chars().filter(|c| !c.is_control()).take(LONGEST_LABEL).collect()).collect())
    }
}

impl Entry {
    fn head(&self, outputs: &[Output]) -> Result<Head> {
        let model = &self.descriptor;
        match model.task_type {
            TaskType::ObjectDetection => Head::of_detector(outputs, model.priors.as_ref(), model.width, model.height),
            TaskType::Classification => match Head::of_classifier(outputs)? {
                Head::Classes { layer } if !model.features.is_empty() && layer == model.features => {
                    Err(Error::unsupported(format!("its only output is its feature `{layer}`: it gives no classes; choose another model")))
                }
                head => Ok(head),
            },
        }
    }
}

fn fingerprint(weights: &Sha256, entry: &Entry, head: &Head, labels: &[String]) -> Sha256 {
    let model = &entry.descriptor;
    let (input, layers) = (model.input(), head.layers());
    let text = format!(
        "likeness detector 1\n{weights}\n{:?}\n{input:?}\n{layers:?}\n{:?}\n{}\n{}\n{labels:?}\n",
        model.task_type, model.priors, model.threshold, model.nms
    );
    Sha256::of(text.as_bytes())
}
