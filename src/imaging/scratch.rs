//! What a thread that decodes one picture after the other keeps from one to the next: the decoder and the memory of the pixels.

use std::cell::RefCell;

use turbojpeg::Decompressor;

/// Larger buffers are not kept: threads are many, and pictures so large are few.
const MOST_KEPT_BYTES: usize = 8 << 20;

thread_local! {
    static PIXELS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static DECOMPRESSOR: RefCell<Option<Decompressor>> = const { RefCell::new(None) };
}

/// So many bytes, which may hold anything: to be written over as a whole.
pub(super) fn pixels(bytes: usize) -> Vec<u8> {
    let mut pixels = PIXELS.take();
    pixels.resize(bytes, 0);
    pixels
}

/// Keeps the memory for the next picture.
pub(super) fn keep(pixels: Vec<u8>) {
    if pixels.capacity() <= MOST_KEPT_BYTES {
        PIXELS.replace(pixels);
    }
}

/// Works with this thread's JPEG decoder. Whoever uses it sets everything that a picture needs: it remembers the one before.
pub(super) fn with_decompressor<T>(work: impl FnOnce(&mut Decompressor) -> T) -> turbojpeg::Result<T> {
    // Taken out, so that a panic leaves no half-used decoder behind.
    let mut decompressor = match DECOMPRESSOR.take() {
        Some(decompressor) => decompressor,
        None => Decompressor::new()?,
    };
    let done = work(&mut decompressor);
    DECOMPRESSOR.replace(Some(decompressor));
    Ok(done)
}
