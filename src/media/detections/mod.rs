//! What detectors saw in the pictures of the library: boxes with labels, and which pictures each detector has looked at.
//! How something is found in a picture is not known here.

mod find;
mod record;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::db::Database;
use crate::db::entity::detection::Model;
use crate::types::MediaId;

/// Ids or rows in one statement; databases bound the number of parameters.
const ROWS_PER_STATEMENT: usize = 500;

/// Corners of a box as fractions of the upright picture, not clipped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rect {
    /// Left edge.
    pub x1: f32,
    /// Top edge.
    pub y1: f32,
    /// Right edge.
    pub x2: f32,
    /// Bottom edge.
    pub y2: f32,
}

/// Something that a model saw in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// What it is; empty when the model has no name for the class.
    pub label: String,
    /// Index of the class.
    pub index: i32,
    /// 0 to 1.
    pub confidence: f32,
    /// Where; the whole picture for a class of the picture.
    pub rect: Rect,
}

/// A detection with the model that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDetection {
    /// Key of the model.
    pub detector: String,
    /// What it saw.
    pub detection: Detection,
}

/// What became of one picture: what was seen, or why it could not be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The picture.
    pub media: MediaId,
    /// Detections, or the reason.
    pub outcome: Result<Vec<Detection>, String>,
}

/// That a detector has looked at a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectionRun {
    /// Key of the model.
    pub detector: String,
    /// Boxes found.
    pub found: u64,
    /// Why it could not be looked at.
    pub reason: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// How often a detector saw a label in the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelCount {
    /// Key of the model.
    pub detector: String,
    /// The label.
    pub label: String,
    /// Boxes.
    pub boxes: u64,
    /// Pictures with at least one.
    pub media: u64,
}

/// How far a detector is with the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectorCount {
    /// Key of the model.
    pub detector: String,
    /// Pictures that it has looked at.
    pub media: u64,
    /// Pictures that it could not look at.
    pub failed: u64,
}

/// Which detections are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelFilter {
    /// The label, spelled as the model spells it.
    pub label: String,
    /// Key of the model; any when `None`.
    pub detector: Option<String>,
    /// Detections of at least this confidence.
    pub min_confidence: f32,
}

/// Keeper of the detections; clones share everything.
#[derive(Debug, Clone)]
pub struct Detections {
    db: Database,
}

impl Detections {
    /// Over this database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}

impl From<Model> for StoredDetection {
    fn from(row: Model) -> Self {
        let rect = Rect { x1: row.x1, y1: row.y1, x2: row.x2, y2: row.y2 };
        let detection = Detection { label: row.label, index: row.label_index, confidence: row.confidence, rect };
        Self { detector: row.detector, detection }
    }
}
