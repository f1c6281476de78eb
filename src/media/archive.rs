//! ZIP archives as a source of pictures and videos. Entries are read one by one under strict limits; nothing is
//! ever written under a name from an archive, and names that try to leave it are refused all the same.

use std::fs::{File, Metadata};
use std::io::{BufReader, Read, Write};
use std::path::Path;

use zip::read::{Config, OwnedZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::walk::{Candidate, Content, Found, Origin, Rules, Sink, base_name, changed_at, failed, is_wanted};
use crate::error::{Error, Kind, Result, ResultExt, io_error};

/// Beyond this size an entry must not have shrunk more than [`MAX_RATIO`] times.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// Most bytes that one packed byte may become; photographs stay below 2, empty drawings below 100.
const MAX_RATIO: u64 = 200;

/// Names the pictures and videos of an archive, in its own order. An archive that cannot be read, or is refused, is one failure.
pub(super) fn list(path: &Path, metadata: &Metadata, rules: &Rules, sink: Sink<'_>) -> bool {
    let mut archive = match open(path, rules) {
        Ok(archive) => archive,
        Err(error) => return sink(failed(path, error)),
    };
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => return sink(failed(path, damaged(&error))),
    };
    let mut unpacked = 0_u64;
    for entry in entries {
        let entry = match entry {
            Ok(entry) => OwnedZipFileEntry::from(entry),
            Err(error) => return sink(failed(path, damaged(&error))),
        };
        let found = look_at(path, metadata, entry, rules);
        if let Found::Candidate(candidate) = &found {
            unpacked = unpacked.saturating_add(candidate.origin.byte_size);
            if unpacked > rules.max_archive_bytes {
                return sink(failed(path, too_much(rules)));
            }
            if !sink(Found::Expect(1)) {
                return false;
            }
        }
        if !sink(found) {
            return false;
        }
    }
    true
}

/// The bytes of one entry.
///
/// # Errors
/// `TooLarge` beyond the limits, `Corrupt` when they do not unpack to what was promised.
pub(super) fn read(path: &Path, entry: &OwnedZipFileEntry, max_bytes: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(entry.size().min(max_bytes).min(RATIO_FREE_BYTES)).unwrap_or_default());
    unpack(path, entry, max_bytes, &mut bytes)?;
    Ok(bytes)
}

/// Writes the bytes of one entry to `target`, and says how many they are.
///
/// # Errors
/// As [`read`]; `Corrupt` also when the target refuses them.
pub(super) fn unpack(path: &Path, entry: &OwnedZipFileEntry, max_bytes: u64, target: &mut dyn Write) -> Result<u64> {
    let mut file = File::open(path).map_err(|source| io_error(path, "open", source))?;
    let promised = entry.size();
    check_ratio(promised, entry.compressed_size())?;
    let unpacked = entry.as_ref().with_reader(&mut file, zip::ZipReadOptions::new());
    let unpacked = unpacked.map_err(|source| Error::corrupt(format!("cannot be unpacked: {}", damaged(&source))).because(source))?;
    // One byte beyond the promise shows a liar without unpacking the lie.
    let limit = promised.min(max_bytes);
    let count =
        std::io::copy(&mut unpacked.take(limit.saturating_add(1)), target).or_error(Kind::Corrupt, || "cannot be unpacked".into())?;
    if count > limit {
        return Err(Error::too_large(format!(
            "unpacks to more than the {promised} bytes that the archive promises: perhaps a bomb; it was not unpacked further"
        )));
    }
    Ok(count)
}

fn open(path: &Path, rules: &Rules) -> Result<ZipIterable<BufReader<File>>> {
    let file = File::open(path).map_err(|source| io_error(path, "open", source))?;
    let archive = ZipIterable::try_new(BufReader::new(file), Config::default());
    let archive = archive.map_err(|source| Error::corrupt(damaged(&source)).because(source))?;
    if archive.len() as u64 > rules.max_archive_entries {
        return Err(Error::too_large(format!(
            "the archive has {} entries, more than the limit of {}: unpack it and import the folder",
            archive.len(),
            rules.max_archive_entries
        )));
    }
    Ok(archive)
}

fn look_at(path: &Path, metadata: &Metadata, entry: OwnedZipFileEntry, rules: &Rules) -> Found {
    let name = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), std::borrow::Cow::into_owned);
    let shown = format!("{}!/{}", path.display(), name.escape_debug());
    let fail = |reason: String| Found::Failed { path: shown.clone(), reason };
    if let Some(reason) = bad_name(&name) {
        return fail(reason.into());
    }
    if entry.is_symlink() {
        return fail("is a link; links in archives are not followed: unpack the archive and import the folder".into());
    }
    if entry.is_dir() || !is_wanted(Path::new(base_name(&name))) {
        return Found::Ignored(u64::from(!entry.is_dir()));
    }
    match refused(&entry, rules.largest(Path::new(base_name(&name)))) {
        Some(reason) => fail(reason),
        None => Found::Candidate(candidate(path, metadata, &name, entry)),
    }
}

fn candidate(path: &Path, metadata: &Metadata, name: &str, entry: OwnedZipFileEntry) -> Candidate {
    let absolute = std::path::absolute(path).ok();
    let origin = Origin {
        name: base_name(name).to_owned(),
        path: format!("{}!/{name}", path.to_string_lossy()),
        // Names may repeat inside an archive; the place of the entry does not.
        location: absolute.as_deref().and_then(Path::to_str).map(|path| format!("{path}!{}/{name}", entry.header_start())),
        byte_size: entry.size(),
        modified_at: changed_at(metadata),
    };
    Candidate { origin, content: Content::Entry(path.to_owned(), Box::new(entry)) }
}

fn bad_name(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.starts_with(|first: char| first.is_ascii_alphabetic());
    if name.contains('\0') {
        Some("the name of the entry holds a NUL character; it was refused")
    } else if name.starts_with(['/', '\\']) || drive {
        Some("the name of the entry is an absolute path; it was refused")
    } else if name.split(['/', '\\']).any(|part| part == "..") {
        Some("the name of the entry climbs out of the archive with `..`; it was refused")
    } else {
        None
    }
}

fn refused(entry: &OwnedZipFileEntry, (limit, setting): (u64, &str)) -> Option<String> {
    if entry.encrypted() {
        return Some("is encrypted: unpack the archive with its password and import the folder".into());
    }
    if entry.size() > limit {
        return Some(format!(
            "has {} bytes, more than the limit of {limit} per file ({setting}): raise the limit or make it smaller",
            entry.size()
        ));
    }
    check_ratio(entry.size(), entry.compressed_size()).err().map(|error| error.to_string())
}

fn check_ratio(unpacked: u64, packed: u64) -> Result<()> {
    if unpacked > RATIO_FREE_BYTES && unpacked > packed.saturating_mul(MAX_RATIO) {
        let ratio = unpacked / packed.max(1);
        return Err(Error::too_large(format!(
            "unpacks {packed} bytes to {unpacked}, {ratio}:1 where {MAX_RATIO}:1 is the limit: perhaps a bomb; if it is not, unpack it and import the file"
        )));
    }
    Ok(())
}

fn too_much(rules: &Rules) -> String {
    format!(
        "the archive unpacks to more than the limit of {} bytes (max_archive_bytes): its first pictures were imported, the rest was not; unpack it and import the folder",
        rules.max_archive_bytes
    )
}

fn damaged(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(what) => {
            format!("this kind of ZIP archive is not supported ({what}): unpack it and import the folder")
        }
        ZipError::CompressionMethodNotSupported(method) => {
            format!("compression method {method} is not supported: unpack the archive and import the folder")
        }
        other => format!("not a ZIP archive, or a damaged one ({other})"),
    }
}
