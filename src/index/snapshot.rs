//! Opening the built index of a folder: `current` names a snapshot folder and the hash of its manifest, the manifest names
//! the files and their checksums, and every mismatch is refused with the remedy.

use std::path::Path;
use std::sync::Arc;

use super::approximate::Approximate;
use super::codes::{self, CodesIndex, Copies};
use super::distinct::{Copied, Distinct, View, read_copies};
use super::faiss::FaissSearch;
use super::graph::{Graph, GraphSearch};
use super::manifest::{FORMAT_VERSION, MANIFEST_FILE, METRIC, Manifest, probe_rows};
use super::{FlatIndex, IndexKind, Rows, VectorIndex};
use crate::error::{Error, Kind, Result, io_error};
use crate::types::Sha256;

pub(super) const CURRENT_FILE: &str = "current";
pub(super) const COPIES_FILE: &str = "copies.bin";
pub(super) const GRAPH_FILE: &str = "graph.bin";
pub(super) const CODES_FILE: &str = "codes.bin";
pub(super) const FAISS_FILE: &str = "index.faiss";
/// A snapshot may be replaced and removed while it is being opened; then the next one is tried.
const ATTEMPTS: usize = 5;

/// A built index, open for searches.
pub struct Snapshot {
    /// What it is and what it was built from.
    pub manifest: Manifest,
    /// The index itself.
    pub index: Box<dyn VectorIndex>,
}

impl Snapshot {
    /// True when the index itself finds the best way to any choice of rows, few or many.
    pub fn plans_filters(&self) -> bool {
        matches!(self.manifest.kind, IndexKind::Codes(_))
    }
}

/// What `current` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    pub(super) snapshot: String,
    pub(super) manifest_hash: Sha256,
}

impl Pointer {
    /// Reads `current`; `None` when nothing has been built yet.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(CURRENT_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(io_error(&path, "read", error)),
        };
        let parsed = text.trim_end().split_once(' ').and_then(|(snapshot, hash)| {
            let number = snapshot.strip_prefix("snapshot-")?;
            let plain = number.bytes().all(|byte| byte.is_ascii_digit());
            Some(Self { snapshot: snapshot.into(), manifest_hash: hash.parse().ok().filter(|_| plain)? })
        });
        parsed.map(Some).ok_or_else(|| rebuild(Error::corrupt(format!("{} is damaged", path.display())), folder))
    }
}

/// Opens the current index of a folder over these rows; `None` when none has been built.
///
/// # Errors
/// `Corrupt` when something in it is damaged, `Conflict` when it was built from other vectors; both name the folder and say to
/// build again.
pub fn open_current(folder: &Path, rows: &Arc<dyn Rows>, fingerprint: &str) -> Result<Option<Snapshot>> {
    open_current_with(folder, rows, fingerprint, None)
}

/// The same with another effort of its searches than it was built with: see [`IndexKind::with_effort`].
///
/// # Errors
/// As [`open_current`].
pub fn open_current_with(folder: &Path, rows: &Arc<dyn Rows>, fingerprint: &str, effort: Option<usize>) -> Result<Option<Snapshot>> {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let Some(pointer) = Pointer::read(folder)? else { return Ok(None) };
        if last.as_ref().is_some_and(|(tried, _)| *tried == pointer) {
            break;
        }
        match open(&folder.join(&pointer.snapshot), &pointer, rows, fingerprint, effort) {
            Ok(snapshot) => return Ok(Some(snapshot)),
            Err(error) => last = Some((pointer, error)),
        }
    }
    let error = last.map_or_else(|| Error::internal("no attempt was made"), |(_, error)| error);
    Err(rebuild(error, folder))
}

/// Says where the index lies and what helps; a file that is gone is damage here.
fn rebuild(error: Error, folder: &Path) -> Error {
    let kind = if error.kind() == Kind::NotFound { Kind::Corrupt } else { error.kind() };
    Error::new(kind, format!("the index in {} cannot be used: {}; build it again", folder.display(), error.message())).because(error)
}

fn open(folder: &Path, pointer: &Pointer, rows: &Arc<dyn Rows>, fingerprint: &str, effort: Option<usize>) -> Result<Snapshot> {
    let mut manifest = read_manifest(folder, pointer)?;
    check(&manifest, &**rows, fingerprint)?;
    manifest.files.iter().try_for_each(|file| if file.name == CODES_FILE { file.check_length(folder) } else { file.verify(folder) })?;
    if let Some(effort) = effort {
        manifest.kind = manifest.kind.with_effort(effort);
        manifest.built = manifest.built.map(|kind| kind.with_effort(effort));
        manifest.plan = manifest.plan.map(|plan| plan.scaled(effort));
    }
    let index = open_index(folder, &manifest, rows)?;
    Ok(Snapshot { manifest, index })
}

fn read_manifest(folder: &Path, pointer: &Pointer) -> Result<Manifest> {
    let path = folder.join(MANIFEST_FILE);
    let bytes = std::fs::read(&path).map_err(|error| io_error(&path, "read", error))?;
    let damaged = || Error::corrupt(format!("{} is damaged", path.display()));
    if Sha256::of(&bytes) != pointer.manifest_hash {
        return Err(damaged());
    }
    serde_json::from_slice(&bytes).map_err(|error| damaged().because(error))
}

/// Checks that the manifest speaks of these rows.
fn check(manifest: &Manifest, rows: &dyn Rows, fingerprint: &str) -> Result<()> {
    let conflict = |what: &str, built: &dyn std::fmt::Display, now: &dyn std::fmt::Display| {
        Err(Error::new(Kind::Conflict, format!("it was built with {what} {built}, now it is {now}")))
    };
    if manifest.format_version != FORMAT_VERSION {
        return conflict("format version", &manifest.format_version, &FORMAT_VERSION);
    }
    if manifest.metric != METRIC {
        return conflict("metric", &manifest.metric, &METRIC);
    }
    if manifest.dimension != rows.dimension() {
        return conflict("dimension", &manifest.dimension, &rows.dimension());
    }
    if manifest.fingerprint != fingerprint {
        return conflict("fingerprint", &manifest.fingerprint, &fingerprint);
    }
    if manifest.count > rows.len() {
        return conflict("number of vectors", &manifest.count, &rows.len());
    }
    let probe = probe_rows(rows, manifest.count);
    if manifest.rows_probe != probe {
        return conflict("vectors of checksum", &manifest.rows_probe, &probe);
    }
    Ok(())
}

fn open_index(folder: &Path, manifest: &Manifest, rows: &Arc<dyn Rows>) -> Result<Box<dyn VectorIndex>> {
    let (rows, count) = (Arc::clone(rows), manifest.count);
    let kind = manifest.kind_built();
    if count == 0 || *kind == IndexKind::Flat {
        return Ok(Box::new(FlatIndex::of_first(rows, count)));
    }
    let copied = copies(folder, count)?;
    if matches!(kind, IndexKind::Codes(_)) {
        let lists = codes::open(&folder.join(CODES_FILE), manifest.dimension, count, count - copied.len())?;
        let plan = manifest.plan.clone().unwrap_or_default();
        return Ok(Box::new(CodesIndex::new(rows, count, lists, Copies::new(&copied), plan)));
    }
    let distinct = Distinct::new(&copied, count);
    let labels = View { rows: &*rows, distinct: &distinct }.len();
    match kind {
        IndexKind::Flat | IndexKind::Auto(_) | IndexKind::Codes(_) => Ok(Box::new(FlatIndex::of_first(rows, count))),
        IndexKind::Hnsw(settings) => {
            let graph = Graph::read(&folder.join(GRAPH_FILE))?;
            if graph.len() != labels {
                return Err(Error::corrupt(format!("the graph links {} vectors, expected {labels}", graph.len())));
            }
            Ok(Box::new(Approximate { source: GraphSearch { graph, ef_search: settings.ef_search }, rows, distinct, count }))
        }
        IndexKind::Faiss(settings) => {
            let source = FaissSearch::open(&folder.join(FAISS_FILE), settings, manifest.dimension, labels)?;
            Ok(Box::new(Approximate { source, rows, distinct, count }))
        }
    }
}

fn copies(folder: &Path, count: usize) -> Result<Vec<Copied>> {
    let path = folder.join(COPIES_FILE);
    let bytes = std::fs::read(&path).map_err(|error| io_error(&path, "read", error))?;
    read_copies(&bytes, count).ok_or_else(|| Error::corrupt(format!("{} is damaged", path.display())))
}

/// Name of the current index of a folder, another for each build; `None` when none has been built.
///
/// # Errors
/// `Corrupt` when `current` is damaged.
pub fn current_version(folder: &Path) -> Result<Option<String>> {
    Ok(Pointer::read(folder)?.map(|pointer| pointer.snapshot))
}

/// Reads every file of the current index whole and compares it with its checksum; answers how many bytes that were. Opening an
/// index looks at large files in samples only.
///
/// # Errors
/// `NotFound` when no index has been built, `Corrupt` naming the damaged file.
pub fn verify_current(folder: &Path) -> Result<u64> {
    let none = || Error::not_found(format!("no index has been built in {}", folder.display()));
    let pointer = Pointer::read(folder)?.ok_or_else(none)?;
    let snapshot = folder.join(&pointer.snapshot);
    let manifest = read_manifest(&snapshot, &pointer).map_err(|error| rebuild(error, folder))?;
    manifest.files.iter().try_for_each(|file| file.verify(&snapshot)).map_err(|error| rebuild(error, folder))?;
    Ok(manifest.files.iter().map(|file| file.bytes).sum())
}

/// Changes whenever another index becomes the current one of a folder; `None` before the first. Much cheaper than its name: searches ask
/// each time.
///
/// # Errors
/// When the disk fails.
pub fn current_stamp(folder: &Path) -> Result<Option<(u64, i64, i64)>> {
    use std::os::unix::fs::MetadataExt;
    let path = folder.join(CURRENT_FILE);
    match std::fs::metadata(&path) {
        Ok(file) => Ok(Some((file.ino(), file.mtime(), file.mtime_nsec()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(&path, "measure", error)),
    }
}
