//! `/api/v1/task/history` and `/api/v1/task/job/*`: the jobs themselves: how far they are, what came of them, stopping and repeating.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::schema;
use super::shapes::{self, Envelope, Listed};
use super::task::{Accepted, accepted};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Fields, Params};
use crate::tasks::registry;

type Answer = std::result::Result<Response, Failure>;

/// Rows of one page.
const DEFAULT_PAGE: u64 = 50;

/// Most rows of one page.
const LARGEST_PAGE: u64 = 1000;

/// Tasks that one request may name.
const MOST_NAMES: usize = 100;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(history))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(log))
        .routes(routes!(failures))
        .routes(routes!(already_there))
}

/// A job's record.
#[derive(Serialize, ToSchema)]
struct Job {
    /// What it is known by.
    uuid: String,
    /// Which task does it.
    task_name: String,
    /// For people.
    title: String,
    /// `queued`, `running`, `cancelling`, `done`, `failed` or `cancelled`.
    status: &'static str,
    /// Who asked for it.
    username: String,
    /// What to do, in the task's own words.
    params: Value,
    /// How far it is.
    progress: Progress,
    /// What came out, once it is done.
    result: Option<Value>,
    /// Why it failed.
    error: Option<String>,
    /// How often it was begun; more than once when a worker died.
    attempts: u32,
    /// Items that could not be done.
    failed_items: u64,
    /// When it was asked for, an HTTP date.
    created_at: String,
    /// When it was first begun.
    started_at: Option<String>,
    /// When it ended.
    ended_at: Option<String>,
}

/// How far a job is.
#[derive(Serialize, ToSchema)]
struct Progress {
    /// Steps done.
    current: u64,
    /// Steps in all; 0 when not known.
    total: u64,
    /// What is being done.
    message: String,
    /// Seconds until it is done at its pace so far.
    eta_seconds: Option<f64>,
}

async fn shape(app: &App, job: crate::job::Job) -> Result<Job> {
    let failed_items = app.jobs.failure_count(job.id).await?;
    let eta_seconds = job.eta_seconds(Utc::now());
    let progress = Progress { current: job.progress.current, total: job.progress.total, message: job.progress.message, eta_seconds };
    Ok(Job {
        uuid: job.uuid,
        task_name: job.kind,
        title: job.title,
        status: job.status.word(),
        username: job.username,
        params: job.payload,
        progress,
        result: job.result,
        error: job.error,
        attempts: job.attempts,
        failed_items,
        created_at: shapes::http_date(job.created_at),
        started_at: job.started_at.map(shapes::http_date),
        ended_at: job.ended_at.map(shapes::http_date),
    })
}

/// Which jobs to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Only jobs in this state; several words with commas between.
    #[param(pattern = "^(|queued|running|cancelling|done|failed|cancelled)(,(|queued|running|cancelling|done|failed|cancelled))*$")]
    status: Option<String>,
    /// Only jobs of this task; several names with commas between.
    #[param(pattern = "^[^,]*(,[^,]*){0,99}$", example = "import")]
    task_name: Option<String>,
    /// Rows to skip.
    #[param(schema_with = schema::count)]
    offset: Option<String>,
    /// Rows wanted; 50 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
}

/// Jobs, newest first: waiting, running and over.
#[utoipa::path(get, path = "/task/history", tag = "task", operation_id = "list_jobs", params(HistoryQuery),
    responses((status = 200, body = Listed<Job>), Failures))]
async fn history(State(app): State<App>, Params(query): Params<HistoryQuery>) -> Answer {
    let words = query.status.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty());
    let statuses = words.map(crate::job::Status::parse).collect::<Result<Vec<_>>>()?;
    let kinds = names(query.task_name.as_deref())?;
    let (offset, limit) = window(query.offset.as_deref(), query.limit.as_deref())?;
    let mut res = Vec::new();
    for job in app.jobs.list(&statuses, &kinds, offset, limit).await? {
        res.push(shape(&app, job).await?);
    }
    let total = app.jobs.count(&statuses, &kinds).await?;
    Ok(shapes::envelope(Listed { status: "ok", res, total, offset, limit }))
}

fn names(text: Option<&str>) -> Result<Vec<&str>> {
    let parts: Vec<&str> = text.unwrap_or_default().split(',').collect();
    if parts.len() > MOST_NAMES {
        return Err(Error::invalid_field("task_name", format!("has {} names, more than the limit of {MOST_NAMES}", parts.len())));
    }
    Ok(parts.into_iter().filter(|name| !name.is_empty()).collect())
}

fn window(offset: Option<&str>, limit: Option<&str>) -> Result<(u64, u64)> {
    Ok((shapes::number("offset", offset, 0)?, shapes::number("limit", limit, DEFAULT_PAGE)?.min(LARGEST_PAGE)))
}

async fn known(app: &App, uuid: &str) -> Result<crate::job::Job> {
    app.jobs.by_uuid(uuid).await?.ok_or_else(|| Error::not_found("there is no such job"))
}

/// One job: status, progress, result.
#[utoipa::path(get, path = "/task/job/{uuid}", tag = "task", operation_id = "show_job", params(("uuid" = String, Path)),
    responses((status = 200, body = Envelope<Job>), Failures))]
async fn show(State(app): State<App>, Path(uuid): Path<String>) -> Answer {
    Ok(shapes::ok(shape(&app, known(&app, &uuid).await?).await?))
}

/// Asks a job to stop. One that waits is cancelled at once, one that runs within a second; what it did is kept.
#[utoipa::path(post, path = "/task/job/{uuid}/cancel", tag = "task", operation_id = "cancel_job", params(("uuid" = String, Path)),
    responses((status = 202, body = Envelope<Job>), Failures))]
async fn cancel(State(app): State<App>, Path(uuid): Path<String>) -> Answer {
    let job = app.jobs.cancel(&uuid).await?;
    Ok((StatusCode::ACCEPTED, shapes::ok(shape(&app, job).await?)).into_response())
}

/// What to repeat.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read field by field")]
struct RetryForm {
    /// Only the items that failed; a form sends `true` or `false` as text.
    #[schema(schema_with = schema::yes_or_no)]
    only_failed: Option<bool>,
}

/// Does it once more, as a new job: all of it, or only what failed.
#[utoipa::path(post, path = "/task/job/{uuid}/retry", tag = "task", operation_id = "retry_job", params(("uuid" = String, Path)),
    request_body = Option<RetryForm>, responses((status = 202, body = Accepted), Failures))]
async fn retry(State(app): State<App>, Path(uuid): Path<String>, Fields(fields): Fields) -> Answer {
    let only_failed = match fields.get("only_failed") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(Value::String(text)) if matches!(text.as_str(), "true" | "1" | "false" | "0" | "") => matches!(text.as_str(), "true" | "1"),
        Some(_) => return Err(Error::invalid_field("only_failed", "must be true or false").into()),
    };
    Ok(accepted(&registry::retry(&app, &uuid, only_failed).await?))
}

/// Which lines to read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// Only lines after the one with this number.
    #[param(schema_with = schema::count)]
    after: Option<String>,
    /// Lines wanted; 50 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
}

/// A line of a job's log.
#[derive(Serialize, ToSchema)]
struct LogLine {
    /// Number of the line, growing.
    id: i64,
    /// `debug` or `error`.
    level: &'static str,
    /// The line.
    message: String,
    /// When, an HTTP date.
    created_at: String,
}

/// What a job said, oldest first.
#[utoipa::path(get, path = "/task/job/{uuid}/log", tag = "task", operation_id = "job_log", params(("uuid" = String, Path), LogQuery),
    responses((status = 200, body = Envelope<Vec<LogLine>>), Failures))]
async fn log(State(app): State<App>, Path(uuid): Path<String>, Params(query): Params<LogQuery>) -> Answer {
    let (after, limit) = window(query.after.as_deref(), query.limit.as_deref())?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let lines = app.jobs.lines(known(&app, &uuid).await?.id, after, limit).await?.into_iter().map(|line| LogLine {
        id: line.id,
        level: line.level.word(),
        message: line.message,
        created_at: shapes::http_date(line.created_at),
    });
    Ok(shapes::ok(lines.collect::<Vec<_>>()))
}

/// An item that a job could not do.
#[derive(Serialize, ToSchema)]
struct FailedItem {
    /// Path, URL, media number or file name.
    item: String,
    /// Why, and what would help.
    reason: String,
}

/// Which items to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ItemsQuery {
    /// Rows to skip.
    #[param(schema_with = schema::count)]
    offset: Option<String>,
    /// Rows wanted; 50 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
}

/// What a job could not do, with the reasons, in the order it was met.
#[utoipa::path(get, path = "/task/job/{uuid}/failures", tag = "task", operation_id = "job_failures",
    params(("uuid" = String, Path), ItemsQuery), responses((status = 200, body = Listed<FailedItem>), Failures))]
async fn failures(State(app): State<App>, Path(uuid): Path<String>, Params(query): Params<ItemsQuery>) -> Answer {
    let (offset, limit) = window(query.offset.as_deref(), query.limit.as_deref())?;
    let id = known(&app, &uuid).await?.id;
    let failed = app.jobs.failures(id, offset, limit).await?;
    let res = failed.into_iter().map(|failure| FailedItem { item: failure.item, reason: failure.reason }).collect();
    Ok(shapes::envelope(Listed { status: "ok", res, total: app.jobs.failure_count(id).await?, offset, limit }))
}

/// An item that a job found to be in the library before.
#[derive(Serialize, ToSchema)]
struct KnownItem {
    /// Path, URL or file name.
    item: String,
    /// Number of the medium that it is.
    media_id: i64,
    /// Whether that medium was deleted then: an import does not bring it back.
    deleted: bool,
}

/// What an import found to be in the library before, in the order it was met; the first 10000. How many there were in all tells its
/// result.
#[utoipa::path(get, path = "/task/job/{uuid}/already_there", tag = "task", operation_id = "job_already_there",
    params(("uuid" = String, Path), ItemsQuery), responses((status = 200, body = Listed<KnownItem>), Failures))]
async fn already_there(State(app): State<App>, Path(uuid): Path<String>, Params(query): Params<ItemsQuery>) -> Answer {
    let (offset, limit) = window(query.offset.as_deref(), query.limit.as_deref())?;
    let id = known(&app, &uuid).await?.id;
    let found = app.jobs.known(id, offset, limit).await?;
    let res = found.into_iter().map(|one| KnownItem { item: one.item, media_id: one.media.0, deleted: one.deleted }).collect();
    Ok(shapes::envelope(Listed { status: "ok", res, total: app.jobs.known_count(id).await?, offset, limit }))
}
