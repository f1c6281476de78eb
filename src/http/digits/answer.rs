//! Answers in the original's spelling: indented JSON with sorted keys and no newline at the end, JSON in one line as its raw replies,
//! short texts, and redirects with their small page.

use std::convert::Infallible;
use std::io;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

use super::negotiation::Wants;
use super::pages;

/// A value as JSON: indented by two, keys sorted; in one line without spaces for scripts of pages.
pub(super) fn json(wants: Wants, mut value: Value) -> Response {
    value.sort_all_objects();
    let text = match wants {
        Wants::CompactJson => serde_json::to_string(&value),
        Wants::Json | Wants::Html => serde_json::to_string_pretty(&value),
    };
    as_json(text.unwrap_or_default())
}

/// A value in one line, keys in their given order, a space after `,` and `:`.
pub(super) fn raw(value: &Value) -> Response {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut text, OneLine));
    as_json(String::from_utf8_lossy(&text).into_owned())
}

fn as_json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A short text such as `Job deleted.`, without a newline.
pub(super) fn text(text: impl Into<String>) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text.into()).into_response()
}

/// Writes as the original's language does by default.
struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

/// How this server was called, `http://host:port`; empty when the client did not say.
pub(super) struct Origin(String);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let value = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = value("host").map(str::to_owned).or_else(|| parts.uri.authority().map(ToString::to_string));
        let scheme = if value("x-forwarded-proto") == Some("https") { "https" } else { "http" };
        Ok(Self(host.map(|host| format!("{scheme}://{host}")).unwrap_or_default()))
    }
}

impl Origin {
    /// 302 to a path of this server. The header is absolute, the text of the page is as given.
    pub(super) fn redirect(&self, path: &str) -> Response {
        let location = HeaderValue::from_str(&format!("{}{path}", self.0)).unwrap_or(HeaderValue::from_static("/"));
        let shown = pages::escaped(path);
        let page = format!(
            "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n\
             <p>You should be redirected automatically to target URL: <a href=\"{shown}\">{shown}</a>.  If not click the link."
        );
        let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")), (header::LOCATION, location)];
        (StatusCode::FOUND, headers, page).into_response()
    }

    /// The path of an address of this server; `None` for one that leads elsewhere.
    pub(super) fn path_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let path = match address.strip_prefix(self.0.as_str()) {
            Some(path) if !self.0.is_empty() => path,
            _ => address,
        };
        // `//host` and `/\host` are other servers to a browser.
        let is_path = path.starts_with('/') && !path[1..].starts_with(['/', '\\']) && !path.contains(char::is_control);
        is_path.then_some(path)
    }
}
