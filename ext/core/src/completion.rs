//! The loader's end of a refresh.

use std::sync::Arc;

use crate::cache::Cache;
use crate::chain_error::ChainError;
use crate::flight::Flight;
use crate::snapshot::Snapshot;

/// Given to [`crate::cache::Load`]; dropped without an answer, it tells the waiting that none comes.
pub struct Completion {
    cache: Arc<Cache>,
    flight: Option<Arc<Flight>>,
}

impl Completion {
    pub(crate) fn new(cache: Arc<Cache>, flight: Arc<Flight>) -> Self {
        Self {
            cache,
            flight: Some(flight),
        }
    }

    /// `warnings` are told once each, for as long as the cache lives.
    pub fn complete(mut self, loaded: Result<Snapshot, ChainError>, warnings: Vec<String>) {
        if let Some(flight) = self.flight.take() {
            self.cache.settle(&flight, loaded, warnings);
        }
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        if let Some(flight) = self.flight.take() {
            self.cache
                .settle(&flight, Err(ChainError::no_thread()), Vec::new());
        }
    }
}
