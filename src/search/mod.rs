//! The search desk: a probe (picture of the library, upload, bytes) becomes a vector, the vector becomes hits, the hits become media.
//! It knows nothing of HTTP; each request may ask another feature.

pub mod detector;
mod detectors;
mod examples;
mod loaded;
mod meter;
mod narrowed;
mod ranking;
mod reading;

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::feature::{Feature, Features};
use crate::imaging::DecodeLimits;
use crate::media::{DateKind, Media, MediaFilter, MediaStore, Order};
use crate::model::Zoo;
use crate::network::{Engine, Execution, Signature, preprocess};
use crate::types::{FeatureId, MediaId, Region};

pub use detector::{Detector, Inference};
pub use detectors::Detectors;
pub use examples::{Example, MOST_EXAMPLES};
use loaded::{LoadedFeature, Sought};
pub use meter::{KEPT_MINUTES, MinuteOfWork, idle, last_minutes};
use ranking::{Field, Ranking};
pub use reading::{Reading, Readings};

/// What is searched for.
#[derive(Debug, Clone)]
pub enum Probe {
    /// A picture of the library, or a video for its first frame; the stored vector is used if there is one.
    Media(Box<Media>),
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
    /// Only media that pass this may be answered.
    pub among: MediaFilter,
    /// Hits to skip.
    pub offset: usize,
    /// Hits wanted.
    pub limit: usize,
    /// Of all frames of one video only the closest is a hit.
    pub group_by_video: bool,
    /// Media that may not be answered, whatever else they pass.
    pub exclude: Vec<MediaId>,
    /// Least Euclidean distance of a hit.
    pub min_distance: Option<f32>,
    /// Greatest Euclidean distance of a hit.
    pub max_distance: Option<f32>,
    /// In which order hits are answered.
    pub sort: HitOrder,
    /// Whether the answer says what the distances mean in this library.
    pub with_reading: bool,
}

/// In which order hits are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HitOrder {
    /// The closest first.
    #[default]
    Closest,
    /// Of the [`SORTED`] closest the farthest first.
    Farthest,
    /// The [`SORTED`] closest by date; what has no such date comes last.
    Date(DateKind, Order),
}

/// Hits that are put into another order than that of their distance.
pub const SORTED: usize = 1000;

impl Default for Query {
    fn default() -> Self {
        Self {
            region: None,
            feature: None,
            among: MediaFilter::default(),
            offset: 0,
            limit: 30,
            group_by_video: false,
            exclude: Vec::new(),
            min_distance: None,
            max_distance: None,
            sort: HitOrder::Closest,
            with_reading: false,
        }
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
    /// Hits on all pages together, if that is known. Deleted pictures that nothing has left out yet are counted in.
    pub total: Option<usize>,
    /// What the distances mean, where that was asked and the library is large enough to tell.
    pub readings: Option<Readings>,
    /// From question to answer.
    pub took: Duration,
}

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
    /// Searches that compute at the same time.
    computing: Arc<Semaphore>,
    /// Where the library's counter stood when deleted media crowded an answer; -1 for never.
    crowded_at: Arc<AtomicI64>,
    meter: Arc<meter::Meter>,
}

#[derive(Default)]
struct State {
    loaded: HashMap<FeatureId, Present>,
    default: Option<FeatureId>,
    /// What is on its way to becoming the default.
    loading: Option<FeatureId>,
}

/// A loaded feature, and the database's change at which its record was last seen to be that of now.
#[derive(Clone)]
struct Present {
    feature: Arc<LoadedFeature>,
    seen_at: Option<u64>,
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
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let (computing, crowded_at) = (Arc::new(Semaphore::new(cores)), Arc::new(AtomicI64::new(-1)));
        let meter = Arc::new(meter::Meter::new());
        Self { engine, media, zoo, features, limits, detectors, state: Arc::default(), computing, crowded_at, meter }
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
        loaded.network(&self.engine, &self.zoo).await?;
        self.write_state(|state| state.default = Some(id));
        Ok((loaded.feature().clone(), loaded.signature().clone()))
    }

    /// The same without the network, which is loaded once a picture needs it: searches with pictures of the library do not.
    async fn open(&self, id: FeatureId) -> Result<(Feature, Signature)> {
        let _shown = self.show_loading(id);
        let loaded = self.loaded(id).await?;
        self.write_state(|state| state.default = Some(id));
        Ok((loaded.feature().clone(), loaded.signature().clone()))
    }

    /// How a feature is computed; nothing while its network is not loaded.
    pub fn execution(&self, id: FeatureId) -> Option<Execution> {
        let loaded = self.state.read().unwrap_or_else(PoisonError::into_inner).loaded.get(&id).cloned()?;
        self.engine.execution(loaded.feature.loaded_network()?, loaded.feature.layer())
    }

    /// Loads the network of the default feature, so that the first upload need not wait for it.
    ///
    /// # Errors
    /// Those of [`SearchDesk::load`].
    pub async fn warm_up(&self) -> Result<()> {
        let Some(id) = self.default_id() else { return Ok(()) };
        self.loaded(id).await?.network(&self.engine, &self.zoo).await.map(drop)
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
            return match self.open(id).await {
                // Deleted since: the next one takes its place.
                Err(error) if error.kind() == crate::Kind::NotFound => self.load_first().await,
                outcome => outcome.map(Some),
            };
        }
        self.load_first().await
    }

    async fn load_first(&self) -> Result<Option<(Feature, Signature)>> {
        let Some(first) = self.features.list().await?.into_iter().find(|feature| feature.active) else { return Ok(None) };
        self.open(first.id).await.map(Some)
    }

    fn default_id(&self) -> Option<FeatureId> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).default
    }

    fn write_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// The feature, loaded. One that was changed or deleted in the database is loaded again or forgotten.
    async fn loaded(&self, id: FeatureId) -> Result<Arc<LoadedFeature>> {
        let present = self.state.read().unwrap_or_else(PoisonError::into_inner).loaded.get(&id).cloned();
        // Asked for before the record is: what changes in between is seen by the next search.
        let seen_at = self.media.change()?;
        if let Some(present) = present.as_ref().filter(|present| seen_at.is_some() && present.seen_at == seen_at) {
            return Ok(Arc::clone(&present.feature));
        }
        let Some(feature) = self.features.get(id).await? else {
            self.write_state(|state| state.loaded.remove(&id));
            return Err(Error::not_found(format!("there is no feature {id}; GET /api/v1/feature/ lists them")));
        };
        let same = present.map(|present| present.feature).filter(|loaded| loaded.feature().same_vectors_and_index(&feature));
        let loaded = match same {
            Some(loaded) => loaded,
            None => Arc::new(LoadedFeature::load(feature, &self.engine, &self.zoo, &self.features).await?),
        };
        self.write_state(|state| state.loaded.insert(id, Present { feature: Arc::clone(&loaded), seen_at }));
        Ok(loaded)
    }

    /// Answers a query.
    ///
    /// # Errors
    /// `NotReady` without any feature, `NotFound` for an unknown one, `Invalid` for paging beyond [`DEEPEST`],
    /// those of decoding the probe, `Busy` under load.
    pub async fn search(&self, probe: Probe, query: Query) -> Result<Answer> {
        let started = Instant::now();
        let field = self.field_of(&query).await?;
        let sought = self.sought(&field, probe, query.region).await?;
        self.answer(field, sought, &query, started).await
    }

    /// The rows that a query looks at.
    async fn field_of(&self, query: &Query) -> Result<Field> {
        if query.offset.saturating_add(query.limit) > DEEPEST {
            return Err(Error::invalid(format!(
                "offset {} + limit {} is beyond the {DEEPEST} hits that a search can reach",
                query.offset, query.limit
            )));
        }
        let loaded = self.chosen(query.feature).await?;
        self.field(loaded, query).await
    }

    async fn answer(&self, field: Field, sought: Sought, query: &Query, started: Instant) -> Result<Answer> {
        let feature = field.loaded.feature().id;
        // Leaving out the deleted only saves time: they are compared or not, the answer is the same.
        let searched = field.view.len(field.among.as_deref().filter(|_| query.is_narrow()));
        let Ranking { matches, total, readings } = self.ranked(field, sought, query).await?;
        let took = started.elapsed();
        self.meter.record(took);
        Ok(Answer { feature, matches, searched, total, readings, took })
    }

    /// How long this desk has been there.
    pub fn uptime(&self) -> Duration {
        self.meter.uptime()
    }

    /// Searches of the last minutes (at most [`KEPT_MINUTES`]), oldest first.
    pub fn series(&self, minutes: usize) -> Vec<MinuteOfWork> {
        self.meter.series(minutes)
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

    /// The stored vector of a picture of the library, else what the network makes of it.
    async fn sought(&self, field: &Field, probe: Probe, region: Option<Region>) -> Result<Sought> {
        let bytes = match probe {
            Probe::Media(media) => {
                let media = self.media.picture_of(&media).await?;
                if let (None, Some(sought)) = (region, field.view.row_of(media.id)) {
                    return Ok(sought);
                }
                self.media.bytes(&media).await?
            }
            Probe::Bytes(bytes) => bytes,
        };
        let loaded = &field.loaded;
        let network = loaded.network(&self.engine, &self.zoo).await?;
        let (input, limits) = (loaded.signature().input.clone(), self.limits);
        let prepared = blocking(move || preprocess::prepare(&bytes, region, &input, &limits)).await?;
        self.engine.feature(network, loaded.layer(), prepared).await.map(|made| Sought::Vector(made.vector))
    }
}

/// Runs decoding, disk and index work beside the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::internal("a search failed inside").because(error)))
}
