//! One feature, ready to answer: its vectors mapped, its index open, its network in the engine once a picture needs it. New vectors
//! and a newly built index, by this process or another, are seen at the next search.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::OnceCell;

use super::narrowed::Kept;
use super::ranking::Pace;
use super::reading::Reading;
use crate::error::{Error, Kind, Result};
use crate::feature::vectors::Vectors;
use crate::feature::{Feature, Features};
use crate::index::{self, Hit, RowSet, Rows, Snapshot};
use crate::model::Zoo;
use crate::network::engine::NetworkId;
use crate::network::{Engine, Signature};
use crate::types::MediaId;

/// So few rows are scored one by one, whatever the index.
const FEW: usize = 500;
/// So are rows below this share of all (one in four) where the index would walk past most of its rows to reach them.
const FEW_SHARE: usize = 4;

/// Rows that say how similar strangers are: at most so many, fewer of long vectors, and enough for a tail at least.
const MOST_SAMPLED: usize = 4096;
const LEAST_SAMPLED: usize = 1024;

/// Numbers that those rows may have together: about a millisecond from memory.
const MOST_NUMBERS: usize = 1 << 20;

/// Cosine from which on two vectors are those of one picture.
const SAME: f32 = 0.99999;

/// A feature that can be asked.
pub(super) struct LoadedFeature {
    feature: Feature,
    signature: Signature,
    network: OnceCell<NetworkId>,
    layer: Arc<str>,
    vectors_folder: PathBuf,
    index_folder: PathBuf,
    view: Mutex<Option<Arc<View>>>,
    sets: tokio::sync::Mutex<Vec<Kept>>,
    pace: Pace,
}

/// Tells one published index from another.
type Stamp = Option<(u64, i64, i64)>;

/// What one search sees, from its start to its end.
pub(super) struct View {
    vectors: Arc<Vectors>,
    rows: Arc<dyn Rows>,
    snapshot: Option<Arc<Snapshot>>,
    /// Which published index this is.
    stamp: Stamp,
    /// Rows that say how similar strangers are, once somebody asked.
    sample: OnceLock<Vec<u32>>,
    /// Rows that no later row of the same picture replaces; made when it is first asked for.
    present: OnceLock<RowSet>,
}

/// What is searched for: a vector, or the row that holds it.
pub(super) enum Sought {
    Row(u32),
    Vector(Vec<f32>),
}

impl LoadedFeature {
    /// Loads vectors and index of a feature; the network only where its descriptor does not tell what its vectors are.
    ///
    /// # Errors
    /// `NotReady` without weights, `Corrupt` or `Conflict` when vectors or index are damaged or of another model.
    pub(super) async fn load(feature: Feature, engine: &Engine, zoo: &Zoo, features: &Features) -> Result<Self> {
        let (told, model, named) = (zoo.clone(), feature.modelzoo_name.clone(), feature.layer.clone());
        let told = super::blocking(move || told.signature(&model, &named)).await?;
        let (network, signature) = if let Some(signature) = told {
            (OnceCell::new(), signature)
        } else {
            let (network, signature) = zoo.load(engine, &feature.modelzoo_name, &feature.layer).await?;
            (OnceCell::new_with(Some(network)), signature)
        };
        let layer = signature.layer.as_str().into();
        let (vectors_folder, index_folder) = (features.vectors_folder(&signature), features.index_folder(feature.id));
        let (view, sets, pace) = (Mutex::default(), tokio::sync::Mutex::default(), Pace::default());
        let loaded = Arc::new(Self { feature, signature, network, layer, vectors_folder, index_folder, view, sets, pace });
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

    /// The network, loaded when the first picture needs it.
    ///
    /// # Errors
    /// Those of [`Zoo::load`]; `Conflict` when it is not the one that made the vectors.
    pub(super) async fn network(&self, engine: &Engine, zoo: &Zoo) -> Result<NetworkId> {
        let load = async || {
            let (network, signature) = zoo.load(engine, &self.feature.modelzoo_name, &self.feature.layer).await?;
            if signature == self.signature {
                return Ok(network);
            }
            let message = format!("the files of model `{}` have changed: start the server again, then extract", signature.model);
            Err(Error::new(Kind::Conflict, message))
        };
        self.network.get_or_try_init(load).await.copied()
    }

    /// The network if a picture has needed it already.
    pub(super) fn loaded_network(&self) -> Option<NetworkId> {
        self.network.get().copied()
    }

    pub(super) fn layer(&self) -> &Arc<str> {
        &self.layer
    }

    /// How long its searches take.
    pub(super) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Sets of rows from earlier searches.
    pub(super) fn kept_sets(&self) -> &tokio::sync::Mutex<Vec<Kept>> {
        &self.sets
    }

    /// The state of the last search if nothing was added or built since, which two looks at files tell.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) fn view_if_unchanged(&self) -> Result<Option<Arc<View>>> {
        // Whoever holds it is opening something.
        let Some(view) = self.view.try_lock().ok().and_then(|present| present.clone()) else { return Ok(None) };
        let is_same = !view.vectors.has_changed() && index::current_stamp(&self.index_folder)? == view.stamp;
        Ok(is_same.then_some(view))
    }

    /// The newest state: the one of the last search if nothing was added or built since.
    ///
    /// # Errors
    /// Those of opening vectors and index.
    pub(super) fn view(&self) -> Result<Arc<View>> {
        let mut present = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at before the index is opened: one that is published meanwhile is opened by the next search.
        let stamp = index::current_stamp(&self.index_folder)?;
        let (vectors, grown) = match present.as_deref() {
            None => (Arc::new(self.open_vectors()?), true),
            Some(view) => match view.vectors.refresh()? {
                Some(newer) => (Arc::new(newer), true),
                None => (Arc::clone(&view.vectors), false),
            },
        };
        if let Some(view) = present.as_ref().filter(|view| !grown && view.stamp == stamp) {
            return Ok(Arc::clone(view));
        }
        let rows: Arc<dyn Rows> = vectors.clone();
        let snapshot = match present.as_ref().filter(|view| view.stamp == stamp) {
            // Only the tail grew: the index over the first rows is the same.
            Some(view) => view.snapshot.clone(),
            None => self.open_index(&rows)?.map(Arc::new),
        };
        if let Some(snapshot) = &snapshot {
            index::take_in(snapshot, &rows);
        }
        let view = Arc::new(View { vectors, rows, snapshot, stamp, sample: OnceLock::new(), present: OnceLock::new() });
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
    /// Rows of the matrix, superseded ones too.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Vectors that can be found, of all media or of these.
    pub(super) fn len(&self, among: Option<&RowSet>) -> usize {
        among.map_or(self.rows.len() - self.vectors.superseded(), RowSet::count)
    }

    /// The rows of these media.
    pub(super) fn rows_of(&self, media: impl Iterator<Item = MediaId>) -> RowSet {
        let mut set = RowSet::none(self.rows.len());
        media.filter_map(|id| self.vectors.row_of(id)).for_each(|row| set.insert(row));
        set
    }

    /// Every row but the superseded ones.
    pub(super) fn all_rows(&self) -> RowSet {
        self.present().clone()
    }

    /// A set of rows without those of some media.
    pub(super) fn without(&self, among: Arc<RowSet>, media: &[MediaId]) -> Arc<RowSet> {
        if media.is_empty() {
            return among;
        }
        let mut rest = Arc::unwrap_or_clone(among);
        media.iter().filter_map(|id| self.vectors.row_of(*id)).for_each(|row| rest.remove(row));
        Arc::new(rest)
    }

    /// Where the stored vector of a picture is.
    pub(super) fn row_of(&self, media: MediaId) -> Option<Sought> {
        self.vectors.row_of(media).map(Sought::Row)
    }

    /// The vector that is searched for.
    pub(super) fn vector<'a>(&'a self, sought: &'a Sought) -> &'a [f32] {
        match sought {
            Sought::Row(row) => self.rows.row(*row as usize),
            Sought::Vector(vector) => vector,
        }
    }

    /// How similar pictures of this library are to what is sought by chance, from a sample spread evenly over its rows. `None` when
    /// there are too few.
    pub(super) fn reading(&self, sought: &Sought) -> Option<Reading> {
        let vector = self.vector(sought);
        let scores = self.sample.get_or_init(|| self.sampled_rows()).iter().map(|row| index::dot(vector, self.rows.row(*row as usize)));
        // The picture itself, and copies of it, are no strangers.
        Reading::new(scores.filter(|score| *score < SAME).collect(), self.len(None))
    }

    fn sampled_rows(&self) -> Vec<u32> {
        let count = (MOST_NUMBERS / self.rows.dimension().max(1)).clamp(LEAST_SAMPLED, MOST_SAMPLED);
        let stride = self.rows.len().div_ceil(count).max(1);
        (0..self.rows.len() as u32).step_by(stride).filter(|row| !self.vectors.is_superseded(*row)).collect()
    }

    /// The closest pictures, or the closest of these rows, with their Euclidean distance, closest first. The distance is taken from
    /// the vectors themselves: `sqrt(2 - 2 cos)` would turn the rounding of a cosine of 1 into 0.0003.
    ///
    /// # Errors
    /// Those of the index.
    pub(super) fn search(&self, sought: &Sought, count: usize, among: Option<&RowSet>) -> Result<Vec<(MediaId, f32)>> {
        let vector = self.vector(sought);
        let hits = match among {
            Some(among) if self.are_few(among.count()) => {
                index::search_rows(self.rows.as_ref(), &among.rows().collect::<Vec<_>>(), vector, count)?
            }
            _ => self.search_index(vector, count, among)?,
        };
        let distance = |row: usize| euclidean(vector, self.rows.row(row));
        Ok(hits.into_iter().filter_map(|hit| Some((self.vectors.media_id(hit.row as usize)?, distance(hit.row as usize)))).collect())
    }

    fn are_few(&self, rows: usize) -> bool {
        let is_planned = self.snapshot.as_ref().is_some_and(|snapshot| snapshot.plans_filters());
        rows < FEW || (!is_planned && rows < self.rows.len() / FEW_SHARE)
    }

    fn search_index(&self, vector: &[f32], count: usize, among: Option<&RowSet>) -> Result<Vec<Hit>> {
        // A set of rows names no superseded ones.
        let allowed = among.or_else(|| (self.vectors.superseded() > 0).then(|| self.present()));
        index::search_with_tail(self.snapshot.as_deref(), self.rows.as_ref(), vector, count, allowed)
    }

    /// All rows but the superseded.
    fn present(&self) -> &RowSet {
        self.present.get_or_init(|| {
            let mut present = RowSet::all(self.rows.len());
            self.vectors.superseded_rows().for_each(|row| present.remove(row));
            present
        })
    }
}

fn euclidean(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| f64::from(left - right).powi(2)).sum::<f64>().sqrt() as f32
}
