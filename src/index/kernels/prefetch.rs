//! Asking for memory before it is needed.

/// Bytes that the processor fetches at once.
const LINE: usize = 64;

/// Asks for the first `bytes` bytes of a slice. A hint: nothing happens where the processor offers no such thing.
#[expect(clippy::inline_always, reason = "a call would cost more than the hint gains")]
#[inline(always)]
pub(in crate::index) fn prefetch<T>(values: &[T], bytes: usize) {
    let bytes = bytes.min(std::mem::size_of_val(values));
    let first = values.as_ptr().cast::<i8>();
    for offset in (0..bytes).step_by(LINE) {
        fetch_line(first.wrapping_add(offset));
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(clippy::inline_always, reason = "one instruction")]
#[inline(always)]
fn fetch_line(address: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    #[expect(unsafe_code, reason = "the instruction takes any address and never faults")]
    // SAFETY: SSE is part of every x86-64; a prefetch reads nothing that the program can see.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(address);
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[expect(clippy::inline_always, reason = "nothing to do")]
#[inline(always)]
fn fetch_line(_address: *const i8) {}
