//! A detector or classifier at the desk: a picture's bytes become what is in it. One picture goes ahead of bulk work, many go
//! behind it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rayon::prelude::*;

use super::blocking;
use crate::error::{Error, Result};
use crate::imaging::DecodeLimits;
use crate::media::{Detection, Rect};
use crate::model::descriptor::TaskType;
use crate::model::{Entry, Reader, Zoo};
use crate::network::detect::{self, BoundingBox, Suppression};
use crate::network::{Engine, Prepared, preprocess};
use crate::types::Sha256;

/// Two boxes of a model with `nms: true` that overlap more than this (intersection over union) are the same thing.
const MOST_OVERLAP: f32 = 0.4;

/// Most detections of one picture.
pub const MOST_DETECTIONS: usize = 100;

/// A model that says what is in a picture.
#[derive(Clone)]
pub struct Detector {
    reader: Reader,
    engine: Engine,
    layers: Arc<[String]>,
    limits: DecodeLimits,
}

/// What was seen in one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    /// Boxes, or one class of the whole picture.
    pub task_type: TaskType,
    /// Most confident first.
    pub detections: Vec<Detection>,
    /// Time of the forward pass; zero when the picture had been looked at before.
    pub forward: Duration,
}

impl Detector {
    /// Loads a model of the zoo.
    ///
    /// # Errors
    /// Those of [`Zoo::load_reader`].
    pub async fn load(zoo: &Zoo, engine: &Engine, key: &str, limits: DecodeLimits) -> Result<Self> {
        let reader = zoo.load_reader(engine, key).await?;
        let layers = reader.head.layers().into();
        Ok(Self { reader, engine: engine.clone(), layers, limits })
    }

    /// Key of the model.
    pub fn key(&self) -> &str {
        &self.reader.entry.key
    }

    /// The model.
    pub fn entry(&self) -> &Entry {
        &self.reader.entry
    }

    /// Boxes or a class.
    pub fn task_type(&self) -> TaskType {
        self.reader.entry.descriptor.task_type
    }

    /// Identity of weights and settings: equal fingerprints see the same things.
    pub fn fingerprint(&self) -> &Sha256 {
        &self.reader.fingerprint
    }

    /// What is in one picture, ahead of bulk work.
    ///
    /// # Errors
    /// Those of decoding; `Busy` under load.
    pub async fn look(&self, bytes: Bytes) -> Result<Inference> {
        let (input, limits) = (self.reader.entry.descriptor.input(), self.limits);
        let prepared = blocking(move || preprocess::prepare(&bytes, None, &input, &limits)).await?;
        let answered = self.engine.outputs(self.reader.network, &self.layers, prepared).await?;
        let found = self.reader.head.read(&answered.outputs, 1)?.pop().unwrap_or_default();
        Ok(Inference { task_type: self.task_type(), detections: self.chosen(&found), forward: answered.forward })
    }

    /// Decodes and prepares pictures on all cores; each has its own result.
    ///
    /// # Errors
    /// Only if the work itself could not run.
    pub async fn prepare(&self, pictures: Vec<Result<Bytes>>) -> Result<Vec<Result<Prepared>>> {
        let (input, limits) = (self.reader.entry.descriptor.input(), self.limits);
        blocking(move || Ok(pictures.into_par_iter().map(|bytes| preprocess::prepare(&bytes?, None, &input, &limits)).collect())).await
    }

    /// What is in prepared pictures, behind interactive work; a picture that failed before keeps its failure.
    ///
    /// # Errors
    /// Those of the network as a whole.
    pub async fn look_at_all(&self, prepared: Vec<Result<Prepared>>) -> Result<Vec<Result<Vec<Detection>>>> {
        let mut results: Vec<Result<Vec<Detection>>> = Vec::with_capacity(prepared.len());
        let (mut places, mut good) = (Vec::new(), Vec::new());
        for (place, picture) in prepared.into_iter().enumerate() {
            results.push(picture.map(|picture| {
                places.push(place);
                good.push(picture);
                Vec::new()
            }));
        }
        let size = if self.reader.head.takes_batches() { self.engine.max_batch().max(1) } else { 1 };
        let mut places = places.into_iter();
        while !good.is_empty() {
            let rest = good.split_off(good.len().min(size));
            let batch = std::mem::replace(&mut good, rest);
            let count = batch.len();
            let outputs = self.engine.outputs_of(self.reader.network, &self.layers, batch).await?;
            let found = self.reader.head.read(&outputs, count)?;
            places.by_ref().take(count).zip(found).for_each(|(place, found)| results[place] = Ok(self.chosen(&found)));
        }
        Ok(results)
    }

    /// What is above the model's threshold, without doubles where the model asks for that, with its labels.
    fn chosen(&self, found: &[detect::Detection]) -> Vec<Detection> {
        let model = &self.reader.entry.descriptor;
        let confident: Vec<_> = found.iter().filter(|one| one.confidence > model.threshold).collect();
        let kept: Vec<&detect::Detection> = if model.nms && model.task_type == TaskType::ObjectDetection {
            let boxes: Vec<BoundingBox> = confident.iter().map(|one| BoundingBox::from(*one)).collect();
            let confidences: Vec<f32> = confident.iter().map(|one| one.confidence).collect();
            let settings = Suppression { least_confidence: model.threshold, most_overlap: MOST_OVERLAP, eta: 1.0, top: None };
            detect::suppress(&boxes, &confidences, &settings).into_iter().map(|index| confident[index]).collect()
        } else {
            confident
        };
        kept.into_iter().take(MOST_DETECTIONS).map(|one| self.named(one)).collect()
    }

    fn named(&self, found: &detect::Detection) -> Detection {
        let label = usize::try_from(found.label).ok().and_then(|index| self.reader.labels.get(index)).cloned().unwrap_or_default();
        let rect = Rect { x1: found.x1, y1: found.y1, x2: found.x2, y2: found.y2 };
        Detection { label, index: found.label as i32, confidence: found.confidence, rect }
    }
}

/// The part of a picture that the n-th detection covers, cut to the picture.
///
/// # Errors
/// `Invalid` when there is no such detection, naming how many there are, or when it lies outside the picture.
pub fn region_of(detections: &[Detection], number: usize) -> Result<crate::types::Region> {
    let found = detections.get(number).ok_or_else(|| {
        let range = if detections.is_empty() { String::new() } else { format!(", numbered 0 to {}", detections.len() - 1) };
        Error::invalid(format!("detection {number} is not there: the model found {} in this picture{range}", detections.len()))
    })?;
    let Rect { x1, y1, x2, y2 } = found.rect;
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(|side| side.clamp(0.0, 1.0));
    crate::types::Region::new(x1, y1, x2 - x1, y2 - y1)
        .map_err(|_| Error::invalid(format!("detection {number} lies outside the picture; there is nothing to search with")))
}
