//! `delete_media`: takes many media out of the library. They can be restored.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Work;
use super::params::Params;
use crate::app::App;
use crate::error::{Kind, Result};
use crate::job::{JobFailure, NewJob};
use crate::types::{CollectionId, MediaId, Sha256};

/// Most media named in one request; a collection may hold more.
const MOST: usize = 100_000;

/// Media between two looks at the stop flag and two reports.
const REPORT_EVERY: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    ids: Vec<i64>,
    sha256: Vec<String>,
    collection_id: Option<i64>,
    restore: bool,
}

/// `ids`, `sha256` (hashes; of a video all its frames), `collection_id` (everything in it); `restore` brings them back instead.
///
/// # Errors
/// `Invalid` naming the parameter.
pub fn new_job(params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let (ids, sha256) = (params.ids("ids", MOST), params.texts("sha256", MOST));
    let collection_id = params.optional_number("collection_id", 1, i64::MAX as u64).map(|id| id as i64);
    let restore = params.flag("restore");
    if let Some(wrong) = sha256.iter().find_map(|text| text.parse::<Sha256>().err()) {
        params.refuse("sha256", wrong.message());
    }
    if ids.is_empty() && sha256.is_empty() && collection_id.is_none() {
        params.refuse("ids", "This field is required: name media by ids, sha256 or collection_id.");
    }
    params.finish()?;
    let title = if restore { "Restore media" } else { "Delete media" }.into();
    Ok(NewJob { title, payload: json!(Payload { ids, sha256, collection_id, restore }), ..NewJob::default() })
}

/// The same for the media that failed.
pub fn retry_payload(payload: &Value, failures: &[JobFailure]) -> Value {
    let ids = failures.iter().filter_map(|failure| failure.item.strip_prefix("media ")?.parse().ok()).collect();
    json!(Payload { ids, sha256: Vec::new(), collection_id: None, restore: payload["restore"] == json!(true) })
}

/// Marks one after the other; each is gone from every search at once.
///
/// # Errors
/// `Cancelled`; those of the database.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let payload: Payload = work.payload()?;
    let doing = if payload.restore { "Restoring..." } else { "Deleting..." };
    let ids = named(app, &payload).await?;
    let (mut changed, mut failures) = (0_u64, Vec::new());
    for (done, id) in ids.iter().enumerate() {
        if done % REPORT_EVERY == 0 {
            work.stop().check()?;
            work.progress(done as u64, ids.len() as u64, doing);
        }
        let outcome = if payload.restore { app.media.restore(*id).await } else { app.media.delete(*id).await };
        match outcome {
            Ok(was_changed) => changed += u64::from(was_changed),
            Err(error) if error.kind() == Kind::NotFound => {
                failures.push(JobFailure { item: format!("media {id}"), reason: error.message().into() });
            }
            Err(error) => return Err(error),
        }
    }
    work.failures(&failures).await?;
    work.progress(ids.len() as u64, ids.len() as u64, "Done");
    Ok(json!({ "status": "done", "named": ids.len(), "changed": changed, "failed": failures.len() }))
}

async fn named(app: &App, payload: &Payload) -> Result<Vec<MediaId>> {
    let mut ids: Vec<MediaId> = payload.ids.iter().copied().map(MediaId).collect();
    for hash in &payload.sha256 {
        ids.extend(app.media.ids_by_sha256(&hash.parse()?).await?);
    }
    if let Some(id) = payload.collection_id {
        ids.extend(app.collections.media_ids(CollectionId(id)).await?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
