//! Pictures and frames of the library, as they are shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Listed, http_date};
use crate::http::files;
use crate::http::vframe::schema;
use crate::imaging::ExifField;
use crate::media;
use crate::types::MediaType;

/// A picture, a video, or a frame of one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Media {
    /// Bytes stored.
    byte_size: u64,
    /// Maker and model of the camera.
    camera: Option<String>,
    /// Time on the camera's clock, which has no time zone.
    #[schema(example = "2019-09-21T08:11:47")]
    captured_at: Option<String>,
    /// When it was imported, as an HTTP date.
    created_at: String,
    /// When it was deleted, as an HTTP date; only in the trash.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_at: Option<String>,
    /// Of a video its length in milliseconds, else null.
    duration_ms: Option<i64>,
    /// Extension of the true format, with its dot.
    #[schema(example = ".jpg")]
    ext: String,
    /// Number of the frame in its video, else null.
    frame: Option<i32>,
    /// Of a video its frames in a second, else null.
    frame_rate: Option<f64>,
    /// Whether people call it graphic: pages blur it.
    graphic: bool,
    /// Rows, upright.
    height: u32,
    /// Its number.
    id: i64,
    /// `image`, `video` or `video_frame` (`unknown` and `text` are never made).
    #[serde(rename = "mediaType")]
    #[schema(value_type = String, example = "image")]
    kind: MediaType,
    /// The picture in about 25 bytes, a `ThumbHash` in base64; null until its first thumbnail was made.
    #[schema(example = "1QcSHQRnh493V4dIh4eXh1h4kJUI")]
    preview: Option<String>,
    /// SHA-256 of the bytes; of a frame that of its video.
    sha256: String,
    /// Address of a small version.
    thumbnail: String,
    /// Of a frame its moment in the video, in milliseconds; null when it is not known.
    time_ms: Option<i64>,
    /// Address of the original bytes.
    url: String,
    /// Of a frame its video, where a single medium is shown and the video itself is in the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<VideoOfFrame>,
    /// Pixels per row, upright.
    width: u32,
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

/// One page of the library.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaList {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Listed<Media>,
    /// Where the medium of `duplicate_of` was imported from; only when that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sources: Option<Vec<Source>>,
}

/// The same bytes, more than once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Duplicates {
    /// SHA-256 of the bytes.
    content_sha256: String,
    /// Media that have them.
    media_count: u64,
    /// Places they were imported from.
    source_count: u64,
    /// The first of the media; the list of media with `duplicate_of` tells the others.
    first: Media,
}

/// A month and how many media are of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Month {
    /// Media.
    count: u64,
    /// Year and month, in UTC; null for media without such a date.
    #[schema(example = "2026-11")]
    month: Option<String>,
}

impl From<media::Month> for Month {
    fn from(media::Month { month, count }: media::Month) -> Self {
        Self { count, month }
    }
}

/// What became of one medium of many.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaMarked {
    /// Its number.
    pub(crate) id: i64,
    /// `deleted`, `restored`, `marked` or `removed`, as was asked; `unchanged` when it was so before; `not found`.
    #[schema(example = "deleted")]
    pub(crate) status: &'static str,
}

/// Which media are meant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read field by field")]
pub(crate) struct MediaIds {
    /// Their numbers, at most 1000: a list, or one number, or a text with commas between them.
    #[schema(schema_with = schema::ids, example = json!([1, 2]))]
    ids: Vec<i64>,
}

/// What people say of a medium.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read field by field")]
pub(crate) struct GraphicForm {
    /// Whether it shows something graphic.
    #[schema(schema_with = schema::truth_or_text, example = true)]
    graphic: bool,
}

/// What people say of many media.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is read field by field")]
pub(crate) struct ManyGraphicForm {
    /// Their numbers, at most 1000: a list, or one number, or a text with commas between them.
    #[schema(schema_with = schema::ids, example = json!([1, 2]))]
    ids: Vec<i64>,
    /// Whether they show something graphic.
    #[schema(schema_with = schema::truth_or_text, example = true)]
    graphic: bool,
}

/// Files for import, as they are sent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the parts of a form that is read in pieces")]
pub(crate) struct IntakeForm {
    /// Pictures, videos and ZIP archives; the part is repeated for each.
    #[schema(schema_with = schema::files)]
    files: Vec<Vec<u8>>,
    /// Who sends them.
    #[schema(max_length = 16, nullable = false)]
    username: Option<String>,
    /// Afterwards extract features and build the index, so that the pictures can be found.
    #[schema(schema_with = schema::flag)]
    update_index: Option<String>,
}

/// The import of files that were sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntakeStarted {
    /// What the job is known by: `/api/v1/task/job/<uuid>/` tells how far it is.
    pub(crate) uuid: String,
    /// `import`.
    #[schema(example = "import")]
    pub(crate) task_name: String,
    /// Files that arrived.
    pub(crate) files: usize,
}

/// One line of what the camera wrote into a picture.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExifShown {
    /// `Camera`, `Exposure`, `Time`, `Place` or `Picture`.
    #[schema(example = "Camera")]
    group: &'static str,
    /// Name of the field in the EXIF standard.
    #[schema(example = "Model")]
    name: String,
    /// The value with its unit.
    value: String,
}

impl From<ExifField> for ExifShown {
    fn from(ExifField { group, name, value }: ExifField) -> Self {
        Self { group, name, value }
    }
}

/// A medium with everything known about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MediaFull {
    /// The medium.
    pub(crate) el: Media,
    /// What the camera wrote into the picture; empty where it wrote nothing, and for frames and videos.
    pub(crate) exif: Vec<ExifShown>,
    /// Name of the file that it was first imported from, of a frame that of its video; null when none is known.
    pub(crate) original_name: Option<String>,
    /// All pictures with its hash, itself included: the frames of one video in their order.
    pub(crate) siblings: Vec<Media>,
    /// Where it was imported from.
    pub(crate) sources: Vec<Source>,
    /// The collections that it is in, the oldest first.
    pub(crate) collections: Vec<InCollection>,
}

/// A collection that a medium is in.
#[derive(Serialize, ToSchema)]
pub(crate) struct InCollection {
    /// Its number.
    id: i64,
    /// Its title.
    title: String,
    /// Whether it is put away.
    archived: bool,
}

impl From<media::Collection> for InCollection {
    fn from(collection: media::Collection) -> Self {
        Self { id: collection.id.0, title: collection.title, archived: collection.archived }
    }
}

/// Where the bytes of a medium came from.
#[derive(Serialize, ToSchema)]
pub(crate) struct Source {
    /// Original file name.
    pub(crate) name: String,
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
        byte_size: media.byte_size,
        captured_at: media.captured_at.map(|time| time.format("%Y-%m-%dT%H:%M:%S").to_string()),
        camera: media.camera.clone(),
        deleted_at: media.deleted_at.map(http_date),
        graphic: media.graphic,
        preview: media.preview.as_deref().map(|preview| BASE64.encode(preview)),
    }
}

impl From<&media::Duplicates> for Duplicates {
    fn from(group: &media::Duplicates) -> Self {
        let content_sha256 = group.content_sha256.to_string();
        Self { content_sha256, media_count: group.media_count, source_count: group.source_count, first: media(&group.first) }
    }
}

impl From<&media::MediaSource> for Source {
    fn from(source: &media::MediaSource) -> Self {
        Self { name: source.name.clone(), path: source.path.clone(), imported_at: http_date(source.imported_at) }
    }
}
