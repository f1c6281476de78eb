//! Matrices in NumPy's `.npy` format, version 1.0: what both sides of a comparison read, so that both see the same numbers.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use likeness::index::Rows;
use likeness::{Error, Result};
use memmap2::Mmap;

const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
/// The data begins at a multiple of this, so mapped numbers are aligned.
const ALIGNMENT: usize = 64;

/// A mapped file of numbers, `rows * columns`, little-endian, row by row. One of one dimension has one column.
pub(crate) struct Matrix {
    map: Mmap,
    start: usize,
    columns: usize,
}

impl Matrix {
    /// Maps a file that holds numbers of this type: `<f4` or `<u4`.
    pub(crate) fn open(path: &Path, number: &str) -> Result<Self> {
        let damaged = |what: &str| Error::invalid(format!("{}: {what}", path.display()));
        let file = File::open(path).map_err(|error| damaged(&error.to_string()))?;
        #[expect(unsafe_code, reason = "mapping a file is unsafe, because another process may cut it")]
        // SAFETY: the driver makes these files whole, renames them into place and never changes them.
        let map = unsafe { Mmap::map(&file) }.map_err(|error| damaged(&error.to_string()))?;
        let length = map.get(8..10).filter(|_| map.starts_with(MAGIC)).ok_or_else(|| damaged("no .npy file of version 1.0"))?;
        let start = 10 + usize::from(u16::from_le_bytes([length[0], length[1]]));
        let header = map.get(10..start).ok_or_else(|| damaged("cut in its header"))?;
        let header = std::str::from_utf8(header).map_err(|_| damaged("its header is no text"))?;
        if !header.contains(&format!("'descr': '{number}'")) || !header.contains("'fortran_order': False") {
            return Err(damaged(&format!("expected {number}, row by row: {header}")));
        }
        let (rows, columns) = shape(header).ok_or_else(|| damaged("no shape of one or two dimensions"))?;
        if start % ALIGNMENT != 0 || map.len() - start != rows * columns * 4 {
            return Err(damaged("its length does not fit its header"));
        }
        Ok(Self { map, start, columns })
    }

    /// The numbers of an `<f4` file.
    pub(crate) fn floats(&self) -> &[f32] {
        #[expect(unsafe_code, reason = "bytes are read as numbers")]
        // SAFETY: every pattern of bits is an f32; what is not aligned would be left out, and `open` checked that nothing is.
        let (_, numbers, _) = unsafe { self.map[self.start..].align_to::<f32>() };
        numbers
    }

    /// The numbers of a `<u4` file.
    pub(crate) fn integers(&self) -> impl Iterator<Item = u32> + '_ {
        self.map[self.start..].chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
}

impl Rows for Matrix {
    fn dimension(&self) -> usize {
        self.columns
    }

    fn all(&self) -> &[f32] {
        self.floats()
    }
}

fn shape(header: &str) -> Option<(usize, usize)> {
    let inside = header.split_once("'shape': (")?.1.split_once(')')?.0;
    let mut numbers = inside.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse::<usize>);
    let rows = numbers.next()?.ok()?;
    let columns = numbers.next().map_or(Some(1), Result::ok)?;
    numbers.next().is_none().then_some((rows, columns))
}

/// Writes rows of `columns` numbers; the file gets its name when it is whole.
pub(crate) fn write(path: &Path, values: &[f32], columns: usize) -> Result<()> {
    let failed = |error: std::io::Error| Error::internal(format!("{}: {error}", path.display()));
    let dictionary = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {columns}), }}", values.len() / columns);
    let padded = (10 + dictionary.len() + 1).next_multiple_of(ALIGNMENT) - 11;
    let header = format!("{dictionary:padded$}\n");
    let partial = path.with_extension("partial");
    let mut file = BufWriter::new(File::create(&partial).map_err(failed)?);
    let mut fill = || {
        file.write_all(MAGIC)?;
        file.write_all(&(header.len() as u16).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))?;
        file.flush()
    };
    fill().map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)
}
