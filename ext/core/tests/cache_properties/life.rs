//! A life of the cache beside the model of what it promises.

use std::time::Duration;

use bedrock_credentials_core::cache::Read;
use bedrock_credentials_core::chain_error::ChainError;
use bedrock_credentials_core::flight::Ticket;
use bedrock_credentials_core::snapshot::Snapshot;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::steps::Step;
use crate::support::cache::{failure, seconds, Bench};
use crate::support::model::{Expected, Model, Moment};

/// The cache, the model, and those who wait for the load under way.
pub struct Life {
    pub bench: Bench,
    pub model: Model,
    pub waiting: Vec<(Ticket, bool)>,
    pub begun: Duration,
    pub given: usize,
    pub older: Option<Snapshot>,
}

impl Life {
    pub fn new(jitter: f64) -> Self {
        let bench = Bench::new();
        bench.set_jitter(jitter);
        Self {
            bench,
            model: Model::default(),
            waiting: Vec::new(),
            begun: Duration::ZERO,
            given: 0,
            older: None,
        }
    }

    pub fn now(&self) -> Moment {
        Moment {
            wall: self.bench.wall(),
            monotonic: self.bench.monotonic(),
        }
    }

    pub fn take(&mut self, step: Step) -> TestCaseResult {
        let before = self.bench.loads();
        let was_loading = self.model.loading;
        match step {
            Step::Read => self.read()?,
            Step::Pass(time) => self.bench.pass(time),
            Step::ClockBack(time) => self.bench.step_back(time),
            Step::ClockForward(time) => self.bench.step_forward(time),
            Step::Refresh => {
                self.waiting.push((self.bench.cache.refresh(), true));
                self.begins(!was_loading, before)?;
            }
            Step::Reject => self.reject()?,
            Step::RejectOlder => {
                if let Some(older) = self.older.take() {
                    let dropped = self.model.rejected(older.access_key_id(), self.now());
                    prop_assert_eq!(self.bench.cache.invalidate(&older), dropped);
                }
            }
            Step::Answer(answer) if was_loading => self.answer(answer)?,
            Step::Fail { nothing_found } if was_loading => {
                let (error, holds) = match nothing_found {
                    true => (ChainError::nothing(Vec::new()), seconds(5)),
                    false => (failure(), seconds(1)),
                };
                self.bench.land(Err(error));
                self.failed(holds)?;
            }
            Step::LoadDies if was_loading => {
                self.bench.drop_load();
                self.failed(seconds(1))?;
            }
            Step::GiveUp if was_loading && !self.waiting.is_empty() => self.give_up()?,
            _ => {}
        }
        prop_assert!(
            self.bench.loads() <= before + usize::from(!was_loading),
            "two loads at once"
        );
        Ok(())
    }

    fn begins(&mut self, begins: bool, before: usize) -> TestCaseResult {
        prop_assert_eq!(
            self.bench.loads() - before,
            usize::from(begins),
            "loads begun"
        );
        if begins {
            self.model.loading = true;
            self.begun = self.bench.monotonic();
        }
        Ok(())
    }

    fn read(&mut self) -> TestCaseResult {
        let now = self.now();
        let before = self.bench.loads();
        let expected = self.model.read(now);
        let read = self.bench.cache.read();
        let begun = self.bench.loads() > before;
        if let Read::Ready(set) = &read {
            let lives = set
                .expiration()
                .is_none_or(|expiration| expiration > now.wall);
            prop_assert!(lives, "an expired set is handed out");
        }
        match (expected, read) {
            (Expected::Ready { name, begins }, Read::Ready(set)) => {
                prop_assert_eq!(set.access_key_id(), name);
                self.begins(begins.unwrap_or(begun), before)
            }
            (Expected::ReadyOrWait(name), Read::Ready(set)) => {
                prop_assert_eq!(set.access_key_id(), name);
                self.begins(false, before)
            }
            (Expected::Wait { begins }, Read::Wait(ticket)) => {
                self.waiting.push((ticket, false));
                self.begins(begins, before)
            }
            (Expected::ReadyOrWait(_) | Expected::FailedOrWait, Read::Wait(ticket)) => {
                self.waiting.push((ticket, false));
                self.begins(true, before)
            }
            (Expected::Failed | Expected::FailedOrWait, Read::Failed(_)) => {
                self.begins(false, before)
            }
            (expected, read) => {
                let read = match read {
                    Read::Ready(set) => format!("ready: {set:?}"),
                    Read::Failed(error) => format!("failed: {error}"),
                    Read::Wait(_) => "wait".to_owned(),
                };
                Err(TestCaseError::fail(format!(
                    "expected {expected:?}, got {read}"
                )))
            }
        }
    }

    fn reject(&mut self) -> TestCaseResult {
        let Some(set) = self.bench.cache.cached() else {
            return Ok(());
        };
        let dropped = self.model.rejected(set.access_key_id(), self.now());
        prop_assert_eq!(self.bench.cache.invalidate(&set), dropped);
        prop_assert_eq!(self.bench.cache.cached().is_none(), dropped);
        Ok(())
    }
}
