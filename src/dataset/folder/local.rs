//! Class folders of this machine.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::{ClassFolder, Found, Parse, is_picture, label, listable, without_end};
use crate::dataset::list::MOST_ENTRIES;
use crate::dataset::roots::Roots;
use crate::dataset::source::Sources;
use crate::error::{Error, Result, io_error};

/// Whether a path can be a dataset's folder, in DIGITS' words; outside the roots nothing exists.
///
/// # Errors
/// `Invalid` with the message for the form.
pub fn check(roots: &Roots, folder: &str) -> Result<()> {
    let path = Path::new(folder);
    if path.is_relative() {
        return Err(Error::invalid("Filesystem path is not absolute"));
    }
    roots.allowed_folder(path).map(drop).map_err(|_| Error::invalid("Folder does not exist"))
}

/// The immediate sub-folders.
pub(super) fn classes(sources: &Sources, folder: &Path) -> Result<Vec<ClassFolder>> {
    sources.roots.allowed_folder(folder)?;
    let folder = without_end(folder);
    let entries = std::fs::read_dir(&folder).map_err(|source| io_error(&folder, "list", source))?;
    let mut classes = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| io_error(&folder, "list", source))?.path();
        // A link may lead out of the roots.
        let Ok(allowed) = sources.roots.allowed(&path) else { continue };
        let (Some(place), Some(name)) = (listable(&path), path.file_name().and_then(|name| name.to_str())) else { continue };
        if allowed.is_dir() {
            classes.push(ClassFolder { label: label(name), place });
        }
    }
    Ok(classes)
}

/// The pictures of a class and of everything below it, in the order of their names, at most so many.
pub(super) fn pictures(parse: &Parse<'_>, folder: &str, most: usize) -> Result<Found> {
    let roots = &parse.sources.roots;
    let mut found = Found { places: Vec::new(), is_cut: false, skipped: 0 };
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| may_enter(roots, entry)) {
        (parse.watch.check)()?;
        let Ok(entry) = entry else {
            found.skipped += 1;
            continue;
        };
        let is_wanted = entry.file_type().is_file() && entry.file_name().to_str().is_some_and(is_picture);
        if !is_wanted {
            continue;
        }
        if found.places.len() >= most {
            found.is_cut = true;
            break;
        }
        match listable(entry.path()) {
            Some(place) => found.places.push(place),
            None => found.skipped += 1,
        }
        if found.places.len() > MOST_ENTRIES {
            return Err(Error::too_large(format!("{folder} has more than {MOST_ENTRIES} pictures")));
        }
    }
    Ok(found)
}

/// Links are followed where they lead to something that may be read anyway.
fn may_enter(roots: &Roots, entry: &DirEntry) -> bool {
    !entry.path_is_symlink() || roots.allowed(entry.path()).is_ok()
}
