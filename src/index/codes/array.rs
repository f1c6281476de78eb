//! Numbers that lie in memory of our own or in a mapped file, read alike.

use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use memmap2::Mmap;

/// A kind of number for which every pattern of bits is a value.
pub(super) trait Plain: Copy + 'static {}
impl Plain for f32 {}
impl Plain for u16 {}
impl Plain for u32 {}
impl Plain for u64 {}

/// A sequence of numbers.
pub(super) enum Array<T> {
    Owned(Vec<T>),
    Mapped(Mapped<T>),
}

/// Numbers in a mapped file, aligned and inside it.
pub(super) struct Mapped<T> {
    map: Arc<Mmap>,
    bytes: Range<usize>,
    kind: PhantomData<T>,
}

impl<T: Plain> Array<T> {
    /// The numbers in these bytes of a file; `None` when the range is not inside the file, not aligned, or not of whole numbers.
    pub(super) fn map(map: &Arc<Mmap>, bytes: Range<usize>) -> Option<Self> {
        let slice = map.get(bytes.clone())?;
        let is_whole = slice.len().is_multiple_of(size_of::<T>()) && slice.as_ptr().cast::<T>().is_aligned();
        is_whole.then(|| Self::Mapped(Mapped { map: Arc::clone(map), bytes, kind: PhantomData }))
    }
}

impl<T> From<Vec<T>> for Array<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Owned(values)
    }
}

impl<T: Plain> Deref for Array<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(values) => values,
            Self::Mapped(mapped) => {
                let bytes = &mapped.map[mapped.bytes.clone()];
                #[expect(unsafe_code, reason = "numbers are read where the file is mapped")]
                // SAFETY: `map` has tested alignment and length, and every pattern of bits is a value of a `Plain` kind.
                unsafe {
                    std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<T>())
                }
            }
        }
    }
}

/// The bytes of numbers, as a file holds them.
pub(super) fn bytes_of<T: Plain>(values: &[T]) -> &[u8] {
    #[expect(unsafe_code, reason = "plain numbers are written as they lie in memory")]
    // SAFETY: the kinds are numbers without padding; the slice's memory is initialised and outlives the answer.
    unsafe {
        std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values))
    }
}
