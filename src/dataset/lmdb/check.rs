//! Whether the file of a database is one, and whole: a file that was copied only in part would end the program when its missing
//! pages are touched, because it is read through memory.
//!
//! Layout of LMDB's first two pages on 64-bit machines: a page header of 16 bytes, then magic, version, address and size of the map,
//! two records of 48 bytes about its trees (pad, flags, depth, branch, leaf and overflow pages, entries, root), the last page, and the
//! number of the transaction. The newer of the two counts.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::DATA_FILE;
use crate::error::{Error, Result, io_error};

const MAGIC: u32 = 0xBEEF_C0DE;
const VERSION: u32 = 1;
const PAGE_HEADER: usize = 16;
/// Bytes of a page that are looked at.
const LOOKED_AT: usize = 160;
/// From the start of the page.
const MAGIC_AT: usize = PAGE_HEADER;
const VERSION_AT: usize = MAGIC_AT + 4;
/// Size of a page; it stands in the record of the free pages.
const PAGE_SIZE_AT: usize = MAGIC_AT + 24;
/// Counts of branch, leaf and overflow pages of the main tree.
const COUNTS_AT: usize = PAGE_SIZE_AT + 48 + 8;
const TRANSACTION_AT: usize = PAGE_SIZE_AT + 96 + 8;
/// Sizes of pages that LMDB uses.
const PAGE_SIZES: std::ops::RangeInclusive<u64> = 256..=65_536;

/// What one of the two pages says.
struct Meta {
    transaction: u64,
    page_bytes: u64,
    pages: u64,
}

/// Proves that a folder holds a database with at least as many bytes as its own pages say.
///
/// # Errors
/// `NotFound` without the file, `Corrupt` when it is no database of LMDB or not whole.
pub(super) fn check(folder: &Path) -> Result<()> {
    let path = folder.join(DATA_FILE);
    let mut file = File::open(&path).map_err(|source| io_error(&path, "open", source))?;
    let length = file.metadata().map_err(|source| io_error(&path, "look at", source))?.len();
    let mut start = Vec::with_capacity(2 * 65_536);
    file.by_ref().take(65_536 + LOOKED_AT as u64).read_to_end(&mut start).map_err(|source| io_error(&path, "read", source))?;
    let first = meta(&start).ok_or_else(|| Error::corrupt(format!("{} is no LMDB database", path.display())))?;
    let second = start.get(first.page_bytes as usize..).and_then(meta);
    let newest = second.filter(|second| second.transaction > first.transaction).unwrap_or(first);
    let needed = newest.pages.saturating_mul(newest.page_bytes);
    if length >= needed {
        return Ok(());
    }
    Err(Error::corrupt(format!(
        "{} has {length} bytes of at least {needed}: it was copied only in part, or its disk was full; copy it again",
        path.display()
    )))
}

fn meta(page: &[u8]) -> Option<Meta> {
    let word = |at: usize| page.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
    let long = |at: usize| page.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
    let page_bytes = u64::from(word(PAGE_SIZE_AT)?);
    if word(MAGIC_AT)? != MAGIC || word(VERSION_AT)? != VERSION || !PAGE_SIZES.contains(&page_bytes) || !page_bytes.is_power_of_two() {
        return None;
    }
    let counts = [long(COUNTS_AT)?, long(COUNTS_AT + 8)?, long(COUNTS_AT + 16)?];
    let pages = counts.iter().fold(2_u64, |sum, count| sum.saturating_add(*count));
    Some(Meta { transaction: long(TRANSACTION_AT)?, page_bytes, pages })
}
