//! What a client wants to read: the same address answers programs in JSON and people in HTML.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Indented JSON with sorted keys.
    Json,
    /// The same in one line without spaces, as scripts of pages ask for it.
    CompactJson,
    /// A page.
    Html,
}

impl Wants {
    /// JSON for an address that ends in `.json`, or when the client likes `application/json` more than `text/html`.
    pub fn of(path: &str, headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if path.strip_suffix(".json").is_none() && quality(accepted, "application", "json") <= quality(accepted, "text", "html") {
            return Self::Html;
        }
        let by_script = headers.get("x-requested-with").is_some_and(|value| value == "XMLHttpRequest");
        if by_script { Self::CompactJson } else { Self::Json }
    }

    /// Whether a page is wanted.
    pub fn html(self) -> bool {
        self == Self::Html
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wants {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.path(), &parts.headers))
    }
}

/// How much a type is liked, 0 to 1: the best of the header's entries that match it.
fn quality(accepted: &str, kind: &str, subtype: &str) -> f32 {
    let matching = accepted.split(',').filter_map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let (first, second) = parts.next()?.split_once('/')?;
        let fits = (first == "*" || first.eq_ignore_ascii_case(kind)) && (second == "*" || second.eq_ignore_ascii_case(subtype));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |text| text.parse::<f32>().ok());
        weight.filter(|_| fits)
    });
    matching.fold(0.0, f32::max)
}
