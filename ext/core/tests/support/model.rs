//! What the cache promises, said once more and more simply: what a reader must get, and whether
//! a load must begin.

use std::time::{Duration, SystemTime};

use bedrock_credentials_core::windows::{Phase, Windows};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    pub wall: SystemTime,
    pub monotonic: Duration,
}

#[derive(Debug, Clone)]
pub struct Held {
    pub name: String,
    pub expiration: Option<SystemTime>,
    pub recheck: Option<Duration>,
    pub stable: bool,
    pub loaded: Moment,
    /// Of instance metadata, and past its life: asked for whenever the back-off allows.
    pub extended: bool,
}

impl Held {
    /// Neither clock alone is right: the one may be set, the other stands still in sleep.
    fn left(&self, now: Moment) -> Option<Duration> {
        let lived = now.monotonic - self.loaded.monotonic;
        let wall = now.wall.max(self.loaded.wall + lived);
        self.expiration?.duration_since(wall).ok()
    }

    pub fn phase(&self, now: Moment) -> Phase {
        let Some(expiration) = self.expiration else {
            let age = now.monotonic - self.loaded.monotonic;
            return match self.recheck {
                Some(interval) if age >= interval => Phase::Advisory,
                _ => Phase::Fresh,
            };
        };
        let life = expiration
            .duration_since(self.loaded.wall)
            .unwrap_or_default();
        let phase = Windows::for_lifetime(life).phase(self.left(now));
        match phase {
            Phase::Fresh if self.extended => Phase::Advisory,
            phase => phase,
        }
    }

    /// The least and the most that a failure now holds off the next try.
    fn back_off(&self, now: Moment) -> (Duration, Duration) {
        let full = (300 * SECOND, 600 * SECOND);
        let (Some(left), Some(expiration)) = (self.left(now), self.expiration) else {
            return full;
        };
        let life = expiration
            .duration_since(self.loaded.wall)
            .unwrap_or_default();
        let mandatory = Windows::for_lifetime(life).mandatory;
        match left.checked_sub(mandatory).filter(|room| !room.is_zero()) {
            Some(room) => (full.0.min(room), full.1.min(room)),
            None => {
                let half = (left / 2).max(SECOND);
                (half, half)
            }
        }
    }
}

/// After a failure: surely no try before `least` has passed, surely one is allowed after `most`,
/// on whichever clock is ahead.
#[derive(Debug, Clone)]
struct Hold {
    from: Moment,
    least: Duration,
    most: Duration,
}

impl Hold {
    fn passed(&self, now: Moment) -> Duration {
        let wall = now.wall.duration_since(self.from.wall).unwrap_or_default();
        wall.max(now.monotonic - self.from.monotonic)
    }
}

#[derive(Debug, Default)]
pub struct Model {
    pub held: Option<Held>,
    pub loading: bool,
    hold: Option<Hold>,
    rejected: Option<(String, Duration)>,
}

#[derive(Debug, PartialEq)]
pub enum Expected {
    /// This set at once; whether a load begins.
    Ready {
        name: String,
        begins: Option<bool>,
    },
    /// To wait for a load; whether it begins now.
    Wait {
        begins: bool,
    },
    Failed,
    /// The back-off may or may not be over: to fail, or to wait for a load that begins.
    FailedOrWait,
    /// The same, with a set that still serves.
    ReadyOrWait(String),
}

impl Model {
    /// `None`: it depends on the jitter.
    fn holding_off(&self, now: Moment) -> Option<bool> {
        let Some(hold) = &self.hold else {
            return Some(false);
        };
        match hold.passed(now) {
            passed if passed < hold.least => Some(true),
            passed if passed >= hold.most => Some(false),
            _ => None,
        }
    }

    pub fn read(&self, now: Moment) -> Expected {
        let phase = self
            .held
            .as_ref()
            .map_or(Phase::Expired, |held| held.phase(now));
        let name = self
            .held
            .as_ref()
            .map(|held| held.name.clone())
            .unwrap_or_default();
        let off = self.holding_off(now);
        match phase {
            Phase::Fresh => Expected::Ready {
                name,
                begins: Some(false),
            },
            Phase::Advisory if self.loading => Expected::Ready {
                name,
                begins: Some(false),
            },
            Phase::Advisory => Expected::Ready {
                name,
                begins: off.map(|off| !off),
            },
            _ if self.loading => Expected::Wait { begins: false },
            Phase::Mandatory => match off {
                Some(true) => Expected::Ready {
                    name,
                    begins: Some(false),
                },
                Some(false) => Expected::Wait { begins: true },
                None => Expected::ReadyOrWait(name),
            },
            Phase::Expired => match off {
                Some(true) => Expected::Failed,
                Some(false) => Expected::Wait { begins: true },
                None => Expected::FailedOrWait,
            },
        }
    }

    pub fn answered(&mut self, held: Held) {
        self.loading = false;
        self.hold = None;
        self.held = Some(held);
    }

    /// The set to go on with. `jittered` is the life that an expired set of instance metadata
    /// was given, if it was.
    pub fn failed(
        &mut self,
        now: Moment,
        missing_holds: Duration,
        jittered: Option<SystemTime>,
    ) -> Option<String> {
        self.loading = false;
        if let Some(held) = &mut self.held {
            if held.phase(now) == Phase::Expired && held.stable {
                held.expiration = jittered;
                held.loaded = now;
                held.extended = true;
            }
        }
        let alive = self
            .held
            .as_ref()
            .filter(|held| held.phase(now) != Phase::Expired);
        let (least, most) = alive.map_or((missing_holds, missing_holds), |held| held.back_off(now));
        let from = now;
        self.hold = Some(Hold { from, least, most });
        alive.map(|held| held.name.clone())
    }

    /// Whether the set is dropped.
    pub fn rejected(&mut self, name: &str, now: Moment) -> bool {
        let again = self
            .rejected
            .as_ref()
            .is_some_and(|(rejected, at)| rejected == name && now.monotonic < *at + 5 * SECOND);
        if again || self.held.as_ref().is_none_or(|held| held.name != name) {
            return false;
        }
        self.rejected = Some((name.to_owned(), now.monotonic));
        self.hold = None;
        self.held = None;
        true
    }
}
