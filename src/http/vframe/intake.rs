//! `POST /api/v1/media`: files for import, streamed to the disk as they come, and the job that imports them.

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, IntakeForm, IntakeStarted};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{FormParts, broken_off};
use crate::media::intake::Intake;
use crate::tasks::registry;

type Answer = std::result::Result<Response, Failure>;

/// Longest name of a user, as everywhere.
const LONGEST_USERNAME: usize = 16;

/// Bytes read of a text part before it is refused.
const LONGEST_TEXT: usize = 4096;

/// Each file has its own limit, and together they may fill the disk: the body as a whole has none.
pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create)).layer(DefaultBodyLimit::disable())
}

/// Sends pictures, videos and ZIP archives, up to 10,000 files of `import.max_upload_mib` each. A job imports them afterwards.
#[utoipa::path(post, path = "/media", tag = "media", operation_id = "import_media",
    request_body(content = IntakeForm, content_type = "multipart/form-data"),
    responses((status = 202, body = Envelope<IntakeStarted>), Failures))]
async fn create(State(app): State<App>, FormParts(mut parts): FormParts) -> Answer {
    let uuid = uuid::Uuid::new_v4().to_string();
    let limit = app.config.import.max_upload_mib.saturating_mul(1 << 20);
    let mut intake = Intake::begin(app.media.data_dir(), &uuid, limit).await?;
    let (mut username, mut update_index) = (String::new(), false);
    while let Some(part) = parts.next_field().await.map_err(|error| broken_off(&error))? {
        match part.name() {
            Some("files" | "files[]") => take_in(&mut intake, part).await?,
            Some("username") => username = self::username(&text(part).await?)?,
            Some("update_index") => update_index = flag("update_index", &text(part).await?)?,
            _ => {}
        }
    }
    if intake.count() == 0 {
        return Err(Error::invalid_field("files", "This field is required: files, as parts of multipart/form-data.").into());
    }
    // A client that goes away now must not leave a folder without its job.
    let started = tokio::spawn(start(app, intake, json!({ "upload": uuid, "update_index": update_index }), username)).await;
    started.map_err(|source| Error::internal("starting the import was interrupted").because(source))?
}

async fn take_in(intake: &mut Intake, mut part: Field<'_>) -> std::result::Result<(), Failure> {
    let name = part.file_name().unwrap_or_default().to_owned();
    let mut first = part.chunk().await.map_err(|error| broken_off(&error))?;
    // What a browser sends for a file field that nobody filled.
    if name.is_empty() && first.as_ref().is_none_or(bytes::Bytes::is_empty) {
        return Ok(());
    }
    if name.is_empty() {
        return Err(Error::invalid_field("files", "must be files: a part of the form without a file name is a text").into());
    }
    let mut file = intake.begin_file(&name).await?;
    while let Some(piece) = first {
        intake.write(&mut file, &piece).await?;
        first = part.chunk().await.map_err(|error| broken_off(&error))?;
    }
    Ok(intake.finish_file(file).await?)
}

async fn text(mut part: Field<'_>) -> std::result::Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|error| broken_off(&error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_TEXT {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn username(text: &str) -> Result<String> {
    if text.chars().count() > LONGEST_USERNAME {
        return Err(Error::invalid_field("username", format!("Field cannot be longer than {LONGEST_USERNAME} characters.")));
    }
    if text.contains('\0') {
        return Err(Error::invalid_field("username", "must not hold a NUL character"));
    }
    Ok(text.to_owned())
}

fn flag(name: &str, text: &str) -> Result<bool> {
    match text.trim() {
        "true" | "1" => Ok(true),
        "false" | "0" | "" => Ok(false),
        _ => Err(Error::invalid_field(name, "must be true or false")),
    }
}

async fn start(app: App, intake: Intake, params: Value, username: String) -> Answer {
    intake.complete().await?;
    let job = registry::start(&app, "import", params, &username).await?;
    let res = IntakeStarted { uuid: job.uuid, task_name: job.kind, files: intake.count() };
    intake.keep();
    Ok((StatusCode::ACCEPTED, shapes::ok(res)).into_response())
}
