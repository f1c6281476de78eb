//! Builds a feature's index from its vectors and publishes it whole. Searches go on with the old one meanwhile.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use super::extract::vectoriser;
use super::{Progress, Stop};
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::Feature;
use crate::feature::vectors::Vectors;
use crate::index::{self, Rows};

/// What a build did.
#[derive(Debug, Clone, Serialize)]
pub struct BuildReport {
    /// Number of the feature.
    pub feature: i64,
    /// Kind of index.
    pub kind: String,
    /// Vectors in the index.
    pub vectors: usize,
    /// Seconds of the build; 0 when there was nothing to do.
    pub seconds: f64,
    /// Whether the index held everything already.
    pub up_to_date: bool,
}

impl fmt::Display for BuildReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { feature, kind, vectors, seconds, up_to_date } = self;
        if *up_to_date {
            write!(f, "feature {feature}: the {kind} index is up to date with {vectors} vectors")
        } else {
            write!(f, "feature {feature}: {kind} index of {vectors} vectors built in {seconds:.2} s")
        }
    }
}

/// Builds the index unless it holds every vector already.
///
/// # Errors
/// Those of loading the model, of the index kind, a full disk, `Cancelled`.
pub async fn build_index(
    app: &App,
    feature: &Feature,
    force: bool,
    stop: &Stop,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<BuildReport> {
    let (_, signature) = vectoriser(app, &feature.modelzoo_name, &feature.layer).await?;
    let fingerprint = signature.fingerprint.to_string();
    let vectors = Arc::new(Vectors::open(&app.features.vectors_folder(&signature), signature.dimension, &fingerprint)?);
    let kind = feature.index_kind()?;
    let folder = app.features.index_folder(feature.id);
    let started = Instant::now();
    let rows: Arc<dyn Rows> = vectors.clone();
    let report =
        |seconds, up_to_date| BuildReport { feature: feature.id.0, kind: kind.name().into(), vectors: rows.len(), seconds, up_to_date };
    if !force && is_current(&folder, &rows, &kind, &fingerprint) {
        return Ok(report(0.0, true));
    }
    let shown = |done: usize, total: usize| progress(Progress { done: done as u64, total: total as u64 });
    tokio::task::block_in_place(|| index::build(&kind, rows.as_ref(), &folder, &fingerprint, &shown, stop.flag()))?;
    let last = vectors.media_ids().map(|id| id.0).max().unwrap_or(0);
    app.features.mark_indexed(feature.id, last).await?;
    Ok(report(started.elapsed().as_secs_f64(), false))
}

/// A damaged or foreign snapshot counts as none: building anew is the remedy.
fn is_current(folder: &std::path::Path, rows: &Arc<dyn Rows>, kind: &crate::index::IndexKind, fingerprint: &str) -> bool {
    let opened: Result<_, Error> = index::open_current(folder, rows, fingerprint);
    opened.ok().flatten().is_some_and(|snapshot| snapshot.manifest.count == rows.len() && snapshot.manifest.kind == *kind)
}
