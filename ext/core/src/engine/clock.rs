//! The clocks of this machine.

use std::time::{Instant, SystemTime};

use crate::cache::{Clock, Now};

pub(super) struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now {
            wall: SystemTime::now(),
            monotonic: self.0.elapsed(),
        }
    }

    fn jitter(&self) -> f64 {
        // Seeded by thread: a fork copies a generator, and workers would back off in step.
        fastrand::Rng::with_seed(u64::from(std::process::id()) ^ fastrand::u64(..)).f64()
    }
}
