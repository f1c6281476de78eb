//! `/api/v1/upload/*`: pictures that people bring to search with.

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;

use super::shapes::{self, Page};
use crate::app::App;
use crate::error::{Error, FieldError, Kind};
use crate::http::error::Failure;
use crate::http::extract::{Id, Params};
use crate::types::UploadId;

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().route("/upload", get(list).post(create)).route("/upload/{id}", get(show).delete(delete))
}

/// A form with files, as large as `server.max_upload_mib` allows.
pub(super) struct UploadForm(Multipart);

impl FromRequest<App> for UploadForm {
    type Rejection = Failure;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Failure> {
        let limit = (app.config.server.max_upload_mib as usize).saturating_mul(1 << 20);
        DefaultBodyLimit::max(limit).apply(&mut request);
        let form = Multipart::from_request(request, app).await;
        form.map(Self).map_err(|error| unreadable(app, &error.body_text(), false))
    }
}

pub(super) async fn list(State(app): State<App>, Params(page): Params<Page>) -> Answer {
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    let rows: Vec<_> = app.uploads.list(offset, limit, sort, order).await?.iter().map(shapes::upload).collect();
    let total = app.uploads.count().await?;
    Ok(shapes::envelope(json!({ "status": "ok", "res": rows, "total": total })))
}

pub(super) async fn show(State(app): State<App>, Id(id): Id) -> Answer {
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    Ok(shapes::ok(shapes::upload(&found)))
}

pub(super) async fn delete(State(app): State<App>, Id(id): Id) -> Answer {
    app.uploads.delete(UploadId(id)).await?;
    Ok(shapes::envelope(json!({ "status": "ok", "id": id.to_string() })))
}

pub(super) async fn create(State(app): State<App>, UploadForm(mut form): UploadForm) -> Answer {
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
    let mut value = json!({ "status": "ok", "res": shapes::upload(&upload) });
    if already {
        value["notes"] = json!("Image already uploaded");
    }
    Ok(shapes::envelope(value))
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
