//! How much space is left where the library lives.

use std::path::Path;

use crate::error::{Result, io_error};

/// Bytes that an unprivileged user may still write to the file system of this folder.
///
/// # Errors
/// When the folder cannot be reached.
pub(super) fn free_bytes(folder: &Path) -> Result<u64> {
    room(folder).map(|(free, _)| free)
}

/// Bytes that an unprivileged user may still write to the file system of this folder, and all that it has.
///
/// # Errors
/// When the folder cannot be reached.
pub(super) fn room(folder: &Path) -> Result<(u64, u64)> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(folder.as_os_str().as_bytes()).map_err(|source| io_error(folder, "look at", source.into()))?;
    let mut stat = std::mem::MaybeUninit::<libc::statvfs>::zeroed();
    #[expect(unsafe_code, reason = "the standard library does not tell the free space of a disk")]
    // SAFETY: `path` is a C string and `stat` is room for one `statvfs`, of which all-zero bytes are a valid value.
    let (status, stat) = unsafe { (libc::statvfs(path.as_ptr(), stat.as_mut_ptr()), stat.assume_init()) };
    if status == 0 {
        Ok((stat.f_bavail.saturating_mul(stat.f_frsize), stat.f_blocks.saturating_mul(stat.f_frsize)))
    } else {
        Err(io_error(folder, "look at", std::io::Error::last_os_error()))
    }
}
