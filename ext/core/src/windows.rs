//! When credentials are refreshed: AWS's 2026 windows, clamped to the lifetime. Pure arithmetic.
//!
//! The numbers are those of `ResilientRefreshingCredentials` in aws-sdk-ruby and of botocore. They
//! clamp nothing; unclamped, a set that lives shorter than its window is refreshed at every read.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// The least time between two tries while callers are waiting for a set.
const LEAST_BACK_OFF: Duration = Duration::from_secs(1);

/// What the age of a set asks of the next reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Use it.
    Fresh,
    /// Use it, and refresh it in the background.
    Advisory,
    /// Wait for a refresh; use it if that fails.
    Mandatory,
    /// Do not use it.
    Expired,
}

/// The time before the expiration at which each phase begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub advisory: Duration,
    pub mandatory: Duration,
}

impl Windows {
    /// `lifetime` is what is left of the set when it is loaded, not what its source granted: a
    /// container or an instance hands out the same set many times.
    pub fn for_lifetime(lifetime: Duration) -> Self {
        let advisory = if lifetime <= 20 * MINUTE {
            5 * MINUTE
        } else if lifetime < 90 * MINUTE {
            15 * MINUTE
        } else {
            60 * MINUTE
        };
        Self {
            advisory: advisory.min(lifetime / 4),
            mandatory: MINUTE.min(lifetime / 10),
        }
    }

    /// `remaining` is the time to the expiration, zero or less as `None`.
    pub fn phase(&self, remaining: Option<Duration>) -> Phase {
        match remaining {
            None | Some(Duration::ZERO) => Phase::Expired,
            Some(left) if left <= self.mandatory => Phase::Mandatory,
            Some(left) if left <= self.advisory => Phase::Advisory,
            Some(_) => Phase::Fresh,
        }
    }

    /// How long no refresh is tried after one has failed and the set still has `remaining` to live:
    /// 300 to 600 s, as AWS does, but never past the moment at which callers begin to wait; from
    /// there on half of what is left, so that the set does not expire without one more try.
    ///
    /// `jitter` is at random from 0 to 1.
    pub fn back_off(&self, remaining: Duration, jitter: f64) -> Duration {
        if remaining > self.mandatory {
            full_back_off(jitter).min(remaining - self.mandatory)
        } else {
            (remaining / 2).max(LEAST_BACK_OFF)
        }
    }
}

/// 300 to 600 s: after a failed refresh of a set that is not about to expire.
pub fn full_back_off(jitter: f64) -> Duration {
    5 * MINUTE + (5 * MINUTE).mul_f64(jitter.clamp(0.0, 1.0))
}

/// By how much the life of an expired set from instance metadata is extended while the service
/// fails: 10 to 15 min, AWS's "static stability", since EC2 keeps honouring such sets.
pub fn static_stability(jitter: f64) -> Duration {
    10 * MINUTE + (5 * MINUTE).mul_f64(jitter.clamp(0.0, 1.0))
}
