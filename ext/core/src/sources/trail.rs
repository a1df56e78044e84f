//! How far a walk has come, kept outside of it: a walk that is cut short cannot tell.

use std::cell::RefCell;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::causes;
use crate::chain_error::{Attempt, ChainError, Kind, Outcome};
use crate::progress::Progress;
use crate::region::NamedRegion;

pub(super) const ENVIRONMENT: &str = "Environment";
pub(super) const PROFILE: &str = "Profile";
pub(super) const WEB_IDENTITY: &str = "WebIdentityToken";
pub(super) const CONTAINER: &str = "EcsContainer";
pub(super) const INSTANCE: &str = "Ec2InstanceMetadata";
const ORDER: [&str; 5] = [ENVIRONMENT, PROFILE, WEB_IDENTITY, CONTAINER, INSTANCE];

#[derive(Default)]
pub(crate) struct Trail(RefCell<Walked>);

#[derive(Default)]
struct Walked {
    attempts: Vec<Attempt>,
    current: String,
    entered: Option<Instant>,
    progress: Option<Arc<Progress>>,
    region: Option<NamedRegion>,
    warnings: Vec<String>,
    extra_time: Duration,
    /// One source is asked, and none after it.
    alone: bool,
}

impl Trail {
    /// Of a provider that asks this source only.
    pub(crate) fn alone(source: &str) -> Self {
        Self(RefCell::new(Walked {
            current: source.to_owned(),
            alone: true,
            ..Walked::default()
        }))
    }

    /// One that is watched while it is walked.
    pub(crate) fn told_to(progress: Arc<Progress>) -> Self {
        Self(RefCell::new(Walked {
            progress: Some(progress),
            ..Walked::default()
        }))
    }

    pub(crate) fn enter(&self, source: &str) {
        let mut walked = self.0.borrow_mut();
        source.clone_into(&mut walked.current);
        walked.entered = Some(Instant::now());
        if let Some(progress) = &walked.progress {
            progress.reached(source);
        }
    }

    pub(super) fn enter_profile(&self, name: Option<String>) {
        let name = name.unwrap_or_else(|| "default".to_owned());
        self.enter(&format!("{PROFILE}({name})"));
    }

    pub(super) fn skip(&self, source: &str, why: &str) {
        if self.0.borrow().alone {
            return;
        }
        self.enter(source);
        self.record(Outcome::Skipped(why.to_owned()));
    }

    /// The source that was entered last gave the set.
    pub(crate) fn found(&self) {
        self.record(Outcome::Found);
    }

    /// All sources that there are, those that were not reached too.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        let walked = self.0.borrow();
        let mut attempts = walked.attempts.clone();
        let order: &[&str] = if walked.alone { &[] } else { &ORDER };
        let rest = order.iter().skip(attempts.len()).map(|source| Attempt {
            source: (*source).to_owned(),
            outcome: Outcome::NotTried,
            took: Duration::ZERO,
        });
        attempts.extend(rest);
        attempts
    }

    pub(super) fn choose_region(&self, region: Option<NamedRegion>) {
        self.0.borrow_mut().region = region;
    }

    /// `None` where the walk did not come so far as to need one, or there is none.
    pub(crate) fn region(&self) -> Option<NamedRegion> {
        self.0.borrow().region.clone()
    }

    pub(super) fn current(&self) -> String {
        self.0.borrow().current.clone()
    }

    pub(super) fn warn(&self, message: Option<String>) {
        self.0.borrow_mut().warnings.extend(message);
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().warnings)
    }

    /// More than the network's time, for a source that runs a program.
    pub(super) fn allow(&self, extra: Duration) {
        self.0.borrow_mut().extra_time = extra;
    }

    pub(crate) fn extra_time(&self) -> Duration {
        self.0.borrow().extra_time
    }

    pub(super) fn not_set(&self, why: impl Into<String>) {
        self.record(Outcome::NotSet(why.into()));
    }

    pub(super) fn not_loaded(&self, error: &(dyn Error + 'static)) {
        self.not_set(causes::in_one_line(error));
    }

    pub(super) fn failed(&self, error: &(dyn Error + 'static)) -> ChainError {
        self.failed_because(causes::in_one_line(error))
    }

    pub(super) fn failed_renewable(
        &self,
        error: &(dyn Error + 'static),
        renewal: Option<String>,
    ) -> ChainError {
        let cause = causes::in_one_line(error);
        self.failed_because(match renewal.filter(|_| causes::may_be_a_login(error)) {
            Some(command) => format!("{cause}; log in again with: {command}"),
            None => cause,
        })
    }

    pub(super) fn failed_because(&self, reason: impl Into<String>) -> ChainError {
        self.stopped(Kind::SourceFailed, reason.into())
    }

    pub(crate) fn timed_out(&self, after: Duration) -> ChainError {
        let reason = format!("no answer within {} s", after.as_secs());
        self.stopped(Kind::TimedOut, reason)
    }

    pub(crate) fn panicked(&self, message: &str) -> ChainError {
        let reason = format!("it panicked: {}", causes::one_line(message));
        self.stopped(Kind::Internal, reason)
    }

    pub(super) fn exhausted(&self) -> ChainError {
        ChainError::nothing(self.attempts())
    }

    fn stopped(&self, kind: Kind, reason: String) -> ChainError {
        let source = self.current();
        self.record(Outcome::Failed(reason));
        ChainError::failed(kind, &source, self.attempts())
    }

    fn record(&self, outcome: Outcome) {
        let mut walked = self.0.borrow_mut();
        let source = walked.current.clone();
        let took = walked.entered.map_or(Duration::ZERO, |at| at.elapsed());
        walked.attempts.push(Attempt {
            source,
            outcome,
            took,
        });
    }
}
