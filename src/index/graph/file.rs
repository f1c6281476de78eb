//! The graph as a file: little-endian 32-bit numbers. Header (magic, version, rows, entry, layers), then for each layer from
//! the lowest: number of rows (0 for the lowest, which has all), number of links, rows, starts, neighbours.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::{Graph, Layer};
use crate::error::{Error, Result, io_error};

/// `LKGR` in ASCII.
const MAGIC: u32 = u32::from_le_bytes(*b"LKGR");
const VERSION: u32 = 1;
/// A graph of 2^32 rows with the fewest links has no more.
const MAX_LAYERS: u32 = 32;

impl Graph {
    /// Writes a new file and makes it durable.
    ///
    /// # Errors
    /// `Internal` when the disk is full or fails.
    pub(in crate::index) fn write(&self, path: &Path) -> Result<()> {
        self.try_write(path).map_err(|error| io_error(path, "write", error))
    }

    fn try_write(&self, path: &Path) -> std::io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
        let header = [MAGIC, VERSION, self.len() as u32, self.entry, self.upper.len() as u32 + 1];
        write_numbers(&mut out, &header)?;
        for layer in std::iter::once(&self.base).chain(&self.upper) {
            write_numbers(&mut out, &[layer.rows.len() as u32, layer.neighbours.len() as u32])?;
            write_numbers(&mut out, &layer.rows)?;
            write_numbers(&mut out, &layer.starts)?;
            write_numbers(&mut out, &layer.neighbours)?;
        }
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    }

    /// Reads a file and checks that every number in it lies in its range.
    ///
    /// # Errors
    /// `NotFound` without the file, `Corrupt` when it is damaged.
    pub(in crate::index) fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| io_error(path, "read", error))?;
        let (words, rest) = bytes.as_chunks::<4>();
        let numbers: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let graph = if rest.is_empty() { parse(&mut Numbers(&numbers)) } else { None };
        graph.ok_or_else(|| Error::corrupt(format!("the graph in {} is damaged", path.display())))
    }
}

fn write_numbers(out: &mut impl Write, numbers: &[u32]) -> std::io::Result<()> {
    numbers.iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))
}

struct Numbers<'a>(&'a [u32]);

impl Numbers<'_> {
    fn one(&mut self) -> Option<u32> {
        Some(self.many(1)?[0])
    }

    fn many(&mut self, count: usize) -> Option<Vec<u32>> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken.to_vec())
    }
}

fn parse(numbers: &mut Numbers<'_>) -> Option<Graph> {
    let known = numbers.one()? == MAGIC && numbers.one()? == VERSION;
    let (count, entry, layers) = (numbers.one()?, numbers.one()?, numbers.one()?);
    if !known || entry >= count || !(1..=MAX_LAYERS).contains(&layers) {
        return None;
    }
    let base = parse_layer(numbers, count, true)?;
    let upper = (1..layers).map(|_| parse_layer(numbers, count, false)).collect::<Option<_>>()?;
    numbers.0.is_empty().then_some(Graph { entry, base, upper })
}

fn parse_layer(numbers: &mut Numbers<'_>, count: u32, is_base: bool) -> Option<Layer> {
    let (listed, links) = (numbers.one()?, numbers.one()?);
    let rows = numbers.many(listed as usize)?;
    let in_layer = if is_base { count } else { listed };
    let starts = numbers.many(in_layer as usize + 1)?;
    let neighbours = numbers.many(links as usize)?;
    let sound = rows.is_sorted()
        && (!is_base || listed == 0)
        && starts.is_sorted()
        && starts.first() == Some(&0)
        && starts.last() == Some(&links)
        && rows.iter().chain(&neighbours).all(|row| *row < count);
    sound.then_some(Layer { rows, starts, neighbours })
}
