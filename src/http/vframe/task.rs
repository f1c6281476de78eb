//! `/api/v1/task/*`: what long work there is, what waits and runs, and asking for more. What came of it is in `job.rs`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::schema;
use super::shapes;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::Fields;
use crate::job::{Job, Status};
use crate::tasks::registry;

type Answer = std::result::Result<Response, Failure>;

/// Longest name of a user, as everywhere.
const LONGEST_USERNAME: usize = 16;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(info)).routes(routes!(run)).routes(routes!(test))
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
#[utoipa::path(get, path = "/task", tag = "task", operation_id = "list_tasks", responses((status = 200, body = std::collections::BTreeMap<String, TaskKind>)))]
async fn list() -> Response {
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
#[utoipa::path(get, path = "/task/info", tag = "task", operation_id = "task_queues", responses((status = 200, body = Queues), Failures))]
async fn info(State(app): State<App>) -> Answer {
    let mut queues = Queues { scheduled: [].into(), active: [].into(), queued: [].into() };
    for job in app.jobs.unfinished().await? {
        let (queue, host) = match (job.status, job.worker.clone()) {
            (Status::Queued, _) | (_, None) => (&mut queues.queued, "waiting".to_owned()),
            (_, Some(worker)) => (&mut queues.active, worker),
        };
        queue.entry(host).or_default().push(queued(job));
    }
    Ok(shapes::envelope(queues))
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
    #[schema(schema_with = task_name, example = "long_task")]
    task_name: String,
    /// Its parameters, by name; each task checks its own. A form sends them as JSON text.
    #[schema(schema_with = schema::parameters)]
    params: Option<Map<String, Value>>,
    /// Who asks.
    #[schema(max_length = 16)]
    username: Option<String>,
}

fn task_name() -> utoipa::openapi::Object {
    schema::one_of(registry::TASKS.map(|task| task.key))
}

/// How to try it out; an empty body is fine.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read field by field")]
struct TestRequest {
    /// `steps`: how many steps of half a second. A form sends them as JSON text.
    #[schema(schema_with = schema::test_parameters)]
    params: Option<Map<String, Value>>,
    /// Who asks.
    #[schema(max_length = 16)]
    username: Option<String>,
}

/// A job that was written down.
#[derive(Serialize, ToSchema)]
pub(super) struct Accepted {
    /// What the job is known by from now on.
    uuid: String,
    /// Which task.
    task_name: String,
}

/// Run a task. It is written down before this answers, and survives a restart.
#[utoipa::path(post, path = "/task/run", tag = "task", operation_id = "run_task", request_body = RunRequest, responses((status = 202, body = Accepted), Failures))]
async fn run(State(app): State<App>, Fields(mut fields): Fields) -> Answer {
    let name = match fields.remove("task_name") {
        Some(Value::String(name)) => name,
        Some(_) => return Err(Error::invalid_field("task_name", "must be a text").into()),
        None => return Err(Error::invalid_field("task_name", "This field is required.").into()),
    };
    let username = username(&mut fields)?;
    let params = parameters(fields.remove("params"))?;
    Ok(accepted(&registry::start(&app, &name, params, &username).await?))
}

/// Run a test task, which reports periodically over websocket until it completes.
#[utoipa::path(post, path = "/task/test", tag = "task", operation_id = "run_test_task", request_body = Option<TestRequest>, responses((status = 202, body = Accepted), Failures))]
async fn test(State(app): State<App>, Fields(mut fields): Fields) -> Answer {
    let params = parameters(fields.remove("params"))?;
    Ok(accepted(&registry::start(&app, "long_task", params, &username(&mut fields)?).await?))
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

pub(super) fn accepted(job: &Job) -> Response {
    let body = Accepted { uuid: job.uuid.clone(), task_name: job.kind.clone() };
    (StatusCode::ACCEPTED, shapes::envelope(body)).into_response()
}
