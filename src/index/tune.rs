//! Which kind of index suits these vectors? Some rows are held out as queries, every kind is built over the others, and recall, rate,
//! build time and size are measured side by side in one run.

use std::fs::DirEntry;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{FlatIndex, IndexKind, MemoryRows, RowSet, Rows, VectorIndex, build, open_current};
use crate::error::{Error, Kind, Result, io_error};

/// Rows that answer is asked for.
const NEAREST: usize = 10;
/// Rows held out as queries, at most, and their share of small libraries.
const QUERIES: usize = 200;
const QUERY_SHARE: usize = 5;
/// A kind is asked again and again for so long, and the median round counts.
const ASKED_FOR: Duration = Duration::from_millis(600);
const FINGERPRINT: &str = "tune";

/// What one kind can do with these vectors.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Kind and settings.
    #[serde(flatten)]
    pub kind: IndexKind,
    /// Share of the exact ten closest that it finds.
    pub recall_at_10: f64,
    /// Queries a second, one after the other.
    pub queries_per_second: f64,
    /// Time to build, in seconds, on all cores.
    pub build_seconds: f64,
    /// Bytes of its files for each vector; the vectors themselves are kept besides.
    pub bytes_per_vector: f64,
}

/// Everything measured in one run.
#[derive(Debug, Clone, Serialize)]
pub struct Tuning {
    /// Rows of the library.
    pub rows: usize,
    /// Rows that were indexed: all but the queries, or a sample.
    pub indexed: usize,
    /// Rows that were held out and asked.
    pub queries: usize,
    /// One entry for each kind that could be built, in the order asked.
    pub measured: Vec<Measured>,
    /// Kinds that could not be built, with the reason.
    pub refused: Vec<(IndexKind, String)>,
    /// The fastest of those that find the wished share, else the one that finds most.
    pub pick: Option<IndexKind>,
}

/// Measures these kinds on these rows, or on an even sample of `limit` of them, and picks the fastest that finds the share `recall` of
/// the ten closest. `progress` hears the number of kinds done and of all.
///
/// # Errors
/// `NotReady` with too few rows to hold some out, `Internal` when the disk is full or fails, `Cancelled` when stopped. A kind that
/// does not fit the vectors is listed as refused.
pub fn tune(
    rows: &dyn Rows,
    kinds: &[IndexKind],
    recall: f64,
    limit: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
    stop: &AtomicBool,
) -> Result<Tuning> {
    let (indexed, queries) = split(rows, limit)?;
    let exact = FlatIndex::new(Arc::clone(&indexed));
    let query_slices: Vec<&[f32]> = (0..queries.len()).map(|query| queries.row(query)).collect();
    let truth = exact.search_batch(&query_slices, NEAREST, None)?;
    let truth: Vec<Vec<u32>> = truth.into_iter().map(|hits| hits.into_iter().map(|hit| hit.row).collect()).collect();
    let (mut measured, mut refused) = (Vec::new(), Vec::new());
    for (done, kind) in kinds.iter().enumerate() {
        progress(done, kinds.len());
        match measure(kind, &indexed, &query_slices, &truth, stop) {
            Ok(one) => measured.push(one),
            Err(error) if matches!(error.kind(), Kind::NotReady | Kind::Invalid) => {
                refused.push((kind.clone(), error.message().into()));
            }
            Err(error) => return Err(error),
        }
    }
    progress(kinds.len(), kinds.len());
    let pick = pick(&measured, recall).map(|one| one.kind.clone());
    Ok(Tuning { rows: rows.len(), indexed: indexed.len(), queries: queries.len(), measured, refused, pick })
}

/// The fastest of those that find enough, else the one that finds most.
fn pick(measured: &[Measured], recall: f64) -> Option<&Measured> {
    let enough = measured.iter().filter(|one| one.recall_at_10 >= recall);
    let fastest = enough.max_by(|a, b| a.queries_per_second.total_cmp(&b.queries_per_second));
    fastest.or_else(|| measured.iter().max_by(|a, b| a.recall_at_10.total_cmp(&b.recall_at_10)))
}

/// Rows to index and rows to ask, both spread evenly over the library.
fn split(rows: &dyn Rows, limit: usize) -> Result<(Arc<dyn Rows>, MemoryRows)> {
    let count = rows.len().min(limit.max(1));
    let wanted = QUERIES.min(count / QUERY_SHARE);
    if wanted == 0 {
        return Err(Error::not_ready(format!("{} vectors are too few to measure an index: at least {QUERY_SHARE} are needed", rows.len())));
    }
    let sampled = |place: usize| place * rows.len() / count;
    let mut is_query = RowSet::none(count);
    (0..wanted).for_each(|place| is_query.insert((place * count / wanted) as u32));
    let copy = |of_queries: bool| {
        let chosen = (0..count).filter(|place| is_query.contains(*place as u32) == of_queries);
        MemoryRows::new(rows.dimension(), chosen.flat_map(|place| rows.row(sampled(place))).copied().collect())
    };
    Ok((Arc::new(copy(false)?), copy(true)?))
}

fn measure(kind: &IndexKind, rows: &Arc<dyn Rows>, queries: &[&[f32]], truth: &[Vec<u32>], stop: &AtomicBool) -> Result<Measured> {
    let folder = tempfile::tempdir().map_err(|error| io_error(&std::env::temp_dir(), "make a folder in", error))?;
    let manifest = build(kind, &**rows, folder.path(), FINGERPRINT, &|_, _| {}, stop)?;
    let snapshot = open_current(folder.path(), rows, FINGERPRINT)?.ok_or_else(|| Error::internal("the index just built is not there"))?;
    let mut found = 0;
    for (query, truth) in queries.iter().zip(truth) {
        let hits = snapshot.index.search(query, NEAREST, None)?;
        found += hits.iter().filter(|hit| truth.contains(&hit.row)).count();
    }
    Ok(Measured {
        kind: kind.clone(),
        recall_at_10: found as f64 / truth.iter().map(Vec::len).sum::<usize>().max(1) as f64,
        queries_per_second: rate(&*snapshot.index, queries)?,
        build_seconds: manifest.build_seconds,
        bytes_per_vector: bytes(folder.path())? as f64 / rows.len() as f64,
    })
}

/// Queries a second of the median round.
fn rate(index: &dyn VectorIndex, queries: &[&[f32]]) -> Result<f64> {
    let started = Instant::now();
    let mut rounds = Vec::new();
    while rounds.is_empty() || started.elapsed() < ASKED_FOR {
        let round = Instant::now();
        for query in queries {
            index.search(query, NEAREST, None)?;
        }
        rounds.push(round.elapsed().as_secs_f64());
    }
    rounds.sort_unstable_by(f64::total_cmp);
    Ok(queries.len() as f64 / rounds[rounds.len() / 2].max(f64::MIN_POSITIVE))
}

/// Bytes of all files below a folder.
fn bytes(folder: &Path) -> Result<u64> {
    let failed = |error| io_error(folder, "list", error);
    let size = |entry: DirEntry| match entry.metadata().map_err(failed)? {
        metadata if metadata.is_dir() => bytes(&entry.path()),
        metadata => Ok(metadata.len()),
    };
    std::fs::read_dir(folder).map_err(failed)?.map(|entry| size(entry.map_err(failed)?)).sum()
}
