//! A role's source that is a Ruby object: asked on a Ruby thread of its own, once for each load.
//!
//! Of its own, since a request that only triggers a refresh ahead of time must not wait for it (an
//! aws-sdk provider may go to the network in `#credentials`), and since a Timeout or Thread#kill of
//! that request must not fail the load for all others. It ends with its answer.

use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;

use bedrock_credentials_core::foreign::{Foreign, Handover};
use magnus::error::RubyUnavailableError;
use magnus::value::Opaque;
use magnus::{prelude::*, Error, Ruby, Value};

use crate::error::message;
use crate::snapshot;

/// Shown by Thread#inspect and `ps`, as that of a load is.
const THREAD_NAME: &str = "aws-credentials";

pub struct RubySource(Opaque<Value>);

impl RubySource {
    /// Whoever keeps this marks `source`.
    pub fn new(source: Value) -> Self {
        Self(Opaque::from(source))
    }
}

impl Foreign for RubySource {
    fn ask(&self, handover: Handover) {
        match Ruby::get() {
            Ok(ruby) => ask(&ruby, self.0, handover),
            // A thread that forked in a trap while it waited for a load begins another one, from
            // within its wait.
            Err(RubyUnavailableError::GvlUnlocked) => {
                with_gvl(|ruby| ask(ruby, self.0, handover));
            }
            // No thread of core's asks: a role over this one counts as a Ruby source itself.
            Err(RubyUnavailableError::NonRubyThread) => {
                handover.take(Err(
                    "its source was asked by a thread that knows no Ruby".to_owned()
                ));
            }
        }
    }
}

fn ask(ruby: &Ruby, source: Opaque<Value>, handover: Handover) {
    let thread = ruby.thread_create_from_fn(move |ruby| {
        let name = |thread: magnus::Thread| thread.funcall::<_, _, Value>("name=", (THREAD_NAME,));
        let _ = name(ruby.thread_current());
        // Alive: an instance variable of this thread has it.
        match snapshot::credentials(ruby, ruby.get_inner(source)) {
            Ok(credentials) => {
                handover.take(Ok(credentials));
                Ok(())
            }
            Err(error) => {
                handover.take(Err(format!("its source: {}", message(&error))));
                end_as(ruby, error)
            }
        }
    });
    // Without an @ it is seen by the GC alone. The thread cannot have begun: the GVL is held here.
    let _ = thread.ivar_set("__source", ruby.get_inner(source));
}

/// What is no StandardError was not meant for those who wait: `exit`, or the end of this thread.
fn end_as(ruby: &Ruby, error: Error) -> Result<(), Error> {
    if error.is_kind_of(ruby.exception_standard_error()) {
        return Ok(());
    }
    Err(error)
}

extern "C" {
    // In ruby/thread.h, which rb-sys does not bind.
    fn rb_thread_call_with_gvl(
        body: unsafe extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> *mut c_void;
}

/// Only from a Ruby thread that has released the GVL.
fn with_gvl(body: impl FnOnce(&Ruby)) {
    let mut body = Some(body);
    let (run, argument) = callback(&mut body);
    // SAFETY: `body` outlives the call. What Ruby raises inside is caught by magnus, so that nothing
    // is jumped over.
    unsafe { rb_thread_call_with_gvl(run, argument) };
}

type Callback = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

fn callback<F: FnOnce(&Ruby)>(body: &mut Option<F>) -> (Callback, *mut c_void) {
    (run::<F>, std::ptr::from_mut(body).cast())
}

unsafe extern "C" fn run<F: FnOnce(&Ruby)>(argument: *mut c_void) -> *mut c_void {
    // SAFETY: `with_gvl` passes its own Option, of this very type, and waits for the return.
    let body = unsafe { &mut *argument.cast::<Option<F>>() }.take();
    if let (Some(body), Ok(ruby)) = (body, Ruby::get()) {
        // The load fails in the worst case; unwinding into Ruby is not to be had.
        let _ = catch_unwind(AssertUnwindSafe(|| body(&ruby)));
    }
    null_mut()
}
