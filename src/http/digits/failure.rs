//! Failures as this door shows them: an error object for programs, a page for people, the same status for both.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::negotiation::Wants;
use super::{answer, pages};
use crate::error::{Error, Kind};

/// A failure on its way out; [`in_the_clients_form`] writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    /// Name of the kind, such as `NotFound`.
    name: &'static str,
    /// For people; `None` for a fault of the server, whose text is the message itself.
    description: Option<String>,
    message: String,
}

pub(super) type Answer = Result<Response, Problem>;

impl Problem {
    /// A refusal of HTTP's own kinds.
    pub(super) fn refusal(status: StatusCode, description: impl Into<String>) -> Self {
        let name = name_of(status);
        Self { status, name, description: Some(description.into()), message: format!("{}: {}", status.as_u16(), spaced(name)) }
    }

    /// 404.
    pub(super) fn not_found(description: impl Into<String>) -> Self {
        Self::refusal(StatusCode::NOT_FOUND, description)
    }

    /// 400.
    pub(super) fn bad_request(description: impl Into<String>) -> Self {
        Self::refusal(StatusCode::BAD_REQUEST, description)
    }

    /// 403.
    pub(super) fn forbidden(description: impl Into<String>) -> Self {
        Self::refusal(StatusCode::FORBIDDEN, description)
    }

    /// 401.
    pub(super) fn unauthorized(description: impl Into<String>) -> Self {
        Self::refusal(StatusCode::UNAUTHORIZED, description)
    }

    /// 500 with a text that is no secret: the original raised an exception here.
    pub(super) fn fault(name: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, name, description: None, message: message.into() }
    }

    /// Its status code.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    fn object(&self) -> Value {
        let mut error = json!({ "message": self.message, "type": self.name });
        if let Some(description) = &self.description {
            error["description"] = json!(description);
        }
        json!({ "error": error })
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match error.kind() {
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Invalid | Kind::Unsupported => StatusCode::BAD_REQUEST,
            Kind::Conflict | Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::NotReady | Kind::Busy | Kind::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Corrupt | Kind::Internal => {
                tracing::error!(error = ?error, "request failed");
                return Self::fault("InternalServerError", error.message());
            }
        };
        Self::refusal(status, error.message())
    }
}

impl IntoResponse for Problem {
    /// Only the status; what the client reads is written by [`in_the_clients_form`], which knows what it asked for.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes failures as JSON or as a page.
pub(super) async fn in_the_clients_form(request: Request, next: Next) -> Response {
    let wants = Wants::of(request.uri().path(), request.headers());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut written = if wants.html() {
        let context = json!({ "name": problem.name, "message": problem.message, "description": problem.description });
        pages::page("error.html", &context)
    } else {
        answer::json(wants, problem.object())
    };
    *written.status_mut() = problem.status;
    for (name, value) in response.headers() {
        if !written.headers().contains_key(name) && name != axum::http::header::CONTENT_LENGTH {
            written.headers_mut().insert(name, value.clone());
        }
    }
    written
}

/// What a known address answers to a method it does not take.
pub(super) async fn wrong_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::refusal(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed for the requested URL.").into_response()
}

fn name_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "Unauthorized",
        StatusCode::FORBIDDEN => "Forbidden",
        StatusCode::NOT_FOUND => "NotFound",
        StatusCode::METHOD_NOT_ALLOWED => "MethodNotAllowed",
        StatusCode::PAYLOAD_TOO_LARGE => "RequestEntityTooLarge",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        _ => "BadRequest",
    }
}

/// `NotFound` becomes `Not Found`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}
