//! Thumbnails: made when first asked for, then read from the cache folder `thumbs/`, which may be emptied at any time.

use bytes::Bytes;

use super::blobs::{Existing, thumbnail_key};
use super::{Media, MediaStore, Upload};
use crate::error::{Error, Kind, Result};
use crate::imaging;
use crate::types::Region;

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

    /// The same of a part of the picture; nothing is kept of it.
    ///
    /// # Errors
    /// As [`MediaStore::thumbnail`].
    pub async fn thumbnail_of(&self, media: &Media, part: Region, side: ThumbnailSide) -> Result<Bytes> {
        let media = &self.picture_of(media).await?;
        let bytes = self.bytes(media).await?;
        self.cut(bytes, Some(part), side).await.map_err(|error| error.context(format!("media {}", media.id)))
    }

    /// A small version of an upload, or of a part of it; nothing is kept of it.
    ///
    /// # Errors
    /// `Corrupt` when the upload's bytes are missing or damaged.
    pub async fn upload_thumbnail(&self, upload: &Upload, part: Option<Region>, side: ThumbnailSide) -> Result<Bytes> {
        let bytes = self.blobs.get(&upload.key()).await.map_err(|error| match error.kind() {
            Kind::NotFound => {
                Error::corrupt(format!("the bytes of upload {} are missing: delete it and send the picture again", upload.id))
            }
            _ => error,
        })?;
        self.cut(bytes, part, side).await.map_err(|error| error.context(format!("upload {}", upload.id)))
    }

    async fn cut(&self, bytes: Bytes, part: Option<Region>, side: ThumbnailSide) -> Result<Bytes> {
        let _permit = self.thumbnail_makers.acquire().await.map_err(|source| Error::internal("thumbnails are closed").because(source))?;
        let (limits, side) = (self.limits, side.pixels());
        let cut = move || match part {
            Some(part) => imaging::thumbnail_of(&bytes, part, side, &limits),
            None => imaging::thumbnail(&bytes, side, &limits),
        };
        let made = tokio::task::spawn_blocking(cut).await;
        made.map_err(|source| Error::internal("making a thumbnail was interrupted").because(source))?.map(Bytes::from)
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
