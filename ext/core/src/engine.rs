//! Loads credentials, one at a time for each provider.
//!
//! A load has a thread, a runtime, HTTP clients and providers of its own, which begin and end with
//! it. They are cheap (tens of microseconds, and some milliseconds of certificates where TLS is
//! used) against an answer that lasts an hour; and between loads there is nothing: no thread at
//! exit, no pooled connection or runtime for a fork to break, no provider poisoned by an error.

mod chains;
mod clock;
mod load;

use std::sync::Arc;
use std::time::Duration;

use crate::cache::{Cache, Load};
use crate::completion::Completion;
use crate::foreign::Handover;
use crate::fork;
pub use crate::sources::{
    AssumeRole, Base, ChainConfig, Command, Region, Session, Source, WebIdentity,
};
use crate::sources::{LONGEST, NETWORK_BOUND};
use clock::SystemClock;
pub(crate) use load::{in_a_thread, launch, walk};

/// For the machine: the load's own bound is the one that says which source hung.
const MARGIN: Duration = Duration::from_secs(5);

/// The cache of the default chain for this configuration, shared by all who ask for it.
/// Nothing is read and no one is asked before [`Cache::read`].
pub fn chain(config: ChainConfig) -> Arc<Cache> {
    chains::shared(config, |config| provider(Source::Chain(config)))
}

/// A cache of its own, which lives as long as someone holds it or a load of it is under way.
/// Nothing is read and no one is asked before [`Cache::read`].
pub fn provider(source: Source) -> Arc<Cache> {
    let longest = LONGEST + waits_for_base(&source);
    cache(longest, ThreadLoader(Arc::new(source)))
}

/// `longest`: what one load may take.
pub(crate) fn cache(longest: Duration, loader: impl Load + 'static) -> Arc<Cache> {
    fork::watch();
    let clock = Box::new(SystemClock::default());
    Cache::new(clock, Box::new(loader), longest + MARGIN)
}

fn waits_for_base(source: &Source) -> Duration {
    match source {
        Source::AssumeRole(.., Base::Cache(base)) => base.patience(),
        Source::AssumeRole(.., Base::Foreign(..)) => NETWORK_BOUND,
        _ => Duration::ZERO,
    }
}

struct ThreadLoader(Arc<Source>);

impl Load for ThreadLoader {
    fn begin(&self, completion: Completion) {
        let source = Arc::clone(&self.0);
        match &*self.0 {
            Source::AssumeRole(.., Base::Foreign(foreign, _)) => {
                foreign.ask(Handover::new(source, completion));
            }
            _ => launch(source, None, completion),
        }
    }
}
