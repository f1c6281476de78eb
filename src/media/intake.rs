//! Files that somebody sends for import, on their way to the disk: each under a name of ours in a folder of their own, and at the
//! end a list of what their sender calls them. A folder without that list is not complete, and nobody's.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::walk::base_name;
use crate::error::{Error, Result, io_error};
use crate::imaging::PictureFormat;

/// Most files sent at once.
pub const MOST_FILES: usize = 10_000;

/// Longest name kept of a sender's file, in characters.
const LONGEST_NAME: usize = 255;

/// Longest path kept of a sender's file, in characters; of longer ones only the name is kept.
const LONGEST_PATH: usize = 1024;

/// A folder that is not complete after this time was left by a process that died.
const ABANDONED: Duration = Duration::from_hours(24);

const NAMES: &str = "names.json";

/// Endings of videos, besides those of pictures and `zip`; any other file keeps none, and its bytes tell what it is.
const VIDEOS: [&str; 18] =
    ["mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "mpe", "ts", "mts", "m2ts", "3gp", "3g2", "wmv", "flv", "ogv", "vob"];

/// One line of the list.
#[derive(Debug, Serialize)]
struct Named {
    file: String,
    name: String,
    /// With its folders, where it came in some.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    bytes: u64,
}

/// A folder being filled. Dropped before it is kept, it is removed with everything in it.
#[derive(Debug)]
pub struct Intake {
    folder: PathBuf,
    most_bytes: u64,
    files: Vec<Named>,
    kept: bool,
}

/// A file being written.
#[derive(Debug)]
pub struct IntakeFile {
    path: PathBuf,
    file: File,
    named: Named,
}

impl Intake {
    /// Makes the folder `<data_dir>/incoming/uploads/<uuid>`. `most_bytes` is the limit of one file.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn begin(data_dir: &Path, uuid: &str, most_bytes: u64) -> Result<Self> {
        let folder = uploads(data_dir).join(uuid);
        tokio::fs::create_dir_all(&folder).await.map_err(|source| io_error(&folder, "create the folder", source))?;
        Ok(Self { folder, most_bytes, files: Vec::new(), kept: false })
    }

    /// Begins the next file. Its name may be a path: that is kept for people, and never used as one.
    ///
    /// # Errors
    /// `TooLarge` when there are too many; those of the disk.
    pub async fn begin_file(&mut self, name: &str) -> Result<IntakeFile> {
        if self.files.len() >= MOST_FILES {
            return Err(Error::too_large(format!("more than {MOST_FILES} files were sent at once: send several requests")));
        }
        let sent_path = path_of(name);
        let name: String = base_name(name).chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let file = format!("{:04}{}", self.files.len() + 1, known_ending(&name));
        let path = self.folder.join(&file);
        let opened = File::create(&path).await.map_err(|source| io_error(&path, "create", source))?;
        Ok(IntakeFile { path, file: opened, named: Named { file, name, path: sent_path, bytes: 0 } })
    }

    /// Adds a piece of a file.
    ///
    /// # Errors
    /// `TooLarge` beyond the limit; those of the disk.
    pub async fn write(&self, file: &mut IntakeFile, piece: &[u8]) -> Result<()> {
        file.named.bytes += piece.len() as u64;
        if file.named.bytes > self.most_bytes {
            let limit = self.most_bytes >> 20;
            return Err(Error::too_large(format!("{} is larger than {limit} MiB (`import.max_upload_mib`)", file.named.name)));
        }
        file.file.write_all(piece).await.map_err(|source| io_error(&file.path, "write", source))
    }

    /// Makes a file durable and puts it on the list.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn finish_file(&mut self, mut file: IntakeFile) -> Result<()> {
        file.file.flush().await.map_err(|source| io_error(&file.path, "write", source))?;
        file.file.sync_all().await.map_err(|source| io_error(&file.path, "write", source))?;
        self.files.push(file.named);
        Ok(())
    }

    /// How many files are on the list.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Writes the list: from now on the folder is complete, and an import finds it.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn complete(&self) -> Result<()> {
        let text =
            serde_json::to_vec(&self.files).map_err(|source| Error::internal("the list of files cannot be written").because(source))?;
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            let (part, list) = (folder.join("names.part"), folder.join(NAMES));
            std::fs::write(&part, &text).map_err(|source| io_error(&part, "write", source))?;
            synced(&part)?;
            std::fs::rename(&part, &list).map_err(|source| io_error(&list, "write", source))?;
            synced(&folder)
        });
        written.await.map_err(|source| Error::internal("writing the list of files was interrupted").because(source))?
    }

    /// The folder stays: somebody else takes care of it now.
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept at a later start.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Removes what dead processes left unfinished.
pub fn sweep(data_dir: &Path) {
    for folder in std::fs::read_dir(uploads(data_dir)).into_iter().flatten().flatten() {
        let changed = folder.metadata().and_then(|metadata| metadata.modified());
        let is_old = changed.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > ABANDONED));
        if is_old && !folder.path().join(NAMES).exists() {
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }
}

fn uploads(data_dir: &Path) -> PathBuf {
    data_dir.join("incoming").join("uploads")
}

fn synced(path: &Path) -> Result<()> {
    std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(|source| io_error(path, "write", source))
}

/// A sender's path with single slashes; nothing without folders, or where it climbs or is too long.
fn path_of(sent: &str) -> Option<String> {
    let plain: String = sent.chars().filter(|c| !c.is_control()).map(|c| if c == '\\' { '/' } else { c }).collect();
    let parts: Vec<&str> = plain.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let is_kept = parts.len() > 1 && !parts.contains(&"..") && plain.chars().count() <= LONGEST_PATH;
    is_kept.then(|| parts.join("/"))
}

/// The ending of a name, with its dot and in small letters, if it is one of ours; else nothing.
fn known_ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let known = PictureFormat::from_extension(&ending).is_some() || VIDEOS.contains(&ending.as_str()) || ending == "zip";
    if known { format!(".{ending}") } else { String::new() }
}
