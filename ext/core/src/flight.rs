//! One refresh under way, and those who wait for it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::cache::{Cache, Read};
use crate::chain_error::ChainError;
use crate::fork;
use crate::snapshot::Snapshot;
use crate::sync::{lock, Condvar, Mutex};

pub(crate) type Loaded = Result<Arc<Snapshot>, Arc<ChainError>>;

/// How a refresh ended.
pub(crate) struct Landing {
    pub loaded: Loaded,
    /// The set to go on with if it failed.
    pub kept: Option<Arc<Snapshot>>,
}

pub(crate) struct Flight {
    /// The process whose thread loads; in a child of it no one does.
    pub generation: u64,
    /// Monotonic.
    pub started: Duration,
    landing: OnceLock<Landing>,
    seats: Mutex<Vec<Arc<Seat>>>,
}

impl Flight {
    pub fn new(started: Duration) -> Arc<Self> {
        Arc::new(Self {
            generation: fork::generation(),
            started,
            landing: OnceLock::new(),
            seats: Mutex::new(Vec::new()),
        })
    }

    /// Only under the cache's lock, and only while the cache holds the flight: a seat taken after
    /// the landing would never be called.
    pub fn board(&self, seat: &Arc<Seat>) {
        lock(&self.seats).push(Arc::clone(seat));
    }

    pub fn land(&self, landing: Landing) {
        let _ = self.landing.set(landing);
        let seats = std::mem::take(&mut *lock(&self.seats));
        for seat in seats {
            seat.call(|calls| calls.landed = true);
        }
    }
}

/// A place to wait that only its thread and its callers know: a fork cannot leave it locked for
/// anyone else.
#[derive(Default)]
pub(crate) struct Seat {
    calls: Mutex<Calls>,
    bell: Condvar,
}

#[derive(Default)]
struct Calls {
    landed: bool,
    woken: bool,
}

impl Seat {
    fn call(&self, change: impl FnOnce(&mut Calls)) {
        change(&mut lock(&self.calls));
        self.bell.notify_one();
    }
}

/// Wakes the thread that waits on one [`Ticket`], from any thread. It cancels nothing.
#[derive(Clone)]
pub struct Waker(Arc<Seat>);

impl Waker {
    pub fn wake(&self) {
        let _section = fork::section();
        self.0.call(|calls| calls.woken = true);
    }
}

/// Why a wait ended.
#[derive(Debug)]
pub enum Waited {
    Done(Result<Arc<Snapshot>, Arc<ChainError>>),
    /// [`Waker::wake`] was called. The refresh goes on; wait again to have its answer.
    Woken,
}

/// The right to one refresh's answer.
pub struct Ticket {
    cache: Arc<Cache>,
    flight: Arc<Flight>,
    seat: Arc<Seat>,
    /// Asked for by name: its failure is told even where an older set would do.
    demanded: bool,
}

impl Ticket {
    pub(crate) fn new(cache: Arc<Cache>, flight: Arc<Flight>, demanded: bool) -> Self {
        let seat = Arc::new(Seat::default());
        flight.board(&seat);
        Self {
            cache,
            flight,
            seat,
            demanded,
        }
    }

    /// Take it before [`Ticket::wait`], give it to whoever interrupts. It outlives the ticket.
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.seat))
    }

    /// Blocks until the refresh has ended or the waker is used; never longer than the cache's
    /// patience with one refresh.
    pub fn wait(&mut self) -> Waited {
        loop {
            if self.flight.generation != fork::generation() {
                // This thread forked while it waited, and the one it waited for stayed behind.
                if let Some(answer) = self.rebook() {
                    return Waited::Done(answer);
                }
            }
            if let Some(landing) = self.flight.landing.get() {
                return Waited::Done(self.answer(landing));
            }
            let Some(left) = self.cache.patience_left(&self.flight) else {
                self.cache.give_up(&self.flight);
                continue;
            };
            let mut calls = lock(&self.seat.calls);
            if !calls.landed && !calls.woken {
                calls = self
                    .seat
                    .bell
                    .wait_timeout(calls, left)
                    .map_or_else(|poisoned| poisoned.into_inner().0, |(calls, _)| calls);
            }
            if std::mem::take(&mut calls.woken) {
                return Waited::Woken;
            }
        }
    }

    fn answer(&self, landing: &Landing) -> Loaded {
        match (&landing.loaded, &landing.kept) {
            (Err(_), Some(kept)) if !self.demanded => Ok(Arc::clone(kept)),
            (loaded, _) => loaded.clone(),
        }
    }

    fn rebook(&mut self) -> Option<Loaded> {
        let read = if self.demanded {
            Read::Wait(self.cache.refresh())
        } else {
            self.cache.read()
        };
        match read {
            Read::Ready(snapshot) => Some(Ok(snapshot)),
            Read::Failed(error) => Some(Err(error)),
            Read::Wait(ticket) => {
                self.flight = ticket.flight;
                // Its waker was handed out; it keeps its seat.
                self.cache.reseat(&self.flight, &self.seat);
                None
            }
        }
    }
}
