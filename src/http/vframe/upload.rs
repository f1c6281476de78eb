//! `/api/v1/upload/*`: pictures that people bring to search with.

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, Listed, Page, UploadCreated, UploadDeleted, UploadForm};
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{FormParts, Id, Params};
use crate::media::fetch::FetchRules;
use crate::types::UploadId;

type Answer = Result<Response, Failure>;

/// Longest address of a picture, in characters.
const LONGEST_URL: usize = 2048;

pub(super) fn router(config: &Config) -> OpenApiRouter<App> {
    let limit = DefaultBodyLimit::max((config.server.max_upload_mib as usize).saturating_mul(1 << 20));
    OpenApiRouter::new().routes(routes!(list, create)).layer(limit).routes(routes!(show, delete)).routes(routes!(promote))
}

/// Whose uploads to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Sender {
    /// Only what this user sent first; of everybody when absent or empty.
    #[param(example = "ada")]
    username: Option<String>,
}

/// One page of the uploads.
#[utoipa::path(get, path = "/upload", tag = "upload", operation_id = "list_uploads", params(Page, Sender),
    responses((status = 200, body = Listed<shapes::Upload>), Failures))]
async fn list(State(app): State<App>, Params(page): Params<Page>, Params(sender): Params<Sender>) -> Answer {
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    let username = sender.username.as_deref().filter(|name| !name.is_empty());
    let rows = app.uploads.list(username, offset, limit, sort, order).await?;
    let total = app.uploads.count(username).await?;
    Ok(shapes::envelope(Listed { status: "ok", res: rows.iter().map(shapes::upload).collect(), total, offset, limit }))
}

/// One upload.
#[utoipa::path(get, path = "/upload/{id}", tag = "upload", operation_id = "show_upload", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<shapes::Upload>), Failures))]
async fn show(State(app): State<App>, Id(id): Id) -> Answer {
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    Ok(shapes::ok(shapes::upload(&found)))
}

/// Removes an upload and its bytes.
#[utoipa::path(delete, path = "/upload/{id}", tag = "upload", operation_id = "delete_upload", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = UploadDeleted), Failures))]
async fn delete(State(app): State<App>, Id(id): Id) -> Answer {
    app.uploads.delete(UploadId(id)).await?;
    Ok(shapes::envelope(UploadDeleted { status: "ok", id: id.to_string() }))
}

/// Puts the picture of an upload into the library. Doing it again answers the same medium.
#[utoipa::path(post, path = "/upload/{id}/promote", tag = "upload", operation_id = "promote_upload", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<shapes::Media>), Failures))]
async fn promote(State(app): State<App>, Id(id): Id) -> Answer {
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    Ok(shapes::ok(shapes::media(&app.media.promote(&found).await?)))
}

/// Stores a picture to search with: one that is sent, or one that an address in the public web leads to. The same bytes sent again are answered with the first upload.
#[utoipa::path(post, path = "/upload", tag = "upload", operation_id = "create_upload",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadCreated), Failures))]
async fn create(State(app): State<App>, FormParts(mut form): FormParts) -> Answer {
    let (mut image, mut url, mut username) = (None, None, None);
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| unreadable(&app, &error.body_text(), error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE))?
    {
        match field.name() {
            Some("image") => image = Some((field.file_name().unwrap_or_default().to_owned(), bytes_of(&app, field).await?)),
            Some("url") => url = Some(text(&app, field).await?).filter(|url| !url.is_empty()),
            Some("username") => username = Some(text(&app, field).await?),
            _ => {}
        }
    }
    let username = username.unwrap_or_default();
    let (upload, already) = match (image, url) {
        (Some((name, bytes)), None) => app.uploads.create(bytes, &name, &username).await?,
        (None, Some(url)) => app.uploads.create_from_url(&checked(&url)?, rules(&app), &username).await?,
        (Some(_), Some(_)) => return Err(Error::invalid_field("url", "send either image or url, not both").into()),
        (None, None) => {
            let message = "This field is required: the picture, as a file part of multipart/form-data (or its address, as `url`).";
            return Err(Error::invalid_field("image", message).into());
        }
    };
    let notes = already.then_some("Image already uploaded");
    Ok(shapes::envelope(UploadCreated { status: "ok", res: shapes::upload(&upload), notes }))
}

async fn text(app: &App, field: Field<'_>) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&bytes_of(app, field).await?).into_owned())
}

fn checked(url: &str) -> Result<String, Error> {
    if url.chars().count() > LONGEST_URL {
        return Err(Error::invalid_field("url", format!("Field cannot be longer than {LONGEST_URL} characters.")));
    }
    Ok(url.trim().to_owned())
}

fn rules(app: &App) -> FetchRules {
    let max_bytes = (app.config.server.max_upload_mib).saturating_mul(1 << 20).min(app.config.decode.limits().max_file_bytes);
    FetchRules { max_bytes, allow_private: app.config.import.allow_private_urls }
}

async fn bytes_of(app: &App, field: Field<'_>) -> Result<bytes::Bytes, Failure> {
    field.bytes().await.map_err(|error| unreadable(app, &error.body_text(), error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE))
}

fn unreadable(app: &App, text: &str, too_large: bool) -> Failure {
    Failure(if too_large {
        Error::too_large(format!("the upload is larger than {} MiB (`server.max_upload_mib`)", app.config.server.max_upload_mib))
    } else {
        Error::new(Kind::Invalid, format!("the upload broke off or is no multipart/form-data: {text}"))
    })
}
