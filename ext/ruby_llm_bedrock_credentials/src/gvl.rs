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
    let mut body = Some(body);
    loop {
        if let Some(result) = release(|| body.take().map(|body| body()), None::<fn()>) {
            return result
                .map_err(|_| panicked(ruby))?
                .ok_or_else(|| panicked(ruby));
        }
        check_interrupts()?;
    }
}

/// Waits while other Ruby threads run, as Ruby's own blocking calls do: `wait` returns `None` when
/// `wake` was called, which Ruby does for an interrupt (Thread#kill, Timeout, Ctrl-C, a trapped
/// signal, Thread#wakeup). What raises then raises here; what does not, does not end the wait.
pub fn wait_without_gvl<T: Send>(
    ruby: &Ruby,
    mut wait: impl FnMut() -> Option<T> + Send,
    wake: impl Fn() + Sync,
) -> Result<T, Error> {
    loop {
        match release(&mut wait, Some(&wake)) {
            Some(Ok(Some(value))) => return Ok(value),
            Some(Err(_)) => return Err(panicked(ruby)),
            Some(Ok(None)) | None => check_interrupts()?,
        }
    }
}

/// None where `body` did not run, as an interrupt was pending.
fn release<T>(body: impl FnOnce() -> T, wake: Option<impl Fn()>) -> Option<std::thread::Result<T>> {
    let mut call = Call {
        body: Some(body),
        result: None,
    };
    let (unblock, wake_data) = match &wake {
        Some(wake) => unblock(wake),
        None => (None, null_mut()),
    };
    // SAFETY: `call` and `wake` outlive the call, which returns neither before `run` does nor while
    // the unblock function runs. INTR_FAIL because without it Ruby may longjmp over this frame on
    // Thread#kill, and no destructor of ours would run.
    unsafe {
        rb_nogvl(
            Some(run_body(&call)),
            (&raw mut call).cast::<c_void>(),
            unblock,
            wake_data,
            RB_NOGVL_INTR_FAIL as i32,
        );
    }
    call.result
}

/// Raises what is pending, as the error it is; or runs a trap and returns.
fn check_interrupts() -> Result<(), Error> {
    protect(|| {
        // SAFETY: the GVL is held, and protect stops the longjmp.
        unsafe { rb_thread_check_ints() };
        Qnil as rb_sys::VALUE
    })
    .map(|_| ())
}

struct Call<F, T> {
    body: Option<F>,
    result: Option<std::thread::Result<T>>,
}

type Callback = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
type Unblock = unsafe extern "C" fn(*mut c_void);

fn run_body<F: FnOnce() -> T, T>(_: &Call<F, T>) -> Callback {
    run::<F, T>
}

/// A panic that left here would abort the process: there is no Ruby frame above to catch it.
unsafe extern "C" fn run<F: FnOnce() -> T, T>(argument: *mut c_void) -> *mut c_void {
    // SAFETY: `release` passes its own `Call`, of these very types, and waits for the return.
    let call = unsafe { &mut *argument.cast::<Call<F, T>>() };
    if let Some(body) = call.body.take() {
        call.result = Some(catch_unwind(AssertUnwindSafe(body)));
    }
    null_mut()
}

fn unblock<W: Fn()>(wake: &W) -> (Option<Unblock>, *mut c_void) {
    (
        Some(run_wake::<W>),
        std::ptr::from_ref(wake).cast_mut().cast(),
    )
}

unsafe extern "C" fn run_wake<W: Fn()>(argument: *mut c_void) {
    // SAFETY: `release` passes a reference of this very type, which lives until rb_nogvl returns.
    let wake = unsafe { &*argument.cast::<W>() };
    // The waiting goes on in the worst case; unwinding into Ruby is not to be had.
    let _ = catch_unwind(AssertUnwindSafe(wake));
}
