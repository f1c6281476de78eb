//! The file of an index of codes: a page that says how much of everything there is, then the arrays one after the other, read where
//! they are mapped. What is small or steers a search is checked whole when the file is opened, the codes in samples; the manifest's
//! checksum over all of it is for `verify`.
//!
//! Page: magic, version, seed, dimension, rows, distinct rows, lists,
//! blocks (64 bits each), checksum of the steering arrays, checksum of the sums,
//! checksum of the page (32 bits each). Arrays: mean, centres, codes of the centres, starts, list of each row, rows of the
//! lanes, blocks, and one
//! CRC-32 for each 64 KiB of the blocks. Everything is little-endian and begins at a multiple of 64 bytes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use super::array::{Array, Plain, bytes_of};
use super::coarse::Coarse;
use super::encoder::Encoder;
use super::lists::Lists;
use crate::error::{Error, Result, io_error};
use crate::index::kernels::{BLOCK_ROWS, block_words};

const MAGIC: u64 = u64::from_le_bytes(*b"LIKECODE");
const VERSION: u64 = 1;
const PAGE: usize = 4096;
const ALIGNMENT: usize = 64;
/// Bytes of the blocks under one checksum, and how many of those are looked at when the file is opened.
const SUMMED: usize = 1 << 16;
const SAMPLED: usize = 16;
/// Limits that keep products of hostile numbers inside 64 bits.
const MAX_DIMENSION: u64 = 1 << 20;
const MAX_LISTS: u64 = 1 << 24;

/// The numbers on the first page, and with them where everything lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page {
    seed: u64,
    dimension: u64,
    rows: u64,
    labels: u64,
    lists: u64,
    blocks: u64,
    steering: u32,
    sums: u32,
}

/// Where the arrays lie in the file.
struct Places {
    mean: Range<usize>,
    centres: Range<usize>,
    coarse: Range<usize>,
    starts: Range<usize>,
    homes: Range<usize>,
    names: Range<usize>,
    blocks: Range<usize>,
    sums: Range<usize>,
}

impl Page {
    fn of(lists: &Lists, labels: usize) -> Self {
        let blocks = lists.blocks.len() / lists.encoder.block_words();
        let dimension = lists.encoder.mean().len() as u64;
        let seed = super::lists::SEED;
        let (rows, lists) = (lists.homes.len() as u64, lists.len() as u64);
        Self { seed, dimension, rows, labels: labels as u64, lists, blocks: blocks as u64, steering: 0, sums: 0 }
    }

    fn to_bytes(self) -> Vec<u8> {
        let numbers = [MAGIC, VERSION, self.seed, self.dimension, self.rows, self.labels, self.lists, self.blocks];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.extend(self.steering.to_le_bytes());
        bytes.extend(self.sums.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes.resize(PAGE, 0);
        bytes
    }

    /// Reads a page; `None` when it is damaged, foreign, or has numbers that no index has.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |place: usize| Some(u64::from_le_bytes(*bytes.get(8 * place..)?.first_chunk()?));
        let short = |offset: usize| Some(u32::from_le_bytes(*bytes.get(offset..)?.first_chunk()?));
        let page = Self {
            seed: number(2)?,
            dimension: number(3)?,
            rows: number(4)?,
            labels: number(5)?,
            lists: number(6)?,
            blocks: number(7)?,
            steering: short(64)?,
            sums: short(68)?,
        };
        let is_whole = number(0)? == MAGIC && number(1)? == VERSION && bytes.get(..PAGE)? == page.to_bytes();
        let in_range = (1..=MAX_DIMENSION).contains(&page.dimension) && (1..=MAX_LISTS).contains(&page.lists);
        let enough_blocks =
            page.blocks <= u64::from(u32::MAX) && page.blocks * BLOCK_ROWS as u64 >= page.labels && page.rows <= u64::from(u32::MAX);
        (is_whole && in_range && enough_blocks).then_some(page)
    }

    fn places(&self) -> Places {
        let (dimension, lists, blocks) = (self.dimension as usize, self.lists as usize, self.blocks as usize);
        let block_bytes = 8 * block_words(dimension.div_ceil(64));
        let mut end = PAGE;
        let mut next = |bytes: usize| {
            let first = end.next_multiple_of(ALIGNMENT);
            end = first + bytes;
            first..end
        };
        Places {
            mean: next(4 * dimension),
            centres: next(4 * dimension * lists),
            coarse: next(lists.div_ceil(BLOCK_ROWS) * block_bytes),
            starts: next(4 * (lists + 1)),
            homes: next(2 * self.rows as usize),
            names: next(4 * BLOCK_ROWS * blocks),
            blocks: next(block_bytes * blocks),
            sums: next(4 * (block_bytes * blocks).div_ceil(SUMMED)),
        }
    }
}

/// Writes the lists of `labels` distinct rows into a new file, durably.
///
/// # Errors
/// `Internal` when the disk is full or fails.
pub(in crate::index) fn write(lists: &Lists, labels: usize, path: &Path) -> Result<()> {
    let mut page = Page::of(lists, labels);
    let places = page.places();
    let sums: Vec<u32> = bytes_of(&lists.blocks).chunks(SUMMED).map(crc32fast::hash).collect();
    page.steering = steering(lists.encoder.mean(), lists.coarse.centres(), lists.coarse.blocks(), &lists.starts);
    page.sums = crc32fast::hash(bytes_of(&sums));
    let arrays = [
        (places.mean, bytes_of(lists.encoder.mean())),
        (places.centres, bytes_of(lists.coarse.centres())),
        (places.coarse, bytes_of(lists.coarse.blocks())),
        (places.starts, bytes_of(&lists.starts)),
        (places.homes, bytes_of(&lists.homes)),
        (places.names, bytes_of(&lists.names)),
        (places.blocks, bytes_of(&lists.blocks)),
        (places.sums, bytes_of(&sums)),
    ];
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::with_capacity(1 << 20, file);
        out.write_all(&page.to_bytes())?;
        let mut end = PAGE;
        for (place, bytes) in &arrays {
            out.write_all(&vec![0; place.start - end])?;
            out.write_all(bytes)?;
            end = place.end;
        }
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    });
    written.map_err(|error| io_error(path, "write", error))
}

fn steering(mean: &[f32], centres: &[f32], coarse: &[u64], starts: &[u32]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    [bytes_of(mean), bytes_of(centres), bytes_of(coarse), bytes_of(starts)].into_iter().for_each(|bytes| hasher.update(bytes));
    hasher.finalize()
}

/// Maps a file of `rows` rows of this dimension, `labels` of them distinct, without reading most of it.
///
/// # Errors
/// `Corrupt` when it is not such a file, or is damaged where that is looked at.
pub(in crate::index) fn open(path: &Path, dimension: usize, rows: usize, labels: usize) -> Result<Lists> {
    let map = map(path).map_err(|error| io_error(path, "map", error))?;
    let damaged = |what: &str| Error::corrupt(format!("the index file {} is damaged ({what})", path.display()));
    let page = Page::from_bytes(&map).ok_or_else(|| damaged("its first page"))?;
    if (page.dimension, page.rows, page.labels) != (dimension as u64, rows as u64, labels as u64) {
        let found = format!(
            "it holds {} of {} rows of {} numbers, expected {labels} of {rows} of {dimension}",
            page.labels, page.rows, page.dimension
        );
        return Err(damaged(&found));
    }
    let places = page.places();
    if places.sums.end != map.len() {
        return Err(damaged(&format!("it has {} bytes, expected {}", map.len(), places.sums.end)));
    }
    read(&map, &page, places).ok_or_else(|| damaged("a checksum is wrong"))
}

#[cfg(target_endian = "big")]
compile_error!("index files are little-endian and are mapped, not converted");

fn map(path: &Path) -> std::io::Result<Arc<Mmap>> {
    let file = File::open(path)?;
    #[expect(unsafe_code, reason = "files of a published snapshot are mapped")]
    // SAFETY: the files of a snapshot are never written again once it is published, only removed as a whole, which leaves a
    // mapped file as it is.
    unsafe {
        Mmap::map(&file).map(Arc::new)
    }
}

fn read(map: &Arc<Mmap>, page: &Page, places: Places) -> Option<Lists> {
    fn array<T: Plain>(map: &Arc<Mmap>, place: Range<usize>) -> Option<Array<T>> {
        Array::map(map, place)
    }
    let mean = array::<f32>(map, places.mean)?;
    let (centres, coarse) = (array::<f32>(map, places.centres)?, array::<u64>(map, places.coarse)?);
    let (starts, blocks, sums) = (array::<u32>(map, places.starts)?, array::<u64>(map, places.blocks)?, array::<u32>(map, places.sums)?);
    let is_whole = steering(&mean, &centres, &coarse, &starts) == page.steering && crc32fast::hash(bytes_of(&sums)) == page.sums;
    let in_order = starts.first() == Some(&0) && starts.is_sorted() && starts.last().copied().map(u64::from) == Some(page.blocks);
    if !is_whole || !in_order || !samples_agree(bytes_of(&blocks), &sums) {
        return None;
    }
    let encoder = Encoder::new(mean.to_vec(), page.seed);
    let coarse = Coarse::of(&encoder, centres, coarse);
    Some(Lists { encoder, coarse, starts, homes: array(map, places.homes)?, names: array(map, places.names)?, blocks })
}

/// Evenly spread parts of the blocks have their checksums.
fn samples_agree(blocks: &[u8], sums: &[u32]) -> bool {
    let count = sums.len().min(SAMPLED);
    (0..count).all(|place| {
        let part = place * (sums.len() - 1) / (count - 1).max(1);
        blocks.chunks(SUMMED).nth(part).is_some_and(|bytes| crc32fast::hash(bytes) == sums[part])
    })
}
