//! What is handed in to the cache.

use std::time::{Duration, SystemTime};

use crate::completion::Completion;

/// A moment on both clocks: expirations are wall time, waits are not.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub wall: SystemTime,
    /// Since any fixed moment; never steps back.
    pub monotonic: Duration,
}

pub trait Clock: Send + Sync {
    fn now(&self) -> Now;
    /// At random from 0 to 1.
    fn jitter(&self) -> f64;
}

pub trait Load: Send + Sync {
    /// Begins one load and returns at once; the answer goes to the completion, from any thread.
    fn begin(&self, completion: Completion);
}
