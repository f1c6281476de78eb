//! `import`: puts pictures and videos from folders of the server, uploads or URLs into the library.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::params::Params;
use super::{Work, incoming, registry};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::job::{JobFailure, JobKnown, NewJob};
use crate::media::fetch::{self, FetchRules};
use crate::media::import::{ImportOptions, ImportProgress, ImportReport, import};

/// Most folders and files named in one request.
const MOST_PATHS: usize = 1000;

/// What to import; exactly one of the three is filled.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Payload {
    /// Folders and files of the server.
    #[serde(default)]
    pub(super) paths: Vec<String>,
    /// Public addresses.
    #[serde(default)]
    pub(super) urls: Vec<String>,
    /// Folder of an upload, below `incoming/uploads`.
    #[serde(default)]
    pub(super) upload: Option<String>,
    /// Afterwards extract features and build the index of every active feature.
    #[serde(default)]
    pub(super) update_index: bool,
}

/// `paths` (below the configured roots), or `urls`; `update_index` to make them searchable afterwards.
///
/// # Errors
/// `Invalid` naming the parameter; a path outside the roots and a private address are among these.
pub fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let paths = params.texts("paths", MOST_PATHS);
    let urls = params.texts("urls", app.config.import.max_urls);
    let (upload, update_index) = (params.text("upload", 36), params.flag("update_index"));
    for path in &paths {
        if let Err(error) = incoming::allowed_path(&app.config, path) {
            params.refuse("paths", error.message());
        }
    }
    for url in &urls {
        if let Err(error) = fetch::check_url(url, rules(app)) {
            params.refuse("urls", error.message());
        }
    }
    if let Some(upload) = &upload
        && let Err(error) = incoming::read_names(&app.config, upload)
    {
        params.refuse("upload", error.message());
    }
    let given = [!paths.is_empty(), !urls.is_empty(), upload.is_some()].into_iter().filter(|given| *given).count();
    if given != 1 {
        params.refuse("paths", "This field is required: either paths (folders and files of the server) or urls.");
    }
    params.finish()?;
    let title = title(&paths, &urls);
    Ok(NewJob { title, payload: json!(Payload { paths, urls, upload, update_index }), ..NewJob::default() })
}

fn title(paths: &[String], urls: &[String]) -> String {
    match (paths, urls) {
        ([path], _) => format!("Import {path}"),
        ([_, ..], _) => format!("Import {} folders and files", paths.len()),
        (_, [url]) => format!("Import {}", url.chars().take(100).collect::<String>()),
        (_, [_, ..]) => format!("Import {} URLs", urls.len()),
        _ => "Import an upload".into(),
    }
}

/// The same for what failed.
pub fn retry_payload(payload: &Value, failures: &[JobFailure]) -> Value {
    let mut payload = payload.clone();
    let items: Vec<&str> = failures.iter().map(|failure| failure.item.as_str()).collect();
    for field in ["paths", "urls"] {
        if payload[field].as_array().is_some_and(|given| !given.is_empty()) {
            // An entry of an archive is tried again with its archive; what is already there is not imported twice.
            let mut again: Vec<&str> = items.iter().map(|item| item.split_once("!/").map_or(*item, |(archive, _)| archive)).collect();
            again.dedup();
            payload[field] = json!(again);
        }
    }
    payload
}

/// Imports. What was imported before, by an earlier attempt too, is not imported twice.
///
/// # Errors
/// What stops everything, like a full disk; `Cancelled`.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let payload: Payload = work.payload()?;
    incoming::sweep(&app.config);
    let mut told = Told::default();
    let report = if let Some(upload) = &payload.upload {
        from_upload(app, work, upload, &mut told).await?
    } else if payload.urls.is_empty() {
        from_paths(app, work, &payload.paths, &mut told).await?
    } else {
        from_urls(app, work, &payload.urls, &mut told).await?
    };
    let Told { failures, known } = told;
    for partial in &report.partial {
        work.error(format!("{}: imported in part: {}", partial.path, partial.reason)).await;
    }
    work.failures(&failures).await?;
    work.known(&known).await?;
    let next = if payload.update_index && report.added > 0 {
        // The first pictures of a library need a feature to be found by.
        app.features.default_or_create().await?;
        Some(registry::start(app, "update_index", Value::Null, &work.job().username).await?.uuid)
    } else {
        None
    };
    let so_far = work.so_far();
    work.progress(
        so_far.total,
        so_far.total,
        format!("{} added, {} already there, {} failed", report.added, report.already_there, failures.len()),
    );
    let mut result = json!(report);
    result["failed"] = json!(failures.len());
    result["update_index"] = json!(next);
    Ok(result)
}

/// What is told item by item, in the words of who asked.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What could not be imported.
    pub(super) failures: Vec<JobFailure>,
    /// What was there before.
    pub(super) known: Vec<JobKnown>,
}

async fn from_paths(app: &App, work: &Work, paths: &[String], told: &mut Told) -> Result<ImportReport> {
    let mut allowed = Vec::new();
    for path in paths {
        // Once more: a link may have changed since the request.
        match incoming::allowed_path(&app.config, path) {
            Ok(path) => allowed.push(path),
            Err(error) => told.failures.push(JobFailure { item: path.clone(), reason: error.message().into() }),
        }
    }
    let report = take_in(app, work, &allowed).await?;
    told.failures.extend(report.failed.iter().map(|failed| JobFailure { item: failed.path.clone(), reason: failed.reason.clone() }));
    let known = report.known.iter().map(|one| JobKnown { item: one.path.clone(), media: one.media, deleted: one.deleted });
    told.known.extend(known);
    Ok(report)
}

async fn from_upload(app: &App, work: &Work, upload: &str, told: &mut Told) -> Result<ImportReport> {
    let batch = incoming::read_names(&app.config, upload)?;
    let report = take_in(app, work, &batch.paths()).await?;
    batch.settle(&app.media, &report, told).await?;
    Ok(report)
}

async fn from_urls(app: &App, work: &Work, urls: &[String], told: &mut Told) -> Result<ImportReport> {
    let batch = incoming::fetch_all(app, work, urls, rules(app), &mut told.failures).await?;
    let report = take_in(app, work, &batch.paths()).await?;
    batch.settle(&app.media, &report, told).await?;
    batch.remove();
    Ok(report)
}

async fn take_in(app: &App, work: &Work, paths: &[PathBuf]) -> Result<ImportReport> {
    let progress = Arc::new(Shown { work: work.clone(), expected: AtomicU64::new(0), done: AtomicU64::new(0) });
    let options = ImportOptions { niceness: app.config.engine.bulk_niceness, ..ImportOptions::default() };
    let report = import(&app.media, paths, options, progress, work.stop().token().clone()).await?;
    if report.cancelled {
        return Err(Error::new(Kind::Cancelled, "stopped; what was imported stays, a retry goes on from there"));
    }
    Ok(report)
}

fn rules(app: &App) -> FetchRules {
    FetchRules { max_bytes: app.config.decode.limits().max_file_bytes, allow_private: app.config.import.allow_private_urls }
}

/// Tells the job what the import says.
struct Shown {
    work: Work,
    expected: AtomicU64,
    done: AtomicU64,
}

impl Shown {
    fn show(&self, message: &str) {
        let (done, expected) = (self.done.load(Ordering::Relaxed), self.expected.load(Ordering::Relaxed));
        self.work.progress(done, expected.max(done), message);
    }
}

impl ImportProgress for Shown {
    fn expect(&self, more: u64) {
        self.expected.fetch_add(more, Ordering::Relaxed);
        self.show("Importing...");
    }

    fn done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.show("Importing...");
    }

    fn video(&self, _name: &str, moment_ms: i64, length_ms: Option<i64>) {
        let length = length_ms.map(|length| format!(" of {} s", length / 1000)).unwrap_or_default();
        self.show(&format!("Reading a video, {} s{length}...", moment_ms / 1000));
    }
}
