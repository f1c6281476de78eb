//! Many small files at once: written one by one, seen at once, and made durable together. Waiting for the disk once for hundreds of
//! pictures instead of three times for each is most of what makes an import fast.
//!
//! A power cut may leave a file here that is not whole. No row names it, because rows are written after [`Blobs::settle`]; and the
//! next import compares bytes, not sizes, before it takes a file for its own.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path as FilePath;

use super::{Blobs, Put};
use crate::error::{Result, io_error};

/// Bytes that are compared at a time.
const COMPARED_BYTES: usize = 1 << 16;

impl Blobs {
    /// Whether [`Blobs::put_behind`] works here: a local folder, and a system that can make all of its disk durable.
    pub(in crate::media) fn can_put_behind(&self) -> bool {
        self.local.is_some() && cfg!(target_os = "linux")
    }

    /// Stores bytes under a key that names its content. They are seen at once and survive the end of the process; a power cut they
    /// survive after the next [`Blobs::settle`]. Blocks.
    ///
    /// # Errors
    /// `Internal`, naming the disk and the remedy when it is full; `Unsupported` where [`Blobs::can_put_behind`] says no.
    pub(in crate::media) fn put_behind(&self, key: &str, bytes: &[u8]) -> Result<Put> {
        let local = self.local()?;
        let target = local.data_dir.join(key);
        if holds(&target, bytes).map_err(|source| io_error(&target, "read", source))? {
            return Ok(Put::AlreadyThere);
        }
        let staged = local.data_dir.join(local.staging.next_key_of(rayon::current_thread_index().unwrap_or_default()));
        let stored =
            in_folder(&staged, || std::fs::write(&staged, bytes)).and_then(|()| in_folder(&target, || std::fs::rename(&staged, &target)));
        if let Err(source) = stored {
            // What cannot be removed now is swept when the library is next opened.
            let _ = std::fs::remove_file(&staged);
            return Err(io_error(&target, "store", source));
        }
        Ok(Put::Stored)
    }

    /// Waits until everything that was put behind is on the disk. Blocks.
    ///
    /// # Errors
    /// `Internal` when the disk fails; what was put behind since the last time may then be lost.
    pub(in crate::media) fn settle(&self) -> Result<()> {
        let local = self.local()?;
        sync_disk(&local.disk).map_err(|source| io_error(&local.data_dir, "make the files durable in", source))
    }
}

/// Writes to a path; makes the folders on the way when they are missing.
fn in_folder(path: &FilePath, write: impl Fn() -> std::io::Result<()>) -> std::io::Result<()> {
    match (write(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
            std::fs::create_dir_all(folder)?;
            write()
        }
        (written, _) => written,
    }
}

/// Whether a file is there and holds exactly these bytes.
fn holds(path: &FilePath, bytes: &[u8]) -> std::io::Result<bool> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    if file.metadata()?.len() != bytes.len() as u64 {
        return Ok(false);
    }
    let mut buffer = vec![0; COMPARED_BYTES.min(bytes.len())];
    for expected in bytes.chunks(COMPARED_BYTES) {
        let found = &mut buffer[..expected.len()];
        match file.read_exact(found) {
            // It was shortened under our hands.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        if found != expected {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes everything on the disk of an open folder durable, names and contents. Since Linux 5.8 a failure to write is told here.
#[cfg(target_os = "linux")]
fn sync_disk(folder: &File) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    #[expect(unsafe_code, reason = "the standard library syncs single files only")]
    // SAFETY: a plain system call on a descriptor that is open for as long as `folder` is borrowed.
    let status = unsafe { libc::syncfs(folder.as_raw_fd()) };
    if status == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
fn sync_disk(_folder: &File) -> std::io::Result<()> {
    Err(std::io::Error::from(ErrorKind::Unsupported))
}
