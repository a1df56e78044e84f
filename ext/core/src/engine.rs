//! Loads credentials, one at a time for each distinct configuration.
//!
//! A load has a thread, a runtime, HTTP clients and providers of its own, which begin and end with
//! it. They are cheap (tens of microseconds, and some milliseconds of certificates where TLS is
//! used) against an answer that lasts an hour; and between loads there is nothing: no thread at
//! exit, no pooled connection or runtime for a fork to break, no provider poisoned by an error.

use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_types::os_shim_internal::Env;

use crate::cache::{Cache, Clock, Load, Now};
use crate::chain_error::ChainError;
use crate::completion::Completion;
use crate::fork;
use crate::snapshot::Snapshot;
pub use crate::sources::ChainConfig;
use crate::sources::{walk, Trail, LONGEST, NETWORK_BOUND};

/// Seen by `ps` and debuggers; Linux shows 15 characters.
const THREAD_NAME: &str = "aws-credentials";

/// The cache of the default chain for this configuration: one in a process, shared by all who ask.
/// Nothing is read and no one is asked before [`Cache::read`].
pub fn chain(config: ChainConfig) -> Arc<Cache> {
    static CHAINS: LazyLock<Mutex<HashMap<ChainConfig, Arc<Cache>>>> =
        LazyLock::new(Mutex::default);
    fork::watch();
    let _section = fork::section();
    let mut chains = CHAINS.lock().unwrap_or_else(PoisonError::into_inner);
    let chain = chains.entry(config).or_insert_with_key(|config| {
        let loader = ThreadLoader {
            config: config.clone(),
        };
        // A margin for the machine: the load's own bound is the one that says which source hung.
        let patience = LONGEST + Duration::from_secs(5);
        Cache::new(Box::new(SystemClock::default()), Box::new(loader), patience)
    });
    Arc::clone(chain)
}

struct SystemClock(Instant);

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

struct ThreadLoader {
    config: ChainConfig,
}

impl Load for ThreadLoader {
    fn begin(&self, completion: Completion) {
        let config = self.config.clone();
        // Detached: it holds up no exit, and a waiter that leaves cancels nothing. Should it not
        // start, dropping the completion tells the waiting.
        let _ = fork::spawn(THREAD_NAME, move || {
            leave_signals_to_ruby();
            load(&config, completion);
        });
    }
}

/// A signal must interrupt a thread that can act on it, and not a request for credentials.
fn leave_signals_to_ruby() {
    // SAFETY: the set is initialised by sigfillset before it is read; only this thread's mask
    // changes. Faults of this thread are delivered whatever the mask says.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
}

fn load(config: &ChainConfig, completion: Completion) {
    let trail = Trail::default();
    let answer = caught(&trail, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_park(fork::leave)
            .on_thread_unpark(fork::enter)
            .build()
            .map_err(|error| ChainError::internal(&format!("no runtime: {error}")))?;
        let answer = runtime.block_on(bounded(config, &trail));
        // Not waiting for a DNS query that is still under way.
        runtime.shutdown_background();
        answer
    });
    completion.complete(answer, trail.warnings());
}

/// A panic in a provider (sign-on panics when the clock steps back) must not leave the waiting
/// without an answer, nor without a reason.
fn caught(
    trail: &Trail,
    load: impl FnOnce() -> Result<Snapshot, ChainError>,
) -> Result<Snapshot, ChainError> {
    let answer = catch_unwind(AssertUnwindSafe(load));
    answer.unwrap_or_else(|panic| Err(trail.panicked(panic_message(&*panic))))
}

async fn bounded(config: &ChainConfig, trail: &Trail) -> Result<Snapshot, ChainError> {
    let env = Env::real();
    let start = Instant::now();
    let mut walk = std::pin::pin!(walk(config, &env, trail));
    loop {
        // What a source may take is known once it is reached.
        let bound = NETWORK_BOUND + trail.extra_time();
        let left = bound.saturating_sub(start.elapsed());
        match tokio::time::timeout(left, walk.as_mut()).await {
            Ok(answer) => return answer,
            Err(_) if trail.extra_time() + NETWORK_BOUND > start.elapsed() => {}
            Err(_) => return Err(trail.timed_out(bound)),
        }
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain_error::Kind;

    #[test]
    fn a_panic_becomes_an_error_that_names_the_source() {
        let trail = Trail::default();
        let error = caught(&trail, || {
            trail.enter("Profile(dev)");
            panic!("last_refresh is in the past")
        })
        .unwrap_err();
        assert_eq!(error.kind(), Kind::Internal);
        let message = error.to_string();
        assert!(
            message.contains("Profile(dev): failed: it panicked: last_refresh is in the past"),
            "{message}"
        );
    }
}
