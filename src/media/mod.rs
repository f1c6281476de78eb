//! The media library: pictures, videos and their frames as rows, their bytes by hash, their thumbnails, and uploads.
//! Knows nothing of features, indexes or HTTP.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use tokio::sync::Semaphore;

use crate::config::VideoConfig;
use crate::db::{Database, entity};
use crate::error::{Error, Result};
use crate::imaging::DecodeLimits;
use crate::types::{MediaId, MediaType, Sha256};

mod archive;
pub mod blobs;
mod census;
pub mod check;
mod chunk;
pub mod collections;
mod commit;
pub mod detections;
mod disk;
mod duplicates;
mod exif;
pub mod export;
mod fabricate;
pub mod fetch;
mod filter;
pub mod import;
pub mod intake;
mod listing;
mod located;
mod months;
mod origin;
mod prepare;
mod promote;
mod reader;
mod ready;
mod rows;
mod shown;
mod staging;
mod thumbs;
mod trash;
pub mod uploads;
pub mod video;
mod walk;

pub use blobs::Blobs;
pub use census::{Census, DiskRoom};
pub use collections::{Collection, CollectionMedia, Collections};
pub use detections::{Detection, Detections, Rect};
pub use duplicates::Duplicates;
pub use filter::{DateKind, FeatureState, MediaFilter};
pub use listing::{LibraryInfo, Order, Sort};
pub use months::Month;
pub use thumbs::ThumbnailSide;
pub use trash::Marked;
pub use uploads::{Upload, Uploads};

/// A picture, video or video frame of the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Its number.
    pub id: MediaId,
    /// Picture, video or video frame.
    pub media_type: MediaType,
    /// Hash of the bytes; for a video frame the hash of the video it was taken from.
    pub sha256: Sha256,
    /// Number of the frame in its video.
    pub frame: Option<i32>,
    /// Hash of the stored bytes.
    pub content_sha256: Sha256,
    /// Extension of the true format, with its dot.
    pub ext: String,
    /// Pixels per row, upright.
    pub width: u32,
    /// Rows, upright.
    pub height: u32,
    /// Bytes stored.
    pub byte_size: u64,
    /// Time on the camera's clock (EXIF has no time zone).
    pub captured_at: Option<NaiveDateTime>,
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// Of a frame its moment in the video, in milliseconds.
    pub time_ms: Option<i64>,
    /// Of a video its length in milliseconds.
    pub duration_ms: Option<i64>,
    /// Of a video its frames in a second.
    pub frame_rate: Option<f64>,
    /// When it was imported.
    pub created_at: DateTime<Utc>,
    /// When it was deleted, if it was.
    pub deleted_at: Option<DateTime<Utc>>,
    /// `ThumbHash` of the picture, once it was made.
    pub preview: Option<Vec<u8>>,
    /// Whether people call it graphic.
    pub graphic: bool,
}

impl Media {
    /// Key of its bytes, which is also their path below the data folder: `media/ab/cd/<sha256>[_<frame>]<ext>`.
    pub fn key(&self) -> String {
        blobs::media_key(&self.sha256, self.frame, &self.ext)
    }

    fn from_row(row: entity::media::Model) -> Result<Self> {
        Ok(Self {
            id: MediaId(row.id),
            media_type: MediaType::from_number(row.media_type),
            sha256: stored_hash(&row.sha256)?,
            frame: row.frame,
            content_sha256: stored_hash(&row.content_sha256)?,
            ext: row.ext,
            width: row.width.try_into().unwrap_or_default(),
            height: row.height.try_into().unwrap_or_default(),
            byte_size: row.byte_size.try_into().unwrap_or_default(),
            captured_at: row.captured_at,
            camera: row.camera,
            time_ms: row.time_ms,
            duration_ms: row.duration_ms,
            frame_rate: row.frame_rate,
            created_at: row.created_at,
            deleted_at: row.deleted_at,
            preview: row.preview,
            graphic: row.graphic,
        })
    }
}

/// Where the bytes of a medium came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSource {
    /// Original file name.
    pub name: String,
    /// Original path as given, or `archive.zip!/inner/name`.
    pub path: String,
    /// When it was imported from there.
    pub imported_at: DateTime<Utc>,
}

/// Keeper of the library; clones share everything.
#[derive(Debug, Clone)]
pub struct MediaStore {
    db: Database,
    blobs: Blobs,
    data_dir: PathBuf,
    limits: DecodeLimits,
    /// How key frames are taken.
    video: Arc<VideoConfig>,
    /// Thumbnails that are made at the same time.
    thumbnail_makers: Arc<Semaphore>,
    previews: Arc<shown::Previews>,
    census: census::LastCensus,
    months: months::LastMonths,
}

impl MediaStore {
    /// Opens the library whose bytes lie under `data_dir`, which is made when missing.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn open(db: Database, data_dir: &Path, limits: DecodeLimits) -> Result<Self> {
        let blobs = Blobs::in_folder(data_dir)?;
        let data_dir = data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_owned());
        let makers = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            db,
            blobs,
            data_dir,
            limits,
            video: Arc::default(),
            thumbnail_makers: Arc::new(Semaphore::new(makers)),
            previews: Arc::default(),
            census: Arc::default(),
            months: Arc::default(),
        })
    }

    /// The same library with other settings for videos.
    #[must_use]
    pub fn with_video(mut self, settings: VideoConfig) -> Self {
        self.video = Arc::new(settings);
        self
    }

    /// The folder of the bytes.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// What a decoder may cost here.
    pub fn limits(&self) -> &DecodeLimits {
        &self.limits
    }

    /// The file with the original bytes of a medium, for what is too large for memory.
    ///
    /// # Errors
    /// `Unsupported` when the bytes do not lie in a local folder.
    pub fn file(&self, media: &Media) -> Result<PathBuf> {
        self.blobs.file(&media.key())
    }

    /// The original bytes of a medium, as they were imported; of a video rather take [`MediaStore::file`].
    ///
    /// # Errors
    /// `Corrupt` when the row is there and the bytes are not.
    pub async fn bytes(&self, media: &Media) -> Result<Bytes> {
        self.blobs.get(&media.key()).await.map_err(|error| self.missing(media, error))
    }

    /// As [`MediaStore::bytes`], on the calling thread.
    ///
    /// # Errors
    /// As there.
    pub fn read(&self, media: &Media) -> Result<Bytes> {
        self.blobs.read(&media.key()).map_err(|error| self.missing(media, error))
    }

    fn missing(&self, media: &Media, error: Error) -> Error {
        if error.kind() != crate::Kind::NotFound {
            return error;
        }
        let place = self.data_dir.join(media.key());
        Error::corrupt(format!(
            "the bytes of media {} are missing: {} is not there (restore it from a backup, or delete the media and import the picture again)",
            media.id,
            place.display()
        ))
    }
}

fn stored_hash(bytes: &[u8]) -> Result<Sha256> {
    let bytes = bytes
        .try_into()
        .map_err(|_| Error::corrupt(format!("the database holds a hash of {} bytes where 32 are expected", bytes.len())))?;
    Ok(Sha256(bytes))
}

/// Now, to the microsecond: what every database keeps.
fn now() -> DateTime<Utc> {
    use chrono::SubsecRound;
    Utc::now().trunc_subsecs(6)
}
