//! The stock of views: pictures at the student's size with the teacher's answer, in one file that can be continued.
//! A record is: first photo u32, second photo u32, share f32, feature f32 x D, then `side * side * 3` bytes of pixels.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tch::{Kind as Element, Tensor};

use super::augment::Recipe;
use super::student::SIDE;
use super::teacher::{TEACHER_SIDE, Teacher};
use crate::error::{Error, Result, io_error};
use crate::imaging::{Picture, ResizeFilter, resize};
use crate::types::Sha256;

/// Views that one thread renders and asks the teacher about at a time.
const PIECE: u64 = 32;
const MAGIC: &[u8; 8] = b"LKVIEWS1";
const PIXELS: usize = (SIDE * SIDE * 3) as usize;

/// All views in memory.
pub struct Views {
    /// `SIDE * SIDE * 3` bytes a view.
    pub pixels: Vec<u8>,
    /// The teacher's features, `[N, D]`.
    pub features: Tensor,
    /// Numbers of the two photos and the share of the first, per view.
    pub origins: Vec<(usize, usize, f32)>,
}

/// Where a stock comes from; a file made with another origin is refused.
pub struct Origin<'a> {
    /// The photos.
    pub photos: &'a [Picture],
    /// The teacher.
    pub teacher: &'a Teacher,
    /// Length of the teacher's feature.
    pub dimensions: usize,
    /// Seed of the recipes.
    pub seed: u64,
}

impl Origin<'_> {
    fn header(&self) -> Vec<u8> {
        let sizes: Vec<u8> = self.photos.iter().flat_map(|p| [p.width.to_le_bytes(), p.height.to_le_bytes()]).flatten().collect();
        let numbers = [u64::from(SIDE), self.dimensions as u64, self.seed, self.photos.len() as u64];
        let mut header = MAGIC.to_vec();
        header.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
        header.extend(Sha256::of(&sizes).0);
        header
    }

    fn record_bytes(&self) -> usize {
        12 + 4 * self.dimensions + PIXELS
    }

    /// Bytes of `PIECE` records from view `start` on.
    fn piece(&self, start: u64) -> Result<Vec<u8>> {
        let recipes: Vec<Recipe> = (start..start + PIECE).map(|n| Recipe::draw(self.seed, n, self.photos.len())).collect();
        let large = recipes.iter().map(|r| r.render(self.photos, TEACHER_SIDE)).collect::<Result<Vec<_>>>()?;
        let features: Vec<f32> =
            Vec::try_from(self.teacher.features_here(&large)?.flatten(0, -1)).map_err(|e: tch::TchError| Error::internal(e.to_string()))?;
        let mut bytes = Vec::with_capacity(self.record_bytes() * recipes.len());
        for ((recipe, picture), feature) in recipes.iter().zip(&large).zip(features.chunks_exact(self.dimensions)) {
            bytes.extend((recipe.first.0 as u32).to_le_bytes());
            bytes.extend((recipe.second.0 as u32).to_le_bytes());
            bytes.extend(recipe.share.to_le_bytes());
            bytes.extend(feature.iter().flat_map(|value| value.to_le_bytes()));
            bytes.extend(resize(picture, SIDE, SIDE, ResizeFilter::Antialias)?.rgb);
        }
        Ok(bytes)
    }

    /// Continues the file until it holds `count` views (a multiple of 32).
    ///
    /// # Errors
    /// `Invalid` for a file of another origin, and those of the disk and the teacher.
    pub fn extend(&self, path: &Path, count: u64, mut said: impl FnMut(u64)) -> Result<()> {
        let header = self.header();
        let failed = |doing: &'static str| move |e| io_error(path, doing, e);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed("open"))?;
        let length = file.metadata().map_err(failed("read"))?.len();
        if length < header.len() as u64 {
            file.write_all(&header).map_err(failed("write"))?;
        } else {
            let mut found = vec![0; header.len()];
            file.read_exact(&mut found).map_err(failed("read"))?;
            if found != header {
                return Err(Error::invalid(format!(
                    "{} holds views of other photos or another seed: remove it or give another --out",
                    path.display()
                )));
            }
        }
        let piece_bytes = self.record_bytes() as u64 * PIECE;
        let mut done = length.saturating_sub(header.len() as u64) / piece_bytes;
        file.seek(SeekFrom::Start(header.len() as u64 + done * piece_bytes)).map_err(failed("write"))?;
        while done * PIECE < count {
            let pieces = two_at_once(|half| self.piece((done + half) * PIECE))?;
            pieces.iter().try_for_each(|piece| file.write_all(piece)).map_err(failed("write"))?;
            done += pieces.len() as u64;
            said(done * PIECE);
        }
        file.flush().map_err(failed("write"))
    }

    /// Reads the first `count` views of the file.
    ///
    /// # Errors
    /// Those of the disk; `Corrupt` for a file that is too short or names a photo that is not there.
    pub fn read(&self, path: &Path, count: u64) -> Result<Views> {
        let failed = |e| io_error(path, "read", e);
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
        std::io::copy(&mut reader.by_ref().take(self.header().len() as u64), &mut std::io::sink()).map_err(failed)?;
        let count = count as usize;
        let mut pixels = vec![0; count * PIXELS];
        let mut features = Vec::with_capacity(count * self.dimensions);
        let mut origins = Vec::with_capacity(count);
        let mut head = vec![0; 12 + 4 * self.dimensions];
        for picture in pixels.chunks_exact_mut(PIXELS) {
            reader.read_exact(&mut head).map_err(failed)?;
            let word = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
            let photo = |at: usize| Some(u32::from_le_bytes(word(at)) as usize).filter(|&n| n < self.photos.len());
            let damaged = || Error::corrupt(format!("{} is damaged: remove it", path.display()));
            origins.push((photo(0).ok_or_else(damaged)?, photo(4).ok_or_else(damaged)?, f32::from_le_bytes(word(8))));
            features.extend((0..self.dimensions).map(|d| f32::from_le_bytes(word(12 + 4 * d))));
            reader.read_exact(picture).map_err(failed)?;
        }
        let features = Tensor::from_slice(&features).reshape([count as i64, self.dimensions as i64]);
        Ok(Views { pixels, features, origins })
    }
}

impl Views {
    /// These views as `[B, 3, SIDE, SIDE]` bytes in channels-last order, mirrored where asked.
    pub fn batch(&self, numbers: &[usize], mirrored: &[bool]) -> Tensor {
        let mut bytes = Vec::with_capacity(numbers.len() * PIXELS);
        for (&number, &mirrored) in numbers.iter().zip(mirrored) {
            let picture = &self.pixels[number * PIXELS..(number + 1) * PIXELS];
            if mirrored {
                picture
                    .chunks_exact(SIDE as usize * 3)
                    .for_each(|row| row.rchunks_exact(3).for_each(|pixel| bytes.extend_from_slice(pixel)));
            } else {
                bytes.extend_from_slice(picture);
            }
        }
        pixels_tensor(&bytes, numbers.len())
    }
}

/// `count` squares of `SIDE` as `[count, 3, SIDE, SIDE]` bytes in channels-last order.
pub fn pixels_tensor(bytes: &[u8], count: usize) -> Tensor {
    let side = i64::from(SIDE);
    Tensor::from_data_size(bytes, &[count as i64, side, side, 3], Element::Uint8).permute([0, 3, 1, 2])
}

/// Runs two jobs on two threads, each with one thread of its own for tensors: a shared machine stalls
/// operations that are split over threads, not independent ones.
///
/// # Errors
/// The first failure of either; `Internal` when a thread panics.
pub fn two_at_once<T: Send>(job: impl Fn(u64) -> Result<T> + Sync) -> Result<Vec<T>> {
    let single = |half| {
        tch::set_num_threads(1);
        job(half)
    };
    std::thread::scope(|scope| {
        let handles = [0, 1].map(|half| scope.spawn(move || single(half)));
        handles.into_iter().map(|h| h.join().map_err(|_| Error::internal("a training thread panicked"))?).collect()
    })
}
