//! An original as it goes into an archive: its bytes are proved to be those that were imported before any of them is written.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read, Seek};
use std::path::Path;

use super::Watch;
use crate::error::Result;
use crate::media::{Media, MediaStore};
use crate::types::Sha256;

/// Up to this size an original is read once, into memory; a larger one (a video) is read twice from the disk.
const IN_MEMORY: u64 = 32 << 20;

/// Proved bytes, ready to be copied.
pub(super) struct Original {
    /// How many there are.
    pub(super) size: u64,
    /// The bytes.
    pub(super) content: Box<dyn Read>,
}

/// Opens and proves an original. The inner failure says why this one cannot be exported, and what would help.
///
/// # Errors
/// `Cancelled`, as the watch says; `Unsupported` when the originals do not lie in a local folder.
pub(super) fn open(store: &MediaStore, media: &Media, watch: &Watch) -> Result<std::result::Result<Original, String>> {
    let path = store.file(media)?;
    match read(&path, &media.content_sha256, watch) {
        Ok(original) => Ok(Ok(original)),
        Err(source) => {
            // A stop comes through the reader as a failure to read.
            (watch.check)()?;
            Ok(Err(match source.kind() {
                ErrorKind::NotFound => format!("{} is not there: restore it from a backup", media.key()),
                ErrorKind::InvalidData => format!("{} is damaged ({source}): restore it from a backup", media.key()),
                _ => format!("{} cannot be read ({source})", media.key()),
            }))
        }
    }
}

fn read(path: &Path, expected: &Sha256, watch: &Watch) -> std::io::Result<Original> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut watched = Watched { file, watch: watch.clone() };
    if size > IN_MEMORY {
        prove(expected, &Sha256::of_reader(&mut watched)?)?;
        watched.file.rewind()?;
        return Ok(Original { size, content: Box::new(watched) });
    }
    let mut bytes = Vec::with_capacity(size as usize);
    watched.take(IN_MEMORY).read_to_end(&mut bytes)?;
    prove(expected, &Sha256::of(&bytes))?;
    Ok(Original { size: bytes.len() as u64, content: Box::new(Cursor::new(bytes)) })
}

fn prove(expected: &Sha256, found: &Sha256) -> std::io::Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(std::io::Error::new(ErrorKind::InvalidData, format!("its hash is {found}, recorded when it was imported is {expected}")))
}

/// Asks before each piece whether to go on.
struct Watched {
    file: File,
    watch: Watch,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        (self.watch.check)().map_err(std::io::Error::other)?;
        self.file.read(buffer)
    }
}
