//! What happened, for the application's log: queued, since a refresh has no way into Ruby.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, SystemTime};

use crate::flight::Loaded;
use crate::fork;
use crate::sync::{lock, Mutex};

/// No one may ever drain them.
const KEPT: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The first set, or the first after one was rejected.
    Resolved {
        source: String,
        duration: Duration,
        expiration: Option<SystemTime>,
    },
    /// A set in place of an older one.
    Refreshed {
        source: String,
        duration: Duration,
        expiration: Option<SystemTime>,
    },
    /// No set came. `kept`: the older one is still used.
    RefreshFailed {
        reason: String,
        duration: Duration,
        kept: bool,
    },
    /// Something that works, but perhaps not as meant.
    Warning { message: String },
}

#[derive(Default)]
pub(crate) struct Events(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Event>,
    warned: HashSet<String>,
}

impl Events {
    /// Each message once, for as long as the cache lives.
    pub fn warn(&self, messages: Vec<String>) {
        let mut queue = lock(&self.0);
        for message in messages {
            if queue.warned.insert(message.clone()) {
                queue.push(Event::Warning { message });
            }
        }
    }

    pub fn record(&self, loaded: &Loaded, had_one: bool, kept: bool, duration: Duration) {
        let event = match loaded {
            Ok(snapshot) => {
                let source = snapshot.source().to_owned();
                let expiration = snapshot.expiration();
                if had_one {
                    Event::Refreshed {
                        source,
                        duration,
                        expiration,
                    }
                } else {
                    Event::Resolved {
                        source,
                        duration,
                        expiration,
                    }
                }
            }
            Err(error) => Event::RefreshFailed {
                reason: error.to_string(),
                duration,
                kept,
            },
        };
        lock(&self.0).push(event);
    }

    pub fn drain(&self) -> Vec<Event> {
        let _section = fork::section();
        // Bound to a name: a lock in the last expression would outlast the section.
        let mut queue = lock(&self.0);
        queue.waiting.drain(..).collect()
    }
}

impl Queue {
    fn push(&mut self, event: Event) {
        if self.waiting.len() == KEPT {
            self.waiting.pop_front();
        }
        self.waiting.push_back(event);
    }
}
