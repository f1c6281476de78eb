//! Long work: each kind in a file of its own. It reports progress, sees the stop flag within a second, and goes on after a kill
//! where the last durable step ended.

pub mod build_index;
pub mod create_dataset;
pub mod delete_media;
pub mod detect;
pub mod download_model;
pub mod evaluate;
pub mod evaluate_index;
pub mod export_collection;
pub mod extract;
pub mod import;
mod incoming;
pub mod long_task;
pub mod map;
pub mod metrics;
mod params;
mod pending;
pub mod rebuild;
pub mod registry;
pub mod speed;
pub mod train_model;
pub mod update_index;
pub mod vectorise;
pub mod work;
pub mod worker;

pub use work::Work;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

use crate::error::{Error, Kind, Result};

/// A flag that asks running work to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    flag: Arc<AtomicBool>,
    token: CancellationToken,
}

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.flag.store(true, Ordering::Relaxed);
        self.token.cancel();
    }

    /// The flag itself, for engines that poll it.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// The same for work that waits.
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// Ends the work that asks here.
    ///
    /// # Errors
    /// `Cancelled` once somebody asked.
    pub fn check(&self) -> Result<()> {
        if self.flag.load(Ordering::Relaxed) {
            Err(Error::new(Kind::Cancelled, "stopped; what was done is kept, the same command goes on from there"))
        } else {
            Ok(())
        }
    }
}

/// How far work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}
