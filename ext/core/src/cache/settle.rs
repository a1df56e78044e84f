//! How a refresh ends: what is kept, and when the next may begin.

use std::sync::Arc;
use std::time::Duration;

use super::{Cache, Failure, Now};
use crate::chain_error::ChainError;
use crate::entry::Entry;
use crate::flight::{Flight, Landing, Loaded};
use crate::fork;
use crate::snapshot::Snapshot;
use crate::sync::lock;
use crate::windows::Phase;

/// How long "nothing found" is believed: longer than the second that asking instance metadata costs
/// on a laptop, shorter than it takes to wonder why new credentials are not seen.
const NOTHING_FOUND_HOLDS: Duration = Duration::from_secs(5);
/// How long any other failure answers for a missing set: at most one load a second against a source
/// in trouble, however many threads ask.
const FAILURE_HOLDS: Duration = Duration::from_secs(1);

impl Cache {
    pub(crate) fn patience_left(&self, flight: &Flight) -> Option<Duration> {
        let waited = self.clock.now().monotonic.saturating_sub(flight.started);
        self.patience
            .checked_sub(waited)
            .filter(|left| !left.is_zero())
    }

    pub(crate) fn give_up(&self, flight: &Arc<Flight>) {
        self.settle(
            flight,
            Err(ChainError::no_answer(self.patience)),
            Vec::new(),
        );
    }

    /// Ends `flight` with what was loaded, unless it has ended.
    pub(crate) fn settle(
        &self,
        flight: &Arc<Flight>,
        loaded: Result<Snapshot, ChainError>,
        warnings: Vec<String>,
    ) {
        let _section = fork::section();
        let now = self.clock.now();
        let mut state = lock(&self.state);
        if !state
            .flight()
            .is_some_and(|current| Arc::ptr_eq(&current, flight))
        {
            return;
        }
        state.flight = None;
        let before = self.current.load_full();
        let loaded = loaded.and_then(|snapshot| usable(snapshot, now));
        let unchanged = matches!((&loaded, &before), (Ok(new), Some(old)) if old.holds(new));
        let loaded: Loaded = match (loaded, &before) {
            (Ok(_), Some(entry)) if unchanged => Ok(Arc::clone(&entry.snapshot)),
            (loaded, _) => loaded.map(Arc::new).map_err(Arc::new),
        };
        let kept = match &loaded {
            Ok(snapshot) => {
                state.failure = None;
                self.current
                    .store(Some(Arc::new(Entry::new(Arc::clone(snapshot), now))));
                None
            }
            Err(error) => {
                let (kept, wait) = self.after_failure(error, before.as_deref(), now);
                state.failure = Some(Failure {
                    error: Arc::clone(error),
                    at: now,
                    wait,
                });
                kept
            }
        };
        drop(state);
        let duration = now.monotonic.saturating_sub(flight.started);
        self.events.warn(warnings);
        if !unchanged {
            self.events
                .record(&loaded, before.is_some(), kept.is_some(), duration);
        }
        flight.land(Landing { loaded, kept });
    }

    /// The set to go on with, and how long no one tries again.
    fn after_failure(
        &self,
        error: &ChainError,
        entry: Option<&Entry>,
        now: Now,
    ) -> (Option<Arc<Snapshot>>, Duration) {
        let jitter = self.clock.jitter();
        if let Some(entry) = entry {
            if entry.phase(now) != Phase::Expired {
                return (
                    Some(Arc::clone(&entry.snapshot)),
                    entry.back_off(now, jitter),
                );
            }
            if let Some(extended) = entry.extended(now, jitter) {
                let wait = extended.back_off(now, jitter);
                let snapshot = Arc::clone(&extended.snapshot);
                self.current.store(Some(Arc::new(extended)));
                return (Some(snapshot), wait);
            }
        }
        let wait = if error.nothing_found() {
            NOTHING_FOUND_HOLDS
        } else {
            FAILURE_HOLDS
        };
        (None, wait)
    }
}

/// An answer that has already expired is a failure: it would be asked for again at every read.
fn usable(snapshot: Snapshot, now: Now) -> Result<Snapshot, ChainError> {
    match snapshot.expiration() {
        Some(expiration) if expiration <= now.wall => {
            Err(ChainError::already_expired(snapshot.source(), expiration))
        }
        _ => Ok(snapshot),
    }
}
