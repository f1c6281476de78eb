//! Pictures and frames of the library, as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::http_date;
use crate::http::files;
use crate::media;
use crate::types::MediaType;

/// A picture, a video, or a frame of one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Media {
    /// Its number.
    id: i64,
    /// `image`, `video` or `video_frame` (`unknown` and `text` are never made).
    #[serde(rename = "mediaType")]
    #[schema(value_type = String, example = "image")]
    kind: MediaType,
    /// SHA-256 of the bytes; of a frame that of its video.
    sha256: String,
    /// Number of the frame in its video, else null.
    frame: Option<i32>,
    /// Extension of the true format, with its dot.
    #[schema(example = ".jpg")]
    ext: String,
    /// Address of the original bytes.
    url: String,
    /// Address of a small version.
    thumbnail: String,
    /// When it was imported, as an HTTP date.
    created_at: String,
    /// Pixels per row, upright.
    width: u32,
    /// Rows, upright.
    height: u32,
    /// Of a frame its moment in the video, in milliseconds; null when it is not known.
    time_ms: Option<i64>,
    /// Of a video its length in milliseconds, else null.
    duration_ms: Option<i64>,
    /// Of a video its frames in a second, else null.
    frame_rate: Option<f64>,
    /// Of a frame its video, where a single medium is shown and the video itself is in the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<VideoOfFrame>,
}

/// The video that a frame is of.
#[derive(Serialize, ToSchema)]
pub(crate) struct VideoOfFrame {
    /// Its number.
    id: i64,
    /// Address of its bytes, which can be asked for in ranges.
    url: String,
}

impl Media {
    /// The same, with the video that it is a frame of.
    pub(crate) fn of_video(mut self, video: Option<&media::Media>) -> Self {
        self.video = video.map(|video| VideoOfFrame { id: video.id.0, url: files::media_url(video) });
        self
    }
}

/// A medium with everything known about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaFull {
    /// The medium.
    pub(crate) el: Media,
    /// All pictures with its hash, itself included: the frames of one video in their order.
    pub(crate) siblings: Vec<Media>,
    /// Where it was imported from.
    pub(crate) sources: Vec<Source>,
}

/// Where the bytes of a medium came from.
#[derive(Serialize, ToSchema)]
pub(crate) struct Source {
    /// Original file name.
    name: String,
    /// Original path, or `archive.zip!/inner/name`.
    path: String,
    /// When, as an HTTP date.
    imported_at: String,
}

/// Size of the library and of its disk.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MediaInfo {
    /// Media that are not deleted.
    pub(crate) media_count: u64,
    /// Uploads.
    pub(crate) upload_count: u64,
    /// GiB that may still be written to the disk of the library.
    pub(crate) free_space: f64,
}

/// A medium is gone from lists and searches.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaDeleted {
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// Its number.
    pub(crate) id: i64,
}

/// Media.
pub(crate) fn media(media: &media::Media) -> Media {
    Media {
        id: media.id.0,
        kind: media.media_type,
        sha256: media.sha256.to_string(),
        frame: media.frame,
        ext: media.ext.clone(),
        url: files::media_url(media),
        thumbnail: files::thumbnail_url(media),
        created_at: http_date(media.created_at),
        width: media.width,
        height: media.height,
        time_ms: media.time_ms,
        duration_ms: media.duration_ms,
        frame_rate: media.frame_rate,
        video: None,
    }
}

impl From<&media::MediaSource> for Source {
    fn from(source: &media::MediaSource) -> Self {
        Self { name: source.name.clone(), path: source.path.clone(), imported_at: http_date(source.imported_at) }
    }
}
