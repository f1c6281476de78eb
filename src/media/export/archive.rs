//! The ZIP archive that grows: entries below one top folder, stored as they are, each hashed for the manifest as it is written.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, Timelike, Utc};
use sha2::Digest;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{self, MANIFEST};
use super::spool::Spool;
use crate::error::{Error, Result, io_error};
use crate::types::Sha256;

/// Bytes copied at a time.
const COPIED_AT_ONCE: usize = 1 << 18;

/// From this size on an entry needs the larger headers; a little below 4 GiB.
const LARGE: u64 = u32::MAX as u64 - (1 << 16);

/// An archive that is being written.
pub(super) struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    path: PathBuf,
    top: String,
    manifest: Spool,
}

impl Archive {
    /// An empty archive in this file; `path` is what messages call it. The manifest grows on the disk of `scratch`.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn begin(file: File, path: &Path, top: String, scratch: &Path) -> Result<Self> {
        let zip = ZipWriter::new(BufWriter::with_capacity(COPIED_AT_ONCE, file));
        Ok(Self { zip, path: path.to_owned(), top, manifest: Spool::in_folder(scratch)? })
    }

    /// Adds a file of `size` bytes under this path below the top folder; answers the hash of what was written.
    ///
    /// # Errors
    /// Those of the disk; the archive is then of no use.
    pub(super) fn add(&mut self, path: &str, at: DateTime<Utc>, size: u64, content: impl Read) -> Result<Sha256> {
        let hash = self.write(path, at, size, content)?;
        self.manifest.push(manifest::line(&hash, path).as_bytes())?;
        Ok(hash)
    }

    /// Adds the manifest and ends the archive; answers the hash of the manifest.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn finish(mut self, at: DateTime<Utc>, scratch: &Path) -> Result<Sha256> {
        let manifest = std::mem::replace(&mut self.manifest, Spool::in_folder(scratch)?);
        let hash = self.write(MANIFEST, at, manifest.length(), manifest.read()?)?;
        let mut file = self.zip.finish().map_err(|source| failed(&self.path, source))?;
        file.flush().map_err(|source| io_error(&self.path, "write", source))?;
        Ok(hash)
    }

    fn write(&mut self, path: &str, at: DateTime<Utc>, size: u64, mut content: impl Read) -> Result<Sha256> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(entry_time(at))
            .unix_permissions(0o644)
            .large_file(size >= LARGE);
        self.zip.start_file(format!("{}/{path}", self.top), options).map_err(|source| failed(&self.path, source))?;
        let mut hasher = sha2::Sha256::new();
        let mut buffer = vec![0; COPIED_AT_ONCE];
        loop {
            let count = content.read(&mut buffer).map_err(|source| unreadable(path, source))?;
            if count == 0 {
                return Ok(Sha256(hasher.finalize().into()));
            }
            hasher.update(&buffer[..count]);
            self.zip.write_all(&buffer[..count]).map_err(|source| io_error(&self.path, "write", source))?;
        }
    }
}

/// A stop that was asked for while a large original was read comes through as it is.
fn unreadable(path: &str, source: std::io::Error) -> Error {
    match source.downcast::<Error>() {
        Ok(error) => error,
        Err(source) => Error::internal(format!("the original of {path} broke off while it was copied: {source}")).because(source),
    }
}

fn failed(path: &Path, source: ZipError) -> Error {
    match source {
        ZipError::Io(source) => io_error(path, "write", source),
        other => Error::internal(format!("cannot write {}: {other}", path.display())).because(other),
    }
}

/// In UTC, to two seconds, as the format has it; times outside 1980 to 2107 become its first day.
fn entry_time(at: DateTime<Utc>) -> zip::DateTime {
    let year = u16::try_from(at.year()).unwrap_or_default();
    let [month, day, hour, minute, second] = [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|part| part as u8);
    zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
}
