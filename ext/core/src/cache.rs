//! One snapshot, many readers, one refresh at a time.
//!
//! A reader of a fresh set takes no lock. Everything that happens less often is decided under one
//! short lock, and the refresh itself runs elsewhere, begun by [`Load`]. Time, randomness and the
//! loader are handed in.

mod outside;
mod settle;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;

use crate::chain_error::ChainError;
use crate::completion::Completion;
use crate::entry::Entry;
use crate::event::{Event, Events};
use crate::flight::{Flight, Seat, Ticket};
use crate::fork;
use crate::snapshot::Snapshot;
use crate::sync::{lock, Mutex};
use crate::windows::Phase;
pub use outside::{Clock, Load, Now};

/// A set that its source gave again right after it was rejected is not asked for again this soon.
const REJECTION_HOLDS: Duration = Duration::from_secs(5);

/// What a reader gets without waiting.
pub enum Read {
    Ready(Arc<Snapshot>),
    Failed(Arc<ChainError>),
    Wait(Ticket),
}

pub struct Cache {
    clock: Box<dyn Clock>,
    loader: Box<dyn Load>,
    patience: Duration,
    current: ArcSwapOption<Entry>,
    state: Mutex<State>,
    events: Events,
}

#[derive(Default)]
struct State {
    flight: Option<Arc<Flight>>,
    failure: Option<Failure>,
    rejected: Option<(Arc<Snapshot>, Duration)>,
}

struct Failure {
    error: Arc<ChainError>,
    at: Now,
    /// No new try before.
    wait: Duration,
}

impl Failure {
    /// On whichever clock is ahead: the monotonic one may stand still while a laptop sleeps, and a
    /// set that has expired meanwhile must not be waited out; the wall clock may be set back.
    fn holds(&self, now: Now) -> bool {
        let by_wall = now.wall.duration_since(self.at.wall).unwrap_or_default();
        let passed = now.monotonic.saturating_sub(self.at.monotonic);
        passed.max(by_wall) < self.wait
    }
}

impl Cache {
    /// `patience`: after this long a refresh that has not answered counts as failed.
    pub fn new(clock: Box<dyn Clock>, loader: Box<dyn Load>, patience: Duration) -> Arc<Self> {
        Arc::new(Self {
            clock,
            loader,
            patience,
            current: ArcSwapOption::empty(),
            state: Mutex::default(),
            events: Events::default(),
        })
    }

    /// The current set, or what to wait for. Begins a refresh where one is due.
    pub fn read(self: &Arc<Self>) -> Read {
        let now = self.clock.now();
        match &*self.current.load() {
            Some(entry) if entry.phase(now) == Phase::Fresh => {
                Read::Ready(Arc::clone(&entry.snapshot))
            }
            _ => self.read_and_refresh(now),
        }
    }

    fn read_and_refresh(self: &Arc<Self>, now: Now) -> Read {
        let (read, due) = self.decide(now);
        // Out of the section and of the lock: what begins a load may run the caller's language.
        if let Some(flight) = due {
            self.loader.begin(Completion::new(Arc::clone(self), flight));
        }
        read
    }

    fn decide(self: &Arc<Self>, now: Now) -> (Read, Option<Arc<Flight>>) {
        let _section = fork::section();
        let mut state = lock(&self.state);
        let entry = self.current.load_full();
        let phase = entry.as_ref().map_or(Phase::Expired, |e| e.phase(now));
        let flight = state.flight();
        let backing_off = state.failure.as_ref().filter(|failure| failure.holds(now));
        match (phase, entry, flight, backing_off) {
            (Phase::Fresh, Some(entry), ..)
            | (Phase::Advisory, Some(entry), Some(_), _)
            | (Phase::Advisory | Phase::Mandatory, Some(entry), None, Some(_)) => {
                (Read::Ready(Arc::clone(&entry.snapshot)), None)
            }
            (Phase::Advisory, Some(entry), None, None) => {
                let flight = state.take_off(now);
                (Read::Ready(Arc::clone(&entry.snapshot)), Some(flight))
            }
            (_, _, Some(flight), _) => (
                Read::Wait(Ticket::new(Arc::clone(self), flight, false)),
                None,
            ),
            (_, _, None, Some(failure)) => (Read::Failed(Arc::clone(&failure.error)), None),
            (_, _, None, None) => {
                let flight = state.take_off(now);
                let ticket = Ticket::new(Arc::clone(self), Arc::clone(&flight), false);
                (Read::Wait(ticket), Some(flight))
            }
        }
    }

    /// A refresh now, or the one under way, whatever the age of the set and whatever failed before.
    pub fn refresh(self: &Arc<Self>) -> Ticket {
        let (ticket, due) = self.board(self.clock.now());
        if let Some(flight) = due {
            self.loader.begin(Completion::new(Arc::clone(self), flight));
        }
        ticket
    }

    fn board(self: &Arc<Self>, now: Now) -> (Ticket, Option<Arc<Flight>>) {
        let _section = fork::section();
        let mut state = lock(&self.state);
        if let Some(flight) = state.flight() {
            return (Ticket::new(Arc::clone(self), flight, true), None);
        }
        let flight = state.take_off(now);
        let ticket = Ticket::new(Arc::clone(self), Arc::clone(&flight), true);
        (ticket, Some(flight))
    }

    /// Drops the set that AWS rejected, so that the next reader waits for another. Ignored, with
    /// `false`, if it is no longer the current one, or if its source has just given it again.
    pub fn invalidate(&self, rejected: &Snapshot) -> bool {
        let _section = fork::section();
        let now = self.clock.now();
        let mut state = lock(&self.state);
        let Some(entry) = self.current.load_full() else {
            return false;
        };
        let again = state.rejected.as_ref().is_some_and(|(set, at)| {
            set.same_set(rejected) && now.monotonic < *at + REJECTION_HOLDS
        });
        if again || !entry.snapshot.same_set(rejected) {
            return false;
        }
        state.rejected = Some((Arc::clone(&entry.snapshot), now.monotonic));
        state.failure = None;
        self.current.store(None);
        true
    }

    /// How long a reader may have to wait for one refresh.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// The current set, whatever its age. Asks no one.
    pub fn cached(&self) -> Option<Arc<Snapshot>> {
        let entry = self.current.load();
        entry.as_ref().map(|entry| Arc::clone(&entry.snapshot))
    }

    /// When the current set is refreshed, should someone read it then; `None` where there is none,
    /// or where it does not expire. Asks no one.
    pub fn refresh_due(&self) -> Option<SystemTime> {
        self.current.load().as_ref()?.refresh_due()
    }

    /// What happened since the last call.
    pub fn drain_events(&self) -> Vec<Event> {
        self.events.drain()
    }

    pub(crate) fn reseat(&self, flight: &Arc<Flight>, seat: &Arc<Seat>) {
        let _section = fork::section();
        let state = lock(&self.state);
        if state
            .flight()
            .is_some_and(|current| Arc::ptr_eq(&current, flight))
        {
            flight.board(seat);
        }
    }
}

impl State {
    /// The refresh under way in this process.
    fn flight(&self) -> Option<Arc<Flight>> {
        self.flight
            .as_ref()
            .filter(|flight| flight.generation == fork::generation())
            .map(Arc::clone)
    }

    fn take_off(&mut self, now: Now) -> Arc<Flight> {
        let flight = Flight::new(now.monotonic);
        self.flight = Some(Arc::clone(&flight));
        flight
    }
}
