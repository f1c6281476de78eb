//! The curves of a training: kept in a file beside its weights, cut back to where a training goes on, and drawn as DIGITS does.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::state::replace;
use crate::error::{Error, Result, io_error};

/// File name of the curves: one JSON object a line.
const CURVES_FILE: &str = "curves.jsonl";
/// Points of a drawn curve are thinned out above twice this number.
const POINTS: usize = 100;

/// The numbers of one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Iterations done.
    pub iteration: u64,
    /// When.
    pub epoch: f64,
    /// Name and value of each output; `None` for what is no number.
    pub outputs: Vec<(String, Option<f64>)>,
    /// Learning rate; of the training phase only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<f64>,
}

/// All points so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Of the training phase.
    pub train: Vec<Point>,
    /// Of validations.
    pub validation: Vec<Point>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "lowercase")]
enum Line {
    Train(Point),
    Val(Point),
}

impl Line {
    fn point(&self) -> &Point {
        match self {
            Self::Train(point) | Self::Val(point) => point,
        }
    }
}

impl Series {
    /// The curves in a training's folder; empty where there are none yet. A line that a kill tore is left out.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut series = Self::default();
        for line in written(&folder.join(CURVES_FILE))?.lines() {
            let Ok(line) = serde_json::from_str(line) else { continue };
            match line {
                Line::Train(point) => series.train.push(point),
                Line::Val(point) => series.validation.push(point),
            }
        }
        Ok(series)
    }

    /// All curves for one chart, thinned out to about 200 points; accuracies in percent on the second axis. `None` while there are
    /// only validations.
    pub fn combined(&self) -> Option<Value> {
        if self.train.is_empty() {
            return None;
        }
        let (mut columns, mut xs, mut axes, mut names) = (Vec::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (points, phase, axis) in [(&self.train, "train", "train_epochs"), (&self.validation, "val", "val_epochs")] {
            let points = thinned(points);
            if points.is_empty() {
                continue;
            }
            for name in output_names(&points) {
                let key = format!("{name}-{phase}");
                let is_accuracy = name.contains("accuracy");
                let factor = if is_accuracy { 100.0 } else { 1.0 };
                let values = points.iter().map(|point| point.value(&name).map_or(json!("none"), |value| json!(value * factor)));
                columns.push(std::iter::once(json!(key)).chain(values).collect::<Vec<Value>>());
                xs.insert(key.clone(), axis);
                names.insert(key.clone(), format!("{name} ({phase})"));
                if is_accuracy {
                    axes.insert(key, "y2");
                }
            }
            columns.push(std::iter::once(json!(axis)).chain(points.iter().map(|point| json!(point.epoch))).collect());
        }
        Some(json!({"columns": columns, "xs": xs, "axes": axes, "names": names}))
    }

    /// The learning rate over the epochs, for a chart; `None` before the first point.
    pub fn learning_rates(&self) -> Option<Value> {
        let points = thinned(&self.train);
        points.first()?;
        let column = |name: &str, values: Vec<Value>| std::iter::once(json!(name)).chain(values).collect::<Vec<Value>>();
        let epochs = column("epoch", points.iter().map(|point| json!(point.epoch)).collect());
        let rates = column("lr", points.iter().map(|point| json!(point.learning_rate)).collect());
        Some(json!({"columns": [epochs, rates], "xs": {"lr": "epoch"}, "names": {"lr": "Learning Rate"}}))
    }
}

impl Point {
    /// The finite value of an output.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.outputs.iter().find(|(own, _)| own == name).and_then(|(_, value)| *value)
    }
}

/// Every k-th point, so that at most about 200 are left.
fn thinned(points: &[Point]) -> Vec<&Point> {
    points.iter().step_by((points.len() / POINTS).max(1)).collect()
}

/// Names of all outputs, in the order in which they first appear.
fn output_names(points: &[&Point]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in points.iter().flat_map(|point| &point.outputs) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The text of a training's curves; empty where there is none.
fn written(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| io_error(path, "read", error)),
    }
}

/// Appends points to the file of a training.
pub(super) struct Recorder {
    file: File,
    path: PathBuf,
}

impl Recorder {
    /// Opens a training's curves and forgets what was noted at this iteration or later: the training goes on there.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn open(folder: &Path, iteration: u64) -> Result<Self> {
        let path = folder.join(CURVES_FILE);
        let before = |line: &&str| serde_json::from_str::<Line>(line).is_ok_and(|line| line.point().iteration < iteration);
        // As they were written: a number that is read and written again need not have the same digits.
        let kept: String = written(&path)?.lines().filter(before).flat_map(|line| [line, "\n"]).collect();
        replace(&path, |writer| writer.write_all(kept.as_bytes()).map_err(|error| io_error(&path, "write", error)))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(|error| io_error(&path, "open", error))?;
        Ok(Self { file, path })
    }

    pub(super) fn train(&mut self, point: Point) -> Result<()> {
        self.append(&Line::Train(point))
    }

    pub(super) fn validation(&mut self, point: Point) -> Result<()> {
        self.append(&Line::Val(point))
    }

    /// Waits until everything noted is on the disk.
    pub(super) fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|error| io_error(&self.path, "write", error))
    }

    fn append(&mut self, line: &Line) -> Result<()> {
        self.file.write_all(&text(line)?).map_err(|error| io_error(&self.path, "write", error))
    }
}

fn text(line: &Line) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line).map_err(|error| Error::internal("a point of a curve cannot be written").because(error))?;
    text.push(b'\n');
    Ok(text)
}

/// Outputs as a point holds them.
pub(super) fn finite(outputs: &[(String, f64)]) -> Vec<(String, Option<f64>)> {
    outputs.iter().map(|(name, value)| (name.clone(), Some(*value).filter(|value| value.is_finite()))).collect()
}
