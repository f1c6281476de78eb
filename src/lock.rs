//! Locks on files between processes. A program that this process starts holds every open file for the moment between fork and exec,
//! and with it its lock: one that was just let go may look held. So a lock that is held is looked at again for a while.

use std::fs::{File, TryLockError};
use std::io;
use std::time::{Duration, Instant};

/// How long a held lock is looked at again; far longer than a start of a program takes.
const PATIENCE: Duration = Duration::from_millis(500);

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Takes the lock of a file; false when another process has it and keeps it. Blocks for half a second at most.
///
/// # Errors
/// Those of the file system.
pub fn try_lock(file: &File) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
