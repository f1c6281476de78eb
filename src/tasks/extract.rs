//! Extraction: every picture of the library that has no vector of this feature gets one. Vectors are durable page by page;
//! a kill loses the page in work, never more. A picture that cannot be extracted is recorded with its reason and skipped.

use std::collections::HashSet;
use std::time::Instant;

use futures::StreamExt;

use super::vectorise::{PAGE, Vectoriser};
use super::{Progress, Stop};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::feature::Feature;
use crate::feature::vectors::VectorWriter;
use crate::network::{Prepared, Signature};
use crate::types::MediaId;

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
    let fingerprint = signature.fingerprint.to_string();
    let mut writer = VectorWriter::open(&folder, signature.dimension, &fingerprint)?;
    let present: HashSet<i64> = writer.media_ids()?.into_iter().map(|id| id.0).collect();
    let pages = pending_pages(app, feature, &present).await?;
    let total = pages.iter().map(|page| page.len() as u64).sum();
    let started = Instant::now();
    let mut report = ExtractReport { already: present.len() as u64, ..ExtractReport::default() };
    let mut done = 0;
    progress(Progress { done, total });
    let mut prepared = futures::stream::iter(pages).map(|page| tokio::spawn(read_page(app.clone(), vectoriser.clone(), page))).buffered(2);
    while let Some(page) = prepared.next().await {
        let (ids, pictures) = page.map_err(|error| Error::internal("reading pictures failed inside").because(error))??;
        stop.check()?;
        let vectors = vectoriser.forward(pictures).await?;
        done += ids.len() as u64;
        report.extracted += commit(app, feature, &mut writer, ids, vectors).await?;
        progress(Progress { done, total });
    }
    report.seconds = started.elapsed().as_secs_f64();
    report.failed = app.features.failures(feature.id).await?;
    app.features.mark_extracted(feature.id, app.media.picture_ids().await?.last().copied().unwrap_or(0)).await?;
    Ok(report)
}

/// Ids without a vector, cut into pages at fixed places of the whole library's list.
async fn pending_pages(app: &App, feature: &Feature, present: &HashSet<i64>) -> Result<Vec<Vec<i64>>> {
    let failed = app.features.failed_ids(feature.id).await?;
    let all = app.media.picture_ids().await?;
    let is_pending = |id: &&i64| !present.contains(id) && !failed.contains(id);
    Ok(all.chunks(PAGE).map(|page| page.iter().filter(is_pending).copied().collect()).filter(|page: &Vec<i64>| !page.is_empty()).collect())
}

async fn read_page(app: App, vectoriser: Vectoriser, page: Vec<i64>) -> Result<(Vec<MediaId>, Vec<Result<Prepared>>)> {
    let ids: Vec<MediaId> = page.into_iter().map(MediaId).collect();
    // A picture that was deleted meanwhile is not here any more: it needs no vector.
    let media = app.media.by_ids(&ids).await?;
    let mut bytes = Vec::with_capacity(media.len());
    for one in &media {
        bytes.push(app.media.bytes(one).await);
    }
    let prepared = vectoriser.prepare(bytes).await?;
    Ok((media.iter().map(|media| media.id).collect(), prepared))
}

/// Records failures, then appends the vectors: a kill between the two forms the same batch again.
async fn commit(app: &App, feature: &Feature, writer: &mut VectorWriter, ids: Vec<MediaId>, vectors: Vec<Result<Vec<f32>>>) -> Result<u64> {
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for (id, vector) in ids.into_iter().zip(vectors) {
        match vector {
            Ok(vector) => good.push((id, vector)),
            // A fault of the machine is not a fault of the picture: nothing is recorded, the run ends and says why.
            Err(error) if error.kind() == Kind::Internal => return Err(error.context(format!("picture {id}"))),
            Err(error) => failed.push((id, error.message().to_owned())),
        }
    }
    app.features.record_failures(feature.id, &failed).await?;
    let rows: Vec<(MediaId, &[f32])> = good.iter().map(|(id, vector)| (*id, vector.as_slice())).collect();
    tokio::task::block_in_place(|| writer.append(&rows))?;
    Ok(rows.len() as u64)
}
