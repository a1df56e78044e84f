//! Rust's memory inside a process that is not Rust's own: from malloc, as ever.

use std::alloc::{GlobalAlloc, Layout, System};

/// What a block may have for glibc to keep it for the thread that freed it.
const KEPT_BYTES: usize = 1_024;

/// For a `#[global_allocator]`, where the C library is glibc.
///
/// Its realloc passes over the free blocks that the thread has at hand, and takes one from the bins,
/// where the one that was freed longest ago comes first: in a heap like Ruby's that is memory which
/// none of the processor's caches has. A signature grows some thirty Strings, and took a fourth
/// longer for it (`rake benchmark:signing`). So what is small moves by way of malloc and free.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThreadCached;

// SAFETY: all that is handed out is System's, and goes back to it with the layout that it was asked
// for with.
unsafe impl GlobalAlloc for ThreadCached {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        System.alloc(layout)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        System.alloc_zeroed(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        System.dealloc(block, layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > KEPT_BYTES {
            return System.realloc(block, layout, size);
        }
        // SAFETY: the caller answers for a size that is neither 0 nor, with this alignment, too large.
        let moved = System.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !moved.is_null() {
            // SAFETY: both blocks have as many bytes, and are two. Where there is none, the old one
            // stays the caller's.
            std::ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
            System.dealloc(block, layout);
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn byte(index: usize) -> u8 {
        (index * 31 + 7) as u8
    }

    #[test]
    fn keeps_the_bytes_and_the_alignment_of_a_block_that_grows_or_shrinks() {
        const SIZES: [usize; 12] = [
            1, 7, 8, 24, 25, 400, 1_023, 1_024, 1_025, 1_033, 2_208, 70_000,
        ];
        for align in [1, 8, 16, 64, 4_096] {
            for (from, to) in SIZES.iter().flat_map(|from| SIZES.map(|to| (*from, to))) {
                let layout = |size| Layout::from_size_align(size, align).unwrap();
                // SAFETY: no size is 0; each block is used within its size, and freed once.
                unsafe {
                    let block = ThreadCached.alloc(layout(from));
                    (0..from).for_each(|index| block.add(index).write(byte(index)));
                    let moved = ThreadCached.realloc(block, layout(from), to);
                    assert_eq!(moved as usize % align, 0, "{from} to {to} bytes");
                    for index in 0..from.min(to) {
                        assert_eq!(moved.add(index).read(), byte(index), "{from} to {to} bytes");
                    }
                    (0..to).for_each(|index| moved.add(index).write(0));
                    ThreadCached.dealloc(moved, layout(to));
                }
            }
        }
    }

    #[test]
    fn leaves_a_block_alone_that_cannot_grow() {
        let layout = Layout::from_size_align(8, 8).unwrap();
        // SAFETY: the block is freed once; no size is 0, nor overflows.
        unsafe {
            let block = ThreadCached.alloc_zeroed(layout);
            assert!(ThreadCached
                .realloc(block, layout, isize::MAX as usize - 8)
                .is_null());
            assert_eq!(block.cast::<u64>().read(), 0);
            ThreadCached.dealloc(block, layout);
        }
    }
}
