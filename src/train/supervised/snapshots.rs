//! Weights of a training as files: `snapshot_iter_<iteration>.caffemodel`, which Caffe and OpenCV load with the network's deploy
//! text, or `snapshot_<epoch>_Model.caffemodel` for networks of Torch's kind.

use std::path::{Path, PathBuf};

use super::state::replace;
use super::{Course, Framework};
use crate::error::{Result, io_error};
use crate::network::caffemodel;
use crate::network::learning::Weights;

/// Weights at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When.
    pub epoch: f64,
    /// The caffemodel.
    pub file: PathBuf,
}

/// The snapshots in a training's folder, oldest first.
///
/// # Errors
/// Those of the disk.
pub fn snapshots(folder: &Path, course: &Course, framework: Framework) -> Result<Vec<Snapshot>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| io_error(folder, "read", error))? {
        let file = entry.map_err(|error| io_error(folder, "read", error))?.path();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(epoch) = epoch_of(name, course, framework) {
            found.push(Snapshot { epoch, file });
        }
    }
    found.sort_by(|one, other| one.epoch.total_cmp(&other.epoch));
    Ok(found)
}

/// The epoch that a file's name tells.
fn epoch_of(name: &str, course: &Course, framework: Framework) -> Option<f64> {
    let stem = name.strip_prefix("snapshot_")?.strip_suffix(".caffemodel")?;
    match framework {
        Framework::Caffe => stem.strip_prefix("iter_")?.parse().ok().map(|iteration| course.snapshot_epoch(iteration)),
        Framework::Torch => stem.strip_suffix("_Model")?.parse().ok(),
    }
}

/// Name of the snapshot that is taken after this many iterations.
pub(super) fn file_name(course: &Course, framework: Framework, position: u64) -> String {
    match framework {
        Framework::Caffe => format!("snapshot_iter_{position}.caffemodel"),
        Framework::Torch => format!("snapshot_{}_Model.caffemodel", course.snapshot_epoch(position)),
    }
}

/// Writes weights; the file bears its name only when it is whole.
pub(super) fn write(path: &Path, weights: &Weights) -> Result<()> {
    let bytes = caffemodel::encode(&weights.stored()?);
    replace(path, |writer| writer.write_all(&bytes).map_err(|error| io_error(path, "write", error)))
}
