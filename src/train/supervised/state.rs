//! Everything that a training needs to go on exactly, in one file that is replaced as a whole: position, seed, weights, moments.
//! `LKTRAIN1`, length of the header (u32), header (JSON), all values (f32), CRC-32 of everything before; numbers little-endian.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

use crate::error::{Error, Result, io_error};

/// File name of the state.
pub(super) const STATE_FILE: &str = "training.state";

const MAGIC: &[u8; 8] = b"LKTRAIN1";
/// Largest header: names and shapes of all tensors.
const MAX_HEADER: usize = 64 << 20;

/// What is known besides the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// What the training was to do; a state of another one is refused.
    pub(super) fingerprint: String,
    /// Iterations done.
    pub(super) iteration: u64,
    /// Seed of everything random.
    pub(super) seed: u64,
    /// Parts that batches are cut into.
    pub(super) lanes: usize,
    /// Sums since the last line about the training, as bits, and how many numbers are in them.
    pub(super) sums: Vec<(String, u64)>,
    /// Numbers in each sum.
    pub(super) summed: u64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    position: Position,
    tensors: Vec<(String, Vec<i64>)>,
}

/// Writes a file that bears its name only when all of it is on the disk.
///
/// # Errors
/// Those of `write` and of the disk.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = |doing: &'static str| move |error| io_error(path, doing, error);
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let file = std::fs::File::create(&fresh).map_err(failed("write"))?;
    let mut writer = BufWriter::with_capacity(1 << 20, file);
    write(&mut writer)?;
    writer.flush().map_err(failed("write"))?;
    writer.get_ref().sync_all().map_err(failed("write"))?;
    std::fs::rename(&fresh, path).map_err(failed("replace"))?;
    // The name itself is durable once the folder is.
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("write"))
}

/// Writes the state.
///
/// # Errors
/// Those of the disk and of libtorch.
pub(super) fn save<'a>(path: &Path, position: &Position, tensors: impl Iterator<Item = (String, &'a Tensor)>) -> Result<()> {
    let tensors: Vec<(String, &Tensor)> = tensors.collect();
    let shapes = tensors.iter().map(|(name, tensor)| (name.clone(), tensor.size())).collect();
    let header = serde_json::to_vec(&Header { position: position.clone(), tensors: shapes });
    let header = header.map_err(|error| Error::internal("the state of a training cannot be written").because(error))?;
    replace(path, |writer| {
        let failed = |error| io_error(path, "write", error);
        let mut writer = Checked { writer, sum: crc32fast::Hasher::new() };
        writer.write_all(MAGIC).map_err(failed)?;
        writer.write_all(&(header.len() as u32).to_le_bytes()).map_err(failed)?;
        writer.write_all(&header).map_err(failed)?;
        for (_, tensor) in &tensors {
            let bytes: Vec<u8> = values(tensor)?.into_iter().flat_map(f32::to_le_bytes).collect();
            writer.write_all(&bytes).map_err(failed)?;
        }
        let Checked { writer, sum } = writer;
        writer.write_all(&sum.finalize().to_le_bytes()).map_err(failed)
    })
}

/// Reads a state; `None` where there is none.
///
/// # Errors
/// `Corrupt` for a damaged file; those of the disk.
pub(super) fn read(path: &Path) -> Result<Option<(Position, Values)>> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(path, "read", error)),
    };
    let damaged =
        || Error::corrupt(format!("{} is damaged: remove it to begin the training anew, or bring it back from a backup", path.display()));
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or_else(damaged)?;
    let (magic, rest) = body.split_first_chunk::<8>().ok_or_else(damaged)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
    let length = u32::from_le_bytes(*length) as usize;
    if magic != MAGIC || length > MAX_HEADER || crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err(damaged());
    }
    let (header, floats) = rest.split_at_checked(length).ok_or_else(damaged)?;
    let header: Header = serde_json::from_slice(header).map_err(|error| damaged().because(error))?;
    let floats = floats.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
    Ok(Some((header.position, Values { names: header.tensors, floats })))
}

/// The values of a state.
pub(super) struct Values {
    names: Vec<(String, Vec<i64>)>,
    floats: Vec<f32>,
}

impl Values {
    /// Copies the values into tensors of the same names and shapes, in their order.
    ///
    /// # Errors
    /// `Corrupt` where they are not the same.
    pub(super) fn restore<'a>(self, tensors: impl Iterator<Item = (String, &'a Tensor)>) -> Result<()> {
        let mut floats = self.floats.as_slice();
        let mut names = self.names.into_iter();
        let misfit = |name: &str| Error::corrupt(format!("the state of the training does not fit its network at `{name}`"));
        for (name, tensor) in tensors {
            if names.next() != Some((name.clone(), tensor.size())) {
                return Err(misfit(&name));
            }
            let (own, rest) = floats.split_at_checked(tensor.numel()).ok_or_else(|| misfit(&name))?;
            floats = rest;
            let stored = Tensor::f_from_slice(own)?.f_reshape(tensor.size())?.f_to(tensor.device())?;
            tch::no_grad(|| tensor.shallow_clone().f_copy_(&stored))?;
        }
        if floats.is_empty() && names.next().is_none() { Ok(()) } else { Err(misfit("its end")) }
    }
}

fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    let flat = tensor.f_detach()?.f_to(Device::Cpu)?.f_to_kind(Kind::Float)?.f_contiguous()?.f_reshape([-1])?;
    Ok(Vec::<f32>::try_from(flat)?)
}

/// Passes bytes on and sums them up.
struct Checked<'a> {
    writer: &'a mut dyn Write,
    sum: crc32fast::Hasher,
}

impl Write for Checked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
