//! Finding pictures and videos: walks the given files, folders and archives in a fixed order and names each candidate.
//! It opens archives to list them, and reads no picture or video.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};
use zip::read::OwnedZipFileEntry;

use super::{archive, video};
use crate::imaging::PictureFormat;

/// What a walk stays away from.
#[derive(Clone)]
pub(super) struct Rules {
    /// The library itself, which is never imported into itself.
    pub(super) own_folder: PathBuf,
    /// Most bytes of one picture file.
    pub(super) max_file_bytes: u64,
    /// Most bytes of one video file.
    pub(super) max_video_bytes: u64,
    /// Most entries of one archive.
    pub(super) max_archive_entries: u64,
    /// Most bytes that one archive may unpack to.
    pub(super) max_archive_bytes: u64,
}

impl Rules {
    /// Most bytes of a file with this name, and the setting that says so.
    pub(super) fn largest(&self, name: &Path) -> (u64, &'static str) {
        if video::is_video(name) { (self.max_video_bytes, "video.max_file_gib") } else { (self.max_file_bytes, "max_file_bytes") }
    }
}

/// Something the walk met.
pub(super) enum Found {
    /// Perhaps a picture or a video.
    Candidate(Candidate),
    /// Something that cannot be looked at.
    Failed { path: String, reason: String },
    /// So many files that do not claim to be pictures or videos.
    Ignored(u64),
    /// So many candidates more will come than the names of the files said.
    Expect(u64),
}

/// A file or archive entry that may be a picture or a video.
pub(super) struct Candidate {
    /// Where it is, for people and for the next import.
    pub(super) origin: Origin,
    /// How its bytes are read.
    pub(super) content: Content,
}

/// Where a picture or video came from.
pub(super) struct Origin {
    /// File name without folders.
    pub(super) name: String,
    /// Path as given, or `archive.zip!/inner/name`.
    pub(super) path: String,
    /// Absolute path; `None` when it is not text and so cannot be compared.
    pub(super) location: Option<String>,
    /// Bytes.
    pub(super) byte_size: u64,
    /// Last change, nanoseconds since 1970.
    pub(super) modified_at: Option<i64>,
}

/// How the bytes of a candidate are read.
pub(super) enum Content {
    /// From a file.
    File(PathBuf),
    /// From an entry of this archive.
    Entry(PathBuf, Box<OwnedZipFileEntry>),
}

/// Receives what the walk meets; false ends the walk.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Found) -> bool;

/// Walks everything that was given, in the given order, folders in the order of their names.
pub(super) fn walk(given: &[PathBuf], rules: &Rules, sink: Sink<'_>) {
    for path in given {
        let goes_on = match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk_folder(path, rules, sink),
            Ok(metadata) if metadata.is_file() => named_file(path, &metadata, rules, sink),
            Ok(_) => sink(failed(path, "is neither a file nor a folder")),
            Err(error) => sink(failed(path, error)),
        };
        if !goes_on {
            return;
        }
    }
}

/// How many files in the given folders are named like pictures or videos: a quick look ahead for the progress bar.
pub(super) fn count(given: &[PathBuf], rules: &Rules, cancelled: &dyn Fn() -> bool) -> u64 {
    let mut count = 0;
    for path in given {
        if !path.is_dir() {
            count += u64::from(!is_archive(path));
            continue;
        }
        for entry in WalkDir::new(path).follow_links(true).into_iter().filter_entry(|entry| !is_own(entry, &rules.own_folder)) {
            if cancelled() {
                return count;
            }
            count += u64::from(entry.is_ok_and(|entry| entry.file_type().is_file() && is_wanted(entry.path())));
        }
    }
    count
}

/// A file that somebody named is never ignored: what it is decides its content.
fn named_file(path: &Path, metadata: &Metadata, rules: &Rules, sink: Sink<'_>) -> bool {
    if is_archive(path) { archive::list(path, metadata, rules, sink) } else { sink(Found::Candidate(file(path, metadata))) }
}

fn walk_folder(root: &Path, rules: &Rules, sink: Sink<'_>) -> bool {
    let entries = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| !is_own(entry, &rules.own_folder)) {
        let goes_on = match entry {
            Ok(entry) if entry.file_type().is_dir() => true,
            Ok(entry) => file_in_folder(&entry, rules, sink),
            Err(error) => unreadable(root, &error, sink),
        };
        if !goes_on {
            return false;
        }
    }
    true
}

fn file_in_folder(entry: &DirEntry, rules: &Rules, sink: Sink<'_>) -> bool {
    let path = entry.path();
    if !entry.file_type().is_file() || !(is_wanted(path) || is_archive(path)) {
        return sink(Found::Ignored(1));
    }
    match entry.metadata() {
        Ok(metadata) => named_file(path, &metadata, rules, sink),
        Err(error) => sink(failed(path, error)),
    }
}

fn unreadable(root: &Path, error: &walkdir::Error, sink: Sink<'_>) -> bool {
    let path = error.path().unwrap_or(root);
    if let Some(ancestor) = error.loop_ancestor() {
        return sink(failed(path, format!("this link leads back to {}, a folder that holds it; it was not followed", ancestor.display())));
    }
    // A dangling link that does not claim to be a picture is as uninteresting as the file it once was.
    let dangling = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound) && path.is_symlink();
    if dangling && !is_wanted(path) && !is_archive(path) {
        return sink(Found::Ignored(1));
    }
    match error.io_error() {
        Some(io) if io.kind() == std::io::ErrorKind::PermissionDenied => {
            sink(failed(path, format!("{io} (give the user that runs likeness the right to read it)")))
        }
        Some(io) => sink(failed(path, io)),
        None => sink(failed(path, error)),
    }
}

fn file(path: &Path, metadata: &Metadata) -> Candidate {
    let absolute = std::path::absolute(path).ok().and_then(|path| path.to_str().map(str::to_owned));
    let origin = Origin {
        name: base_name(&path.to_string_lossy()).to_owned(),
        path: path.to_string_lossy().into_owned(),
        location: absolute,
        byte_size: metadata.len(),
        modified_at: changed_at(metadata),
    };
    Candidate { origin, content: Content::File(path.to_owned()) }
}

/// The later of a file's two times of change: tools set the one back when they unpack or copy, the other nobody can.
#[cfg(unix)]
pub(super) fn changed_at(metadata: &Metadata) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| seconds.checked_mul(1_000_000_000)?.checked_add(rest);
    let content = nanoseconds(metadata.mtime(), metadata.mtime_nsec())?;
    let anything = nanoseconds(metadata.ctime(), metadata.ctime_nsec())?;
    Some(content.max(anything))
}

/// The time of a file's last change.
#[cfg(not(unix))]
pub(super) fn changed_at(metadata: &Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}

/// The part of a path after its last separator.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// True for names of pictures and of videos.
pub(super) fn is_wanted(path: &Path) -> bool {
    is_picture(path) || video::is_video(path)
}

/// True for names that end like a picture's, in any letter case; `._x.jpg` is a Mac's note about `x.jpg`.
pub(super) fn is_picture(path: &Path) -> bool {
    let hidden_note = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"._"));
    let extension = path.extension().and_then(|extension| extension.to_str());
    !hidden_note && extension.is_some_and(|extension| PictureFormat::from_extension(extension).is_some())
}

pub(super) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

pub(super) fn failed(path: &Path, reason: impl std::fmt::Display) -> Found {
    Found::Failed { path: path.display().to_string(), reason: reason.to_string() }
}

fn is_own(entry: &DirEntry, own_folder: &Path) -> bool {
    entry.file_type().is_dir() && entry.path().canonicalize().is_ok_and(|path| path == own_folder)
}
