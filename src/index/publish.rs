//! Building an index in a fresh folder and publishing it in one step. Whenever the program is killed, `current` names a whole
//! index: the one before or the new one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use chrono::Utc;

use super::codes::{self, Plan, Wish};
use super::distinct::{Distinct, View, find_copies};
use super::manifest::{FORMAT_VERSION, IndexFile, MANIFEST_FILE, METRIC, Manifest, probe_rows};
use super::snapshot::{CODES_FILE, COPIES_FILE, CURRENT_FILE, FAISS_FILE, GRAPH_FILE, Pointer};
use super::work::Work;
use super::{IndexKind, Rows, faiss, hnsw};
use crate::error::{Error, Kind, Result, io_error};
use crate::lock::try_lock;
use crate::types::Sha256;

const LOCK_FILE: &str = "lock";

/// Builds an index over all present rows and makes it the current one of this folder, which is created if need be. `progress`
/// gets rows done and rows in all, from several threads. Nothing changes unless the build succeeds.
///
/// # Errors
/// `Invalid` when kind and dimension do not fit, `NotReady` with too few vectors to train, `Busy` while another build runs in the
/// folder, `Cancelled` within a second of `stop`, `Internal` when the disk is full or fails.
pub fn build(
    kind: &IndexKind,
    rows: &dyn Rows,
    folder: &Path,
    fingerprint: &str,
    progress: &(dyn Fn(usize, usize) + Sync),
    stop: &AtomicBool,
) -> Result<Manifest> {
    kind.check_dimension(rows.dimension())?;
    std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create", error))?;
    let _lock = lock(folder)?;
    // A `current` that is damaged keeps nothing: the new build is its remedy.
    let current = Pointer::read(folder).ok().flatten().map(|pointer| pointer.snapshot);
    remove_leftovers(folder, current.as_deref())?;
    let number = snapshot_number(current.as_deref()) + 1;
    let building = folder.join(format!("building-{number}"));
    let work = Work::new(progress, stop);
    let outcome = fill(kind, rows, &building, fingerprint, &work);
    let outcome = outcome.and_then(|(manifest, hash)| publish(folder, &building, number, hash).map(|()| manifest));
    if outcome.is_err()
        && building.exists()
        && let Err(error) = std::fs::remove_dir_all(&building)
    {
        tracing::warn!(folder = %building.display(), %error, "cannot remove an unfinished index; the next build will");
    }
    let manifest = outcome?;
    remove_leftovers(folder, Some(&format!("snapshot-{number}")))?;
    Ok(manifest)
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK_FILE);
    let file = File::options().create(true).append(true).open(&path).map_err(|error| io_error(&path, "open", error))?;
    if try_lock(&file).map_err(|error| io_error(&path, "lock", error))? {
        return Ok(file);
    }
    Err(Error::new(Kind::Busy, format!("another process is building the index in {}: wait for it", folder.display())))
}

/// Removes unfinished builds and all snapshots but the named one. A reader of a removed one keeps its open files.
fn remove_leftovers(folder: &Path, keep: Option<&str>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|error| io_error(folder, "list", error))? {
        let entry = entry.map_err(|error| io_error(folder, "list", error))?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if (name.starts_with("building-") || name.starts_with("snapshot-")) && Some(name) != keep {
            std::fs::remove_dir_all(entry.path()).map_err(|error| io_error(&entry.path(), "remove", error))?;
        }
    }
    Ok(())
}

fn snapshot_number(name: Option<&str>) -> u64 {
    name.and_then(|name| name.strip_prefix("snapshot-")).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Builds into a fresh folder: index files first, the manifest last, everything durable.
fn fill(kind: &IndexKind, rows: &dyn Rows, building: &Path, fingerprint: &str, work: &Work<'_>) -> Result<(Manifest, Sha256)> {
    let start = Instant::now();
    let count = rows.len();
    if count >= u32::MAX as usize {
        return Err(Error::too_large(format!("{count} vectors: an index holds at most {}", u32::MAX - 1)));
    }
    std::fs::create_dir(building).map_err(|error| io_error(building, "create", error))?;
    let built = kind.resolve(count, rows.dimension());
    let (names, plan) = write_index(&built, rows, count, building, work)?;
    work.check_stop()?;
    work.report(count, count);
    let manifest = Manifest {
        format_version: FORMAT_VERSION,
        metric: METRIC.into(),
        dimension: rows.dimension(),
        count,
        kind: kind.clone(),
        built: (built != *kind).then_some(built),
        plan,
        fingerprint: fingerprint.into(),
        rows_probe: probe_rows(rows, count),
        built_at: Utc::now(),
        build_seconds: start.elapsed().as_secs_f64(),
        files: names.iter().map(|name| IndexFile::measure(building, name)).collect::<Result<_>>()?,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| Error::internal("cannot write the manifest").because(error))?;
    write_durably(&building.join(MANIFEST_FILE), &text)?;
    sync_folder(building)?;
    Ok((manifest, Sha256::of(&text)))
}

/// Builds and writes the index of this kind; returns the names of its files.
fn write_index(
    kind: &IndexKind,
    rows: &dyn Rows,
    count: usize,
    building: &Path,
    work: &Work<'_>,
) -> Result<(Vec<&'static str>, Option<Plan>)> {
    if count == 0 || *kind == IndexKind::Flat {
        return Ok((Vec::new(), None));
    }
    let copied = find_copies(rows, count);
    let vectors = View { rows, distinct: &Distinct::new(&copied, count) };
    write_durably(&building.join(COPIES_FILE), &Distinct::to_bytes(&copied))?;
    let (mut names, mut plan) = (vec![COPIES_FILE], None);
    match kind {
        IndexKind::Flat | IndexKind::Auto(_) => {}
        IndexKind::Codes(settings) => {
            let wish = Wish { recall: settings.recall, lists: settings.lists };
            let (lists, measured) = codes::build(rows, count, &copied, wish, work)?;
            codes::write(&lists, count - copied.len(), &building.join(CODES_FILE))?;
            names.push(CODES_FILE);
            plan = Some(measured);
        }
        IndexKind::Hnsw(settings) => {
            hnsw::build(vectors, settings, work)?.write(&building.join(GRAPH_FILE))?;
            names.push(GRAPH_FILE);
        }
        IndexKind::Faiss(settings) => {
            let path = building.join(FAISS_FILE);
            faiss::write(&faiss::build(vectors, settings, work)?, &path)?;
            File::open(&path).and_then(|file| file.sync_all()).map_err(|error| io_error(&path, "write", error))?;
            names.push(FAISS_FILE);
        }
    }
    Ok((names, plan))
}

/// Gives the finished folder its name and points `current` at it.
fn publish(folder: &Path, building: &Path, number: u64, manifest_hash: Sha256) -> Result<()> {
    let name = format!("snapshot-{number}");
    rename(building, &folder.join(&name))?;
    let fresh = folder.join("current.new");
    write_durably(&fresh, format!("{name} {manifest_hash}\n").as_bytes())?;
    sync_folder(folder)?;
    rename(&fresh, &folder.join(CURRENT_FILE))?;
    sync_folder(folder)
}

fn rename(from: &Path, to: &PathBuf) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| io_error(from, &format!("rename to {} the folder or file", to.display()), error))
}

fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| io_error(path, "write", error))
}

fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|error| io_error(folder, "make durable", error))
}
