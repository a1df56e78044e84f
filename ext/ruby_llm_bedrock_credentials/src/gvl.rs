//! Leave the GVL, come back.

use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;

use magnus::rb_sys::protect;
use magnus::{Error, Ruby};
use rb_sys::{rb_nogvl, rb_thread_check_ints, Qnil, RB_NOGVL_INTR_FAIL};

use crate::error::panicked;

/// Runs `body` while other Ruby threads run. `body` must neither touch Ruby nor hold a Ruby value:
/// `Send` keeps magnus's values out, as they are not.
///
/// Not interruptible: meant for what ends by itself in milliseconds. An interrupt that is pending
/// on entry is raised first, one that arrives meanwhile afterwards, by Ruby itself.
pub fn without_gvl<T: Send>(ruby: &Ruby, body: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let mut call = Call {
        body: Some(body),
        result: None,
    };
    while call.body.is_some() {
        // SAFETY: `call` outlives the call, which does not return before `run` does. INTR_FAIL
        // because without it Ruby may longjmp over this frame on Thread#kill, and no destructor
        // of ours would run.
        unsafe {
            rb_nogvl(
                Some(run_body(&call)),
                (&raw mut call).cast::<c_void>(),
                None,
                null_mut(),
                RB_NOGVL_INTR_FAIL as i32,
            );
        }
        if call.body.is_some() {
            // It did not run: an interrupt is pending. What it raises, protect catches; where it
            // raises nothing (a signal whose trap did its work) the loop tries again.
            protect(|| {
                // SAFETY: the GVL is held, and protect stops the longjmp.
                unsafe { rb_thread_check_ints() };
                Qnil as rb_sys::VALUE
            })?;
        }
    }
    match call.result {
        Some(Ok(value)) => Ok(value),
        Some(Err(_)) | None => Err(panicked(ruby)),
    }
}

struct Call<F, T> {
    body: Option<F>,
    result: Option<std::thread::Result<T>>,
}

type Callback = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

fn run_body<F: FnOnce() -> T, T>(_: &Call<F, T>) -> Callback {
    run::<F, T>
}

/// A panic that left here would abort the process: there is no Ruby frame above to catch it.
unsafe extern "C" fn run<F: FnOnce() -> T, T>(argument: *mut c_void) -> *mut c_void {
    // SAFETY: `without_gvl` passes its own `Call`, of these very types, and waits for the return.
    let call = unsafe { &mut *argument.cast::<Call<F, T>>() };
    if let Some(body) = call.body.take() {
        call.result = Some(catch_unwind(AssertUnwindSafe(body)));
    }
    null_mut()
}
