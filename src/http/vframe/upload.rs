//! `/api/v1/upload/*`: pictures that people bring to search with.

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, Listed, Page, UploadCreated, UploadDeleted, UploadForm};
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, FieldError, Kind};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{FormParts, Id, Params};
use crate::types::UploadId;

type Answer = Result<Response, Failure>;

pub(super) fn router(config: &Config) -> OpenApiRouter<App> {
    let limit = DefaultBodyLimit::max((config.server.max_upload_mib as usize).saturating_mul(1 << 20));
    OpenApiRouter::new().routes(routes!(list, create)).layer(limit).routes(routes!(show, delete)).routes(routes!(promote))
}

/// One page of the uploads.
#[utoipa::path(get, path = "/upload", tag = "upload", operation_id = "list_uploads", params(Page),
    responses((status = 200, body = Listed<shapes::Upload>), Failures))]
async fn list(State(app): State<App>, Params(page): Params<Page>) -> Answer {
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    let rows = app.uploads.list(offset, limit, sort, order).await?;
    let total = app.uploads.count().await?;
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

/// Stores a picture to search with. The same bytes sent again are answered with the first upload.
#[utoipa::path(post, path = "/upload", tag = "upload", operation_id = "create_upload",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = UploadCreated), Failures))]
async fn create(State(app): State<App>, FormParts(mut form): FormParts) -> Answer {
    let (mut image, mut username) = (None, None);
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| unreadable(&app, &error.body_text(), error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE))?
    {
        match field.name() {
            Some("image") => image = Some((field.file_name().unwrap_or_default().to_owned(), bytes_of(&app, field).await?)),
            Some("username") => username = Some(String::from_utf8_lossy(&bytes_of(&app, field).await?).into_owned()),
            _ => {}
        }
    }
    let Some((name, bytes)) = image else {
        let message = "This field is required: the picture, as a file part of multipart/form-data.".into();
        return Err(Error::invalid_fields(vec![FieldError { field: "image".into(), message }]).into());
    };
    let (upload, already) = app.uploads.create(bytes, &name, &username.unwrap_or_default()).await?;
    let notes = already.then_some("Image already uploaded");
    Ok(shapes::envelope(UploadCreated { status: "ok", res: shapes::upload(&upload), notes }))
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
