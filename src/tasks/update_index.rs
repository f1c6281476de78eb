//! `update_index`: extracts what is missing and builds the index, of one feature or of all active ones.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::params::Params;
use super::{Work, build_index, extract};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::feature::Feature;
use crate::job::{JobFailure, NewJob};
use crate::types::FeatureId;

/// Two runs would write to the same vectors.
const EXCLUSIVE_KEY: &str = "update_index";

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    /// `None`: every active feature.
    feature_id: Option<i64>,
    /// Forget which pictures failed before and try them again.
    retry_failed: bool,
    /// Build the index even if it holds everything.
    rebuild: bool,
}

/// `feature_id` (without it: all active features), `retry_failed`, `rebuild`.
///
/// # Errors
/// `Invalid` naming the parameter.
pub async fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let feature_id = params.optional_number("feature_id", 1, i64::MAX as u64).map(|id| id as i64);
    let (retry_failed, rebuild) = (params.flag("retry_failed"), params.flag("rebuild"));
    let mut title = "Update index".to_owned();
    if let Some(id) = feature_id {
        match app.features.get(FeatureId(id)).await? {
            Some(feature) => title = format!("Update index of feature {id} ({})", feature.modelzoo_name),
            None => params.refuse("feature_id", format!("there is no feature {id}")),
        }
    }
    params.finish()?;
    let payload = json!(Payload { feature_id, retry_failed, rebuild });
    Ok(NewJob { title, payload, exclusive_key: EXCLUSIVE_KEY.into(), ..NewJob::default() })
}

/// The same, trying again the pictures that failed.
pub fn retry_payload(mut payload: Value) -> Value {
    payload["retry_failed"] = json!(true);
    payload
}

/// Does one feature after the other. One that cannot be done does not keep the others from it.
///
/// # Errors
/// `Cancelled`; when a feature could not be done, after the others are.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let payload: Payload = work.payload()?;
    let features: Vec<Feature> = match payload.feature_id {
        Some(id) => vec![app.features.get(FeatureId(id)).await?.ok_or_else(|| Error::not_found(format!("feature {id} was deleted")))?],
        None => app.features.list().await?.into_iter().filter(|feature| feature.active).collect(),
    };
    if features.is_empty() {
        return Err(Error::not_ready("there is no active feature: make one first (POST /api/v1/feature/, or `likeness extract`)"));
    }
    let (mut reports, mut failures, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    for feature in &features {
        match update(app, work, feature, &payload, &mut failures).await {
            Ok(report) => reports.push(report),
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => {
                let text = format!("feature {} ({}): {}", feature.id, feature.modelzoo_name, error.message());
                work.error(text.clone()).await;
                broken.push(text);
            }
        }
    }
    work.failures(&failures).await?;
    if !broken.is_empty() {
        return Err(Error::internal(broken.join("; ")));
    }
    let so_far = work.so_far();
    work.progress(so_far.total, so_far.total, "Done");
    Ok(json!({ "status": "done", "features": reports }))
}

async fn update(app: &App, work: &Work, feature: &Feature, payload: &Payload, failures: &mut Vec<JobFailure>) -> Result<Value> {
    let name = format!("{} ({})", feature.id, feature.modelzoo_name);
    if payload.retry_failed && work.job().attempts <= 1 {
        app.features.forget_failures(feature.id).await?;
    }
    work.debug(format!("Feature {name}: loading the model")).await;
    let extracted = extract::extract(app, feature, work.stop(), &work.steps("Extracting features...")).await?;
    work.debug(format!(
        "Feature {name}: {} pictures extracted in {:.1} s, {} from before, {} failed",
        extracted.extracted,
        extracted.seconds,
        extracted.already,
        extracted.failed.len()
    ))
    .await;
    failures.extend(extracted.failed.iter().map(|(id, reason)| JobFailure { item: format!("media {id}"), reason: reason.clone() }));
    let built = build_index::build_index(app, feature, payload.rebuild, work.stop(), &work.steps("Indexing...")).await?;
    work.debug(built.to_string()).await;
    Ok(json!({
        "feature_id": feature.id, "extracted": extracted.extracted, "already": extracted.already,
        "failed": extracted.failed.len(), "seconds": extracted.seconds, "index": built,
    }))
}
