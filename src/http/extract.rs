//! Extractors whose rejections speak the door's language: ids, queries, JSON or form bodies.

use axum::RequestExt;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::Failure;
use crate::error::{Error, Kind};

/// A numeric id in the path; anything else is simply not found.
pub(super) struct Id(pub(super) i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|error| Failure(Error::invalid(error.to_string())))?;
        text.parse().map(Id).map_err(|_| Failure(Error::not_found("not found")))
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
        let Query(value) =
            Query::<T>::from_request_parts(parts, state).await.map_err(|error| Failure(Error::invalid(error.body_text())))?;
        Ok(Self(value))
    }
}

/// A body of fields: a JSON object when the request says it is JSON, else form fields. JSON `null` is an empty form.
pub(super) struct Fields(pub(super) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        let mime =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        let body: bytes::Bytes = request.extract().await.map_err(|_| Failure(Error::too_large("the body is larger than 2 MiB")))?;
        let fields = if mime.starts_with("application/json") || mime.contains("+json") { json_fields(&body)? } else { form_fields(&body)? };
        Ok(Self(fields))
    }
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
