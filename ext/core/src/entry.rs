//! A set in the cache, and how old it is.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::cache::Now;
use crate::snapshot::Snapshot;
use crate::windows::{full_back_off, static_stability, Phase, Windows};

pub(crate) struct Entry {
    pub snapshot: Arc<Snapshot>,
    loaded: Now,
    windows: Windows,
}

impl Entry {
    pub fn new(snapshot: Arc<Snapshot>, loaded: Now) -> Self {
        let lifetime = snapshot
            .expiration()
            .and_then(|expiration| expiration.duration_since(loaded.wall).ok())
            .unwrap_or_default();
        Self {
            snapshot,
            loaded,
            windows: Windows::for_lifetime(lifetime),
        }
    }

    pub fn phase(&self, now: Now) -> Phase {
        match (self.snapshot.expiration(), self.snapshot.recheck()) {
            (Some(_), _) => self.windows.phase(self.remaining(now)),
            (None, Some(interval)) if self.age(now) >= interval => Phase::Advisory,
            (None, _) => Phase::Fresh,
        }
    }

    /// The beginning of the advisory window.
    pub fn refresh_due(&self) -> Option<SystemTime> {
        self.snapshot
            .expiration()?
            .checked_sub(self.windows.advisory)
    }

    /// Whether `answer` is what is held already, to the expiration.
    pub fn holds(&self, answer: &Snapshot) -> bool {
        self.snapshot.same_set(answer) && self.snapshot.expiration() == answer.expiration()
    }

    pub fn back_off(&self, now: Now, jitter: f64) -> Duration {
        match self.remaining(now) {
            Some(remaining) => self.windows.back_off(remaining, jitter),
            None => full_back_off(jitter),
        }
    }

    /// The same set with a longer life, if it is of the kind that AWS honours past its expiration.
    pub fn extended(&self, now: Now, jitter: f64) -> Option<Self> {
        if !self.snapshot.has_static_stability() {
            return None;
        }
        let life = static_stability(jitter);
        Some(Self {
            snapshot: Arc::new(self.snapshot.extended_to(now.wall + life)),
            loaded: now,
            // Its source is asked again as soon as the back-off allows.
            windows: Windows {
                advisory: life,
                ..Windows::for_lifetime(life)
            },
        })
    }

    /// The wall clock may be set back, which must not lengthen a life: no less time has passed than
    /// the monotonic clock says. It may stand still while a laptop sleeps; then the wall clock knows.
    fn remaining(&self, now: Now) -> Option<Duration> {
        let wall = now.wall.max(self.loaded.wall + self.age(now));
        self.snapshot.expiration()?.duration_since(wall).ok()
    }

    fn age(&self, now: Now) -> Duration {
        now.monotonic.saturating_sub(self.loaded.monotonic)
    }
}
