//! What can be done with any job, whatever it makes: looking at its state, stopping, editing, grouping, copying and deleting it.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde_json::json;

use super::answer::{self, Origin};
use super::failure::{Answer, Problem};
use super::forms::{Sent, with_field};
use super::known::{self, Known, Thing};
use super::{login, words};
use crate::app::App;
use crate::dataset::{DatasetChange, TimedId};
use crate::error::{Kind, Result as RoomResult};
use crate::model::trained::TrainedKind;

/// A folder that no record knows, and that is at least this old, is left over from something.
const LEFT_OVER_AFTER: Duration = Duration::from_mins(1);

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/jobs", delete(delete_many))
        .route("/jobs/{job}", get(go_to).put(edit).delete(delete_one))
        .route("/jobs/{job}/abort", post(abort))
        .route("/jobs/{job}/delete", post(delete_by_page))
        .route("/jobs/{job}/status", get(status))
        .route("/datasets/{job}/abort", post(abort))
        .route("/datasets/{job}/status", get(status))
        .route("/models/{job}/abort", post(abort))
        .route("/models/{job}/status", get(status))
        .route("/abort_jobs", post(abort_many))
        .route("/group", get(group).post(group))
        .route("/clone/{job}", get(clone).post(clone))
}

async fn go_to(State(app): State<App>, Path(id): Path<String>, origin: Origin) -> Answer {
    Ok(origin.redirect(&known::required(&app, &id).await?.page()))
}

/// Always 200, as the original.
async fn status(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let Some(known) = known::find(&app, &id).await? else { return Ok(answer::raw(&json!({ "error": "Job not found." }))) };
    let value = json!({
        "status": known.status.word(), "type": known.type_words(), "name": known.name(), "error": known.error(),
    });
    Ok(answer::raw(&value))
}

async fn edit(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::required(&headers, &sent)?;
    let known = known::required(&app, &id).await?;
    login::may_change(known.username(), &name)?;
    if let Some(new) = sent.text("job_name") {
        let new = new.trim();
        if new.is_empty() {
            return Err(Problem::bad_request("name cannot be blank"));
        }
        rename(&app, &known, new).await?;
    }
    if let Some(notes) = sent.text("job_notes") {
        set_notes(&app, &known, Some(notes).filter(|notes| !notes.trim().is_empty())).await?;
    }
    Ok(answer::text(format!("{} updated.", known.type_words())))
}

/// The saved form gets the name too, so that a copy has it.
async fn rename(app: &App, known: &Known, name: &str) -> RoomResult<()> {
    match &known.thing {
        Thing::Dataset(dataset) => {
            let change = DatasetChange { name: Some(name.into()), ..DatasetChange::default() };
            app.datasets.change(&dataset.id, change).await.map(drop)
        }
        Thing::Model(model) => app.trained.rename(&model.id, name, &with_field(&model.form, "model_name", name)).await,
    }
}

async fn set_notes(app: &App, known: &Known, notes: Option<&str>) -> RoomResult<()> {
    match &known.thing {
        Thing::Dataset(dataset) => {
            let change = DatasetChange { notes: Some(notes.unwrap_or_default().to_owned()), ..DatasetChange::default() };
            app.datasets.change(&dataset.id, change).await.map(drop)
        }
        Thing::Model(model) => app.trained.set_notes(&model.id, notes).await,
    }
}

async fn set_group(app: &App, known: &Known, group: &str) -> RoomResult<()> {
    match &known.thing {
        Thing::Dataset(dataset) => {
            let change = DatasetChange { group: Some(group.into()), ..DatasetChange::default() };
            app.datasets.change(&dataset.id, change).await.map(drop)
        }
        Thing::Model(model) => app.trained.set_group(&model.id, group).await,
    }
}

/// A form of a page says where to go afterwards; a script is told in a word.
fn done(origin: &Origin, sent: &Sent, text: &str) -> Response {
    match sent.text("next").and_then(|next| origin.path_of(next)) {
        Some(next) => origin.redirect(next),
        None => answer::text(text),
    }
}

async fn abort(State(app): State<App>, Path(id): Path<String>, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::required(&headers, &sent)?;
    let known = known::required(&app, &id).await?;
    login::may_change(known.username(), &name)?;
    if !stop(&app, &known).await? {
        return Err(Problem::forbidden("Job not aborted"));
    }
    Ok(done(&origin, &sent, "Job aborted."))
}

/// Asks a job to stop; false when there is nothing to stop any more.
async fn stop(app: &App, known: &Known) -> RoomResult<bool> {
    let Some(job) = known.job.as_ref().filter(|_| known.status.is_running()) else { return Ok(false) };
    match app.jobs.cancel(&job.uuid).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes a job, by any of its addresses.
pub(super) async fn delete_one(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::required(&headers, &sent)?;
    remove(&app, &id, &name).await?;
    Ok(answer::text("Job deleted."))
}

/// Forms of pages cannot say DELETE.
async fn delete_by_page(State(app): State<App>, Path(id): Path<String>, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::required(&headers, &sent)?;
    remove(&app, &id, &name).await?;
    Ok(origin.redirect("/digits"))
}

async fn remove(app: &App, id: &str, name: &str) -> Result<(), Problem> {
    let Some(known) = known::find(app, id).await? else { return remove_left_over(app, id) };
    login::may_change(known.username(), name)?;
    match &known.thing {
        Thing::Model(model) => app.trained.delete(model).await?,
        Thing::Dataset(dataset) => {
            let users = app.trained.of_dataset(&dataset.id).await?;
            if !users.is_empty() {
                let names: Vec<String> = users.iter().map(|model| format!("\"{}\"", model.name)).collect();
                let depend = if users.len() == 1 { "1 model depends".into() } else { format!("{} models depend", users.len()) };
                return Err(Problem::forbidden(format!("Cannot delete \"{}\" because {depend} on it: {}", dataset.name, names.join(", "))));
            }
            app.datasets.delete(&dataset.id).await?;
        }
    }
    Ok(())
}

/// A folder of which no record knows, as a kill may leave one, is removed when somebody asks for it.
fn remove_left_over(app: &App, id: &str) -> Result<(), Problem> {
    let missing = || Problem::not_found("Job not found");
    let id: TimedId = id.parse().map_err(|_| missing())?;
    let changed = std::fs::metadata(app.folders.path(&id)).and_then(|folder| folder.modified()).map_err(|_| missing())?;
    // One that is just being made has no record yet.
    if SystemTime::now().duration_since(changed).unwrap_or_default() < LEFT_OVER_AFTER {
        return Err(missing());
    }
    Ok(app.folders.remove(&id)?)
}

/// What happened to several jobs: what could be done was done.
#[derive(Default)]
struct Batch {
    missing: usize,
    forbidden: usize,
    failed: usize,
}

impl Batch {
    fn note(&mut self, outcome: &Result<(), Problem>) {
        match outcome.as_ref().map_err(Problem::status) {
            Ok(()) => {}
            Err(StatusCode::NOT_FOUND) => self.missing += 1,
            Err(StatusCode::FORBIDDEN) => self.forbidden += 1,
            Err(_) => self.failed += 1,
        }
    }

    /// The original's sentences; `past` is `deleted`, `plain` is `delete`.
    fn finish(self, past: &str, plain: &str) -> Answer {
        let sentences = [
            (self.missing, "not found.".to_owned()),
            (self.forbidden, format!("not permitted to be {past}.")),
            (self.failed, format!("failed to {plain}.")),
        ];
        let said = sentences.into_iter().filter(|(count, _)| *count > 0).map(|(count, end)| format!("{} {end}", words::jobs(count)));
        let said: Vec<String> = said.collect();
        if said.is_empty() { Ok(answer::text(format!("Jobs {past}."))) } else { Err(Problem::bad_request(said.join(" "))) }
    }
}

/// The jobs that a form names, each once.
fn named(sent: &Sent) -> BTreeSet<&str> {
    sent.texts("job_ids[]").collect()
}

async fn delete_many(State(app): State<App>, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::required(&headers, &sent)?;
    let mut batch = Batch::default();
    // Models before the datasets that they use: what is newer is deleted first.
    for id in named(&sent).into_iter().rev() {
        batch.note(&remove(&app, id, &name).await);
    }
    batch.finish("deleted", "delete")
}

async fn abort_many(State(app): State<App>, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::required(&headers, &sent)?;
    let mut batch = Batch::default();
    for id in named(&sent) {
        let stopped = async {
            let known = known::required(&app, id).await?;
            login::may_change(known.username(), &name)?;
            if stop(&app, &known).await? { Ok(()) } else { Err(Problem::bad_request("Job not aborted")) }
        };
        batch.note(&stopped.await);
    }
    batch.finish("aborted", "abort")
}

/// Needs no login, but the right to change.
async fn group(State(app): State<App>, headers: HeaderMap, sent: Sent) -> Answer {
    let name = login::asking(&headers, &sent);
    let group = sent.argument("group_name").unwrap_or_default().trim().to_owned();
    let mut batch = Batch::default();
    for id in named(&sent) {
        let grouped = async {
            let known = known::required(&app, id).await?;
            let name = name.as_deref().ok_or_else(|| Problem::forbidden("You must be logged in to do this"))?;
            login::may_change(known.username(), name)?;
            set_group(&app, &known, &group).await.map_err(Problem::from)
        };
        batch.note(&grouped.await);
    }
    batch.finish("regrouped", "regroup")
}

async fn clone(State(app): State<App>, Path(id): Path<String>, origin: Origin, headers: HeaderMap, sent: Sent) -> Answer {
    if let Some(redirect) = login::redirect_of_nobody(&origin, &headers, &sent, &format!("/clone/{id}")) {
        return Ok(redirect);
    }
    let known = known::required(&app, &id).await?;
    let form = match &known.thing {
        Thing::Dataset(dataset) => match dataset.spec.kind() {
            "classification" => "/datasets/images/classification/new",
            "prebuilt" => "/datasets/images/generic/new",
            _ => "/datasets/generic/new/image-gradients",
        },
        Thing::Model(model) => match model.kind {
            TrainedKind::Classification => "/models/images/classification/new",
            TrainedKind::Generic => "/models/images/generic/new",
        },
    };
    Ok(origin.redirect(&format!("{form}?clone={}", known.id())))
}

/// The form that a request is made with: its own, or that of the job that it wants a copy of.
pub(super) async fn with_clone(app: &App, sent: Sent) -> Result<Sent, Problem> {
    let Some(id) = sent.argument("clone").filter(|id| !id.is_empty()).map(str::to_owned) else { return Ok(sent) };
    let known = known::required(app, &id).await?;
    Ok(sent.with_saved(known.form()))
}

/// Whether somebody may change a job, for the buttons of its page.
pub(super) fn can_change(known: &Known, visitor: Option<&str>) -> bool {
    visitor.is_some_and(|name| login::may_change(known.username(), name).is_ok())
}
