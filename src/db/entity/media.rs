//! Table `media`: one row for each picture or video frame in the library.

use sea_orm::entity::prelude::*;

/// One row of `media`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    /// Number of the medium.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Number of a `MediaType`.
    pub media_type: i32,
    /// 32 bytes; for a video frame the hash of the video.
    pub sha256: Vec<u8>,
    /// Number of the frame in its video.
    pub frame: Option<i32>,
    /// 32 bytes; hash of the stored bytes.
    pub content_sha256: Vec<u8>,
    /// Extension with its dot.
    pub ext: String,
    /// Pixels per row, upright.
    pub width: i32,
    /// Rows, upright.
    pub height: i32,
    /// Bytes stored.
    pub byte_size: i64,
    /// Time on the camera's clock.
    pub captured_at: Option<DateTime>,
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// Of a frame its moment in the video, in milliseconds.
    pub time_ms: Option<i64>,
    /// Of a video its length in milliseconds.
    pub duration_ms: Option<i64>,
    /// Of a video its frames in a second.
    pub frame_rate: Option<f64>,
    /// When it was imported.
    pub created_at: DateTimeUtc,
    /// When it was deleted; its bytes stay until it is purged.
    pub deleted_at: Option<DateTimeUtc>,
    /// `ThumbHash` of the picture.
    pub preview: Option<Vec<u8>>,
    /// Whether people call it graphic.
    pub graphic: bool,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
