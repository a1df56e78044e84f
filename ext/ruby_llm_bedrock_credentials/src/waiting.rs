//! Waits for a refresh as Ruby waits: other threads and fibers run, interrupts are heard.

use std::sync::{Arc, Mutex, PoisonError};

use bedrock_credentials_core::flight::{Ticket, Waited};
use bedrock_credentials_core::snapshot::Snapshot;
use magnus::{prelude::*, Error, Ruby, Value};

use crate::error::chain_failed;
use crate::gvl::wait_without_gvl;

pub type Loaded = Result<Arc<Snapshot>, Arc<bedrock_credentials_core::chain_error::ChainError>>;

pub fn wait(ruby: &Ruby, ticket: Ticket) -> Result<Arc<Snapshot>, Error> {
    wait_for_either(ruby, ticket)?.map_err(|error| chain_failed(ruby, &error))
}

/// The set, or why there is none, as core says it. Raises an interrupt alone.
pub fn wait_for_either(ruby: &Ruby, mut ticket: Ticket) -> Result<Loaded, Error> {
    if has_fiber_scheduler(ruby)? {
        wait_in_thread(ruby, ticket)
    } else {
        wait_here(ruby, &mut ticket)
    }
}

fn wait_here(ruby: &Ruby, ticket: &mut Ticket) -> Result<Loaded, Error> {
    let waker = ticket.waker();
    let wait = || match ticket.wait() {
        Waited::Done(loaded) => Some(loaded),
        Waited::Woken => None,
    };
    wait_without_gvl(ruby, wait, || waker.wake())
}

/// A wait without the GVL still stops a reactor (Async, Falcon): its fibers all have this thread.
/// Thread#join does not: the scheduler knows it and runs the others meanwhile.
fn wait_in_thread(ruby: &Ruby, mut ticket: Ticket) -> Result<Loaded, Error> {
    let answer: Arc<Mutex<Option<Loaded>>> = Arc::default();
    let slot = Arc::clone(&answer);
    let thread = ruby.thread_create_from_fn(move |ruby| {
        // An interrupt of this thread leaves the slot empty, and the fiber looks again itself.
        if let Ok(loaded) = wait_here(ruby, &mut ticket) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
        }
    });
    let _: Value = thread.funcall("join", ())?;
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    answer.ok_or_else(|| crate::error::interrupted(ruby))
}

fn has_fiber_scheduler(ruby: &Ruby) -> Result<bool, Error> {
    let scheduler: Value = ruby
        .class_object()
        .const_get::<_, Value>("Fiber")?
        .funcall("current_scheduler", ())?;
    Ok(!scheduler.is_nil())
}
