//! How fast is this machine, from a folder of pictures to vectors, and what holds it up? Decoding alone, the network alone, and both
//! together on the same pictures, the way an extraction does it. Touches no library and writes no vectors.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::vectorise::{PAGE, Read, Stages, Vectoriser};
use super::{Progress, Stop};
use crate::error::{Error, Result, io_error};
use crate::imaging::PictureFormat;
use crate::network::Prepared;

/// Most prepared pictures that are kept for the measure of the network alone.
const MOST_KEPT: usize = 256;

/// The figures of one run, pictures per second.
#[derive(Debug, Clone, Serialize)]
pub struct Speed {
    /// Pictures that gave a vector.
    pub pictures: usize,
    /// Pictures that gave none.
    pub failed: usize,
    /// Files to the network's input, and no more.
    pub decode_alone: f64,
    /// The network alone, on pictures that are prepared.
    pub forward_alone: f64,
    /// Files to vectors.
    pub together: f64,
    /// What the two figures above allow: where decoding and network share the cores, the time of both after each other; the slower
    /// of the two where the network has a device of its own.
    pub possible: f64,
    /// `together / possible`.
    pub share_of_possible: f64,
    /// What the stages of the whole cost.
    pub stages: Stages,
}

/// Every picture file below a folder, in the order of the names.
///
/// # Errors
/// `Invalid` when there is none.
pub fn pictures_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_picture = |path: &Path| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.and_then(PictureFormat::from_extension).is_some()
    };
    let entries = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().flatten();
    let found: Vec<PathBuf> =
        entries.filter(|entry| entry.file_type().is_file() && is_picture(entry.path())).map(walkdir::DirEntry::into_path).collect();
    if found.is_empty() {
        return Err(Error::invalid(format!("{} holds no picture: name a folder with pictures", folder.display())));
    }
    Ok(found)
}

/// Measures one after the other. `shares_cores` says that the network runs on the processor.
///
/// # Errors
/// Those of the network as a whole; `Invalid` when no picture gives a vector; `Cancelled`.
pub async fn measure(
    vectoriser: &Vectoriser,
    files: &[PathBuf],
    shares_cores: bool,
    stop: &Stop,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Speed> {
    let total = 3 * files.len() as u64;
    let told = |done: usize| progress(Progress { done: done as u64, total });
    let (decode_seconds, kept) = decode_all(vectoriser, files, stop, &told).await?;
    if kept.is_empty() {
        return Err(Error::invalid("no picture could be decoded: there is nothing to measure"));
    }
    // The first passes of a network prepare it.
    forward_all(vectoriser, &kept, kept.len().min(4 * vectoriser.piece() * vectoriser.pieces_at_once()), stop, &|_| {}).await?;
    let forward_seconds = forward_all(vectoriser, &kept, files.len(), stop, &|done| told(files.len() + done)).await?;
    drop(kept);
    let before = vectoriser.stages();
    let (seconds, pictures) = take_all(vectoriser, files, stop, &|done| told(2 * files.len() + done)).await?;
    let count = files.len() as f64;
    let possible = if shares_cores { decode_seconds + forward_seconds } else { decode_seconds.max(forward_seconds) };
    Ok(Speed {
        pictures,
        failed: files.len() - pictures,
        decode_alone: count / decode_seconds,
        forward_alone: count / forward_seconds,
        together: count / seconds,
        possible: count / possible,
        share_of_possible: possible / seconds,
        stages: vectoriser.stages().since(&before),
    })
}

fn read_file(path: &Path) -> Result<Bytes> {
    std::fs::read(path).map(Into::into).map_err(|error| io_error(path, "read", error))
}

/// Seconds, and as many prepared pictures as are kept.
async fn decode_all(vectoriser: &Vectoriser, files: &[PathBuf], stop: &Stop, told: &dyn Fn(usize)) -> Result<(f64, Vec<Prepared>)> {
    let started = Instant::now();
    let mut kept = Vec::new();
    let mut done = 0;
    let pieces = stream::iter(files.chunks(vectoriser.piece())).map(|piece| async move {
        let files = piece.to_vec();
        let pictures = tokio::task::spawn_blocking(move || files.iter().map(|path| read_file(path)).collect()).await;
        let pictures: Vec<Result<Bytes>> = pictures.map_err(|error| Error::internal("reading pictures failed inside").because(error))?;
        vectoriser.prepare(pictures).await
    });
    let mut pieces = pin!(pieces.buffered(2 * vectoriser.pieces_at_once() + 2));
    while let Some(piece) = pieces.try_next().await? {
        stop.check()?;
        done += piece.len();
        let room = MOST_KEPT.saturating_sub(kept.len());
        kept.extend(piece.into_iter().flatten().take(room));
        told(done);
    }
    Ok((started.elapsed().as_secs_f64(), kept))
}

/// Seconds of the network for so many pictures.
async fn forward_all(vectoriser: &Vectoriser, kept: &[Prepared], count: usize, stop: &Stop, told: &dyn Fn(usize)) -> Result<f64> {
    let started = Instant::now();
    let piece = vectoriser.piece();
    let pieces = stream::iter((0..count).step_by(piece)).map(|first| {
        let pictures = (first..count.min(first + piece)).map(|place| Ok(kept[place % kept.len()].clone())).collect();
        vectoriser.forward(pictures)
    });
    let mut pieces = pin!(pieces.buffered(2 * vectoriser.pieces_at_once() + 2));
    let mut done = 0;
    while let Some(piece) = pieces.try_next().await? {
        stop.check()?;
        done += piece.len();
        told(done);
    }
    Ok(started.elapsed().as_secs_f64())
}

/// Seconds from files to vectors, and how many there were.
async fn take_all(vectoriser: &Vectoriser, files: &[PathBuf], stop: &Stop, told: &dyn Fn(usize)) -> Result<(f64, usize)> {
    let started = Instant::now();
    let read: Read<PathBuf> = Arc::new(|path: &PathBuf| read_file(path));
    let listed: Vec<Result<Vec<PathBuf>>> = files.chunks(PAGE).map(|page| Ok(page.to_vec())).collect();
    let mut pages = pin!(vectoriser.pages(stream::iter(listed), read));
    let (mut good, mut done) = (0, 0);
    while let Some(page) = pages.try_next().await? {
        stop.check()?;
        done += page.vectors.len();
        good += page.vectors.iter().flatten().count();
        told(done);
    }
    Ok((started.elapsed().as_secs_f64(), good))
}
