//! Searches among a part of the library: a filter becomes a set of rows, which is kept as long as it stays true.

use std::sync::Arc;

use super::SearchDesk;
use super::loaded::{LoadedFeature, View};
use crate::error::Result;
use crate::index::RowSet;
use crate::media::MediaFilter;
use crate::types::MediaId;

/// Sets that a feature keeps: one bit a row each.
const MOST_KEPT: usize = 32;

/// The rows that passed a filter when the library's counter stood at `change`.
pub(super) struct Kept {
    /// The filter as text: equal texts mean equal filters.
    filter: String,
    change: i64,
    rows: usize,
    set: Arc<RowSet>,
}

impl SearchDesk {
    /// The rows of the media that pass a filter, as of now. Asked again before anything changed in the library, it costs next to nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn rows_of(&self, loaded: &LoadedFeature, view: &Arc<View>, filter: &MediaFilter) -> Result<Arc<RowSet>> {
        let text = format!("{filter:?}");
        // One at a time: whoever asks for the same thing meanwhile finds it done.
        let mut kept = loaded.kept_sets().lock().await;
        // Asked for before the rows are: what changes in between makes the set old, never wrong.
        let change = self.media.library_change().await?;
        kept.retain(|one| one.change == change && one.rows == view.rows());
        if let Some(place) = kept.iter().position(|one| one.filter == text) {
            let found = kept.remove(place);
            let set = Arc::clone(&found.set);
            kept.push(found);
            return Ok(set);
        }
        let ids = self.media.ids_of(filter).await?;
        let view = Arc::clone(view);
        let rows = view.rows();
        let set = Arc::new(super::blocking(move || Ok(view.rows_of(ids.into_iter().map(MediaId)))).await?);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Kept { filter: text, change, rows, set: Arc::clone(&set) });
        Ok(set)
    }
}
