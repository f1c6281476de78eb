//! How good is a model on one's own pictures? Two folders whose sub-folders are classes: each query asks the gallery, and an
//! answer of its own class is right. Touches no library.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use serde::Serialize;

use super::vectorise::{PAGE, Page, Read, Vectoriser};
use super::{Progress, Stop, metrics};
use crate::error::{Error, Result, io_error};
use crate::imaging::PictureFormat;
use crate::index::{self, FlatIndex, Hit, IndexKind, MemoryRows, RowSet, Rows, VectorIndex};

/// The figures; `--json` prints them as they are.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Key of the model.
    pub model: String,
    /// Layer that was taken.
    pub layer: String,
    /// Length of the vectors.
    pub dimension: usize,
    /// Kind of index.
    pub index: String,
    /// Pictures in the gallery that gave a vector.
    pub gallery: usize,
    /// Queries that gave a vector.
    pub queries: usize,
    /// Classes of the gallery.
    pub classes: usize,
    /// Share of queries whose closest hit of the index is of their class.
    pub p_at_1: f64,
    /// Mean average precision of the exact ranking of the whole gallery.
    pub map: f64,
    /// Share of the exact ten closest that the index found.
    pub recall_at_10: f64,
    /// Pictures per second from file to vector, all of both folders.
    pub images_per_second: f64,
    /// Median time of one search for ten hits, milliseconds, without the forward pass.
    pub search_p50_ms: f64,
    /// 95th percentile of the same.
    pub search_p95_ms: f64,
    /// Where the network ran.
    pub device: String,
    /// Pictures that gave no vector, with the reason.
    pub failed: Vec<FailedPicture>,
}

/// A picture that gave no vector.
#[derive(Debug, Clone, Serialize)]
pub struct FailedPicture {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// A picture of a labelled folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Labelled {
    class: String,
    path: PathBuf,
}

/// Vectors and classes of one folder.
struct Side {
    pictures: Vec<Labelled>,
    vectors: Vec<Vec<f32>>,
}

/// Hits that recall and latency are measured with.
const NEAREST: usize = 10;

/// Extracts both folders and asks every query.
///
/// # Errors
/// `NotFound` / `Invalid` for the folders, those of the index kind; never for a single bad picture.
pub async fn evaluate(
    vectoriser: &Vectoriser,
    gallery: &Path,
    queries: &Path,
    kind: &IndexKind,
    stop: &Stop,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Evaluation> {
    let (gallery_files, query_files) = (labelled(gallery)?, labelled(queries)?);
    let total = (gallery_files.len() + query_files.len()) as u64;
    let started = Instant::now();
    let mut failed = Vec::new();
    let gallery_side = extract(vectoriser, gallery_files, &mut failed, stop, &|done| progress(Progress { done, total })).await?;
    let before = gallery_side.vectors.len() as u64;
    let query_side = extract(vectoriser, query_files, &mut failed, stop, &|done| progress(Progress { done: before + done, total })).await?;
    let seconds = started.elapsed().as_secs_f64();
    if gallery_side.vectors.is_empty() || query_side.vectors.is_empty() {
        return Err(Error::invalid(format!(
            "no picture gave a vector; the first reason: {}",
            failed.first().map_or("none was found", |one| one.reason.as_str())
        )));
    }
    let dimension = gallery_side.vectors[0].len();
    let rows: Arc<dyn Rows> = Arc::new(MemoryRows::new(dimension, gallery_side.vectors.concat())?);
    let index = tokio::task::block_in_place(|| build(kind, &rows, stop))?;
    let asked = tokio::task::block_in_place(|| ask(&rows, index.as_ref(), &gallery_side.pictures, &query_side))?;
    let mut classes: Vec<&str> = gallery_side.pictures.iter().map(|picture| picture.class.as_str()).collect();
    classes.dedup();
    let evaluation = Evaluation {
        model: String::new(),
        layer: String::new(),
        dimension,
        index: kind.name().into(),
        gallery: gallery_side.pictures.len(),
        queries: query_side.pictures.len(),
        classes: classes.len(),
        p_at_1: metrics::mean(&asked.first_right),
        map: metrics::mean(&asked.average_precisions),
        recall_at_10: metrics::mean(&asked.recalls),
        images_per_second: total as f64 / seconds,
        search_p50_ms: metrics::percentile(&asked.milliseconds, 0.5),
        search_p95_ms: metrics::percentile(&asked.milliseconds, 0.95),
        device: String::new(),
        failed,
    };
    Ok(evaluation)
}

/// Every picture file below each sub-folder; links are followed; the sub-folder's name is the class.
fn labelled(folder: &Path) -> Result<Vec<Labelled>> {
    let entries = std::fs::read_dir(folder).map_err(|error| io_error(folder, "read the folder", error))?;
    let mut found = Vec::new();
    for class in entries.flatten().filter(|entry| entry.path().is_dir()) {
        let name = class.file_name().to_string_lossy().into_owned();
        let files =
            walkdir::WalkDir::new(class.path()).follow_links(true).into_iter().flatten().filter(|entry| entry.file_type().is_file());
        let pictures = files.filter(|entry| {
            entry.path().extension().and_then(|extension| extension.to_str()).and_then(PictureFormat::from_extension).is_some()
        });
        found.extend(pictures.map(|entry| Labelled { class: name.clone(), path: entry.into_path() }));
    }
    found.sort();
    if found.is_empty() {
        return Err(Error::invalid(format!("{} has no sub-folder with pictures: each class is a sub-folder", folder.display())));
    }
    Ok(found)
}

async fn extract(
    vectoriser: &Vectoriser,
    files: Vec<Labelled>,
    failed: &mut Vec<FailedPicture>,
    stop: &Stop,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Side> {
    let mut side = Side { pictures: Vec::new(), vectors: Vec::new() };
    let listed: Vec<Result<Vec<Labelled>>> = files.chunks(PAGE).map(|page| Ok(page.to_vec())).collect();
    let read: Read<Labelled> =
        Arc::new(|picture: &Labelled| std::fs::read(&picture.path).map(Into::into).map_err(|error| io_error(&picture.path, "read", error)));
    let mut pages = pin!(vectoriser.pages(futures::stream::iter(listed), read));
    let mut done = 0;
    while let Some(page) = pages.next().await {
        stop.check()?;
        let Page { items, vectors } = page?;
        done += items.len() as u64;
        for (picture, vector) in items.into_iter().zip(vectors) {
            match vector {
                Ok(vector) => {
                    side.vectors.push(vector);
                    side.pictures.push(picture);
                }
                Err(error) => failed.push(FailedPicture { path: picture.path, reason: error.message().into() }),
            }
        }
        progress(done);
    }
    Ok(side)
}

/// Builds and opens an index in a folder that goes away again: the same path as the library's, files and all.
fn build(kind: &IndexKind, rows: &Arc<dyn Rows>, stop: &Stop) -> Result<Box<dyn VectorIndex>> {
    let folder = tempfile::tempdir().map_err(|error| io_error(&std::env::temp_dir(), "make a folder in", error))?;
    index::build(kind, rows.as_ref(), folder.path(), "evaluation", &|_, _| {}, stop.flag())?;
    let opened = index::open_current(folder.path(), rows, "evaluation")?;
    Ok(opened.ok_or_else(|| Error::internal("the index that was just built is not there"))?.index)
}

/// What the queries answered, one entry each.
#[derive(Default)]
struct Asked {
    first_right: Vec<f64>,
    average_precisions: Vec<f64>,
    recalls: Vec<f64>,
    milliseconds: Vec<f64>,
}

fn ask(rows: &Arc<dyn Rows>, index: &dyn VectorIndex, gallery: &[Labelled], queries: &Side) -> Result<Asked> {
    let exact = FlatIndex::new(Arc::clone(rows));
    let places: Vec<PathBuf> = gallery.iter().map(|picture| canonical(&picture.path)).collect();
    let mut asked = Asked::default();
    for (query, vector) in queries.pictures.iter().zip(&queries.vectors) {
        // Gallery and queries may be the same folder: a picture is not its own answer.
        let itself = canonical(&query.path);
        let mut others = RowSet::all(rows.len());
        (0..rows.len() as u32).filter(|row| places.get(*row as usize) == Some(&itself)).for_each(|row| others.remove(row));
        let started = Instant::now();
        let hits = index.search(vector, NEAREST, Some(&others))?;
        asked.milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
        let ranking = exact.search(vector, rows.len(), Some(&others))?;
        let is_right = |hit: &Hit| gallery[hit.row as usize].class == query.class;
        asked.first_right.push(f64::from(u8::from(hits.first().is_some_and(is_right))));
        asked.average_precisions.extend(metrics::average_precision(ranking.iter().map(is_right)));
        asked.recalls.push(metrics::recall(&pairs(&hits), &pairs(&ranking[..ranking.len().min(NEAREST)])));
    }
    Ok(asked)
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn pairs(hits: &[Hit]) -> Vec<(u32, f32)> {
    hits.iter().map(|hit| (hit.row, hit.score)).collect()
}
