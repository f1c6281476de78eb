//! The pages, compiled into the program: no file of the server is read for them, no other host is asked.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;

/// Everything from here, nothing inline.
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self' blob:; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The search page, which is also what an address of a page that is not there any more shows.
pub(super) fn search_page() -> Response {
    asset("text/html; charset=utf-8", include_str!("../../frontend/search.html"))
}

pub(super) fn router() -> Router<App> {
    let page = || async { search_page() };
    Router::new()
        .route("/search", get(page))
        .route("/search/{kind}/{which}", get(page))
        .route("/static/app/search.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("../../frontend/search.js")) }))
        .route("/static/app/import.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("../../frontend/import.js")) }))
        .route("/static/app/search.css", get(|| async { asset("text/css; charset=utf-8", include_str!("../../frontend/search.css")) }))
        .route("/favicon.ico", get(|| async { asset("image/svg+xml", include_str!("../../frontend/icon.svg")) }))
}

fn asset(media_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
