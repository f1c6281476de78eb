//! Progress and stop of a running build.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Kind, Result};

/// Whom a build tells how far it is, and who may stop it.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    progress: &'a (dyn Fn(usize, usize) + Sync),
    stop: &'a AtomicBool,
}

impl<'a> Work<'a> {
    pub(super) fn new(progress: &'a (dyn Fn(usize, usize) + Sync), stop: &'a AtomicBool) -> Self {
        Self { progress, stop }
    }

    pub(super) fn report(&self, done: usize, total: usize) {
        (self.progress)(done, total);
    }

    pub(super) fn check_stop(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::new(Kind::Cancelled, "the build of the index was stopped; the index before it is still in use"));
        }
        Ok(())
    }
}
