//! The search desk: a probe (picture of the library, upload, bytes) becomes a vector, the vector becomes hits, the hits become media.
//! It knows nothing of HTTP; each request may ask another feature.

pub mod detector;
mod detectors;
mod loaded;
mod reading;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::error::{Error, Result};
use crate::feature::{Feature, Features};
use crate::imaging::DecodeLimits;
use crate::media::{Media, MediaStore};
use crate::model::Zoo;
use crate::network::{Engine, Signature, preprocess};
use crate::types::{FeatureId, MediaId, MediaType, Region};

pub use detector::{Detector, Inference};
pub use detectors::Detectors;
use loaded::LoadedFeature;
pub use reading::Reading;

/// What is searched for.
#[derive(Debug, Clone)]
pub enum Probe {
    /// A picture of the library, or a video for its first frame; the stored vector is used if there is one.
    Media(Media),
    /// Any other picture's bytes.
    Bytes(Bytes),
}

/// Which part of the ranking is wanted, and with which feature.
#[derive(Debug, Clone)]
pub struct Query {
    /// Part of the picture; the whole when `None`.
    pub region: Option<Region>,
    /// Feature; the default one when `None`.
    pub feature: Option<FeatureId>,
    /// Only these media may be answered; all when `None`.
    pub among: Option<Arc<HashSet<MediaId>>>,
    /// Hits to skip.
    pub offset: usize,
    /// Hits wanted.
    pub limit: usize,
    /// Of all frames of one video only the closest is a hit.
    pub group_by_video: bool,
}

impl Default for Query {
    fn default() -> Self {
        Self { region: None, feature: None, among: None, offset: 0, limit: 30, group_by_video: false }
    }
}

/// One answer of a search.
#[derive(Debug, Clone)]
pub struct Match {
    /// The picture.
    pub media: Media,
    /// Euclidean distance of the two unit vectors, 0 (the same) to 2; `sqrt(2 - 2 cos)`.
    pub distance: f32,
    /// When hits are grouped: how many further frames of the same video were among the pictures looked at.
    pub grouped: usize,
}

/// Hits in order, and how the time was spent.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The feature that answered.
    pub feature: FeatureId,
    /// Closest first.
    pub matches: Vec<Match>,
    /// Pictures that were compared.
    pub searched: usize,
    /// From question to answer.
    pub took: Duration,
}

/// So many times more pictures are looked at, to begin with, when the frames of a video fall together.
const GROUPED_REACH: usize = 4;

/// Most hits that one request can reach (`offset + limit`).
pub const DEEPEST: usize = 100_000;

/// Keeper of the loaded features.
#[derive(Clone)]
pub struct SearchDesk {
    engine: Engine,
    media: MediaStore,
    zoo: Zoo,
    features: Features,
    limits: DecodeLimits,
    detectors: Detectors,
    state: Arc<RwLock<State>>,
}

#[derive(Default)]
struct State {
    loaded: HashMap<FeatureId, Arc<LoadedFeature>>,
    default: Option<FeatureId>,
    /// What is on its way to becoming the default.
    loading: Option<FeatureId>,
}

/// Nothing is loading any more once this is gone, whether it went well, failed or was given up.
struct Loading(Arc<RwLock<State>>);

impl Drop for Loading {
    fn drop(&mut self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).loading = None;
    }
}

impl SearchDesk {
    /// A desk with nothing loaded.
    pub fn new(engine: Engine, media: MediaStore, zoo: Zoo, features: Features, limits: DecodeLimits) -> Self {
        let detectors = Detectors::new(engine.clone(), zoo.clone(), limits);
        Self { engine, media, zoo, features, limits, detectors, state: Arc::default() }
    }

    /// The detection models.
    pub fn detectors(&self) -> &Detectors {
        &self.detectors
    }

    /// Loads a feature's network and index and makes it the default of searches that name none.
    ///
    /// # Errors
    /// `NotFound`; `NotReady` without weights; `Corrupt` when index or vectors are damaged. The old default stays.
    pub async fn load(&self, id: FeatureId) -> Result<(Feature, Signature)> {
        let _shown = self.show_loading(id);
        let loaded = self.loaded(id).await?;
        self.write_state(|state| state.default = Some(id));
        Ok((loaded.feature().clone(), loaded.signature().clone()))
    }

    /// While another default is being loaded: the feature that answers meanwhile, or the one that is loaded when there is none yet.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn loading(&self) -> Result<Option<Feature>> {
        let shown = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            state.loading.map(|id| state.default.unwrap_or(id))
        };
        match shown {
            Some(id) => self.features.get(id).await,
            None => Ok(None),
        }
    }

    /// Only what takes time is shown: a feature that is loaded already becomes the default at once.
    fn show_loading(&self, id: FeatureId) -> Option<Loading> {
        self.write_state(|state| {
            let is_first = state.loading.is_none() && !state.loaded.contains_key(&id);
            is_first.then(|| state.loading = Some(id))
        })
        .map(|()| Loading(Arc::clone(&self.state)))
    }

    /// The default feature, loading the first active one if none was chosen. `None` when there is no feature at all.
    ///
    /// # Errors
    /// Those of [`SearchDesk::load`].
    pub async fn current(&self) -> Result<Option<(Feature, Signature)>> {
        if let Some(id) = self.default_id() {
            return match self.load(id).await {
                // Deleted since: the next one takes its place.
                Err(error) if error.kind() == crate::Kind::NotFound => self.load_first().await,
                outcome => outcome.map(Some),
            };
        }
        self.load_first().await
    }

    async fn load_first(&self) -> Result<Option<(Feature, Signature)>> {
        let Some(first) = self.features.list().await?.into_iter().find(|feature| feature.active) else { return Ok(None) };
        self.load(first.id).await.map(Some)
    }

    fn default_id(&self) -> Option<FeatureId> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).default
    }

    fn write_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// The feature, loaded. One that was changed or deleted in the database is loaded again or forgotten.
    async fn loaded(&self, id: FeatureId) -> Result<Arc<LoadedFeature>> {
        let Some(feature) = self.features.get(id).await? else {
            self.write_state(|state| state.loaded.remove(&id));
            return Err(Error::not_found(format!("there is no feature {id}; GET /api/v1/feature/ lists them")));
        };
        let present = self.state.read().unwrap_or_else(PoisonError::into_inner).loaded.get(&id).cloned();
        if let Some(loaded) = present.filter(|loaded| loaded.feature().same_vectors_and_index(&feature)) {
            return Ok(loaded);
        }
        let loaded = Arc::new(LoadedFeature::load(feature, &self.engine, &self.zoo, &self.features).await?);
        self.write_state(|state| state.loaded.insert(id, Arc::clone(&loaded)));
        Ok(loaded)
    }

    /// Answers a query.
    ///
    /// # Errors
    /// `NotReady` without any feature, `NotFound` for an unknown one, `Invalid` for paging beyond [`DEEPEST`],
    /// those of decoding the probe, `Busy` under load.
    pub async fn search(&self, probe: Probe, query: Query) -> Result<Answer> {
        let started = Instant::now();
        if query.offset.saturating_add(query.limit) > DEEPEST {
            return Err(Error::invalid(format!(
                "offset {} + limit {} is beyond the {DEEPEST} hits that a search can reach",
                query.offset, query.limit
            )));
        }
        let loaded = self.chosen(query.feature).await?;
        let loaded_again = Arc::clone(&loaded);
        let view = blocking(move || loaded_again.view()).await?;
        let vector = self.vector(&loaded, &view, probe, query.region).await?;
        let searched = view.len(query.among.as_deref());
        let matches = self.ranked(view, vector, query).await?;
        Ok(Answer { feature: loaded.feature().id, matches, searched, took: started.elapsed() })
    }

    async fn chosen(&self, id: Option<FeatureId>) -> Result<Arc<LoadedFeature>> {
        let id = match id.or_else(|| self.default_id()) {
            Some(id) => id,
            None => match self.load_first().await? {
                Some((feature, _)) => feature.id,
                None => {
                    return Err(Error::not_ready(
                        "there is no feature to search with: run `likeness extract`, or create one with POST /api/v1/feature/ and extract it",
                    ));
                }
            },
        };
        self.loaded(id).await
    }

    async fn vector(&self, loaded: &LoadedFeature, view: &loaded::View, probe: Probe, region: Option<Region>) -> Result<Vec<f32>> {
        let bytes = match probe {
            Probe::Media(media) => {
                let media = self.media.picture_of(&media).await?;
                if let (None, Some(vector)) = (region, view.vector_of(media.id)) {
                    return Ok(vector);
                }
                self.media.bytes(&media).await?
            }
            Probe::Bytes(bytes) => bytes,
        };
        let (input, limits) = (loaded.signature().input.clone(), self.limits);
        let prepared = blocking(move || preprocess::prepare(&bytes, region, &input, &limits)).await?;
        Ok(self.engine.feature(loaded.network(), loaded.layer(), prepared).await?.vector)
    }

    /// Hits with their media, in rank order. Pictures that were deleted, and frames that fall together, are dropped and the
    /// search reaches further instead.
    async fn ranked(&self, view: Arc<loaded::View>, vector: Vec<f32>, query: Query) -> Result<Vec<Match>> {
        let wanted = query.offset + query.limit;
        let vector = Arc::new(vector);
        let mut reach = (wanted + wanted / 8 + 8) * if query.group_by_video { GROUPED_REACH } else { 1 };
        loop {
            let (view_again, vector_again, among) = (Arc::clone(&view), Arc::clone(&vector), query.among.clone());
            let hits = blocking(move || view_again.search(&vector_again, reach, among.as_deref())).await?;
            let found_all = hits.len() < reach;
            let ids: Vec<MediaId> = hits.iter().map(|(id, _)| *id).collect();
            let distance: HashMap<MediaId, f32> = hits.into_iter().collect();
            let media = self.media.by_ids(&ids).await?.into_iter();
            let matches: Vec<Match> = media.map(|media| Match { distance: distance[&media.id], media, grouped: 0 }).collect();
            let matches = if query.group_by_video { grouped(matches) } else { matches };
            let is_far_enough = query.group_by_video && reach >= DEEPEST;
            if matches.len() >= wanted || found_all || is_far_enough {
                return Ok(matches.into_iter().skip(query.offset).take(query.limit).collect());
            }
            reach = reach.saturating_mul(2);
        }
    }
}

/// The closest frame of each video in the place it has, and all pictures.
fn grouped(matches: Vec<Match>) -> Vec<Match> {
    let mut places = HashMap::new();
    let mut kept: Vec<Match> = Vec::with_capacity(matches.len());
    for found in matches {
        if found.media.media_type == MediaType::VideoFrame {
            if let Some(&place) = places.get(&found.media.sha256) {
                let best: &mut Match = &mut kept[place];
                best.grouped += 1;
                continue;
            }
            places.insert(found.media.sha256, kept.len());
        }
        kept.push(found);
    }
    kept
}

/// Runs decoding, disk and index work beside the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::internal("a search failed inside").because(error)))
}
