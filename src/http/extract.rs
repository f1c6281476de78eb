//! Extractors whose rejections speak the door's language: ids, queries, JSON or form bodies.

use axum::RequestExt;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::Failure;
use crate::error::{Error, FieldError, Kind};

/// A numeric id in the path; anything else is simply not found.
pub(super) struct Id(pub(super) i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| text.parse().ok()).map(Id).ok_or_else(|| Failure(Error::not_found("not found")))
    }
}

/// One word of the path, decoded.
pub(super) struct Word(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Word {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|error| Failure(Error::invalid(error.body_text())))?;
        Ok(Self(text))
    }
}

/// The query string as `T`; unknown names are ignored.
pub(super) struct Params<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        if let Some((name, _)) = url::form_urlencoded::parse(query.as_bytes()).find(|(_, value)| value.contains('\0')) {
            return Err(Failure(Error::invalid_field(&name, NUL)));
        }
        let Query(value) =
            Query::<T>::from_request_parts(parts, state).await.map_err(|error| Failure(Error::invalid(error.body_text())))?;
        Ok(Self(value))
    }
}

/// The parts of a `multipart/form-data` body.
pub(super) struct FormParts(pub(super) Multipart);

impl<S: Send + Sync> FromRequest<S> for FormParts {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_multipart = media_type(&request).starts_with("multipart/form-data");
        match Multipart::from_request(request, state).await {
            Ok(parts) => Ok(Self(parts)),
            Err(_) if is_multipart => Err(Failure(Error::invalid("the Content-Type multipart/form-data must name its `boundary`"))),
            Err(_) => Err(Failure(Error::unsupported("the body must be multipart/form-data, and the Content-Type must say so"))),
        }
    }
}

/// A body that ended too early, is larger than its limit, or is no form.
pub(super) fn broken_off(error: &MultipartError) -> Failure {
    Failure(if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::too_large("the body is larger than this address takes")
    } else {
        Error::invalid(format!("the body broke off or is no multipart/form-data: {}", error.body_text()))
    })
}

/// A body of fields: a JSON object when the request says it is JSON, else form fields. JSON `null` is an empty form.
pub(super) struct Fields(pub(super) Map<String, Value>);

/// Why a text with a NUL is refused: `PostgreSQL` cannot keep one.
const NUL: &str = "must not hold a NUL character";

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let media_type = media_type(&request);
        let fields = if media_type.starts_with("multipart/form-data") {
            multipart_fields(FormParts::from_request(request, state).await?).await?
        } else {
            let body = request.extract::<bytes::Bytes, _>().await.map_err(|error| unread(error.status(), &error.body_text()))?;
            let is_json = media_type.starts_with("application/json") || media_type.contains("+json");
            if is_json { json_fields(&body)? } else { form_fields(&body)? }
        };
        let wrong: Vec<_> = fields.iter().filter(|(_, value)| holds_nul(value)).collect();
        let wrong = wrong.into_iter().map(|(field, _)| FieldError { field: field.clone(), message: NUL.into() }).collect::<Vec<_>>();
        if wrong.is_empty() { Ok(Self(fields)) } else { Err(Failure(Error::invalid_fields(wrong))) }
    }
}

fn media_type(request: &Request) -> String {
    request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
}

fn unread(status: StatusCode, text: &str) -> Failure {
    Failure(if status == StatusCode::PAYLOAD_TOO_LARGE {
        Error::too_large("the body is larger than this address takes")
    } else {
        Error::invalid(format!("the body broke off: {text}"))
    })
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

async fn multipart_fields(FormParts(mut parts): FormParts) -> Result<Map<String, Value>, Failure> {
    let mut fields = Map::new();
    while let Some(part) = parts.next_field().await.map_err(|error| broken_off(&error))? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let bytes = part.bytes().await.map_err(|error| broken_off(&error))?;
        fields.insert(name, Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    }
    Ok(fields)
}

fn json_fields(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Failure(Error::invalid("the body must be a JSON object"))),
        Err(error) => Err(Failure(Error::new(Kind::Invalid, format!("the body is not JSON: {error}")))),
    }
}

fn form_fields(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    if !body.is_empty() && pairs.iter().all(|(name, value)| value.is_empty() && !name.chars().all(|c| c.is_alphanumeric() || c == '_')) {
        return Err(Failure(Error::invalid("the body is neither JSON (say so with `Content-Type: application/json`) nor form fields")));
    }
    Ok(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}
