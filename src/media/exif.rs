//! What the camera wrote into a picture, read from its file when somebody asks.

use std::fs::File;
use std::io::Read;

use super::{Media, MediaStore};
use crate::error::{Error, Result, io_error};
use crate::imaging::{self, ExifField};
use crate::types::MediaType;

/// Bytes of a file that are looked through: EXIF lies in front of the pixels nearly everywhere.
const LOOKED_THROUGH: u64 = 16 << 20;

impl MediaStore {
    /// The EXIF fields of a picture; empty where it has none, for frames and for videos.
    ///
    /// # Errors
    /// Those of the disk; none when the file is gone or damaged, which is told where its bytes are asked for.
    pub async fn exif(&self, media: &Media) -> Result<Vec<ExifField>> {
        if media.media_type != MediaType::Image {
            return Ok(Vec::new());
        }
        let path = self.file(media)?;
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            match File::open(&path).and_then(|file| file.take(LOOKED_THROUGH).read_to_end(&mut bytes)) {
                Ok(_) => Ok(imaging::exif_fields(&bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
                Err(error) => Err(io_error(&path, "read", error)),
            }
        });
        read.await.map_err(|source| Error::internal("reading EXIF was interrupted").because(source))?
    }
}
