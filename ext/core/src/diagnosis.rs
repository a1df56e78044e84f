//! One walk outside of the chain's cache, told source by source.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::cache::{Cache, Load};
use crate::chain_error::{Attempt, ChainError, Kind, Outcome};
use crate::completion::Completion;
use crate::engine::{self, ChainConfig};
use crate::flight::Ticket;
use crate::fork;
use crate::progress::Progress;
use crate::region::NamedRegion;
use crate::sources::{shadowed, Trail, LONGEST};

/// Has a cache of its own that loads once: waiting, being interrupted, forks, panics and the time
/// of the next refresh are then those of any other load.
pub struct Diagnosis {
    cache: Arc<Cache>,
    progress: Arc<Progress>,
    report: Arc<Mutex<Option<Report>>>,
}

/// What became of each source.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// One for each, in AWS's order.
    pub attempts: Vec<Attempt>,
    /// Where STS and SSO are asked.
    pub region: Option<NamedRegion>,
}

impl Diagnosis {
    /// Asks no one before [`Diagnosis::begin`].
    pub fn new(config: ChainConfig) -> Self {
        let progress = Arc::<Progress>::default();
        let report = Arc::<Mutex<Option<Report>>>::default();
        let cache = engine::cache(
            LONGEST,
            Walk {
                config,
                progress: Arc::clone(&progress),
                report: Arc::clone(&report),
            },
        );
        Self {
            cache,
            progress,
            report,
        }
    }

    /// Begins a walk, or joins the one under way.
    pub fn begin(&self) -> Ticket {
        self.cache.refresh()
    }

    /// The source that is being asked.
    pub fn current(&self) -> Option<String> {
        self.progress.source()
    }

    /// `error` is what the walk ended with, if it did not find credentials that can be used.
    pub fn report(&self, error: Option<&ChainError>) -> Report {
        let _section = fork::section();
        let slot = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = slot.clone().unwrap_or_default();
        if let Some(error) = error.filter(|error| error.kind() == Kind::AlreadyExpired) {
            report.refuse(error);
        }
        report
    }

    /// The beginning of the advisory window; `None` where the set does not expire.
    pub fn refresh_due(&self) -> Option<SystemTime> {
        self.cache.refresh_due()
    }
}

impl Report {
    /// It was found, and it is of no use.
    fn refuse(&mut self, error: &ChainError) {
        for attempt in &mut self.attempts {
            if attempt.outcome == Outcome::Found {
                attempt.outcome = Outcome::Failed(error.to_string());
            }
        }
    }
}

struct Walk {
    config: ChainConfig,
    progress: Arc<Progress>,
    report: Arc<Mutex<Option<Report>>>,
}

impl Load for Walk {
    fn begin(&self, completion: Completion) {
        let config = self.config.clone();
        let progress = Arc::clone(&self.progress);
        let slot = Arc::clone(&self.report);
        engine::in_a_thread(move || {
            let trail = Trail::told_to(progress);
            let answer = engine::walk(config, &trail);
            if answer.is_ok() {
                trail.found();
            }
            let mut attempts = trail.attempts();
            if answer.is_ok() {
                shadowed(&mut attempts);
            }
            let report = Report {
                attempts,
                region: trail.region(),
            };
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
            completion.complete(answer, Vec::new());
        });
    }
}
