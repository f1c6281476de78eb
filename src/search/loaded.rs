//! One feature, ready to answer: its network in the engine, its vectors mapped, its index open. New vectors and a newly built
//! index, by this process or another, are seen at the next search.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::error::{Error, Result};
use crate::feature::vectors::Vectors;
use crate::feature::{Feature, Features};
use crate::index::{self, Hit, RowSet, Rows, Snapshot};
use crate::model::Zoo;
use crate::network::engine::NetworkId;
use crate::network::{Engine, Signature};
use crate::types::MediaId;

/// Media below this share of all (one in four) are scored one by one.
const FEW_SHARE: usize = 4;

/// A feature that can be asked.
pub(super) struct LoadedFeature {
    feature: Feature,
    signature: Signature,
    network: NetworkId,
    layer: Arc<str>,
    vectors_folder: PathBuf,
    index_folder: PathBuf,
    view: Mutex<Option<Arc<View>>>,
}

/// What one search sees, from its start to its end.
pub(super) struct View {
    vectors: Arc<Vectors>,
    rows: Arc<dyn Rows>,
    snapshot: Option<Arc<Snapshot>>,
    /// Which published index this is.
    version: Option<String>,
    /// Rows that no later row of the same picture replaces; made when it is first asked for.
    present: OnceLock<RowSet>,
}

impl LoadedFeature {
    /// Loads network, vectors and index of a feature.
    ///
    /// # Errors
    /// `NotReady` without weights, `Corrupt` or `Conflict` when vectors or index are damaged or of another model.
    pub(super) async fn load(feature: Feature, engine: &Engine, zoo: &Zoo, features: &Features) -> Result<Self> {
        let (network, signature) = zoo.load(engine, &feature.modelzoo_name, &feature.layer).await?;
        let layer = signature.layer.as_str().into();
        let (vectors_folder, index_folder) = (features.vectors_folder(&signature), features.index_folder(feature.id));
        let loaded = Arc::new(Self { feature, signature, network, layer, vectors_folder, index_folder, view: Mutex::default() });
        let opened = Arc::clone(&loaded);
        super::blocking(move || opened.view()).await?;
        Arc::into_inner(loaded).ok_or_else(|| Error::internal("a feature was used before it was loaded"))
    }

    pub(super) fn feature(&self) -> &Feature {
        &self.feature
    }

    pub(super) fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(super) fn network(&self) -> NetworkId {
        self.network
    }

    pub(super) fn layer(&self) -> &Arc<str> {
        &self.layer
    }

    /// The newest state: the one of the last search if nothing was added or built since.
    ///
    /// # Errors
    /// Those of opening vectors and index.
    pub(super) fn view(&self) -> Result<Arc<View>> {
        let mut present = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        let version = index::current_version(&self.index_folder)?;
        let (vectors, grown) = match present.as_deref() {
            None => (Arc::new(self.open_vectors()?), true),
            Some(view) => match view.vectors.refresh()? {
                Some(newer) => (Arc::new(newer), true),
                None => (Arc::clone(&view.vectors), false),
            },
        };
        if let Some(view) = present.as_ref().filter(|view| !grown && view.version == version) {
            return Ok(Arc::clone(view));
        }
        let rows: Arc<dyn Rows> = vectors.clone();
        let snapshot = match present.as_ref().filter(|view| view.version == version) {
            // Only the tail grew: the index over the first rows is the same.
            Some(view) => view.snapshot.clone(),
            None => self.open_index(&rows)?.map(Arc::new),
        };
        if let Some(snapshot) = &snapshot {
            index::take_in(snapshot, &rows);
        }
        let view = Arc::new(View { vectors, rows, snapshot, version, present: OnceLock::new() });
        *present = Some(Arc::clone(&view));
        Ok(view)
    }

    fn open_vectors(&self) -> Result<Vectors> {
        Vectors::open(&self.vectors_folder, self.signature.dimension, &self.signature.fingerprint.to_string())
    }

    fn open_index(&self, rows: &Arc<dyn Rows>) -> Result<Option<Snapshot>> {
        let opened = index::open_current(&self.index_folder, rows, &self.signature.fingerprint.to_string());
        opened.map_err(|error| {
            error.context(format!("feature {} (remedy: `likeness index --feature {} --force`)", self.feature.id, self.feature.id))
        })
    }
}

impl View {
    /// Vectors that can be found, of all media or of these.
    pub(super) fn len(&self, among: Option<&HashSet<MediaId>>) -> usize {
        match among {
            Some(among) => among.iter().filter(|id| self.vectors.row_of(**id).is_some()).count(),
            None => self.rows.len() - self.vectors.superseded(),
        }
    }

    /// The stored vector of a picture.
    pub(super) fn vector_of(&self, media: MediaId) -> Option<Vec<f32>> {
        self.vectors.row_of(media).map(|row| self.rows.row(row as usize).to_vec())
    }

    /// The closest pictures, or the closest of these, with their Euclidean distance, closest first. The distance is taken from
    /// the vectors themselves: `sqrt(2 - 2 cos)` would turn the rounding of a cosine of 1 into 0.0003.
    ///
    /// # Errors
    /// Those of the index.
    pub(super) fn search(&self, vector: &[f32], count: usize, among: Option<&HashSet<MediaId>>) -> Result<Vec<(MediaId, f32)>> {
        let hits = match among {
            // The few are scored one by one: an index would walk past most of its rows to reach them.
            Some(among) if among.len() < self.rows.len() / FEW_SHARE => {
                let rows: Vec<u32> = among.iter().filter_map(|id| self.vectors.row_of(*id)).collect();
                index::search_rows(self.rows.as_ref(), &rows, vector, count)?
            }
            _ => self.search_index(vector, count, among)?,
        };
        let distance = |row: usize| euclidean(vector, self.rows.row(row));
        Ok(hits.into_iter().filter_map(|hit| Some((self.vectors.media_id(hit.row as usize)?, distance(hit.row as usize)))).collect())
    }

    fn search_index(&self, vector: &[f32], count: usize, among: Option<&HashSet<MediaId>>) -> Result<Vec<Hit>> {
        let chosen = among.map(|among| {
            let mut chosen = RowSet::none(self.rows.len());
            among.iter().filter_map(|id| self.vectors.row_of(*id)).for_each(|row| chosen.insert(row));
            chosen
        });
        let allowed = chosen.as_ref().or_else(|| (self.vectors.superseded() > 0).then(|| self.present()));
        index::search_with_tail(self.snapshot.as_deref(), self.rows.as_ref(), vector, count, allowed)
    }

    fn present(&self) -> &RowSet {
        self.present.get_or_init(|| {
            let mut present = RowSet::all(self.rows.len());
            (0..self.rows.len() as u32).filter(|row| self.vectors.is_superseded(*row)).for_each(|row| present.remove(row));
            present
        })
    }
}

fn euclidean(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| f64::from(left - right).powi(2)).sum::<f64>().sqrt() as f32
}
