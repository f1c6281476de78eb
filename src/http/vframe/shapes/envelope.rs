//! What every answer is wrapped in.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::error;

/// `{"status":"ok","res":...}`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Envelope<T> {
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// What was asked for.
    pub(crate) res: T,
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// The rows of this page.
    pub(crate) res: Vec<T>,
    /// Rows on all pages together.
    pub(crate) total: u64,
    /// Rows that were skipped.
    pub(crate) offset: u64,
    /// Rows that a page may have.
    pub(crate) limit: u64,
}

/// `{"status":"ok"}`: it is done, and there is nothing to show.
#[derive(Serialize, ToSchema)]
pub(crate) struct Done {
    /// `ok`.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
}

/// `{"status":"ok","res":...}` as an answer.
pub(crate) fn ok<T: Serialize>(res: T) -> Response {
    envelope(Envelope { status: "ok", res })
}

/// Any object as an answer: keys sorted at every depth and a newline at the end, as the original's were.
pub(crate) fn envelope<T: Serialize>(value: T) -> Response {
    let text = serde_json::to_value(value).map(|mut value| {
        value.sort_all_objects();
        format!("{value}\n").into_bytes()
    });
    written(text)
}

/// JSON text as an answer.
pub(super) fn written(text: serde_json::Result<Vec<u8>>) -> Response {
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(source) => {
            tracing::error!(error = ?source, "an answer could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, error::body("the answer could not be written as JSON; the log has the details"))
                .into_response()
        }
    }
}
