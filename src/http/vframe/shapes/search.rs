//! What a search answers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::model::LoadedModel;
use super::{Feature, Media, Upload};
use crate::http::vframe::detection::Seen;
use crate::http::vframe::infer::Infer;
use crate::network::Execution;
use crate::search::{Answer, Query, Readings};
use crate::types::Region;

/// Hits, closest first, and what was asked. It is written by [`search_answer`](super::search_answer).
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written piece by piece")]
pub(crate) struct SearchAnswer {
    /// What the detection model saw in the query; empty when none is loaded.
    pub(crate) infer: Infer,
    /// What was asked, and how long the answer took.
    pub(crate) query: QueryShown,
    /// The hits.
    pub(crate) res: Vec<Hit>,
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
}

/// What was asked. It is written as it stands here: the fields are sorted by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueryShown {
    /// The pictures that were searched with, when there may be several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) examples: Option<Vec<ExampleShown>>,
    /// The feature that answered.
    pub(crate) feature: i64,
    /// Hits that were wanted.
    pub(crate) limit: usize,
    /// The picture of the library that was searched with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media: Option<Media>,
    /// Hits that were skipped.
    pub(crate) offset: usize,
    /// What the distances mean, when that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reading: Option<ReadingShown>,
    /// Part of the picture that was searched with; null for the whole.
    pub(crate) region: Option<Part>,
    /// Pictures that were compared.
    pub(crate) searched: usize,
    /// Seconds from question to answer.
    pub(crate) timing: f64,
    /// Hits on all pages together; null when that is not known.
    pub(crate) total: Option<usize>,
    /// The upload that was searched with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<Upload>,
}

impl QueryShown {
    /// What was asked of the desk; the pictures come from the caller.
    pub(crate) fn new(query: &Query, answer: &Answer, took: Duration) -> Self {
        Self {
            examples: None,
            feature: answer.feature.0,
            limit: query.limit,
            media: None,
            offset: query.offset,
            reading: query.with_reading.then(|| ReadingShown::of(answer.readings.as_ref())),
            region: query.region.map(Into::into),
            searched: answer.searched,
            timing: took.as_secs_f64(),
            total: answer.total,
            upload: None,
        }
    }
}

/// One of several pictures that were searched with.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExampleShown {
    /// The picture of the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media: Option<Media>,
    /// Part of it that was searched with; null for the whole.
    pub(crate) region: Option<Part>,
    /// The upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<Upload>,
    /// Above zero for a liked picture, below for a disliked one.
    #[serde(serialize_with = "super::wide")]
    pub(crate) weight: f32,
}

/// What the distances of the hits mean in this library; both are null when it is too small to tell.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadingShown {
    /// Of each hit the share of the library, 0 to 1, that is farther away.
    closer: Option<Vec<f64>>,
    /// Of the whole ranking, counted from the closest hit, as many stand out from chance; what follows is noise.
    standing_out: Option<usize>,
}

impl ReadingShown {
    fn of(readings: Option<&Readings>) -> Self {
        Self { closer: readings.map(|one| one.closer.clone()), standing_out: readings.map(|one| one.standing_out) }
    }
}

/// A part of a picture, as fractions of the whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct Part {
    /// Height, above zero.
    #[serde(serialize_with = "super::wide")]
    h: f32,
    /// Width, above zero.
    #[serde(serialize_with = "super::wide")]
    w: f32,
    /// Left edge.
    #[serde(serialize_with = "super::wide")]
    x: f32,
    /// Top edge.
    #[serde(serialize_with = "super::wide")]
    y: f32,
}

impl From<Region> for Part {
    fn from(Region { x, y, w, h }: Region) -> Self {
        Self { h, w, x, y }
    }
}

/// One hit.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written piece by piece")]
pub(crate) struct Hit {
    /// With `detections=hits`: what detectors saw in it, the most confident first.
    #[schema(required = false, nullable = false)]
    pub(crate) detections: Option<Vec<Seen>>,
    /// With `group=video`: what fell together with it.
    #[schema(required = false, nullable = false)]
    pub(crate) group: Option<Group>,
    /// Number of the picture.
    pub(crate) id: i64,
    /// The picture.
    pub(crate) media: Media,
    /// Euclidean distance of the unit vectors: 0 for the same, at most 2.
    pub(crate) score: f32,
}

/// Further frames of a hit's video.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what is written piece by piece")]
pub(crate) struct Group {
    /// How many of them are among the pictures that the search looked at; 0 for a picture.
    pub(crate) count: usize,
}

/// Which feature and models answer searches that name none. All fields are absent while nothing is loaded.
#[derive(Serialize, ToSchema, Default)]
pub(crate) struct Loaded {
    /// The feature's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<LoadedModel>,
    /// The feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feature: Option<Feature>,
    /// Where networks run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    /// How the feature is computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) engine: Option<EngineState>,
    /// The detection model; empty when none is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) detection_model: Option<BTreeMap<String, Value>>,
}

/// How the feature of searches is computed on this machine.
#[derive(Serialize, ToSchema)]
pub(crate) struct EngineState {
    /// Where networks run.
    #[schema(example = "CPU, 8 threads")]
    device: String,
    /// `f32`, `bf16` or `fp16`.
    #[schema(example = "bf16")]
    precision: String,
    /// Least cosine against the same feature in f32, measured when the network was loaded; never below 0.999.
    min_cosine: f64,
    /// Whether the network runs as fused operators, or layer by layer.
    fused: bool,
}

impl EngineState {
    pub(crate) fn new(device: &str, execution: &Execution) -> Self {
        let Execution { precision, min_cosine, fused } = *execution;
        Self { device: device.to_owned(), precision: precision.to_string(), min_cosine, fused }
    }
}

/// What is loaded, and whether it is ready.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoadedAnswer {
    /// `ok`, `loading`, or `unloaded` with an empty `res`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// What is loaded.
    pub(crate) res: Loaded,
}
