//! `/static/*`: pictures and videos of the library, uploads and documents. A name in an address is parsed into a hash and a frame and
//! looked up; no path is ever built from it. What is in the trash is answered with `?deleted=1` alone.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde::Deserialize;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::error::Failure;
use super::extract::Params;
use crate::app::App;
use crate::error::{Error, Result};
use crate::imaging::PictureFormat;
use crate::media::{Media, Upload, video};
use crate::types::Sha256;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/static/data/media/{first}/{second}/{file}", get(media))
        .route("/static/data/uploads/{first}/{second}/{file}", get(upload))
        .route("/static/modelzoo/{key}/{file}", get(document))
}

/// Whether the trash is looked through too.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Trash {
    deleted: Option<String>,
}

impl Trash {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.deleted.as_deref(), Some("1" | "true"))
    }

    /// What may be from the trash is kept by nobody on its way: it can be gone at any time.
    pub(super) fn marked(&self, mut response: Response) -> Response {
        if self.is_open() {
            response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, no-cache"));
        }
        response
    }
}

/// Address of a picture's original bytes.
pub(super) fn media_url(media: &Media) -> String {
    let frame = media.frame.map(|frame| format!("_{frame:03}"));
    let address = address("media", &media.sha256, frame.as_deref().unwrap_or_default(), &media.ext);
    if media.deleted_at.is_some() { address + FROM_TRASH } else { address }
}

/// Address of an upload's bytes.
pub(super) fn upload_url(upload: &Upload) -> String {
    address("uploads", &upload.sha256, "", &upload.ext)
}

/// Address of a small version.
pub(super) fn thumbnail_url(media: &Media) -> String {
    let from_trash = if media.deleted_at.is_some() { FROM_TRASH } else { "" };
    format!("/static/data/thumbs/320/{}{from_trash}", media.id)
}

/// What addresses of deleted media end with.
const FROM_TRASH: &str = "?deleted=1";

fn address(folder: &str, hash: &Sha256, frame: &str, extension: &str) -> String {
    let name = hash.to_string();
    // A search shows thirty of them: joining is several times quicker than formatting.
    ["/static/data/", folder, "/", &name[..2], "/", &name[2..4], "/", &name, frame, extension].concat()
}

/// Hash and frame number from `<64 hex>[_<frame>]<extension>`.
fn parse_name(name: &str) -> Option<(Sha256, Option<i32>)> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match stem.split_once('_') {
        None => Some((stem.parse().ok()?, None)),
        Some((hash, frame)) => Some((hash.parse().ok()?, Some(frame.parse().ok()?))),
    }
}

async fn media(
    State(app): State<App>,
    Path((_, _, name)): Path<(String, String, String)>,
    Params(trash): Params<Trash>,
    request: Request,
) -> Result<Response, Failure> {
    let (hash, frame) = parse_name(&name).ok_or_else(|| Error::not_found("no such file"))?;
    let found =
        if trash.is_open() { app.media.by_frame_also_deleted(&hash, frame).await? } else { app.media.by_frame(&hash, frame).await? };
    let found = found.ok_or_else(|| Error::not_found("no such file"))?;
    let tag = format!("\"{}\"", found.content_sha256);
    if is_known(request.headers(), &tag) {
        return Ok(trash.marked(not_modified(&tag)));
    }
    if let Some(media_type) = video::media_type(&found.ext) {
        return Ok(trash.marked(stream(&app, &found, media_type, &tag, request).await?));
    }
    let bytes = app.media.bytes(&found).await?;
    Ok(trash.marked(picture(bytes, content_type(&found.ext), &tag)))
}

/// A video from the disk, whole or the range that was asked for.
async fn stream(app: &App, video: &Media, media_type: &'static str, tag: &str, mut request: Request) -> Result<Response, Failure> {
    let headers = request.headers_mut();
    // A part of another version is of no use: the whole is sent then.
    if headers.remove(header::IF_RANGE).is_some_and(|known| known != tag) {
        headers.remove(header::RANGE);
    }
    let file = app.media.file(video)?;
    let Ok(mut response) = ServeFile::new(&file).oneshot(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Error::corrupt(format!(
            "the bytes of media {} are missing: {} is not there (restore it from a backup, or delete the media and import the video again)",
            video.id,
            file.display()
        ))
        .into());
    }
    for (name, value) in [(header::CONTENT_TYPE, media_type), (header::ETAG, tag), (header::CACHE_CONTROL, CACHING)] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response.map(Body::new))
}

async fn upload(
    State(app): State<App>,
    Path((_, _, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (hash, _) = parse_name(&name).ok_or_else(|| Error::not_found("no such file"))?;
    let found = app.uploads.by_sha256(&hash).await?.ok_or_else(|| Error::not_found("no such file"))?;
    let tag = format!("\"{}\"", found.sha256);
    if is_known(&headers, &tag) {
        return Ok(not_modified(&tag));
    }
    let bytes = app.uploads.bytes(&found).await?;
    Ok(picture(bytes, content_type(&found.ext), &tag))
}

/// A text or picture of a model's documentation.
async fn document(State(app): State<App>, Path((key, name)): Path<(String, String)>) -> Result<Response, Failure> {
    let read = move || {
        let entry = app.zoo.get(&key).map_err(|_| Error::not_found("no such file"))?;
        let bytes = app.zoo.document(&entry, &name)?.ok_or_else(|| Error::not_found("no such file"))?;
        Ok::<_, Error>((name, bytes))
    };
    let read =
        tokio::task::spawn_blocking(read).await.map_err(|error| Error::internal("reading a document failed inside").because(error))?;
    let (name, bytes) = read?;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let media_type = if extension.eq_ignore_ascii_case("md") { "text/markdown; charset=utf-8" } else { content_type(extension) };
    Ok(([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, CACHING)], bytes).into_response())
}

fn content_type(extension: &str) -> &'static str {
    PictureFormat::from_extension(extension.trim_start_matches('.')).map_or("application/octet-stream", PictureFormat::media_type)
}

pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim() == tag))
}

pub(super) fn not_modified(tag: &str) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, tag.to_owned()), (header::CACHE_CONTROL, CACHING.to_owned())]).into_response()
}

/// Twelve hours, as the original's static files; bytes under a hash never change, but a deleted picture should go.
const CACHING: &str = "public, max-age=43200";

pub(super) fn picture(bytes: Bytes, media_type: &'static str, tag: &str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::ETAG, tag.to_owned()), (header::CACHE_CONTROL, CACHING.to_owned())];
    (headers, Body::from(bytes)).into_response()
}
