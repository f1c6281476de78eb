//! Is an exported archive still what it was? Every file is hashed as it streams past and compared with the manifest; nothing is
//! unpacked to the disk, and an archive made to do harm is refused before it can. A manifest proves that the files belong together;
//! that it is the manifest of the day of the export is proved by its own hash, noted down elsewhere.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use serde::Serialize;
use zip::read::{Config, OwnedZipFileEntry};
use zip::unstable::read::ZipIterable;

use super::manifest::{self, LONGEST_LINE, MANIFEST};
use crate::error::{Result, io_error};
use crate::types::Sha256;

/// Most entries of an archive that is looked at.
const MAX_ENTRIES: usize = 1_000_000;

/// Most bytes of a manifest.
const MAX_MANIFEST_BYTES: u64 = 128 << 20;

/// Most bytes that one packed byte may become, of each file beyond a free mebibyte and of all together; exports are not packed.
const MAX_RATIO: u64 = 200;
const RATIO_FREE_BYTES: u64 = 1 << 20;
const TOTAL_FREE_BYTES: u64 = 64 << 20;

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Its bytes are not those of the manifest.
    Changed,
    /// The manifest names it, the archive has it not.
    Missing,
    /// The archive has it, the manifest does not name it.
    Added,
    /// The archive itself is broken, or made to do harm.
    Damaged,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind.
    pub fault: Fault,
    /// The file, below the top folder where it is there.
    pub name: String,
    /// More about it.
    pub reason: String,
}

/// What an examination found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// True when nothing is wrong.
    pub pass: bool,
    /// Files whose bytes are those of the manifest.
    pub files: u64,
    /// Hash of the manifest itself, where there is one.
    pub manifest_sha256: Option<Sha256>,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
}

impl Verdict {
    fn note(&mut self, fault: Fault, name: &str, reason: impl Into<String>) {
        self.problems.push(Problem { fault, name: name.escape_debug().to_string(), reason: reason.into() });
    }
}

/// Examines an archive.
///
/// # Errors
/// When the file cannot be opened; a file that is no archive is a verdict.
pub fn verify(path: &Path) -> Result<Verdict> {
    let file = File::open(path).map_err(|source| io_error(path, "open", source))?;
    let length = file.metadata().map_err(|source| io_error(path, "look at", source))?.len();
    let mut verdict = Verdict::default();
    if let Err(reason) = examine(&file, length, &mut verdict) {
        verdict.note(Fault::Damaged, &path.display().to_string(), reason);
    }
    verdict.pass = verdict.problems.is_empty();
    Ok(verdict)
}

/// A file in the archive.
struct Entry {
    name: String,
    entry: OwnedZipFileEntry,
}

fn examine(file: &File, length: u64, verdict: &mut Verdict) -> Result<(), String> {
    let entries = entries(file, length)?;
    let Some((top, manifest)) = find_manifest(&entries)? else {
        verdict.note(Fault::Missing, MANIFEST, "the archive has no manifest directly below its top folder");
        return Ok(());
    };
    let text = read_manifest(file, manifest)?;
    verdict.manifest_sha256 = Some(Sha256::of(text.as_bytes()));
    let mut expected = manifest::parse(&text)?;
    let mut seen = HashSet::new();
    for one in &entries {
        if !seen.insert(one.name.as_str()) {
            verdict.note(Fault::Damaged, &one.name, "is there more than once");
        } else if !std::ptr::eq(one, manifest) {
            compare(file, one, top, &mut expected, verdict);
        }
    }
    for name in expected.keys() {
        verdict.note(Fault::Missing, name, "is not in the archive");
    }
    if verdict.problems.is_empty() { headers_agree(file) } else { Ok(()) }
}

fn compare(file: &File, one: &Entry, top: &str, expected: &mut BTreeMap<String, Sha256>, verdict: &mut Verdict) {
    if let Some(reason) = manifest::unsafe_path(&one.name) {
        return verdict.note(Fault::Damaged, &one.name, reason);
    }
    // Programs that pack a folder anew add an entry for each folder; there is nothing in it.
    if one.entry.is_dir() && one.entry.size() == 0 {
        return;
    }
    let inside = one.name.strip_prefix(top).and_then(|rest| rest.strip_prefix('/'));
    let Some((name, hash)) = inside.and_then(|name| expected.remove_entry(name)) else {
        return verdict.note(Fault::Added, inside.unwrap_or(&one.name), "is not in the manifest");
    };
    match hash_of(file, &one.entry) {
        Ok(found) if found == hash => verdict.files += 1,
        Ok(found) => verdict.note(Fault::Changed, &name, format!("its hash is {found}, in the manifest {hash}")),
        Err(reason) => verdict.note(Fault::Changed, &name, reason),
    }
}

/// All entries with their names, once their number and sizes are found to be harmless.
fn entries(file: &File, length: u64) -> Result<Vec<Entry>, String> {
    let mut archive = open(file)?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("has {} entries, more than the limit of {MAX_ENTRIES}; none was looked at", archive.len()));
    }
    let mut found = Vec::new();
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for entry in archive.files().map_err(damaged)? {
        let entry = OwnedZipFileEntry::from(entry.map_err(damaged)?);
        let name = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), std::borrow::Cow::into_owned);
        packed = packed.saturating_add(entry.compressed_size());
        unpacked = unpacked.saturating_add(entry.size());
        found.push(Entry { name, entry });
    }
    if packed > length {
        return Err("its entries overlap: made to do harm, or damaged; none was unpacked".into());
    }
    if unpacked > TOTAL_FREE_BYTES.max(length.saturating_mul(MAX_RATIO)) {
        return Err(format!("unpacks {length} bytes to {unpacked}: perhaps a bomb; nothing was unpacked"));
    }
    Ok(found)
}

fn open(file: &File) -> Result<ZipIterable<BufReader<&File>>, String> {
    ZipIterable::try_new(BufReader::new(file), Config::default()).map_err(damaged)
}

/// The manifest, and the folder it is in.
fn find_manifest(entries: &[Entry]) -> Result<Option<(&str, &Entry)>, String> {
    let is_manifest = |one: &'_ Entry| one.name.split_once('/').is_some_and(|(top, rest)| !top.is_empty() && rest == MANIFEST);
    let mut found = entries.iter().filter(|one| is_manifest(one));
    let Some(first) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return Err("has more than one manifest".into());
    }
    Ok(first.name.split_once('/').map(|(top, _)| (top, first)))
}

fn read_manifest(file: &File, manifest: &Entry) -> Result<String, String> {
    let size = manifest.entry.size();
    let limit = MAX_MANIFEST_BYTES.min(LONGEST_LINE * MAX_ENTRIES as u64);
    if size > limit {
        return Err(format!("has a manifest of {size} bytes, more than the limit of {limit}; it was not read"));
    }
    let mut bytes = Vec::new();
    unpack(file, &manifest.entry, |piece| bytes.extend_from_slice(piece)).map_err(|reason| format!("the manifest {reason}"))?;
    String::from_utf8(bytes).map_err(|_| "the manifest is no text".into())
}

fn hash_of(file: &File, entry: &OwnedZipFileEntry) -> Result<Sha256, String> {
    use sha2::Digest;
    let mut hasher = sha2::Sha256::new();
    unpack(file, entry, |piece| hasher.update(piece))?;
    Ok(Sha256(hasher.finalize().into()))
}

/// Streams an entry, and not a byte more than it promises.
fn unpack(mut file: &File, entry: &OwnedZipFileEntry, mut take: impl FnMut(&[u8])) -> Result<(), String> {
    let (promised, packed) = (entry.size(), entry.compressed_size());
    if entry.encrypted() || entry.is_symlink() {
        return Err("is encrypted, or a link: exports have neither; it was not read".into());
    }
    if promised > RATIO_FREE_BYTES && promised > packed.saturating_mul(MAX_RATIO) {
        return Err(format!("unpacks {packed} bytes to {promised}: perhaps a bomb; it was not unpacked"));
    }
    let unpacked = entry.as_ref().with_reader(&mut file, zip::ZipReadOptions::new()).map_err(damaged)?;
    let mut unpacked = unpacked.take(promised.saturating_add(1));
    let mut buffer = vec![0; 1 << 18];
    let mut total = 0;
    loop {
        match unpacked.read(&mut buffer).map_err(|source| format!("is damaged: {source}"))? {
            0 if total == promised => return Ok(()),
            0 => return Err(format!("is damaged: it has {total} bytes where {promised} are promised")),
            count => take(&buffer[..count]),
        }
        total = promised + 1 - unpacked.limit();
        if total > promised {
            return Err(format!("unpacks to more than the {promised} bytes it promises; it was not unpacked further"));
        }
    }
}

/// Each file carries its name twice; programs differ in which they believe, so both must say the same.
fn headers_agree(file: &File) -> Result<(), String> {
    let mut archive = open(file)?.enforce_header_consistency(true);
    archive.files().map_err(damaged)?.try_for_each(|entry| entry.map(|_| ())).map_err(damaged)
}

fn damaged(error: impl std::fmt::Display) -> String {
    format!("is no ZIP archive, or a damaged one: {error}")
}
