//! What a fork does to us, and what keeps it from doing worse.
//!
//! A child has only the thread that forked. A refresh in flight is lost with its thread, and a lock
//! or a one-time initialisation (ours, rustls's, the allocator of a lazy regex) that another thread
//! was inside of stays shut for ever. So two things:
//!
//! - each process has a *generation*; what belongs to an older one is not waited for;
//! - code that may hold a lock runs in a *section*, and a fork waits until no thread is in one.
//!   A refresh leaves its section whenever it waits for the network, so a fork waits for the
//!   microseconds of a lock, or the few milliseconds of a TLS handshake, never for a server.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

/// Windows has no fork.
#[cfg(unix)]
mod handlers;

const PAUSE: Duration = Duration::from_micros(50);

static GENERATION: AtomicU64 = AtomicU64::new(0);
static FORKS: AtomicU32 = AtomicU32::new(0);
static BUSY: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Sections nest: whoever is inside must not wait for a fork that waits for it.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Counts the forks between the first process and this one.
pub fn generation() -> u64 {
    GENERATION.load(SeqCst)
}

/// Installs the handlers. Before it, a fork is not noticed.
pub fn watch() {
    #[cfg(unix)]
    handlers::install();
}

/// Held while a fork must not happen. Keep it short, and never wait for anything inside.
pub struct Section(());

pub fn section() -> Section {
    enter();
    Section(())
}

impl Drop for Section {
    fn drop(&mut self) {
        leave();
    }
}

/// Starts a detached thread that is in a section from before its first instruction until after its
/// last, since the standard library, too, keeps locked accounts of threads that begin and end.
/// It must [`leave`] whenever it waits.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    let _section = section();
    BUSY.fetch_add(1, SeqCst);
    let unborn = Unborn;
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            std::mem::forget(unborn);
            DEPTH.set(1);
            LIFE.set(Some(Life));
            work();
        })
        .map(drop)
}

/// Dropped if the thread does not start.
struct Unborn;

impl Drop for Unborn {
    fn drop(&mut self) {
        BUSY.fetch_sub(1, SeqCst);
    }
}

/// Dropped by the destructor of a thread-local, the last of a thread to run.
struct Life;

impl Drop for Life {
    fn drop(&mut self) {
        leave();
    }
}

thread_local! {
    static LIFE: Cell<Option<Life>> = const { Cell::new(None) };
}

/// Back to work after a wait.
pub(crate) fn enter() {
    if DEPTH.get() == 0 {
        loop {
            while FORKS.load(SeqCst) > 0 {
                std::thread::sleep(PAUSE);
            }
            BUSY.fetch_add(1, SeqCst);
            if FORKS.load(SeqCst) == 0 {
                break;
            }
            BUSY.fetch_sub(1, SeqCst);
        }
    }
    DEPTH.set(DEPTH.get() + 1);
}

/// About to wait.
pub(crate) fn leave() {
    match DEPTH.get() {
        0 => {}
        1 => {
            DEPTH.set(0);
            BUSY.fetch_sub(1, SeqCst);
        }
        depth => DEPTH.set(depth - 1),
    }
}

/// Runs `wait` out of any section, however deep this thread is inside.
pub(crate) fn outside<T>(wait: impl FnOnce() -> T) -> T {
    let depth = DEPTH.get();
    if depth == 0 {
        return wait();
    }
    DEPTH.set(1);
    leave();
    let waited = wait();
    enter();
    DEPTH.set(depth);
    waited
}
