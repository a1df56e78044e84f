//! An allocator that looks at each block that is freed, for a secret that was not wiped.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

pub struct Watchful;

static WATCHING: AtomicBool = AtomicBool::new(false);
static LEFT_BEHIND: AtomicUsize = AtomicUsize::new(0);

/// Part of each secret below.
const CANARY: &[u8] = b"SECRETCANARY";

// SAFETY: allocates as the system does; `dealloc` reads the block, which is the caller's until it
// returns. `realloc` is the trait's own: a new block, a copy, and `dealloc` of the old.
unsafe impl GlobalAlloc for Watchful {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, as it is read whole.
        System.alloc_zeroed(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if WATCHING.load(SeqCst) {
            let bytes = std::slice::from_raw_parts(block, layout.size());
            if bytes.windows(CANARY.len()).any(|part| part == CANARY) {
                LEFT_BEHIND.fetch_add(1, SeqCst);
            }
        }
        System.dealloc(block, layout);
    }
}

/// How many blocks with a secret in them were freed meanwhile, by whichever thread: for a process
/// in which nothing else runs.
pub fn left_behind(work: impl FnOnce()) -> usize {
    LEFT_BEHIND.store(0, SeqCst);
    WATCHING.store(true, SeqCst);
    work();
    WATCHING.store(false, SeqCst);
    LEFT_BEHIND.load(SeqCst)
}

pub fn secret(blanks: &str) -> String {
    format!("{blanks}SECRETCANARY/and-some-more")
}
