//! The door's description: `/api/v1/openapi.json` for programs, `/api/v1/docs` for people.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::PartialSchema;
use utoipa::openapi::OpenApi;
use utoipa::openapi::info::{InfoBuilder, LicenseBuilder};
use utoipa_swagger_ui::Config;

use super::error::{ErrorBody, Failure};
use crate::app::App;
use crate::error::{Error, Kind};

const DESCRIPTION: &str = "/api/v1/openapi.json";

/// As everywhere, but the page styles its parts itself and has its pictures inside its style sheet.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Likeness API</title>
<link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
<link rel="stylesheet" href="/api/v1/docs/index.css">
<link rel="icon" href="/favicon.ico">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/v1/docs/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/swagger-ui-standalone-preset.js"></script>
<script src="/api/v1/docs/swagger-initializer.js"></script>
</body>
</html>
"#;

/// Adds what the description of a door's operations lacks to stand alone: what it is, and the shapes that are only named.
pub(super) fn completed(mut description: OpenApi) -> OpenApi {
    let licence = LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).build();
    description.info =
        InfoBuilder::new().title("Likeness").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT)).license(Some(licence)).build();
    let schemas = &mut description.components.get_or_insert_default().schemas;
    // Named by every operation, but by its name only.
    schemas.insert("ErrorBody".into(), ErrorBody::schema());
    description
}

/// Serves the description of these operations, and a page to read and try them.
pub(super) fn router(description: OpenApi) -> Router<App> {
    let description = completed(description);
    Router::new()
        .route(DESCRIPTION, get(|| async move { axum::Json(description) }))
        .route("/api/v1/docs", get(|| async { with_policy("text/html; charset=utf-8", PAGE) }))
        .route("/api/v1/docs/{file}", get(asset))
}

const ABOUT: &str = "Visual similarity search, in the shapes of VFRAME Search. Every address may end with a slash or not. \
A success answers `{\"status\":\"ok\",\"res\":...}`, a failure `{\"status\":\"error\",\"error\":text}` with a fitting status code.";

/// One file of the page, compiled into the program.
async fn asset(Path(file): Path<String>) -> Result<Response, Failure> {
    let config = Arc::new(Config::from(DESCRIPTION).use_base_layout());
    let failed = |text: String| Error::new(Kind::Internal, format!("the documentation's file {file} cannot be read: {text}"));
    match utoipa_swagger_ui::serve(&file, config).map_err(|source| failed(source.to_string()))? {
        Some(found) => Ok(with_policy(&found.content_type, found.bytes.into_owned())),
        None => Err(Error::not_found(format!("the documentation has no file {file}")).into()),
    }
}

fn with_policy(media_type: &str, body: impl IntoResponse) -> Response {
    let mut response = ([(header::CONTENT_TYPE, media_type.to_owned())], body).into_response();
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_str(media_type).unwrap_or(header::HeaderValue::from_static("text/plain")));
    headers.insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-cache"));
    response
}
