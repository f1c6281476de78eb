//! `detect`: runs a detector over the whole library and keeps what it saw. A picture that these weights and settings have looked at
//! is not looked at again; a changed model looks anew. A kill loses the page in work, never more.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::params::Params;
use super::vectorise::PAGE;
use super::{Progress, Stop, Work};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::job::{JobFailure, NewJob};
use crate::media::detections::Look;
use crate::network::Prepared;
use crate::search::Detector;
use crate::types::MediaId;

/// Longest key of a model that the records can hold.
const LONGEST_KEY: usize = 64;

/// What a job of this kind is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    /// Key of the model.
    model: String,
    /// Try pictures again that could not be looked at.
    #[serde(default)]
    retry_failed: bool,
}

/// What a run did.
#[derive(Debug, Clone, Default)]
pub struct DetectReport {
    /// Pictures looked at.
    pub looked: u64,
    /// Detections in them.
    pub found: u64,
    /// Pictures that had been looked at before.
    pub already: u64,
    /// Pictures that could not be looked at, new and old.
    pub failed: Vec<(MediaId, String)>,
    /// Seconds, without loading the network.
    pub seconds: f64,
}

/// `model`, the key of a model, and `retry_failed`.
///
/// # Errors
/// `Invalid` naming the parameter.
pub fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let (model, retry_failed) = (params.text("model", LONGEST_KEY), params.flag("retry_failed"));
    let entry = match model.as_deref().map(|model| app.zoo.get_active(model)) {
        Some(Ok(entry)) => Some(entry),
        Some(Err(error)) => {
            params.refuse("model", error.message());
            None
        }
        None => None,
    };
    if model.is_none() {
        params.refuse("model", "name a detector or classifier of the model zoo");
    }
    params.finish()?;
    let entry = entry.ok_or_else(|| Error::internal("a checked model got lost"))?;
    let (title, exclusive_key) = (format!("Detect with {}", entry.descriptor.name), format!("detect:{}", entry.key));
    Ok(NewJob { title, payload: json!(Payload { model: entry.key, retry_failed }), exclusive_key, ..NewJob::default() })
}

/// The same, trying again the pictures that failed.
pub fn retry_payload(mut payload: Value) -> Value {
    payload["retry_failed"] = json!(true);
    payload
}

/// Does it. The result tells how many pictures were looked at and what was found.
///
/// # Errors
/// Those of loading the model; `Cancelled`; faults of the machine.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let payload: Payload = work.payload()?;
    work.progress(0, 0, format!("loading {}", payload.model));
    // As its files are now: a model that was replaced looks anew.
    let detector = app.search.detectors().open(&payload.model).await?;
    if payload.retry_failed {
        app.detections.forget_failures(detector.key()).await?;
    }
    let shown = work.steps(&format!("looking with {}", payload.model));
    let report = detect(app, &detector, work.stop(), &shown).await?;
    let failures: Vec<_> =
        report.failed.iter().map(|(id, reason)| JobFailure { item: format!("media {id}"), reason: reason.clone() }).collect();
    work.failures(&failures).await?;
    Ok(json!({
        "model": payload.model, "looked": report.looked, "found": report.found, "already": report.already,
        "failed": report.failed.len(), "seconds": report.seconds,
    }))
}

/// Looks at every picture of the library that this detector has not seen.
///
/// # Errors
/// Those of the network as a whole, of the database; `Cancelled`.
pub async fn detect(app: &App, detector: &Arc<Detector>, stop: &Stop, progress: &(dyn Fn(Progress) + Sync)) -> Result<DetectReport> {
    if detector.key().chars().count() > LONGEST_KEY {
        return Err(Error::invalid(format!("the key `{}` is longer than {LONGEST_KEY} characters; rename its folder", detector.key())));
    }
    let seen = app.detections.looked_at(detector.key(), detector.fingerprint()).await?;
    let pages = pending_pages(app, &seen).await?;
    let total = pages.iter().map(|page| page.len() as u64).sum();
    let started = Instant::now();
    let mut report = DetectReport { already: seen.len() as u64, ..DetectReport::default() };
    let mut done = 0;
    progress(Progress { done, total });
    let read = |page| tokio::spawn(read_page(app.clone(), Arc::clone(detector), page));
    let mut prepared = futures::stream::iter(pages).map(read).buffered(2);
    while let Some(page) = prepared.next().await {
        let (ids, pictures, count) = page.map_err(|error| Error::internal("reading pictures failed inside").because(error))??;
        stop.check()?;
        let found = detector.look_at_all(pictures).await?;
        commit(app, detector, ids, found, &mut report).await?;
        done += count;
        progress(Progress { done, total });
    }
    report.seconds = started.elapsed().as_secs_f64();
    report.failed = app.detections.failures(detector.key(), detector.fingerprint()).await?;
    Ok(report)
}

/// Pictures that were not looked at, cut into pages at fixed places of the whole library's list.
async fn pending_pages(app: &App, seen: &HashSet<i64>) -> Result<Vec<Vec<MediaId>>> {
    let all = app.media.picture_ids().await?;
    let pending = |page: &[i64]| page.iter().filter(|id| !seen.contains(id)).map(|id| MediaId(*id)).collect();
    Ok(all.chunks(PAGE).map(pending).filter(|page: &Vec<MediaId>| !page.is_empty()).collect())
}

/// The pictures of a page that are still there, prepared, and how many it had.
async fn read_page(app: App, detector: Arc<Detector>, page: Vec<MediaId>) -> Result<(Vec<MediaId>, Vec<Result<Prepared>>, u64)> {
    let media = app.media.by_ids(&page).await?;
    let mut bytes = Vec::with_capacity(media.len());
    for one in &media {
        bytes.push(app.media.bytes(one).await);
    }
    let prepared = detector.prepare(bytes).await?;
    Ok((media.iter().map(|media| media.id).collect(), prepared, page.len() as u64))
}

async fn commit(
    app: &App,
    detector: &Detector,
    ids: Vec<MediaId>,
    found: Vec<Result<Vec<crate::media::Detection>>>,
    report: &mut DetectReport,
) -> Result<()> {
    let mut looks = Vec::with_capacity(ids.len());
    for (media, found) in ids.into_iter().zip(found) {
        let outcome = match found {
            Ok(found) => {
                report.looked += 1;
                report.found += found.len() as u64;
                Ok(found)
            }
            // A fault of the machine is not a fault of the picture: nothing is recorded, the run ends and says why.
            Err(error) if error.kind() == Kind::Internal => return Err(error.context(format!("picture {media}"))),
            Err(error) => Err(error.message().to_owned()),
        };
        looks.push(Look { media, outcome });
    }
    app.detections.record(detector.key(), detector.fingerprint(), &looks).await
}
