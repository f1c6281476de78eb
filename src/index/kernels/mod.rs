//! The inner loops of the indexes, each written for the widest registers that the processor of the day has, with a plain
//! version beside them that every other one has to agree with.

pub(super) mod bits;
#[cfg(target_arch = "aarch64")]
mod bits_arm;
#[cfg(target_arch = "x86_64")]
mod bits_x86;
pub(super) mod bytes;
pub(super) mod hadamard;
mod prefetch;
pub(super) mod sieve;

pub(super) use bits::{BLOCK_ROWS, QueryBits, block_words, scan};
pub(super) use prefetch::prefetch;
pub(super) use sieve::{Candidate, Sieve};
