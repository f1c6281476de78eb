//! Files on their way into the library: what clients may name on the server, and what they sent. A file that was sent lies in
//! `incoming/` under a name of ours; what its sender calls it stands in `names.json` beside it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use url::Url;

use super::Work;
use super::import::Told;
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::job::{JobFailure, JobKnown};
use crate::media::MediaStore;
use crate::media::fetch::{self, FetchRules};
use crate::media::import::ImportReport;

/// What is left of an upload, because some of its files could not be imported, is kept this long for another try.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// The list of names in an upload's folder.
const NAMES: &str = "names.json";

/// One file that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Named {
    /// Our name for it, inside the folder.
    file: String,
    /// What its sender calls it.
    name: String,
    /// With its folders, where it came in some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

impl Named {
    /// What its sender knows it by.
    fn shown(&self) -> &str {
        self.path.as_deref().unwrap_or(&self.name)
    }
}

/// A folder of files that were sent together.
pub(super) struct Batch {
    folder: PathBuf,
    names: Vec<Named>,
}

/// A path that a client named, if it lies below a folder that clients may import from. Links are followed before that is decided.
///
/// # Errors
/// `Forbidden` naming the setting, also for what is not there: a stranger must not learn which files exist.
pub(super) fn allowed_path(config: &Config, path: &str) -> Result<PathBuf> {
    let drop_folder = config.data_dir.join("incoming");
    let mut roots = config.import.roots.iter().chain([&drop_folder]).filter_map(|root| root.canonicalize().ok());
    let given = if Path::new(path).is_relative() { drop_folder.join(path) } else { PathBuf::from(path) };
    let inside = given.canonicalize().ok().filter(|given| roots.any(|root| given.starts_with(root)));
    inside.ok_or_else(|| {
        let shown: String = path.chars().take(200).collect();
        Error::new(
            Kind::Forbidden,
            format!("{shown} does not exist below the folders that may be imported from over HTTP (setting import.roots, and `incoming` in the data folder)"),
        )
    })
}

/// The files of an upload.
///
/// # Errors
/// `NotFound` when there is no such upload, or it was imported before.
pub(super) fn read_names(config: &Config, upload: &str) -> Result<Batch> {
    let is_name = !upload.is_empty() && upload.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let folder = config.data_dir.join("incoming/uploads").join(upload);
    if !is_name || !folder.join(NAMES).is_file() {
        return Err(Error::not_found("there is no such upload: its files were imported, or are gone: send them again"));
    }
    read_batch(folder)
}

fn read_batch(folder: PathBuf) -> Result<Batch> {
    let file = folder.join(NAMES);
    let text = std::fs::read(&file).map_err(|error| io_error(&file, "read", error))?;
    let names: Vec<Named> = serde_json::from_slice(&text).or_error(Kind::Corrupt, || file.display().to_string())?;
    if names.iter().any(|named| Path::new(&named.file).components().count() != 1 || named.file.starts_with('.')) {
        return Err(Error::corrupt(format!("{} names files outside its folder", file.display())));
    }
    Ok(Batch { folder, names })
}

/// Fetches URLs into a folder of the job's. What an earlier attempt fetched is not fetched again.
///
/// # Errors
/// Those of the disk; `Cancelled`. What is wrong with one URL goes to `failures`.
pub(super) async fn fetch_all(app: &App, work: &Work, urls: &[String], rules: FetchRules, failures: &mut Vec<JobFailure>) -> Result<Batch> {
    let folder = app.config.data_dir.join("incoming/fetched").join(&work.job().uuid);
    std::fs::create_dir_all(&folder).map_err(|error| io_error(&folder, "create", error))?;
    let mut names = Vec::new();
    for (number, text) in urls.iter().enumerate() {
        work.stop().check()?;
        work.progress(number as u64, urls.len() as u64, "Fetching...");
        let fetched = async { fetch_one(&folder, number, fetch::check_url(text, rules)?, rules, work).await };
        match fetched.await {
            Ok(file) => names.push(Named { file, name: text.clone(), path: None }),
            Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::Internal) => return Err(error),
            Err(error) => failures.push(JobFailure { item: text.clone(), reason: error.message().into() }),
        }
    }
    Ok(Batch { folder, names })
}

async fn fetch_one(folder: &Path, number: usize, url: Url, rules: FetchRules, work: &Work) -> Result<String> {
    let extension = Path::new(url.path()).extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let plain = !extension.is_empty() && extension.len() <= 4 && extension.chars().all(|c| c.is_ascii_alphanumeric());
    let file = if plain { format!("{number:04}.{extension}") } else { format!("{number:04}") };
    let (target, part) = (folder.join(&file), folder.join(format!(".{number:04}.part")));
    if target.is_file() {
        return Ok(file);
    }
    let stop = work.stop().clone();
    let fetched = tokio::task::spawn_blocking(move || {
        fetch::fetch(&url, &part, rules, &|| stop.check().is_ok())?;
        std::fs::rename(&part, &target).map_err(|error| io_error(&target, "write", error))
    });
    fetched.await.map_err(|error| Error::internal("a fetch failed inside").because(error))??;
    Ok(file)
}

impl Batch {
    /// The files.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.names.iter().map(|named| self.folder.join(&named.file)).filter(|path| path.exists()).collect()
    }

    /// Gives what was imported its sender's names, removes it here, and tells in those names what failed and what was there before.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn settle(&self, media: &MediaStore, report: &ImportReport, told: &mut Told) -> Result<()> {
        let names: HashMap<&str, &str> = self.names.iter().map(|named| (named.file.as_str(), named.shown())).collect();
        let mut left = HashSet::new();
        for failed in &report.failed {
            if let Some((file, item)) = self.item(&names, &failed.path) {
                left.insert(file);
                told.failures.push(JobFailure { item, reason: failed.reason.clone() });
            }
        }
        let known = report.known.iter().filter_map(|one| Some((self.item(&names, &one.path)?.1, one)));
        told.known.extend(known.map(|(item, one)| JobKnown { item, media: one.media, deleted: one.deleted }));
        for named in &self.names {
            let path = self.folder.join(&named.file);
            media.rename_source(&path, named.shown()).await?;
            if !left.contains(named.file.as_str()) {
                let _ = std::fs::remove_file(&path);
            }
        }
        if left.is_empty() {
            self.remove();
        }
        Ok(())
    }

    /// Our name of the file that was met at a path, and its sender's, with the place in an archive behind it.
    fn item<'a>(&self, names: &HashMap<&'a str, &str>, path: &str) -> Option<(&'a str, String)> {
        let inside = path.strip_prefix(&*self.folder.to_string_lossy())?.trim_start_matches('/');
        let (file, entry) = inside.split_at(inside.find("!/").unwrap_or(inside.len()));
        let (&file, name) = names.get_key_value(file)?;
        Some((file, format!("{name}{entry}")))
    }

    /// Removes the folder with everything in it.
    pub(super) fn remove(&self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Removes what was left for another try and is too old by now.
pub(super) fn sweep(config: &Config) {
    for kind in ["uploads", "fetched"] {
        let folders = std::fs::read_dir(config.data_dir.join("incoming").join(kind)).into_iter().flatten().flatten();
        for folder in folders {
            let age = folder.metadata().and_then(|metadata| metadata.modified()).map(|at| SystemTime::now().duration_since(at));
            if matches!(age, Ok(Ok(age)) if age > KEPT) {
                let _ = std::fs::remove_dir_all(folder.path());
            }
        }
    }
}
