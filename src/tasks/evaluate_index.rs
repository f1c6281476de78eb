//! `evaluate_index`: how much of the truth does a feature's index find, and how long does that take? Vectors of the library ask for
//! their neighbours; the exact scan tells what is right.

use std::sync::Arc;
use std::time::Instant;

use chrono::Utc;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Work;
use super::map::signature;
use super::params::Params;
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::vectors::Vectors;
use crate::index::{self, Hit, Rows, Snapshot};
use crate::job::NewJob;
use crate::types::FeatureId;

/// Name of the task.
pub const KIND: &str = "evaluate_index";

/// Neighbours that are compared.
const WANTED: usize = 10;

/// Vectors that ask when the request does not say.
const DEFAULT_SAMPLE: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    feature_id: i64,
    sample: usize,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// Number of the feature.
    pub feature_id: i64,
    /// Kind of its index.
    pub index: String,
    /// When it was measured, RFC 3339.
    pub made_at: String,
    /// Vectors that asked.
    pub sampled: usize,
    /// Vectors that were searched.
    pub vectors: usize,
    /// Name of the setting that trades time for recall; null for an index without one.
    pub parameter: Option<String>,
    /// Its present value; 0 lets the index choose.
    pub present: Option<usize>,
    /// What was found, by value of the setting.
    pub points: Vec<RecallPoint>,
}

/// What one value of the setting gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecallPoint {
    /// The value; null for the index as it is.
    pub value: Option<usize>,
    /// Share of the ten closest vectors that were found.
    pub recall: f64,
    /// Half of the searches took no longer, in milliseconds.
    pub p50_ms: f64,
    /// All but a twentieth of the searches took no longer, in milliseconds.
    pub p95_ms: f64,
}

/// `feature_id` (without it: the first active feature), `sample` (10 to 2000 vectors that ask; 200 when absent).
///
/// # Errors
/// `Invalid` naming the parameter.
pub async fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let sample = params.optional_number("sample", 10, 2000).map_or(DEFAULT_SAMPLE, |sample| sample as usize);
    let feature = super::map::chosen_feature(app, &mut params).await?;
    params.finish()?;
    let feature = feature.ok_or_else(|| Error::internal("a feature vanished"))?;
    let title = format!("Recall of feature {} ({})", feature.id, feature.modelzoo_name);
    let payload = json!(Payload { feature_id: feature.id.0, sample });
    Ok(NewJob { title, payload, exclusive_key: format!("{KIND}:{}", feature.id), ..NewJob::default() })
}

/// Measures. The result of the job is a [`Recall`].
///
/// # Errors
/// `NotReady` before anything was extracted or built; those of the index; `Cancelled`.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let Payload { feature_id, sample } = work.payload()?;
    let feature = app.features.get(FeatureId(feature_id)).await?;
    let feature = feature.ok_or_else(|| Error::not_found(format!("feature {feature_id} was deleted")))?;
    let signature = signature(app, &feature).await?;
    let fingerprint = signature.fingerprint.to_string();
    let vectors = Vectors::open(&app.features.vectors_folder(&signature), signature.dimension, &fingerprint)?;
    let rows: Arc<dyn Rows> = Arc::new(vectors);
    let folder = app.features.index_folder(feature.id);
    let open = |effort| index::open_current_with(&folder, &rows, &fingerprint, effort);
    let none = || Error::not_ready(format!("feature {feature_id} has no index: run the task `update_index` with feature_id {feature_id}"));
    let recall = tokio::task::block_in_place(|| {
        let present = open(None)?.ok_or_else(none)?;
        let asking = asking(rows.len(), sample);
        let efforts: Vec<Option<usize>> = present.manifest.kind_built().efforts().into_iter().map(Some).collect();
        let efforts = if efforts.is_empty() { vec![None] } else { efforts };
        let total = efforts.len() as u64 + 1;
        work.progress(0, total, "Scanning for the truth...");
        let truth = truth(rows.as_ref(), &asking, work)?;
        let mut points = Vec::new();
        for (done, effort) in efforts.into_iter().enumerate() {
            work.stop().check()?;
            work.progress(done as u64 + 1, total, "Searching...");
            let snapshot = open(effort)?.ok_or_else(none)?;
            points.push(measure(&snapshot, rows.as_ref(), &asking, &truth, effort)?);
        }
        let kind = present.manifest.kind_built();
        let (parameter, value) = kind.effort().map(|(name, value)| (name.to_owned(), value)).unzip();
        let (index, made_at) = (kind.name().to_owned(), Utc::now().to_rfc3339());
        Ok::<_, Error>(Recall { feature_id, index, made_at, sampled: asking.len(), vectors: rows.len(), parameter, present: value, points })
    })?;
    work.progress(1, 1, "Done");
    Ok(json!(recall))
}

/// Rows spread evenly.
fn asking(rows: usize, sample: usize) -> Vec<u32> {
    let stride = rows.div_ceil(sample).max(1);
    (0..rows as u32).step_by(stride).collect()
}

/// The closest others of each row, by scanning everything.
fn truth(rows: &dyn Rows, asking: &[u32], work: &Work) -> Result<Vec<Vec<u32>>> {
    let of = |row: &u32| {
        work.stop().check()?;
        Ok(others(*row, index::search_with_tail(None, rows, rows.row(*row as usize), WANTED + 1, None)?))
    };
    asking.par_iter().map(of).collect()
}

fn others(row: u32, hits: Vec<Hit>) -> Vec<u32> {
    hits.into_iter().map(|hit| hit.row).filter(|other| *other != row).take(WANTED).collect()
}

/// One after the other, as the searches of people come.
fn measure(snapshot: &Snapshot, rows: &dyn Rows, asking: &[u32], truth: &[Vec<u32>], value: Option<usize>) -> Result<RecallPoint> {
    let (mut found, mut wanted, mut times) = (0, 0, Vec::with_capacity(asking.len()));
    for (row, truth) in asking.iter().zip(truth) {
        let started = Instant::now();
        let hits = index::search_with_tail(Some(snapshot), rows, rows.row(*row as usize), WANTED + 1, None)?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let hits = others(*row, hits);
        found += truth.iter().filter(|row| hits.contains(row)).count();
        wanted += truth.len();
    }
    times.sort_unstable_by(f64::total_cmp);
    let percentile =
        |share: f64| times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or(0.0);
    let recall = if wanted == 0 { 1.0 } else { found as f64 / wanted as f64 };
    Ok(RecallPoint { value, recall, p50_ms: percentile(0.5), p95_ms: percentile(0.95) })
}
