//! How far a walk has come, kept outside of it: a walk that is cut short cannot tell.

use std::cell::RefCell;
use std::error::Error;
use std::time::Duration;

use crate::causes;
use crate::chain_error::{Attempt, ChainError, Kind, Outcome};

pub(super) const ENVIRONMENT: &str = "Environment";
const PROFILE: &str = "Profile";
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
    warnings: Vec<String>,
    extra_time: Duration,
}

impl Trail {
    pub(crate) fn enter(&self, source: &str) {
        self.0.borrow_mut().current = source.to_owned();
    }

    pub(super) fn enter_profile(&self, name: Option<String>) {
        let name = name.unwrap_or_else(|| "default".to_owned());
        self.enter(&format!("{PROFILE}({name})"));
    }

    pub(super) fn skip(&self, source: &str, why: &str) {
        self.enter(source);
        self.not_set(why);
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
        ChainError::nothing(std::mem::take(&mut self.0.borrow_mut().attempts))
    }

    fn stopped(&self, kind: Kind, reason: String) -> ChainError {
        let source = self.current();
        self.record(Outcome::Failed(reason));
        let mut attempts = std::mem::take(&mut self.0.borrow_mut().attempts);
        let rest = ORDER.iter().skip(attempts.len()).map(|source| Attempt {
            source: (*source).to_owned(),
            outcome: Outcome::NotTried,
        });
        attempts.extend(rest.collect::<Vec<_>>());
        ChainError::failed(kind, &source, attempts)
    }

    fn record(&self, outcome: Outcome) {
        let mut walked = self.0.borrow_mut();
        let source = walked.current.clone();
        walked.attempts.push(Attempt { source, outcome });
    }
}
