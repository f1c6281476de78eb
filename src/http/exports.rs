//! `/static/data/exports/*`: finished exports, in whole or in ranges. The name in an address is parsed and looked for in the listing
//! of the folder; no path is ever built from it.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::error::Failure;
use crate::app::App;
use crate::error::{Error, Kind, ResultExt};
use crate::media::export::Exports;

pub(super) fn router() -> Router<App> {
    Router::new().route("/static/data/exports/{name}", get(export))
}

async fn export(State(app): State<App>, Path(name): Path<String>, request: Request) -> Result<Response, Failure> {
    let found = Exports::of(&app.media).find(&name).await?.ok_or_else(|| Error::not_found("no such file"))?;
    let served = ServeFile::new(&found.path).oneshot(request).await;
    let mut response = served.or_error(Kind::Internal, || "the export cannot be read".into())?.map(Body::new);
    let disposition = format!("attachment; filename=\"{}\"", found.name.file_name());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&disposition).or_error(Kind::Internal, || "a file name is no header".into())?,
    );
    // It never changes under its name, but it can be deleted: whoever keeps it asks first.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}
