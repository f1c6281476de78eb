//! Reading one picture of a list: a file below the allowed roots, or a public address.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::roots::Roots;
use crate::error::{Error, Kind, Result, io_error};
use crate::imaging::{self, DecodeLimits, Picture};
use crate::media::fetch::{self, FetchRules};

/// How long a picture at an address may take.
const FETCH_TIME: Duration = Duration::from_millis(6_050);

/// Where pictures may come from, and what one may cost.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Folders that files may lie in.
    pub roots: Roots,
    /// Limits of decoding.
    pub limits: DecodeLimits,
    /// Whether private addresses may be asked.
    pub allow_private_urls: bool,
}

/// True for an address; a file of that name goes first.
pub fn is_url(place: &str) -> bool {
    (place.starts_with("http://") || place.starts_with("https://")) && !Path::new(place).exists()
}

impl Sources {
    /// The picture at a path or address, upright; `scratch` is a folder for what is fetched.
    ///
    /// # Errors
    /// `NotFound` for what is not there or outside the roots, and whatever is wrong with the picture.
    pub fn picture(&self, place: &str, scratch: &Path, keep_on: &dyn Fn() -> bool) -> Result<Picture> {
        let bytes = if is_url(place) { self.fetched(place, scratch, keep_on)? } else { self.file(Path::new(place))? };
        decode(&bytes, &self.limits)
    }

    /// The file that a path of a list leads to.
    ///
    /// # Errors
    /// `NotFound` in DIGITS' words, also for what lies outside the roots.
    pub fn path(&self, place: &str) -> Result<PathBuf> {
        self.roots.allowed(Path::new(place))
    }

    /// Bytes at an address, within the limit and a few seconds.
    ///
    /// # Errors
    /// Those of [`fetch::fetch`].
    pub fn fetched(&self, url: &str, scratch: &Path, keep_on: &dyn Fn() -> bool) -> Result<Vec<u8>> {
        let rules = FetchRules { max_bytes: self.limits.max_file_bytes, allow_private: self.allow_private_urls };
        let checked = fetch::check_url(url, rules)?;
        let room =
            tempfile::Builder::new().prefix(".fetched-").tempdir_in(scratch).map_err(|source| io_error(scratch, "write into", source))?;
        let (target, begun) = (room.path().join("file"), Instant::now());
        match fetch::fetch(&checked, &target, rules, &|| keep_on() && begun.elapsed() < FETCH_TIME) {
            Err(error) if error.kind() == Kind::Cancelled && keep_on() => {
                Err(Error::invalid(format!("{url} took longer than {} seconds", FETCH_TIME.as_secs_f64())))
            }
            Err(error) => Err(error),
            Ok(_) => std::fs::read(&target).map_err(|source| io_error(&target, "read", source)),
        }
    }

    fn file(&self, path: &Path) -> Result<Vec<u8>> {
        let allowed = self.roots.allowed(path)?;
        let limit = self.limits.max_file_bytes;
        let metadata = std::fs::metadata(&allowed).map_err(|source| io_error(path, "open", source))?;
        // Pipes and devices have no end, and opening one may take for ever.
        if !metadata.is_file() {
            return Err(Error::invalid(format!("\"{}\" is not a file", path.display())));
        }
        let file = File::open(&allowed).map_err(|source| io_error(path, "open", source))?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(limit)).unwrap_or_default() + 1);
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|source| io_error(path, "read", source))?;
        if bytes.len() as u64 > limit {
            return Err(Error::too_large(format!("has more than {limit} bytes (decode.max_file_megabytes)")));
        }
        Ok(bytes)
    }
}

/// Decodes what may be in a training set: everything that the library takes, and PBM, PGM and PPM files. Transparency is laid over
/// white, CMYK becomes RGB.
///
/// # Errors
/// `Unsupported` for grey of 16 bits, in DIGITS' words, and other kinds of file; `Corrupt`; `TooLarge`.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Picture> {
    if imaging::is_deep_grey_png(bytes) {
        return Err(Error::unsupported("Image mode \"I;16\" not supported"));
    }
    if imaging::is_pnm(bytes) { imaging::decode_pnm(bytes, limits) } else { imaging::decode(bytes, limits) }
}
