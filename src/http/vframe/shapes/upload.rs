//! Uploads, as they are shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::http_date;
use crate::http::files;
use crate::media;

/// A picture that somebody sent in to search with.
#[derive(Serialize, ToSchema)]
pub(crate) struct Upload {
    /// When it was sent, as an HTTP date.
    created_at: String,
    /// Extension of the true format, with its dot.
    #[schema(example = ".png")]
    ext: String,
    /// Rows, upright.
    height: u32,
    /// Its number.
    id: i64,
    /// SHA-256 of the bytes.
    sha256: String,
    /// Address of the bytes.
    url: String,
    /// Who sent it first.
    username: String,
    /// Pixels per row, upright.
    width: u32,
}

/// An upload is stored.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadCreated {
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// The upload; the first sender's when the same bytes were there already.
    pub(crate) res: Upload,
    /// `Image already uploaded`, when it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notes: Option<&'static str>,
}

/// An upload is removed.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadDeleted {
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// Its number, as a text.
    pub(crate) id: String,
}

/// What a new upload is sent as.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the parts of a form that is read in pieces")]
pub(crate) struct UploadForm {
    /// The picture: jpg, jpeg, png, webp, gif, bmp, tif or tiff.
    #[schema(value_type = Option<String>, format = Binary, nullable = false)]
    image: Option<Vec<u8>>,
    /// Instead of the picture its address: `http` or `https`, a public host, no password. It is fetched within half a minute.
    #[schema(max_length = 2048, nullable = false)]
    url: Option<String>,
    /// Who sends it.
    #[schema(max_length = 16, nullable = false)]
    username: Option<String>,
}

/// Upload.
pub(crate) fn upload(upload: &media::Upload) -> Upload {
    Upload {
        id: upload.id.0,
        sha256: upload.sha256.to_string(),
        ext: upload.ext.clone(),
        username: upload.username.clone(),
        url: files::upload_url(upload),
        created_at: http_date(upload.created_at),
        width: upload.width,
        height: upload.height,
    }
}
