//! `/api/v1/task/*`: long work: what there is, what runs, what came of it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::Failure;
use crate::http::extract::{Fields, Params};
use crate::job::{Job, Status};
use crate::tasks::registry;

type Answer = std::result::Result<Response, Failure>;

/// Rows of one page of the history.
const DEFAULT_PAGE: u64 = 50;
const LARGEST_PAGE: u64 = 1000;

/// Longest name of a user, as everywhere.
const LONGEST_USERNAME: usize = 16;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(info))
        .routes(routes!(run))
        .routes(routes!(test))
        .routes(routes!(history))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(log))
        .routes(routes!(failures))
}

/// A kind of long work.
#[derive(Serialize, ToSchema)]
struct TaskKind {
    /// Name in requests.
    key: &'static str,
    /// For people.
    title: &'static str,
    /// Names of its parameters.
    params: &'static [&'static str],
}

/// List all allowed tasks, by name.
#[utoipa::path(get, path = "/task", tag = "task", responses((status = 200, body = std::collections::BTreeMap<String, TaskKind>)))]
pub(super) async fn list() -> Response {
    let tasks: Map<String, Value> = registry::TASKS
        .iter()
        .map(|task| (task.key.to_owned(), json!(TaskKind { key: task.key, title: task.title, params: task.params })))
        .collect();
    shapes::envelope(Value::Object(tasks))
}

/// What waits and what runs, by worker, in the shape of the original's queue.
#[derive(Serialize, ToSchema)]
struct Queues {
    /// Always empty: nothing is begun at a set time.
    scheduled: std::collections::BTreeMap<String, Vec<QueuedTask>>,
    /// Running, by worker.
    active: std::collections::BTreeMap<String, Vec<QueuedTask>>,
    /// Waiting for a worker.
    queued: std::collections::BTreeMap<String, Vec<QueuedTask>>,
}

/// One task in a queue.
#[derive(Serialize, ToSchema)]
struct QueuedTask {
    /// The uuid that `run` answered.
    id: String,
    /// Which task.
    name: String,
    /// Parameters as text.
    args: String,
    /// Parameters as JSON text.
    kwargs: String,
    /// As `name`.
    r#type: String,
    /// Who runs it; empty while it waits.
    hostname: String,
    /// Seconds since 1970, or null while it waits.
    time_start: Option<f64>,
    /// Whether a worker took it.
    acknowledged: bool,
    /// As the original's message broker told it.
    delivery_info: DeliveryInfo,
    /// Process of the worker.
    worker_pid: Option<i64>,
}

/// How a task came to its worker.
#[derive(Serialize, ToSchema)]
struct DeliveryInfo {
    /// Always empty.
    exchange: &'static str,
    /// Always `celery`.
    routing_key: &'static str,
    /// Always 0.
    priority: u8,
    /// Whether another worker died at it before.
    redelivered: bool,
}

/// List the task queues.
#[utoipa::path(get, path = "/task/info", tag = "task", responses((status = 200, body = Queues)))]
pub(super) async fn info(State(app): State<App>) -> Answer {
    let mut queues = Queues { scheduled: [].into(), active: [].into(), queued: [].into() };
    for job in app.jobs.unfinished().await? {
        let (queue, host) = match (job.status, job.worker.clone()) {
            (Status::Queued, _) | (_, None) => (&mut queues.queued, "waiting".to_owned()),
            (_, Some(worker)) => (&mut queues.active, worker),
        };
        queue.entry(host).or_default().push(queued(job));
    }
    Ok(shapes::envelope(json!(queues)))
}

fn queued(job: Job) -> QueuedTask {
    let is_active = job.status != Status::Queued;
    let hostname = job.worker.filter(|_| is_active).unwrap_or_default();
    QueuedTask {
        id: job.uuid,
        name: job.kind.clone(),
        args: "()".into(),
        kwargs: job.payload.to_string(),
        r#type: job.kind,
        worker_pid: hostname.split('-').next().and_then(|pid| pid.parse().ok()),
        hostname,
        time_start: job.started_at.filter(|_| is_active).map(|at| at.timestamp_micros() as f64 / 1e6),
        acknowledged: is_active,
        delivery_info: DeliveryInfo { exchange: "", routing_key: "celery", priority: 0, redelivered: job.attempts > 1 },
    }
}

/// What to run.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read field by field")]
struct RunRequest {
    /// Name of the task.
    task_name: String,
    /// Its parameters, by name.
    params: Option<Map<String, Value>>,
    /// Who asks.
    #[schema(max_length = 16)]
    username: Option<String>,
}

/// A job that was written down.
#[derive(Serialize, ToSchema)]
struct Accepted {
    /// What the job is known by from now on.
    uuid: String,
    /// Which task.
    task_name: String,
}

/// Run a task. It is written down before this answers, and survives a restart.
#[utoipa::path(post, path = "/task/run", tag = "task", request_body = RunRequest, responses(
    (status = 202, body = Accepted), (status = 400, body = shapes::ErrorBody), (status = 404, body = shapes::ErrorBody)))]
pub(super) async fn run(State(app): State<App>, Fields(mut fields): Fields) -> Answer {
    let name = match fields.remove("task_name") {
        Some(Value::String(name)) => name,
        Some(_) => return Err(Error::invalid_field("task_name", "must be a text").into()),
        None => return Err(Error::invalid_field("task_name", "This field is required.").into()),
    };
    let username = username(&mut fields)?;
    let params = parameters(fields.remove("params"))?;
    accepted(&registry::start(&app, &name, params, &username).await?)
}

/// Run a test task, which reports periodically over websocket until it completes.
#[utoipa::path(post, path = "/task/test", tag = "task", request_body = Option<RunRequest>, responses(
    (status = 202, body = Accepted), (status = 400, body = shapes::ErrorBody)))]
pub(super) async fn test(State(app): State<App>, Fields(mut fields): Fields) -> Answer {
    let params = parameters(fields.remove("params"))?;
    accepted(&registry::start(&app, "long_task", params, &username(&mut fields)?).await?)
}

/// A form sends its parameters as JSON text.
fn parameters(given: Option<Value>) -> Result<Value> {
    match given {
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Value::Null),
        Some(Value::String(text)) => serde_json::from_str(&text).map_err(|_| Error::invalid_field("params", "must be a JSON object")),
        other => Ok(other.unwrap_or_default()),
    }
}

fn username(fields: &mut Map<String, Value>) -> Result<String> {
    match fields.remove("username") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(name)) if name.chars().count() <= LONGEST_USERNAME && !name.contains('\0') => Ok(name),
        Some(_) => Err(Error::invalid_field("username", format!("Field cannot be longer than {LONGEST_USERNAME} characters."))),
    }
}

fn accepted(job: &Job) -> Answer {
    let body = Accepted { uuid: job.uuid.clone(), task_name: job.kind.clone() };
    Ok((StatusCode::ACCEPTED, shapes::envelope(json!(body))).into_response())
}

/// A job's record.
#[derive(Serialize, ToSchema)]
pub(super) struct JobShape {
    uuid: String,
    task_name: String,
    title: String,
    /// `queued`, `running`, `cancelling`, `done`, `failed` or `cancelled`.
    status: &'static str,
    username: String,
    params: Value,
    progress: ProgressShape,
    /// What came out, once it is done.
    result: Option<Value>,
    /// Why it failed.
    error: Option<String>,
    /// How often it was begun.
    attempts: u32,
    /// Items that could not be done.
    failed_items: u64,
    created_at: Value,
    started_at: Value,
    ended_at: Value,
}

/// How far a job is.
#[derive(Serialize, ToSchema)]
struct ProgressShape {
    current: u64,
    /// 0 when not known.
    total: u64,
    message: String,
    /// Seconds until it is done at its pace so far.
    eta_seconds: Option<f64>,
}

async fn shape(app: &App, job: Job) -> Result<JobShape> {
    let failed_items = app.jobs.failure_count(job.id).await?;
    let eta_seconds = job.eta_seconds(Utc::now());
    let progress = ProgressShape { current: job.progress.current, total: job.progress.total, message: job.progress.message, eta_seconds };
    Ok(JobShape {
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
        started_at: shapes::optional_date(job.started_at),
        ended_at: shapes::optional_date(job.ended_at),
    })
}

/// Which jobs to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryQuery {
    /// Only jobs in this state; several words with commas between.
    status: Option<String>,
    /// Rows to skip.
    #[param(value_type = Option<u64>)]
    offset: Option<String>,
    /// Rows wanted, at most 1000.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
}

/// Jobs and how many there are.
#[derive(Serialize, ToSchema)]
struct HistoryShape {
    /// `ok`.
    status: &'static str,
    /// Newest first.
    res: Vec<JobShape>,
    /// Jobs in these states.
    total: u64,
}

/// List jobs, newest first: waiting, running and over.
#[utoipa::path(get, path = "/task/history", tag = "task", params(HistoryQuery), responses(
    (status = 200, body = HistoryShape), (status = 400, body = shapes::ErrorBody)))]
pub(super) async fn history(State(app): State<App>, Params(query): Params<HistoryQuery>) -> Answer {
    let words = query.status.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty());
    let statuses = words.map(Status::parse).collect::<Result<Vec<_>>>()?;
    let offset = shapes::number("offset", query.offset.as_deref(), 0)?;
    let limit = shapes::number("limit", query.limit.as_deref(), DEFAULT_PAGE)?.min(LARGEST_PAGE);
    let mut res = Vec::new();
    for job in app.jobs.list(&statuses, offset, limit).await? {
        res.push(shape(&app, job).await?);
    }
    let total = app.jobs.count(&statuses).await?;
    Ok(shapes::envelope(json!(HistoryShape { status: "ok", res, total })))
}

async fn known(app: &App, uuid: &str) -> Result<Job> {
    app.jobs.by_uuid(uuid).await?.ok_or_else(|| Error::not_found("there is no such job"))
}

/// One job.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "describes the answer")]
struct OneJob {
    /// `ok`.
    status: &'static str,
    res: JobShape,
}

/// Fetch one job: status, progress, result.
#[utoipa::path(get, path = "/task/job/{uuid}", tag = "task", params(("uuid" = String, Path)), responses(
    (status = 200, body = OneJob), (status = 404, body = shapes::ErrorBody)))]
pub(super) async fn show(State(app): State<App>, Path(uuid): Path<String>) -> Answer {
    Ok(shapes::ok(json!(shape(&app, known(&app, &uuid).await?).await?)))
}

/// Ask a job to stop. One that waits is cancelled at once, one that runs within a second; what it did is kept.
#[utoipa::path(post, path = "/task/job/{uuid}/cancel", tag = "task", params(("uuid" = String, Path)), responses(
    (status = 202, body = OneJob), (status = 404, body = shapes::ErrorBody), (status = 409, body = shapes::ErrorBody)))]
pub(super) async fn cancel(State(app): State<App>, Path(uuid): Path<String>) -> Answer {
    let job = app.jobs.cancel(&uuid).await?;
    Ok((StatusCode::ACCEPTED, shapes::ok(json!(shape(&app, job).await?))).into_response())
}

/// What to repeat.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read field by field")]
struct RetryRequest {
    /// Only the items that failed.
    only_failed: Option<bool>,
}

/// Do it once more, as a new job: all of it, or only what failed.
#[utoipa::path(post, path = "/task/job/{uuid}/retry", tag = "task", params(("uuid" = String, Path)), request_body = Option<RetryRequest>, responses(
    (status = 202, body = Accepted), (status = 400, body = shapes::ErrorBody), (status = 404, body = shapes::ErrorBody),
    (status = 409, body = shapes::ErrorBody)))]
pub(super) async fn retry(State(app): State<App>, Path(uuid): Path<String>, Fields(fields): Fields) -> Answer {
    let only_failed = match fields.get("only_failed") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(Value::String(text)) => matches!(text.as_str(), "true" | "1"),
        Some(_) => return Err(Error::invalid_field("only_failed", "must be true or false").into()),
    };
    accepted(&registry::retry(&app, &uuid, only_failed).await?)
}

/// Which lines to read.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LogQuery {
    /// Only lines after the one with this number.
    #[param(value_type = Option<u64>)]
    after: Option<String>,
    /// Lines wanted, at most 1000.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
}

/// A line of a log.
#[derive(Serialize, ToSchema)]
struct LineShape {
    id: i64,
    /// `debug` or `error`.
    level: &'static str,
    message: String,
    created_at: Value,
}

/// Lines of a log.
#[derive(Serialize, ToSchema)]
#[expect(dead_code, reason = "describes the answer")]
struct LogShape {
    /// `ok`.
    status: &'static str,
    /// Oldest first.
    res: Vec<LineShape>,
}

/// Read what a job said.
#[utoipa::path(get, path = "/task/job/{uuid}/log", tag = "task", params(("uuid" = String, Path), LogQuery), responses(
    (status = 200, body = LogShape), (status = 400, body = shapes::ErrorBody), (status = 404, body = shapes::ErrorBody)))]
pub(super) async fn log(State(app): State<App>, Path(uuid): Path<String>, Params(query): Params<LogQuery>) -> Answer {
    let after = shapes::number("after", query.after.as_deref(), 0)? as i64;
    let limit = shapes::number("limit", query.limit.as_deref(), LARGEST_PAGE)?.min(LARGEST_PAGE);
    let lines = app.jobs.lines(known(&app, &uuid).await?.id, after, limit).await?;
    let lines: Vec<LineShape> = lines
        .into_iter()
        .map(|line| LineShape {
            id: line.id,
            level: line.level.word(),
            message: line.message,
            created_at: shapes::http_date(line.created_at),
        })
        .collect();
    Ok(shapes::ok(json!(lines)))
}

/// An item that a job could not do.
#[derive(Serialize, ToSchema)]
struct FailureShape {
    /// Path, URL, media number or file name.
    item: String,
    /// Why, and what would help.
    reason: String,
}

/// Items that a job could not do.
#[derive(Serialize, ToSchema)]
struct FailuresShape {
    /// `ok`.
    status: &'static str,
    /// In the order they were met.
    res: Vec<FailureShape>,
    /// How many there are.
    total: u64,
}

/// Which failures to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FailuresQuery {
    /// Rows to skip.
    #[param(value_type = Option<u64>)]
    offset: Option<String>,
    /// Rows wanted, at most 1000.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
}

/// List what a job could not do, with the reasons.
#[utoipa::path(get, path = "/task/job/{uuid}/failures", tag = "task", params(("uuid" = String, Path), FailuresQuery), responses(
    (status = 200, body = FailuresShape), (status = 400, body = shapes::ErrorBody), (status = 404, body = shapes::ErrorBody)))]
pub(super) async fn failures(State(app): State<App>, Path(uuid): Path<String>, Params(query): Params<FailuresQuery>) -> Answer {
    let offset = shapes::number("offset", query.offset.as_deref(), 0)?;
    let limit = shapes::number("limit", query.limit.as_deref(), DEFAULT_PAGE)?.min(LARGEST_PAGE);
    let id = known(&app, &uuid).await?.id;
    let failed = app.jobs.failures(id, offset, limit).await?;
    let res = failed.into_iter().map(|failure| FailureShape { item: failure.item, reason: failure.reason }).collect();
    Ok(shapes::envelope(json!(FailuresShape { status: "ok", res, total: app.jobs.failure_count(id).await? })))
}
