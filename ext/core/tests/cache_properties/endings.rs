//! How a load ends, and what those who wait for it get.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::life::Life;
use crate::steps::Answer;
use crate::support::cache::{got, seconds, snapshot, PATIENCE};
use crate::support::model::Held;

impl Life {
    pub fn answer(&mut self, answer: Answer) -> TestCaseResult {
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

    pub fn failed(&mut self, missing_holds: Duration) -> TestCaseResult {
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
    pub fn give_up(&mut self) -> TestCaseResult {
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
}
