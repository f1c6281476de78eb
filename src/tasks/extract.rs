//! Extraction: every picture of the library that has no vector of this feature gets one. Vectors are durable page by page;
//! a kill loses the pages in work, never more. A picture that cannot be extracted is recorded with its reason and skipped.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;

use super::pending::Pending;
use super::vectorise::{PAGE, Page, Read, Stages, Vectoriser};
use super::{Progress, Stop};
use crate::app::App;
use crate::error::{Kind, Result};
use crate::feature::Feature;
use crate::feature::vectors::VectorWriter;
use crate::media::Media;
use crate::network::Signature;
use crate::types::MediaId;

/// Pages whose rows are fetched before they are asked for.
const LISTED_AHEAD: usize = 4;

/// Most bytes of vectors that are written together.
const MOST_BYTES: usize = 4 << 20;

/// What an extraction did.
#[derive(Debug, Clone, Default)]
pub struct ExtractReport {
    /// New vectors.
    pub extracted: u64,
    /// Pictures that have a vector from before.
    pub already: u64,
    /// Pictures without a vector, new and old.
    pub failed: Vec<(MediaId, String)>,
    /// Seconds, without loading the network.
    pub seconds: f64,
    /// What the stages cost.
    pub stages: Stages,
}

/// Loads the network of a model and layer, ready for bulk work, and answers what its vectors are.
///
/// # Errors
/// Those of [`Zoo::load`](crate::model::Zoo::load).
pub async fn vectoriser(app: &App, model: &str, layer: &str) -> Result<(Vectoriser, Signature)> {
    let (network, signature) = app.zoo.load(&app.engine, model, layer).await?;
    Ok((Vectoriser::new(&app.engine, network, &signature, app.config.decode.limits()), signature))
}

/// Extracts what is missing.
///
/// # Errors
/// Those of [`vectoriser`]; `Busy` when another process extracts this feature; a full disk; `Cancelled`.
pub async fn extract(app: &App, feature: &Feature, stop: &Stop, progress: &(dyn Fn(Progress) + Sync)) -> Result<ExtractReport> {
    let (vectoriser, signature) = vectoriser(app, &feature.modelzoo_name, &feature.layer).await?;
    let folder = app.features.vectors_folder(&signature);
    let mut writer = VectorWriter::open(&folder, signature.dimension, &signature.fingerprint.to_string())?;
    let up_to = app.media.last_picture_id().await?;
    let pending = Pending { done: writer.media_ids()?, failed: app.features.failed_ids(feature.id).await?, up_to };
    let total = pending.count(&app.media).await?;
    let started = Instant::now();
    let mut report = ExtractReport { already: pending.done.len(), ..ExtractReport::default() };
    let mut done = 0;
    progress(Progress { done, total });
    let pages = pending.pages(&app.media).map(|page| still_there(app, page)).buffered(LISTED_AHEAD);
    // Whatever became ready while the disk was waited for is written together.
    let mut pages = pin!(vectoriser.pages(pages, reader(app)).ready_chunks(most_pages(signature.dimension)));
    while let Some(pages) = pages.next().await {
        stop.check()?;
        let pages = pages.into_iter().collect::<Result<Vec<_>>>()?;
        done += pages.iter().map(|page| page.items.len() as u64).sum::<u64>();
        let writing = Instant::now();
        report.extracted += commit(app, feature, &mut writer, pages).await?;
        report.stages.write_seconds += writing.elapsed().as_secs_f64();
        progress(Progress { done: done.min(total), total });
    }
    report.stages = Stages { write_seconds: report.stages.write_seconds, ..vectoriser.stages() };
    report.seconds = started.elapsed().as_secs_f64();
    report.failed = app.features.failures(feature.id).await?;
    app.features.mark_extracted(feature.id, up_to).await?;
    Ok(report)
}

/// Pages that are written together, at most: far less than what is checked at the end of the files when they are opened again.
fn most_pages(dimension: usize) -> usize {
    (MOST_BYTES / (PAGE * dimension * size_of::<f32>()).max(1)).max(1)
}

fn reader(app: &App) -> Read<Media> {
    let store = app.media.clone();
    Arc::new(move |media: &Media| store.read(media))
}

/// A picture that was deleted meanwhile is not here any more: it needs no vector.
async fn still_there(app: &App, page: Result<Vec<MediaId>>) -> Result<Vec<Media>> {
    app.media.by_ids(&page?).await
}

/// Records failures, then appends the vectors: a kill between the two forms the same batches again.
async fn commit(app: &App, feature: &Feature, writer: &mut VectorWriter, pages: Vec<Page<Media>>) -> Result<u64> {
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for (media, vector) in pages.into_iter().flat_map(|page| page.items.into_iter().zip(page.vectors)) {
        match vector {
            Ok(vector) => good.push((media.id, vector)),
            // A fault of the machine is not a fault of the picture: nothing is recorded, the run ends and says why.
            Err(error) if error.kind() == Kind::Internal => return Err(error.context(format!("picture {}", media.id))),
            Err(error) => failed.push((media.id, error.message().to_owned())),
        }
    }
    app.features.record_failures(feature.id, &failed).await?;
    let rows: Vec<(MediaId, &[f32])> = good.iter().map(|(id, vector)| (*id, vector.as_slice())).collect();
    tokio::task::block_in_place(|| writer.append(&rows))?;
    Ok(rows.len() as u64)
}
