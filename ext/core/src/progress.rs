//! Which source a walk is at, for whoever waits for it.

use std::sync::{Mutex, PoisonError};

use crate::fork;

#[derive(Default)]
pub(crate) struct Progress(Mutex<Option<String>>);

impl Progress {
    pub(crate) fn reached(&self, source: &str) {
        let _section = fork::section();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(source.to_owned());
    }

    pub(crate) fn source(&self) -> Option<String> {
        let _section = fork::section();
        // Bound to a name: a lock in the last expression would outlast the section.
        let source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        source.clone()
    }
}
