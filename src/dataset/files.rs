//! Small files in the folder of a job: each is there as a whole or not at all, and stays there through a power cut.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result, io_error};

/// Writes a file in the place of whatever was there; durable on return.
///
/// # Errors
/// Those of the disk.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// As [`replace`], with contents that are written bit by bit.
///
/// # Errors
/// Those of the disk.
pub fn write_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let failed = |source| io_error(path, "write", source);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new().prefix(".new-").tempfile_in(folder).map_err(failed)?;
    {
        let mut buffered = std::io::BufWriter::new(fresh.as_file_mut());
        write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    }
    fresh.as_file().sync_all().map_err(failed)?;
    readable_by_all(fresh.as_file()).map_err(failed)?;
    fresh.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(folder)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// Those of the disk.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|source| io_error(folder, "write", source))
}

/// Copies a file that somebody named or sent, if it is not too large.
///
/// # Errors
/// `TooLarge` naming the limit; those of the disk.
pub fn copy_bounded(from: &Path, to: &Path, most_bytes: u64) -> Result<()> {
    let metadata = std::fs::metadata(from).map_err(|error| io_error(from, "read", error))?;
    // Pipes and devices have no end, and opening one may take for ever.
    if !metadata.is_file() {
        return Err(Error::invalid(format!("{} is not a file", from.display())));
    }
    if metadata.len() > most_bytes {
        return Err(Error::too_large(format!("{} has {} bytes; the limit is {most_bytes}", from.display(), metadata.len())));
    }
    let mut source = File::open(from).map_err(|error| io_error(from, "read", error))?;
    let mut limited = std::io::Read::take(&mut source, most_bytes);
    write_with(to, |file| std::io::copy(&mut limited, file).map(drop))
}

/// A temporary file is for its owner alone; what it becomes is as readable as any other.
#[cfg(unix)]
fn readable_by_all(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_file: &File) -> std::io::Result<()> {
    Ok(())
}
