//! Random lives of a cache beside a simple model of it.

mod support;

use std::time::Duration;

use bedrock_credentials_core::cache::Read;
use bedrock_credentials_core::chain_error::ChainError;
use bedrock_credentials_core::flight::Ticket;
use bedrock_credentials_core::snapshot::Snapshot;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use support::cache::{failure, got, seconds, snapshot, Bench, PATIENCE};
use support::model::{Expected, Held, Model, Moment};
use support::random::always;

const CASES: u32 = 1_000;
const MOST_STEPS: usize = 60;

#[derive(Debug, Clone)]
enum Step {
    Read,
    Pass(Duration),
    /// The wall clock alone, as NTP or a person sets it, or as it goes on while a laptop sleeps.
    ClockBack(Duration),
    ClockForward(Duration),
    Answer(Answer),
    Fail {
        nothing_found: bool,
    },
    LoadDies,
    GiveUp,
    Refresh,
    /// Of the set in use.
    Reject,
    RejectOlder,
}

#[derive(Debug, Clone)]
struct Answer {
    /// The set that was given last once more.
    again: bool,
    /// From the wall clock's now; may be past.
    lifetime: Option<i64>,
    recheck: Option<u64>,
    stable: bool,
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (1..5_000_u64).prop_map(Duration::from_millis),
        (1..120_u64).prop_map(Duration::from_secs),
        (60..7_200_u64).prop_map(Duration::from_secs),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    let lifetime = prop_oneof![
        1 => Just(None),
        1 => (-100..=0_i64).prop_map(Some),
        2 => (1..60_i64).prop_map(Some),
        4 => (60..50_000_i64).prop_map(Some),
    ];
    let recheck = prop::option::of(1..600_u64);
    (prop::bool::weighted(0.2), lifetime, recheck, any::<bool>()).prop_map(
        |(again, lifetime, recheck, stable)| Answer {
            again,
            lifetime,
            recheck,
            stable,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Read),
        5 => time().prop_map(Step::Pass),
        1 => time().prop_map(Step::ClockBack),
        1 => time().prop_map(Step::ClockForward),
        4 => answer().prop_map(Step::Answer),
        2 => any::<bool>().prop_map(|nothing_found| Step::Fail { nothing_found }),
        1 => Just(Step::LoadDies),
        1 => Just(Step::GiveUp),
        1 => Just(Step::Refresh),
        1 => Just(Step::Reject),
        1 => Just(Step::RejectOlder),
    ]
}

/// The cache, the model, and those who wait for the load under way.
struct Life {
    bench: Bench,
    model: Model,
    waiting: Vec<(Ticket, bool)>,
    begun: Duration,
    given: usize,
    older: Option<Snapshot>,
}

impl Life {
    fn now(&self) -> Moment {
        Moment {
            wall: self.bench.wall(),
            monotonic: self.bench.monotonic(),
        }
    }

    fn take(&mut self, step: Step) -> TestCaseResult {
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

    fn answer(&mut self, answer: Answer) -> TestCaseResult {
        self.given += usize::from(!answer.again || self.given == 0);
        let name = format!("set-{}", self.given);
        let now = self.now();
        let expiration = answer.lifetime.map(|lifetime| match lifetime {
            ..=0 => now.wall - seconds(lifetime.unsigned_abs()),
            _ => now.wall + seconds(lifetime.unsigned_abs()),
        });
        let mut set = snapshot(&name, expiration);
        if let Some(interval) = answer.recheck {
            set = set.recheck_after(seconds(interval));
        }
        if answer.stable {
            set = set.with_static_stability();
        }
        self.older = self.bench.cache.cached().map(|set| (*set).clone());
        self.bench.answer(set);
        if answer.lifetime.is_some_and(|lifetime| lifetime <= 0) {
            return self.failed(seconds(1));
        }
        // The same answer once more changes nothing but its age: it is the set that was held.
        let same = self
            .model
            .held
            .take()
            .filter(|held| held.name == name && held.expiration == expiration);
        let (recheck, stable) = match &same {
            Some(held) => (held.recheck, held.stable),
            None => (answer.recheck.map(seconds), answer.stable),
        };
        self.model.answered(Held {
            name: name.clone(),
            expiration,
            recheck,
            stable,
            loaded: now,
            extended: false,
        });
        for (ticket, _) in self.waiting.drain(..) {
            prop_assert_eq!(got(ticket), name.clone());
        }
        Ok(())
    }

    fn failed(&mut self, missing_holds: Duration) -> TestCaseResult {
        let now = self.now();
        let jittered = self.bench.cache.cached().and_then(|set| set.expiration());
        let kept = self.model.failed(now, missing_holds, jittered);
        if let Some(held) = self
            .model
            .held
            .as_ref()
            .filter(|held| held.loaded == now && held.extended)
        {
            let life = held
                .expiration
                .unwrap()
                .duration_since(now.wall)
                .unwrap_or_default();
            prop_assert!(
                (seconds(600)..=seconds(900)).contains(&life),
                "extended by {:?}",
                life
            );
        }
        for (ticket, demanded) in self.waiting.drain(..) {
            match &kept {
                Some(name) if !demanded => prop_assert_eq!(&got(ticket), name),
                _ => prop_assert!(got(ticket).starts_with("error:")),
            }
        }
        Ok(())
    }

    /// The load hangs until those who wait have had enough.
    fn give_up(&mut self) -> TestCaseResult {
        let waited = self.bench.monotonic() - self.begun;
        self.bench.pass(PATIENCE.saturating_sub(waited));
        let (ticket, demanded) = self.waiting.pop().unwrap();
        let answer = got(ticket);
        let now = self.now();
        let jittered = self.bench.cache.cached().and_then(|set| set.expiration());
        let kept = self.model.failed(now, seconds(1), jittered);
        match kept.filter(|_| !demanded) {
            Some(name) => prop_assert_eq!(answer, name),
            None => prop_assert!(answer.starts_with("error:"), "{}", answer),
        }
        // Its answer comes late, and changes nothing.
        let cached = self.bench.cache.cached();
        self.bench.answer(snapshot("late", None));
        prop_assert_eq!(
            self.bench
                .cache
                .cached()
                .map(|set| set.access_key_id().to_owned()),
            cached.map(|set| set.access_key_id().to_owned())
        );
        self.waiting.clear();
        Ok(())
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

#[test]
fn keeps_its_promises_in_any_order_of_events() {
    let lives = (0.0..=1.0_f64, prop::collection::vec(step(), 1..MOST_STEPS));
    always(CASES, lives, |(jitter, steps)| {
        let mut life = Life {
            bench: Bench::new(),
            model: Model::default(),
            waiting: Vec::new(),
            begun: Duration::ZERO,
            given: 0,
            older: None,
        };
        life.bench.set_jitter(jitter);
        for step in steps {
            life.take(step)?;
        }
        Ok(())
    });
}
