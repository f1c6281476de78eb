//! The doors: one router, its limits and headers. Handlers extract, call one method, and wrap; they know nothing of SQL,
//! tensors or graphs.

pub mod digits;
mod docs;
mod error;
mod exports;
mod extract;
mod files;
mod linger;
mod pages;
mod socketio;
mod status;
mod thumbs;
mod vframe;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower::Layer;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate, SizeAbove};
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::config::Config;

/// Bytes below which an answer is sent as it is: it fits a packet or two, whatever is done to it.
const SMALLEST_COMPRESSED: u64 = 2048;

/// The whole server as one service. A path with or without its trailing slash is the same.
pub fn service(app: App) -> NormalizePath<Router> {
    let text_only = DefaultPredicate::new()
        .and(SizeAbove::new(SMALLEST_COMPRESSED))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("video/"));
    let (door, description) = doors(&app.config).split_for_parts();
    let (sockets, clients) = socketio::layer(&app);
    let router = Router::new()
        .merge(door)
        .merge(status::aliases())
        .merge(docs::router(description))
        .merge(files::router())
        .merge(thumbs::router())
        .merge(exports::router())
        .merge(pages::router())
        .merge(digits::router(&app.config))
        .fallback(error::unknown_path)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(Extension(clients))
        .layer(sockets)
        .layer(middleware::from_fn(error::in_json))
        .layer(middleware::from_fn(refuse_foreign_pages))
        .layer(middleware::from_fn(linger::read_on))
        .layer(fixed_header("x-content-type-options", "nosniff"))
        .layer(fixed_header("referrer-policy", "same-origin"))
        .layer(fixed_header("content-security-policy", pages::CONTENT_SECURITY_POLICY))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(text_only))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(TraceLayer::new_for_http())
        .with_state(app);
    NormalizePathLayer::trim_trailing_slash().layer(router)
}

/// The routes of the doors with their descriptions.
fn doors(config: &Config) -> OpenApiRouter<App> {
    OpenApiRouter::new().nest("/api/v1", vframe::router(config)).merge(status::router())
}

/// The `OpenAPI` description of every route that the server serves.
pub fn description() -> serde_json::Value {
    let (_, description) = doors(&Config::default()).split_for_parts();
    serde_json::to_value(docs::completed(description)).unwrap_or_default()
}

fn fixed_header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}

/// A page of another site may not change anything here with the visitor's browser. Programs send neither header and pass.
async fn refuse_foreign_pages(request: Request, next: Next) -> Response {
    // A browser lets any page open a web socket: there the method says nothing.
    let is_socket = request.uri().path().starts_with("/socket.io");
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) && !is_socket;
    if safe || !is_foreign(&request) {
        return next.run(request).await;
    }
    let text = "this request comes from a page of another site; open Likeness itself to make changes";
    (StatusCode::FORBIDDEN, error::body(text)).into_response()
}

fn is_foreign(request: &Request) -> bool {
    let value = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = value(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    match (value(header::ORIGIN), value(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, authority)| authority != host),
        (Some(_), None) => true,
        (None, _) => false,
    }
}
