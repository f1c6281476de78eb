//! Thumbnails: made when first asked for, then read from the cache folder `thumbs/`, which may be emptied at any time.

use bytes::Bytes;

use super::blobs::{Existing, thumbnail_key};
use super::{Media, MediaStore};
use crate::error::{Error, Kind, Result};
use crate::imaging;

/// Longest side of a thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThumbnailSide {
    /// 160 pixels, for lists.
    Small = 160,
    /// 320 pixels, for grids.
    Medium = 320,
    /// 640 pixels, for a closer look.
    Large = 640,
}

impl ThumbnailSide {
    /// Longest side in pixels.
    pub fn pixels(self) -> u32 {
        self as u32
    }
}

impl TryFrom<u32> for ThumbnailSide {
    type Error = Error;

    fn try_from(pixels: u32) -> Result<Self> {
        match pixels {
            160 => Ok(Self::Small),
            320 => Ok(Self::Medium),
            640 => Ok(Self::Large),
            other => Err(Error::invalid(format!("there are no thumbnails of {other} pixels: choose 160, 320 or 640"))),
        }
    }
}

impl MediaStore {
    /// A JPEG of the upright picture, of a video's first frame, its longest side at most `side` pixels.
    ///
    /// # Errors
    /// `Corrupt` when the stored bytes are missing or damaged, `NotFound` for a video without frames.
    pub async fn thumbnail(&self, media: &Media, side: ThumbnailSide) -> Result<Bytes> {
        let media = &self.picture_of(media).await?;
        let key = thumbnail_key(&media.content_sha256, side.pixels());
        let thumbnail = match self.blobs.get(&key).await {
            Err(error) if error.kind() == Kind::NotFound => self.make_thumbnail(media, side, &key).await,
            found => found,
        }?;
        self.keep_preview(media, &thumbnail);
        Ok(thumbnail)
    }

    async fn make_thumbnail(&self, media: &Media, side: ThumbnailSide, key: &str) -> Result<Bytes> {
        // A page of large pictures must not decode all of them at once.
        let _permit = self.thumbnail_makers.acquire().await.map_err(|source| Error::internal("thumbnails are closed").because(source))?;
        let original = self.bytes(media).await?;
        let limits = self.limits;
        let made = tokio::task::spawn_blocking(move || imaging::thumbnail(&original, side.pixels(), &limits)).await;
        let made = made.map_err(|source| Error::internal("making a thumbnail was interrupted").because(source))?;
        let thumbnail = Bytes::from(made.map_err(|error| error.context(format!("media {}", media.id)))?);
        if let Err(error) = self.blobs.put(key, thumbnail.clone(), Existing::Replace).await {
            // The cache only saves time: a full disk is no reason to show nothing.
            tracing::warn!(%error, "a thumbnail could not be kept");
        }
        Ok(thumbnail)
    }
}
