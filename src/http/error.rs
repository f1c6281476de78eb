//! Failures as the JSON door shows them: a status code, and the body that VFRAME clients know.

use axum::Json;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

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

/// `{"status":"error","error":text}`.
pub(super) fn body(text: &str) -> Json<Value> {
    Json(json!({ "status": "error", "error": text }))
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = self.0;
        let status = status(error.kind());
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = ?error, "request failed");
        }
        let mut value = json!({ "status": "error", "error": error.message() });
        if !error.fields().is_empty() {
            let mut fields = serde_json::Map::new();
            for field in error.fields() {
                let messages = fields.entry(field.field.clone()).or_insert_with(|| json!([]));
                if let Some(messages) = messages.as_array_mut() {
                    messages.push(json!(field.message));
                }
            }
            value["errors"] = Value::Object(fields);
        }
        let mut response = (status, Json(value)).into_response();
        if error.kind() == Kind::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response
    }
}

/// What an address that leads nowhere answers.
pub(super) async fn unknown_path(uri: Uri) -> Response {
    Failure(Error::not_found(format!("there is nothing at {}", uri.path()))).into_response()
}

/// What a known address answers to a method it does not take.
pub(super) async fn wrong_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, body("this address does not take this method")).into_response()
}

/// What a handler's panic becomes: the log has the details.
pub(super) fn panicked(_payload: Box<dyn std::any::Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, body("the server failed inside; the log has the details")).into_response()
}
