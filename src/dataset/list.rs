//! List files: one picture a line, its path and the number of its class; and files of labels, one a line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::files;
use crate::error::{Error, Result, io_error};

/// Most bytes of a list file.
pub const MOST_LIST_BYTES: u64 = 2 << 30;
/// Most pictures of one set: keys of the databases have eight digits, and orders of entries are kept in memory.
pub const MOST_ENTRIES: usize = 20_000_000;
/// Most bytes of a file of labels.
pub const MOST_LABEL_BYTES: u64 = 16 << 20;
/// Most classes.
pub const MOST_CLASSES: usize = 1_000_000;
/// Most bytes of one line.
const MOST_LINE_BYTES: u64 = 64 << 10;

/// One picture of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Path or URL.
    pub place: String,
    /// Number of its class.
    pub class: u32,
}

/// Path and class of a line: what follows the last white space is the class. `None` for a line without a class, or with one that is
/// no whole number from 0.
pub fn parse_line(line: &str) -> Option<ListEntry> {
    let (place, class) = line.trim_end().rsplit_once(char::is_whitespace)?;
    let is_number = !class.is_empty() && class.bytes().all(|byte| byte.is_ascii_digit());
    let class = class.parse().ok().filter(|_| is_number)?;
    let place = place.trim();
    (!place.is_empty()).then(|| ListEntry { place: place.to_owned(), class })
}

/// The entries of a list file, in their order, and how many lines were none.
///
/// # Errors
/// Those of the disk; `TooLarge` above a limit.
pub fn read(file: &Path) -> Result<(Vec<ListEntry>, u64)> {
    let failed = |source| io_error(file, "read", source);
    let opened = File::open(file).map_err(failed)?;
    let size = opened.metadata().map_err(failed)?.len();
    if size > MOST_LIST_BYTES {
        return Err(Error::too_large(format!("{} has {size} bytes; the limit of a list is {MOST_LIST_BYTES}", file.display())));
    }
    let (mut reader, mut line) = (BufReader::new(opened), Vec::new());
    let (mut entries, mut skipped) = (Vec::new(), 0);
    loop {
        line.clear();
        if reader.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return Ok((entries, skipped));
        }
        match std::str::from_utf8(&line).ok().and_then(parse_line) {
            Some(entry) => entries.push(entry),
            None => skipped += 1,
        }
        if entries.len() > MOST_ENTRIES {
            return Err(Error::too_large(format!("{} lists more than {MOST_ENTRIES} pictures: divide it", file.display())));
        }
    }
}

/// Writes a list file.
///
/// # Errors
/// Those of the disk.
pub fn write<'a>(file: &Path, entries: impl IntoIterator<Item = &'a ListEntry>) -> Result<()> {
    files::write_with(file, |text| entries.into_iter().try_for_each(|entry| writeln!(text, "{} {}", entry.place, entry.class)))
}

/// True for what can stand in a list: one line, and not blank at its start.
pub fn can_be_listed(place: &str) -> bool {
    !place.contains(['\n', '\r']) && place.trim() == place && place.len() as u64 + 12 < MOST_LINE_BYTES
}

/// The labels of a file, by number. Blank lines at the end are none; a blank line between others is a label, so that no class gets
/// another's number.
///
/// # Errors
/// Those of the disk; `TooLarge` above a limit.
pub fn read_labels(file: &Path) -> Result<Vec<String>> {
    let failed = |source| io_error(file, "read", source);
    let opened = File::open(file).map_err(failed)?;
    let mut bytes = Vec::new();
    opened.take(MOST_LABEL_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut labels: Vec<String> = text.lines().map(label).collect();
    while labels.last().is_some_and(String::is_empty) {
        labels.pop();
    }
    if bytes.len() as u64 > MOST_LABEL_BYTES || labels.len() > MOST_CLASSES {
        return Err(Error::too_large(format!("{} has more than {MOST_CLASSES} labels or {MOST_LABEL_BYTES} bytes", file.display())));
    }
    Ok(labels)
}

/// A label without the spaces around it; one that is nothing but spaces stays a space.
fn label(line: &str) -> String {
    let trimmed = line.trim();
    if trimmed.is_empty() && !line.is_empty() { " ".to_owned() } else { trimmed.to_owned() }
}

/// Writes a file of labels.
///
/// # Errors
/// Those of the disk.
pub fn write_labels(file: &Path, labels: &[String]) -> Result<()> {
    files::write_with(file, |text| labels.iter().try_for_each(|label| writeln!(text, "{label}")))
}
