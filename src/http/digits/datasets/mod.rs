//! Datasets: their forms, making them, and what is known of them.

mod form;
mod sheet;
mod show;

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::answer::{self, Origin};
use super::failure::{Answer, Problem};
use super::forms::{Sent, Wrong};
use super::known::Known;
use super::negotiation::Wants;
use super::{jobs, login, pages};
use crate::app::App;
use crate::dataset::{Dataset, NewDataset};
use crate::error::{Error, Kind};
use form::FormKind;

/// The extension that is built in.
const GRADIENTS: &str = "image-gradients";

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/datasets/{job}", get(show::page).delete(jobs::delete_one))
        .route("/datasets/summary", get(show::summary))
        .route("/datasets/images/{kind}", post(create_of_kind))
        .route("/datasets/images/{kind}/new", get(blank_of_kind))
        .route("/datasets/generic/new/{extension}", get(blank_of_extension))
        .route("/datasets/generic/create/{extension}", post(create_by_extension))
}

/// The form that a word of an address means, with or without `.json`.
fn kind_of(word: &str) -> Result<FormKind, Problem> {
    match word.strip_suffix(".json").unwrap_or(word) {
        "classification" => Ok(FormKind::Classification),
        "generic" => Ok(FormKind::Prebuilt),
        _ => Err(Problem::not_found("There is no such kind of dataset")),
    }
}

async fn blank_of_kind(
    app: State<App>,
    Path(word): Path<String>,
    uri: OriginalUri,
    origin: Origin,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    let kind = kind_of(&word)?;
    blank(app, uri, origin, headers, sent, kind).await
}

async fn create_of_kind(app: State<App>, Path(word): Path<String>, wants: Wants, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    let kind = kind_of(&word)?;
    create(app, wants, origin, headers, sent, kind).await
}

/// An empty form, or one filled as that of another job.
async fn blank(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    origin: Origin,
    headers: HeaderMap,
    sent: Sent,
    kind: FormKind,
) -> Answer {
    if let Some(redirect) = login::redirect_of_nobody(&origin, &headers, &sent, &uri.to_string()) {
        return Ok(redirect);
    }
    let shown = jobs::with_clone(&app, sent).await?;
    Ok(sheet_page(kind, &headers, &shown, &Wrong::new(), StatusCode::OK))
}

async fn blank_of_extension(
    app: State<App>,
    Path(extension): Path<String>,
    uri: OriginalUri,
    origin: Origin,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    known_extension(&extension)?;
    blank(app, uri, origin, headers, sent, FormKind::Gradients).await
}

fn known_extension(extension: &str) -> Result<(), Problem> {
    if extension == GRADIENTS { Ok(()) } else { Err(Problem::fault("ValueError", format!("Unknown extension '{extension}'"))) }
}

async fn create_by_extension(
    app: State<App>,
    Path(extension): Path<String>,
    wants: Wants,
    origin: Origin,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    known_extension(extension.strip_suffix(".json").unwrap_or(&extension))?;
    create(app, wants, origin, headers, sent, FormKind::Gradients).await
}

async fn create(State(app): State<App>, wants: Wants, origin: Origin, headers: HeaderMap, sent: Sent, kind: FormKind) -> Answer {
    let username = login::required(&headers, &sent)?;
    // An extension's own page is the only place where its jobs are copied.
    let sent = if kind == FormKind::Gradients { sent } else { jobs::with_clone(&app, sent).await? };
    let read = {
        let sent = sent.clone();
        tokio::task::spawn_blocking(move || form::read(kind, &sent)).await
    };
    let read = read.map_err(|error| Error::internal("reading a form failed inside").because(error))??;
    let wrong = match read {
        Err(wrong) => wrong,
        Ok(form) => {
            let new = NewDataset {
                name: form.name,
                group: form.group,
                username: Some(username),
                form: sent.saved(),
                spec: form.spec,
                seed: None,
            };
            let made = app.datasets.create(new).await;
            // They were copied, or nothing needs them.
            drop(form.sent_lists);
            match made {
                Ok(dataset) => return created(&app, wants, &origin, dataset).await,
                Err(error) => wrong_fields(error)?,
            }
        }
    };
    Ok(refused(kind, wants, &headers, &sent, &wrong))
}

async fn created(app: &App, wants: Wants, origin: &Origin, dataset: Dataset) -> Answer {
    let known = Known::of_dataset(app, dataset).await?;
    if wants.html() {
        return Ok(origin.redirect(&known.page()));
    }
    // Whoever asked is told how it began, however quick it is.
    Ok(answer::json(wants, json!({ "id": known.id(), "name": known.name(), "status": "Initialized" })))
}

/// The wrong fields that a room names; any other failure is none of the form's.
fn wrong_fields(error: Error) -> Result<Wrong, Problem> {
    if error.kind() != Kind::Invalid || error.fields().is_empty() {
        return Err(error.into());
    }
    let mut wrong = Wrong::new();
    for field in error.fields() {
        wrong.entry(field.field.clone()).or_default().push(field.message.clone());
    }
    Ok(wrong)
}

fn refused(kind: FormKind, wants: Wants, headers: &HeaderMap, sent: &Sent, wrong: &Wrong) -> Response {
    if wants.html() {
        return sheet_page(kind, headers, sent, wrong, StatusCode::BAD_REQUEST);
    }
    super::refused_fields(wants, wrong)
}

fn sheet_page(kind: FormKind, headers: &HeaderMap, sent: &Sent, wrong: &Wrong, status: StatusCode) -> Response {
    let (title, action) = sheet::head(kind);
    let parts = sheet::fields(kind, sent, wrong);
    let context = json!({
        "user": login::visitor(headers), "title": title, "action": action, "parts": parts, "stray": super::stray(wrong, &json!(parts)),
    });
    pages::page_with(status, "form.html", &context)
}
