//! `download_model`: fetches the files of a model, or of all.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Work;
use super::params::Params;
use crate::app::App;
use crate::error::{Error, Result};
use crate::job::{JobFailure, NewJob};
use crate::model::Entry;

/// Two runs would fetch the same files.
const EXCLUSIVE_KEY: &str = "download_model";

/// Longest key of a model.
const LONGEST_KEY: usize = 64;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    keys: Vec<String>,
}

/// `name`: a model key, or `all`.
///
/// # Errors
/// `Invalid` when it is missing or not in the zoo.
pub fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let name = params.text("name", LONGEST_KEY);
    let zoo = app.zoo.list();
    let keys = match name.as_deref() {
        None => {
            params.refuse("name", "This field is required: a model's key, or `all`.");
            Vec::new()
        }
        Some("all") => zoo.into_keys().collect(),
        Some(key) if zoo.contains_key(key) => vec![key.to_owned()],
        Some(key) => {
            params.refuse("name", format!("Model not found in model zoo: `{key}`"));
            Vec::new()
        }
    };
    params.finish()?;
    let title = if keys.len() == 1 { format!("Download model {}", keys[0]) } else { "Download all models".into() };
    Ok(NewJob { title, payload: json!(Payload { keys }), exclusive_key: EXCLUSIVE_KEY.into(), ..NewJob::default() })
}

/// The same for the models that failed.
pub fn retry_payload(failures: &[JobFailure]) -> Value {
    json!(Payload { keys: failures.iter().map(|failure| failure.item.clone()).collect() })
}

/// Fetches and verifies; files that are there are not fetched again, and a broken-off one is continued.
///
/// # Errors
/// When a model could not be fetched, after the others were tried; `Cancelled`.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let Payload { keys } = work.payload()?;
    let total = keys.len() as u64;
    work.progress(0, total, "Starting download...");
    let mut failures = Vec::new();
    for (done, key) in keys.iter().enumerate() {
        work.stop().check()?;
        work.progress(done as u64, total, format!("Downloading {key}"));
        match app.zoo.get(key) {
            Err(error) => failures.push(JobFailure { item: key.clone(), reason: error.message().into() }),
            Ok(entry) => match fetch(app, entry).await {
                Ok(()) => work.debug(format!("{key}: there and verified")).await,
                Err(error) => {
                    work.error(format!("{key}: {}", error.message())).await;
                    failures.push(JobFailure { item: key.clone(), reason: error.message().into() });
                }
            },
        }
    }
    work.failures(&failures).await?;
    if let [first, ..] = &failures[..] {
        return Err(Error::not_ready(format!(
            "{} of {total} models could not be fetched: {}: {}",
            failures.len(),
            first.item,
            first.reason
        )));
    }
    work.progress(total, total, "Download complete");
    Ok(json!({ "status": "done", "models": keys }))
}

async fn fetch(app: &App, entry: Entry) -> Result<()> {
    let zoo = app.zoo.clone();
    let fetched = tokio::task::spawn_blocking(move || zoo.source(&entry).map(drop)).await;
    fetched.map_err(|error| Error::internal("the download failed inside").because(error))?
}
