//! Trained models: their form, training them, what is known of them, and what they say of pictures.

mod charts;
mod form;
mod inference;
mod sheet;
pub(super) mod show;
mod start;
mod tables;

use axum::Router;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::answer::{self, Origin};
use super::failure::{Answer, Problem};
use super::forms::{Sent, Wrong, with_field};
use super::known::Known;
use super::negotiation::Wants;
use super::{jobs, login, pages};
use crate::app::App;
use crate::error::Result as RoomResult;
use crate::model::trained::{NewTrained, TrainedKind, TrainedModel};
use form::ModelForm;

/// Most models that one form may ask for.
const MOST_VARIANTS: usize = 100;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/models/{job}", get(show::page).delete(jobs::delete_one))
        .route("/models/images/{kind}", post(create_of_kind))
        .route("/models/images/{kind}/new", get(blank_of_kind))
        .route("/models/images/generic/new", get(blank_of_extension))
        .route("/models/images/generic/new/{extension}", get(blank_of_extension))
        .route("/models/images/generic/{extension}", post(create_by_extension))
        .merge(inference::router())
}

/// The kind that a word of an address means. A word that begins with `generic` names an extension without a slash before it.
fn kind_of(word: &str) -> Result<TrainedKind, Problem> {
    match word.strip_suffix(".json").unwrap_or(word) {
        "classification" => Ok(TrainedKind::Classification),
        generic if generic.starts_with("generic") => Ok(TrainedKind::Generic),
        _ => Err(Problem::not_found("There is no such kind of model")),
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

async fn blank_of_extension(app: State<App>, uri: OriginalUri, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    blank(app, uri, origin, headers, sent, TrainedKind::Generic).await
}

async fn create_of_kind(app: State<App>, Path(word): Path<String>, wants: Wants, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    let kind = kind_of(&word)?;
    create(app, wants, origin, headers, sent, kind).await
}

async fn create_by_extension(app: State<App>, wants: Wants, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    create(app, wants, origin, headers, sent, TrainedKind::Generic).await
}

/// An empty form, or one filled as that of another job.
async fn blank(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    origin: Origin,
    headers: HeaderMap,
    sent: Sent,
    kind: TrainedKind,
) -> Answer {
    if let Some(redirect) = login::redirect_of_nobody(&origin, &headers, &sent, &uri.to_string()) {
        return Ok(redirect);
    }
    let chosen = sent.query("dataset").map(str::to_owned);
    let shown = jobs::with_clone(&app, sent).await?;
    sheet_page(&app, kind, &headers, &shown, chosen.as_deref(), &Wrong::new(), StatusCode::OK).await
}

async fn create(State(app): State<App>, wants: Wants, origin: Origin, headers: HeaderMap, sent: Sent, kind: TrainedKind) -> Answer {
    let username = login::required(&headers, &sent)?;
    let sent = jobs::with_clone(&app, sent).await?;
    let form = match form::read(&app, kind, &sent).await? {
        Ok(form) if form.variants.len() <= MOST_VARIANTS => form,
        Ok(form) => {
            let count = form.variants.len();
            return Err(Problem::bad_request(format!("this form asks for {count} models; at most {MOST_VARIANTS} are made at once")));
        }
        Err(wrong) if wants.html() => return sheet_page(&app, kind, &headers, &sent, None, &wrong, StatusCode::BAD_REQUEST).await,
        Err(wrong) => return Ok(super::refused_fields(wants, &wrong)),
    };
    let models = make(&app, kind, &username, &sent, form).await?;
    match &models[..] {
        [only] if wants.html() => Ok(origin.redirect(&format!("/models/{}", only.id))),
        [only] => Ok(answer::json(wants, begun(&app, only).await?)),
        _ if wants.html() => Ok(origin.redirect("/")),
        several => {
            let mut jobs = Vec::new();
            for model in several {
                jobs.push(begun(&app, model).await?);
            }
            Ok(answer::json(wants, json!({ "jobs": jobs })))
        }
    }
}

async fn make(app: &App, kind: TrainedKind, username: &str, sent: &Sent, form: ModelForm) -> RoomResult<Vec<TrainedModel>> {
    let mut models = Vec::new();
    let sweeps = form.variants.len() > 1;
    for (words, spec) in form.variants {
        let mut saved = sent.saved();
        let name = form.name.clone() + &words;
        if sweeps {
            // A copy of one of them is a copy of that one alone.
            saved = with_field(&saved, "learning_rate", &spec.learning_rate.to_string());
            saved = with_field(&saved, "batch_size", &spec.batch_size.map(|size| size.to_string()).unwrap_or_default());
            saved = with_field(&saved, "model_name", &name);
        }
        let new = NewTrained {
            kind,
            name,
            username: Some(username.to_owned()),
            group: form.group.clone(),
            dataset: form.dataset.clone(),
            spec,
            form: saved,
        };
        models.push(app.trained.create(new).await?);
    }
    Ok(models)
}

/// Whoever asked is told how it began, however quick it is.
async fn begun(app: &App, model: &TrainedModel) -> RoomResult<Value> {
    let mut value = show::short(app, &Known::of_model(app, model.clone()).await?).await?;
    value["status"] = json!("Initialized");
    Ok(value)
}

async fn sheet_page(
    app: &App,
    kind: TrainedKind,
    headers: &HeaderMap,
    sent: &Sent,
    dataset: Option<&str>,
    wrong: &Wrong,
    status: StatusCode,
) -> Answer {
    let (title, action) = match kind {
        TrainedKind::Classification => ("New Image Classification Model", "/models/images/classification"),
        TrainedKind::Generic => ("New Image Model", "/models/images/generic"),
    };
    let parts = sheet::fields(app, kind, sent, dataset, wrong).await?;
    let context = json!({
        "user": login::visitor(headers), "title": title, "action": action, "parts": parts, "stray": super::stray(wrong, &json!(parts)),
    });
    let response: Response = pages::page_with(status, "form.html", &context);
    Ok(response)
}
