//! `/files/<id>/<path>`: files of jobs' folders, and of nothing else on the disk.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::routing::get;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::failure::{Answer, Problem};
use crate::app::App;

pub(super) fn router() -> Router<App> {
    Router::new().route("/files/{*path}", get(file))
}

/// Any other path is answered as one that is not there.
async fn file(State(app): State<App>, Path(path): Path<String>, request: Request) -> Answer {
    let missing = || Problem::not_found("File not found");
    let found = tokio::task::spawn_blocking(move || app.folders.file(&path)).await.ok().flatten().ok_or_else(missing)?;
    let extension = found.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let Ok(response) = ServeFile::new(&found).oneshot(request).await;
    let mut response = response.map(Body::new);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&extension)));
    Ok(response)
}

/// What somebody sent, like the text of a network, is never shown as a page.
fn media_type(extension: &str) -> &'static str {
    match extension {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "json" => "application/json",
        "txt" | "log" | "prototxt" | "lua" | "yaml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
