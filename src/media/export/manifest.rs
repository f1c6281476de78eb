//! The manifest: one line `<sha256>  <path below the top folder>` for each other entry, as `sha256sum -c` reads it.

use std::collections::BTreeMap;

use crate::types::Sha256;

/// Its name below the top folder.
pub(super) const MANIFEST: &str = "manifest.sha256";

/// Most bytes of a path in it.
const LONGEST_PATH: usize = 1024;

/// Most bytes of a line, with its end.
pub(super) const LONGEST_LINE: u64 = 64 + 2 + LONGEST_PATH as u64 + 2;

/// A line of it.
pub(super) fn line(hash: &Sha256, path: &str) -> String {
    format!("{hash}  {path}\n")
}

/// Reads a manifest: hash by path, or the line that is wrong and why.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Sha256>, String> {
    let mut found = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = |why: &str| format!("line {} of the manifest {why}", number + 1);
        // Two blanks for text, blank and star for binary: `sha256sum` writes and reads both.
        let (hash, path) = line.split_once("  ").or_else(|| line.split_once(" *")).ok_or_else(|| wrong("is no hash with a path"))?;
        let hash: Sha256 = hash.parse().map_err(|_| wrong("has no SHA-256 of 64 hexadecimal digits"))?;
        if let Some(reason) = unsafe_path(path) {
            return Err(wrong(reason));
        }
        if path == MANIFEST || found.insert(path.to_owned(), hash).is_some() {
            return Err(wrong("names a file twice, or the manifest itself"));
        }
    }
    Ok(found)
}

/// Why nobody should unpack something under this path.
pub(super) fn unsafe_path(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|first: char| first.is_ascii_alphabetic());
    if path.is_empty() || path.len() > LONGEST_PATH {
        Some("has an empty path, or one of more than 1024 bytes")
    } else if path.chars().any(char::is_control) {
        Some("has control characters in its path")
    } else if path.starts_with(['/', '\\']) || drive {
        Some("has an absolute path")
    } else if path.split(['/', '\\']).any(|part| part == ".." || part == ".") {
        Some("has a path with `..` or `.` in it")
    } else {
        None
    }
}
