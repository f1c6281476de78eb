//! `export_collection`: a collection as one ZIP archive.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Work;
use crate::app::App;
use crate::error::{Error, FieldError, Kind, Result, ResultExt};
use crate::job::{JobFailure, NewJob};
use crate::media::export::{ExportReport, Watch, export};
use crate::types::CollectionId;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    collection_id: CollectionId,
}

/// Checks the parameters and names the job.
///
/// # Errors
/// `Invalid` naming the parameter, `NotFound` when there is no such collection.
pub async fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let collection_id = CollectionId(collection_id(&params)?);
    let not_there = || Error::not_found(format!("there is no collection {collection_id}"));
    let collection = app.collections.get(collection_id).await?.ok_or_else(not_there)?;
    let payload = serde_json::to_value(Payload { collection_id });
    Ok(NewJob {
        kind: "export_collection".into(),
        title: format!("Export {}", collection.title),
        payload: payload.or_error(Kind::Internal, || "cannot write the job down".into())?,
        exclusive_key: format!("export:{collection_id}"),
        ..NewJob::default()
    })
}

fn collection_id(params: &Value) -> Result<i64> {
    let number = match &params["collection_id"] {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| {
        let message = if params["collection_id"].is_null() { "This field is required." } else { "Not a valid integer value." };
        Error::invalid_fields(vec![FieldError { field: "collection_id".into(), message: message.into() }])
    })
}

/// Does it. A run that was killed left nothing behind, so the next begins anew.
///
/// # Errors
/// What makes the whole job fail; originals that are missing or damaged are its failures, and the rest is exported.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let Payload { collection_id } = work.payload()?;
    let (stop, told) = (work.stop().clone(), work.clone());
    let watch = Watch {
        check: Arc::new(move || stop.check()),
        progress: Arc::new(move |current, total| told.progress(current, total, "copying originals")),
    };
    let report = export(&app.media, collection_id, None, watch).await?;
    let failures: Vec<_> =
        report.missing.iter().map(|one| JobFailure { item: format!("media {}", one.media_id), reason: one.reason.clone() }).collect();
    work.failures(&failures).await?;
    for failure in failures.iter().take(10) {
        work.error(format!("{}: {}", failure.item, failure.reason)).await;
    }
    Ok(result(&report))
}

/// What clients are told of an export.
pub fn result(report: &ExportReport) -> Value {
    json!({
        "url": format!("/static/data/exports/{}", report.name), "name": report.name, "bytes": report.bytes,
        "pictures": report.pictures, "missing": report.missing.len(), "manifest_sha256": report.manifest_sha256,
    })
}
