//! What runs before and after a fork.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::Once;
use std::time::{Duration, Instant};

use super::{BUSY, DEPTH, FORKS, GENERATION, PAUSE};

/// After this long a fork goes ahead: a section that reads a file may hang with its file system.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn install() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        // SAFETY: the handlers are `extern "C"`, live as long as the process, and touch atomics
        // only, which POSIX allows them in the child of a process with threads.
        unsafe { libc::pthread_atfork(Some(prepare), Some(in_parent), Some(in_child)) };
    });
}

extern "C" fn prepare() {
    FORKS.fetch_add(1, SeqCst);
    let own = u32::from(DEPTH.get() > 0);
    let start = Instant::now();
    while BUSY.load(SeqCst) > own && start.elapsed() < PATIENCE {
        std::thread::sleep(PAUSE);
    }
}

extern "C" fn in_parent() {
    FORKS.fetch_sub(1, SeqCst);
}

extern "C" fn in_child() {
    // The other threads are gone, and their sections with them.
    BUSY.store(u32::from(DEPTH.get() > 0), SeqCst);
    FORKS.store(0, SeqCst);
    GENERATION.fetch_add(1, SeqCst);
}
