//! A flat map of many vectors on which neighbours stay neighbours: the principal plane gives the broad shape, UMAP (`McInnes`,
//! Healy and Melville, 2018) pulls together what is close. From a seed; the same vectors give the same map.

mod layout;
mod neighbours;
mod principal;

pub use layout::{Layout, spread};
pub use neighbours::{Neighbours, neighbours};
pub use principal::principal_plane;

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Kind, Result};

/// A place on the map.
pub type Place = [f32; 2];

/// Ends the work once somebody asked.
fn check(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) {
        return Err(Error::new(Kind::Cancelled, "the map was stopped; the one before it is still there"));
    }
    Ok(())
}
