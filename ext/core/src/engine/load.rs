//! One load, from its thread's first instruction to the answer.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Instant;

use aws_credential_types::Credentials;
use aws_types::os_shim_internal::Env;

use crate::cache::{Cache, Read};
use crate::chain_error::ChainError;
use crate::completion::Completion;
use crate::flight::{Loaded, Waited};
use crate::fork;
use crate::snapshot::Snapshot;
use crate::sources::{Base, ChainConfig, Failure, Source, Trail, NETWORK_BOUND};

/// Seen by `ps` and debuggers; Linux shows 15 characters.
const THREAD_NAME: &str = "aws-credentials";

/// `base`: what a role is asked for with, where its source was asked already.
pub(crate) fn launch(source: Arc<Source>, base: Option<Credentials>, completion: Completion) {
    in_a_thread(move || {
        let (answer, warnings) = load(&source, base);
        completion.complete(answer, warnings);
    });
}

/// Detached: it holds up no exit, and a waiter that leaves cancels nothing. Should it not start,
/// dropping the completion that `work` owns tells the waiting.
pub(crate) fn in_a_thread(work: impl FnOnce() + Send + 'static) {
    let _ = fork::spawn(THREAD_NAME, move || {
        leave_signals_to_ruby();
        work();
    });
}

/// The default chain, once; `trail` tells the rest.
pub(crate) fn walk(config: ChainConfig, trail: &Trail) -> Result<Snapshot, ChainError> {
    on_a_runtime(&Source::Chain(config), None, trail).map_err(|failure| failure.error)
}

/// A signal must interrupt a thread that can act on it, and not a request for credentials.
/// Windows has no signals that interrupt a thread.
fn leave_signals_to_ruby() {
    #[cfg(unix)]
    // SAFETY: the set is initialised by sigfillset before it is read; only this thread's mask
    // changes. Faults of this thread are delivered whatever the mask says.
    unsafe {
        let mut all = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
}

fn load(source: &Source, base: Option<Credentials>) -> (Result<Snapshot, ChainError>, Vec<String>) {
    let cache = match source {
        Source::AssumeRole(.., Base::Cache(cache)) => cache,
        Source::AssumeRole(.., Base::Foreign(_, behind)) => {
            return of_foreign(source, base, behind.as_ref())
        }
        _ => {
            let (answer, warnings) = attempt(source, base);
            return (answer.map_err(|failure| failure.error), warnings);
        }
    };
    // What was revoked may be good in this cache for an hour to come: it is renewed, once.
    let mut renewed = false;
    loop {
        let base = match wait(cache) {
            Ok(base) => base,
            Err(error) => {
                let error = ChainError::without_base(&source.name(), &error);
                return (Err(error), Vec::new());
            }
        };
        let (answer, warnings) = attempt(source, Some(base.credentials().clone()));
        match answer {
            Err(failure) if failure.base_rejected && !renewed && cache.invalidate(&base) => {
                renewed = true;
            }
            answer => return (answer.map_err(|failure| failure.error), warnings),
        }
    }
}

/// A foreign source is asked once for a load, and not from this thread: a set of ours that STS knows
/// no longer is dropped for the next load.
fn of_foreign(
    source: &Source,
    base: Option<Credentials>,
    behind: Option<&Arc<Cache>>,
) -> (Result<Snapshot, ChainError>, Vec<String>) {
    let (answer, warnings) = attempt(source, base.clone());
    let answer = answer.map_err(|failure| {
        if let (true, Some(cache), Some(base)) = (failure.base_rejected, behind, base) {
            cache.invalidate(&Snapshot::new(base, source.name()));
        }
        failure.error
    });
    (answer, warnings)
}

/// Out of the section that this thread was born in: the wait may be for a server.
fn wait(cache: &Arc<Cache>) -> Loaded {
    fork::outside(|| match cache.read() {
        Read::Ready(snapshot) => Ok(snapshot),
        Read::Failed(error) => Err(error),
        Read::Wait(mut ticket) => loop {
            if let Waited::Done(loaded) = ticket.wait() {
                return loaded;
            }
        },
    })
}

fn attempt(source: &Source, base: Option<Credentials>) -> (Result<Snapshot, Failure>, Vec<String>) {
    let trail = source.trail();
    let answer = on_a_runtime(source, base, &trail);
    (answer, trail.warnings())
}

/// Blocks this thread.
fn on_a_runtime(
    source: &Source,
    base: Option<Credentials>,
    trail: &Trail,
) -> Result<Snapshot, Failure> {
    caught(trail, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_park(fork::leave)
            .on_thread_unpark(fork::enter)
            .build()
            .map_err(|error| ChainError::internal(&format!("no runtime: {error}")))?;
        let answer = runtime.block_on(bounded(source, base, trail));
        // Not waiting for a DNS query that is still under way.
        runtime.shutdown_background();
        answer
    })
}

/// A panic in a provider (sign-on panics when the clock steps back) must not leave the waiting
/// without an answer, nor without a reason.
fn caught(
    trail: &Trail,
    load: impl FnOnce() -> Result<Snapshot, Failure>,
) -> Result<Snapshot, Failure> {
    let answer = catch_unwind(AssertUnwindSafe(load));
    answer.unwrap_or_else(|panic| Err(trail.panicked(panic_message(&*panic)).into()))
}

async fn bounded(
    source: &Source,
    base: Option<Credentials>,
    trail: &Trail,
) -> Result<Snapshot, Failure> {
    let env = Env::real();
    let start = Instant::now();
    let mut load = std::pin::pin!(source.load(base, &env, trail));
    loop {
        // What a source may take is known once it is reached.
        let bound = NETWORK_BOUND + trail.extra_time();
        let left = bound.saturating_sub(start.elapsed());
        match tokio::time::timeout(left, load.as_mut()).await {
            Ok(answer) => return answer,
            Err(_) if trail.extra_time() + NETWORK_BOUND > start.elapsed() => {}
            Err(_) => return Err(trail.timed_out(bound).into()),
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
        .map_err(|failure| failure.error)
        .unwrap_err();
        assert_eq!(error.kind(), Kind::Internal);
        let message = error.to_string();
        assert!(
            message.contains("Profile(dev): failed: it panicked: last_refresh is in the past"),
            "{message}"
        );
    }
}
