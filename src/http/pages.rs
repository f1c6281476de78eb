//! The pages, compiled into the program with their compressed versions: no file of the server is read for them, no other host is
//! asked. They are one app that draws every address itself, so all of them are answered with the same document.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::Failure;
use crate::app::App;
use crate::error::{Error, Kind};

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Everything from here, nothing inline. `frontend/vite.config.ts` has the same.
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self' blob:; media-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The addresses that the app draws, but `/` and `/models/<key>`, which it shares with the DIGITS door. Others lead to it too where a
/// browser asks: it says what is wrong with them.
const ADDRESSES: &[&str] = &[
    "/search",
    "/search/{kind}/{which}",
    "/library",
    "/media/id/{id}",
    "/media/sha256/{hash}",
    "/compare/{one}/{other}",
    "/collections",
    "/collections/{id}",
    "/work",
    "/work/{uuid}",
    "/dashboard",
    "/features",
    "/features/{id}",
    "/models",
    "/uploads",
    "/map",
];

/// Names of files under `assets/` hold a hash of their content: what is under a name never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Kept, but asked for again each time.
const ASK_FIRST: &str = "no-cache";

/// One file of the pages.
struct File {
    /// Its path in the pages' folder.
    name: &'static str,
    /// Another for another content.
    tag: &'static str,
    plain: &'static [u8],
    /// Compressed, where that makes it shorter.
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

pub(super) fn router() -> Router<App> {
    let pages = ADDRESSES
        .iter()
        .fold(Router::new(), |router, address| router.route(address, get(|headers: HeaderMap| async move { page(&headers) })));
    pages
        .route("/assets/{name}", get(asset))
        .route("/theme.js", get(|headers: HeaderMap| async move { file("theme.js", &headers) }))
        .route("/favicon.ico", get(icon))
}

/// The document of every page.
pub(super) fn page(headers: &HeaderMap) -> Response {
    if FILES.is_empty() {
        let text = "this program was built without its pages: run .ci/frontend, then build it again; the API is there all the same";
        return Failure(Error::new(Kind::NotReady, text)).into_response();
    }
    file("index.html", headers)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("assets/{name}"), &headers)
}

async fn icon() -> Response {
    let headers = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, ASK_FIRST)];
    (headers, include_str!("../../frontend/icon.svg")).into_response()
}

fn file(name: &str, headers: &HeaderMap) -> Response {
    match FILES.iter().find(|file| file.name == name) {
        Some(found) => found.answer(headers),
        None => Failure(Error::not_found(format!("the pages have no file {name}; reload the page"))).into_response(),
    }
}

impl File {
    /// The file in the shortest version that the client reads, or that the client has it already.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let (bytes, encoding) = self.version(headers);
        let tag = format!("\"{}{}\"", self.tag, encoding.map(|word| format!("-{word}")).unwrap_or_default());
        let caching = if self.name.starts_with("assets/") { FOREVER } else { ASK_FIRST };
        let common = [(header::CACHE_CONTROL, caching), (header::ETAG, &tag), (header::VARY, "accept-encoding")];
        if says(headers, header::IF_NONE_MATCH, |known| known == tag) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let mut response = (common, [(header::CONTENT_TYPE, media_type(self.name))], bytes).into_response();
        if let Some(word) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(word));
        }
        response
    }

    fn version(&self, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
        let reads = |word: &str| says(headers, header::ACCEPT_ENCODING, |offer| accepts(offer, word));
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if reads("br") => (bytes, Some("br")),
            (_, Some(bytes)) if reads("gzip") => (bytes, Some("gzip")),
            _ => (self.plain, None),
        }
    }
}

/// Whether one of the words of a header's list is wanted.
fn says(headers: &HeaderMap, name: header::HeaderName, is_wanted: impl Fn(&str) -> bool) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| is_wanted(one.trim()))
}

/// `br`, `br;q=0.8`, but not `br;q=0`.
fn accepts(offer: &str, word: &str) -> bool {
    let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
    let weight = weight.trim().strip_prefix("q=").map_or(1.0, |number| number.parse::<f32>().unwrap_or(0.0));
    name.trim().eq_ignore_ascii_case(word) && weight > 0.0
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}
