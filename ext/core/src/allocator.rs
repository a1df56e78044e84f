//! Rust's memory inside a process that is not Rust's own: from malloc, as ever.

use std::alloc::{GlobalAlloc, Layout, System};

/// What a block may have for glibc's malloc to keep it for the thread that freed it.
const KEPT_BYTES: usize = 1_024;

/// For a `#[global_allocator]`, where the C library is glibc.
///
/// Its realloc passes over the free blocks that the thread has at hand. It takes the arena's lock, and
/// a block from the bins: one that was freed long ago, which in a heap like Ruby's none of the
/// processor's caches has. A signature grows some thirty Strings, and took an eighth longer for it
/// (`rake benchmark:signing`). So what is small moves by way of malloc and free.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThreadCached<A = System>(pub A);

/// What malloc hands out for so many bytes, on 64 bit: 8 of its own, in steps of 16. In the same
/// chunk realloc has nothing to move.
const fn chunk(bytes: usize) -> usize {
    match (bytes + 8).next_multiple_of(16) {
        chunk if chunk < 32 => 32,
        chunk => chunk,
    }
}

// SAFETY: all that is handed out is the inner allocator's, and goes back to it with the layout that it
// was asked for with.
unsafe impl<A: GlobalAlloc> GlobalAlloc for ThreadCached<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.alloc(layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.0.alloc_zeroed(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.0.dealloc(block, layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > KEPT_BYTES || chunk(size) == chunk(layout.size()) {
            return self.0.realloc(block, layout, size);
        }
        // SAFETY: the caller answers for a size that is neither 0 nor, with this alignment, too large.
        let moved = self
            .0
            .alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !moved.is_null() {
            // SAFETY: both blocks have as many bytes, and are two. Where there is none, the old one
            // stays the caller's.
            std::ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
            self.0.dealloc(block, layout);
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// Counts, and has no more than so many blocks to give.
    #[derive(Default)]
    struct Counted {
        left: Cell<usize>,
        allocs: Cell<usize>,
        reallocs: Cell<usize>,
    }

    // SAFETY: as System, or null.
    unsafe impl GlobalAlloc for Counted {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            self.allocs.set(self.allocs.get() + 1);
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    System.alloc(layout)
                }
                None => std::ptr::null_mut(),
            }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            System.dealloc(block, layout);
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            self.reallocs.set(self.reallocs.get() + 1);
            System.realloc(block, layout, size)
        }
    }

    fn with_blocks(left: usize) -> ThreadCached<Counted> {
        let inner = Counted::default();
        inner.left.set(left);
        ThreadCached(inner)
    }

    fn byte(index: usize) -> u8 {
        (index * 31 + 7) as u8
    }

    /// Grows or shrinks a block, and gives the allocations and reallocations that it took.
    fn moved(from: usize, to: usize, align: usize) -> (usize, usize) {
        let layout = |size| Layout::from_size_align(size, align).unwrap();
        let ours = with_blocks(2);
        // SAFETY: no size is 0; each block is used within its size, and freed once.
        unsafe {
            let block = ours.alloc(layout(from));
            (0..from).for_each(|index| block.add(index).write(byte(index)));
            let moved = ours.realloc(block, layout(from), to);
            assert_eq!(moved as usize % align, 0, "{from} to {to} bytes");
            for index in 0..from.min(to) {
                assert_eq!(moved.add(index).read(), byte(index), "{from} to {to} bytes");
            }
            (0..to).for_each(|index| moved.add(index).write(0));
            ours.dealloc(moved, layout(to));
        }
        (ours.0.allocs.get() - 1, ours.0.reallocs.get())
    }

    #[test]
    fn keeps_the_bytes_and_the_alignment_of_a_block_that_grows_or_shrinks() {
        let sizes = [
            1, 7, 8, 24, 25, 400, 1_023, 1_024, 1_025, 1_033, 2_208, 70_000,
        ];
        for align in [1, 8, 16, 64, 4_096] {
            for (from, to) in sizes.iter().flat_map(|from| sizes.map(|to| (*from, to))) {
                moved(from, to, align);
            }
        }
    }

    #[test]
    fn leaves_to_realloc_what_it_need_not_move_and_what_is_large() {
        for (from, to) in [(8, 16), (24, 1), (25, 40), (8, 1_025), (2_208, 4_416)] {
            assert_eq!(moved(from, to, 8), (0, 1), "{from} to {to} bytes");
        }
        for (from, to) in [(24, 25), (40, 41), (400, 24), (512, 1_024), (2_208, 1_024)] {
            assert_eq!(moved(from, to, 8), (1, 0), "{from} to {to} bytes");
        }
    }

    #[test]
    fn leaves_a_block_alone_that_cannot_be_moved() {
        let layout = Layout::from_size_align(8, 8).unwrap();
        let ours = with_blocks(1);
        // SAFETY: the block is freed once; no size is 0, nor overflows.
        unsafe {
            let block = ours.alloc(layout);
            block.cast::<u64>().write(7);
            assert!(ours.realloc(block, layout, 512).is_null());
            assert_eq!(block.cast::<u64>().read(), 7);
            ours.dealloc(block, layout);
        }
    }
}
