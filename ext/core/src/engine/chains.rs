//! Who asks for the default chain of one configuration shares its cache.
//!
//! RubyLLM asks anew for each request and holds nothing in between, so the caches that were asked
//! for last are held here; and not all of them for ever, as an application may have a profile for
//! each of its tenants. What someone else holds is shared for as long as they do.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use crate::cache::Cache;
use crate::fork;
use crate::sources::ChainConfig;

/// More than there are regions. A loaded one takes some 4 KB.
const HELD: usize = 64;

#[derive(Default)]
struct Chains {
    known: HashMap<ChainConfig, Weak<Cache>>,
    /// The one asked for last comes first.
    held: VecDeque<Arc<Cache>>,
    /// So many known ones are looked through for those that are gone.
    sweep_at: usize,
}

pub(super) fn shared(
    config: ChainConfig,
    make: impl FnOnce(ChainConfig) -> Arc<Cache>,
) -> Arc<Cache> {
    static CHAINS: LazyLock<Mutex<Chains>> = LazyLock::new(Mutex::default);
    fork::watch();
    let _section = fork::section();
    let mut chains = CHAINS.lock().unwrap_or_else(PoisonError::into_inner);
    let (chain, dropped) = chains.get(config, make);
    drop(chains);
    // It may hold the last of its secrets, which are zeroed then: not under the lock.
    drop(dropped);
    chain
}

impl Chains {
    fn get(
        &mut self,
        config: ChainConfig,
        make: impl FnOnce(ChainConfig) -> Arc<Cache>,
    ) -> (Arc<Cache>, Option<Arc<Cache>>) {
        let chain = match self.known.get(&config).and_then(Weak::upgrade) {
            Some(chain) => chain,
            None => {
                self.sweep();
                let chain = make(config.clone());
                self.known.insert(config, Arc::downgrade(&chain));
                chain
            }
        };
        let held = self.held.iter().position(|held| Arc::ptr_eq(held, &chain));
        if let Some(place) = held {
            self.held.remove(place);
        }
        self.held.push_front(Arc::clone(&chain));
        let dropped = (self.held.len() > HELD)
            .then(|| self.held.pop_back())
            .flatten();
        (chain, dropped)
    }

    /// Each time there are twice as many as were alive the last time, so that the look at all of
    /// them costs each one little.
    fn sweep(&mut self) {
        if self.known.len() < self.sweep_at.max(HELD) {
            return;
        }
        self.known.retain(|_, chain| chain.strong_count() > 0);
        self.known.shrink_to_fit();
        self.sweep_at = 2 * self.known.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{provider, Source};

    fn profile(number: usize) -> ChainConfig {
        ChainConfig {
            profile: Some(format!("tenant-{number}")),
            ..ChainConfig::default()
        }
    }

    fn get(chains: &mut Chains, config: ChainConfig) -> Arc<Cache> {
        chains
            .get(config, |config| provider(Source::Chain(config)))
            .0
    }

    #[test]
    fn what_was_asked_for_last_is_held_and_the_rest_is_let_go() {
        let mut chains = Chains::default();
        let first = Arc::downgrade(&get(&mut chains, profile(0)));
        for number in 1..HELD {
            get(&mut chains, profile(number));
        }
        assert!(first.upgrade().is_some());
        get(&mut chains, profile(0));
        let second = Arc::downgrade(&get(&mut chains, profile(1)));
        for number in HELD..10_000 {
            get(&mut chains, profile(number));
        }
        assert!(first.upgrade().is_none() && second.upgrade().is_none());
        assert_eq!(chains.held.len(), HELD);
        assert!(chains.known.len() <= 2 * HELD + 1, "{}", chains.known.len());
    }

    #[test]
    fn what_someone_holds_is_shared_however_many_came_since() {
        let mut chains = Chains::default();
        let mine = get(&mut chains, profile(0));
        for number in 1..1_000 {
            get(&mut chains, profile(number));
        }
        assert!(Arc::ptr_eq(&mine, &get(&mut chains, profile(0))));
    }
}
