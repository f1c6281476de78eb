//! Failures as the JSON door shows them: a status code, and the body that VFRAME clients know.

use std::collections::BTreeMap;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::pages;
use crate::error::{Error, Kind};

/// A failure on its way out.
#[derive(Debug)]
pub(super) struct Failure(pub(super) Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// The status of each kind.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotReady | Kind::Busy | Kind::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Corrupt => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The body of every failure.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// What is wrong, for people.
    error: String,
    /// The wrong fields of a form, each with what is wrong with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    errors: BTreeMap<String, Vec<String>>,
    /// `error`.
    #[schema(example = "error")]
    status: &'static str,
}

/// What every operation may answer besides its success; all have the same body.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what `Failure` answers")]
pub(super) enum Failures {
    /// The request is wrong; the text, and `errors` for fields, say what and how to put it right.
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// Another refusal: 405 wrong method, 409 conflict, 413 too large, 415 wrong type, 422 damaged bytes.
    #[response(status = "4XX")]
    Refused(ErrorBody),
    /// Busy or not ready yet (503, try again), or a fault of the server (500).
    #[response(status = "5XX")]
    Failed(ErrorBody),
}

/// `{"status":"error","error":text}`.
pub(super) fn body(text: &str) -> ErrorBody {
    ErrorBody { error: text.into(), errors: BTreeMap::new(), status: "error" }
}

impl IntoResponse for ErrorBody {
    /// As every answer of the door: sorted keys and a newline at the end.
    fn into_response(self) -> Response {
        let text = serde_json::to_string(&self).unwrap_or_else(|_| r#"{"error":"unknown","status":"error"}"#.into());
        ([(header::CONTENT_TYPE, "application/json")], text + "\n").into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = self.0;
        let status = status(error.kind());
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = ?error, "request failed");
        }
        let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for field in error.fields() {
            errors.entry(field.field.clone()).or_default().push(field.message.clone());
        }
        let value = ErrorBody { error: error.message().into(), errors, status: "error" };
        let mut response = (status, value).into_response();
        if error.kind() == Kind::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response
    }
}

/// What an address that leads nowhere answers: a person who follows an old link gets the pages, which say so, a program an error.
pub(super) async fn unknown_path(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let is_page = !["/api", "/static", "/assets", "/socket.io"]
        .iter()
        .any(|folder| uri.path() == *folder || uri.path().starts_with(&format!("{folder}/")));
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_page && method == Method::GET && accepted.contains("text/html") {
        return pages::page(&headers);
    }
    Failure(Error::not_found(format!("there is nothing at {}", uri.path()))).into_response()
}

/// What a known address answers to a method it does not take; the `Allow` header tells those that it does.
pub(super) async fn wrong_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    (StatusCode::METHOD_NOT_ALLOWED, body("this address does not take this method")).into_response()
}

/// Most bytes of a refusal's text that are kept.
const LONGEST_REFUSAL: usize = 1 << 16;

/// What the web framework refuses by itself, in plain text, is told like every other failure.
pub(super) async fn in_json(request: Request, next: Next) -> Response {
    let has_nul = request.uri().path().contains("%00");
    if has_nul {
        return Failure(Error::not_found(format!("there is nothing at {}", request.uri().path()))).into_response();
    }
    let response = next.run(request).await;
    let is_plain = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    if !(response.status().is_client_error() || response.status().is_server_error()) || !is_plain {
        return response;
    }
    let status = response.status();
    let text = axum::body::to_bytes(response.into_body(), LONGEST_REFUSAL).await.unwrap_or_default();
    (status, body(&String::from_utf8_lossy(&text))).into_response()
}

/// What a handler's panic becomes: the log has the details.
pub(super) fn panicked(_payload: Box<dyn std::any::Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, body("the server failed inside; the log has the details")).into_response()
}
