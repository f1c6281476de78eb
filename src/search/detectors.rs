//! The detection models of this process: those that somebody asked for, and the one that is used when a request names none.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::detector::Detector;
use crate::error::Result;
use crate::imaging::DecodeLimits;
use crate::model::Zoo;
use crate::network::Engine;

/// Keeper of the loaded detectors; clones share them.
#[derive(Clone)]
pub struct Detectors {
    engine: Engine,
    zoo: Zoo,
    limits: DecodeLimits,
    state: Arc<RwLock<State>>,
}

#[derive(Default)]
struct State {
    loaded: HashMap<String, Arc<Detector>>,
    current: Option<Arc<Detector>>,
}

impl Detectors {
    pub(super) fn new(engine: Engine, zoo: Zoo, limits: DecodeLimits) -> Self {
        Self { engine, zoo, limits, state: Arc::default() }
    }

    /// A detector, loaded at the first request and kept.
    ///
    /// # Errors
    /// Those of [`Detector::load`].
    pub async fn get(&self, key: &str) -> Result<Arc<Detector>> {
        let known = self.state.read().unwrap_or_else(PoisonError::into_inner).loaded.get(key).cloned();
        match known {
            Some(detector) => Ok(detector),
            None => self.open(key).await,
        }
    }

    /// A detector as its files are now.
    ///
    /// # Errors
    /// Those of [`Detector::load`].
    pub async fn open(&self, key: &str) -> Result<Arc<Detector>> {
        let detector = Arc::new(Detector::load(&self.zoo, &self.engine, key, self.limits).await?);
        self.write(|state| {
            if let Some(current) = state.current.as_mut().filter(|current| current.key() == key) {
                *current = Arc::clone(&detector);
            }
            state.loaded.insert(key.to_owned(), Arc::clone(&detector));
        });
        Ok(detector)
    }

    /// Makes a detector the one of requests that name none. The old one stays when this one cannot be loaded.
    ///
    /// # Errors
    /// Those of [`Detector::load`].
    pub async fn choose(&self, key: &str) -> Result<Arc<Detector>> {
        let detector = self.open(key).await?;
        self.write(|state| state.current = Some(Arc::clone(&detector)));
        Ok(detector)
    }

    /// The detector of requests that name none.
    pub fn current(&self) -> Option<Arc<Detector>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).current.clone()
    }

    /// From now on requests that name no detector use none.
    pub fn unload(&self) {
        self.write(|state| state.current = None);
    }

    fn write(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }
}
