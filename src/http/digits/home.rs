//! The home of this door: all datasets and models, as a page and as JSON.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::failure::Answer;
use super::known::{self, Known, Thing};
use super::models::show as model_show;
use super::negotiation::Wants;
use super::{VERSION, answer, login, pages, words};
use crate::app::App;
use crate::error::Result;
use crate::http::error::unknown_path;
use crate::model::trained::Curve;

/// Points of the small curve in a row.
const SPARKLINE_POINTS: usize = 50;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(root))
        .route("/digits", get(home))
        .route("/index.json", get(index))
        .route("/completed_jobs.json", get(completed))
        .route("/jobs/{job}/table_data.json", get(row_of))
}

/// Browsers get the web app, which this door shares its address with; programs of the original get its home.
async fn root(State(app): State<App>, wants: Wants, method: Method, uri: Uri, headers: HeaderMap) -> Answer {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !wants.html() {
        return index(State(app), wants).await;
    }
    if accepted.contains("text/html") {
        return Ok(unknown_path(method, uri, headers).await);
    }
    home(State(app), headers).await
}

async fn home(State(app): State<App>, headers: HeaderMap) -> Answer {
    let (datasets, models) = (known::datasets(&app).await?, known::models(&app).await?);
    let is_running = |known: &&Known| known.status.is_running();
    let running: Vec<Value> = datasets.iter().chain(&models).filter(is_running).map(line).collect();
    let over = |all: &[Known]| all.iter().filter(|known| !known.status.is_running()).map(line).collect::<Vec<_>>();
    let context = json!({ "user": login::visitor(&headers), "running": running, "datasets": over(&datasets), "models": over(&models) });
    Ok(pages::page("home.html", &context))
}

/// A job as a line of the page.
fn line(known: &Known) -> Value {
    json!({
        "id": known.id(), "name": known.name(), "type": known.type_words(), "status": known.status.word(),
        "status_css": known.status.css(), "running": known.status.is_running(), "progress": known.percent(),
        "username": known.username(), "group": known.group(), "submitted": words::moment(known.created_at()),
        "elapsed": words::duration(known.elapsed_seconds()),
    })
}

async fn index(State(app): State<App>, wants: Wants) -> Answer {
    let short = |known: &Known| json!({ "id": known.id(), "name": known.name(), "status": known.status.word() });
    let datasets: Vec<Value> = known::datasets(&app).await?.iter().map(short).collect();
    let mut models = Vec::new();
    for model in known::models(&app).await? {
        models.push(model_show::short(&app, &model).await?);
    }
    Ok(answer::json(wants, json!({ "datasets": datasets, "models": models, "version": VERSION })))
}

async fn completed(State(app): State<App>, wants: Wants) -> Answer {
    let (mut running, mut datasets, mut models) = (Vec::new(), Vec::new(), Vec::new());
    for known in known::datasets(&app).await?.into_iter().chain(known::models(&app).await?) {
        let row = row(&app, &known).await?;
        match (&known.thing, known.status.is_running()) {
            (_, true) => running.push(row),
            (Thing::Dataset(_), _) => datasets.push(row),
            (Thing::Model(_), _) => models.push(row),
        }
    }
    let is_output = |name: &&String| [" last", " min", " max"].iter().any(|end| name.ends_with(end));
    let fields = running.iter().chain(&models).filter_map(Value::as_object).flat_map(Map::keys).filter(is_output);
    let fields: std::collections::BTreeSet<&String> = fields.collect();
    let value = json!({
        "datasets": datasets, "model_output_fields": fields, "models": models, "pretrained_models": [], "running": running,
    });
    Ok(answer::json(wants, value))
}

async fn row_of(State(app): State<App>, Path(id): Path<String>, wants: Wants) -> Answer {
    let known = known::required(&app, &id).await?;
    Ok(answer::json(wants, json!({ "job": row(&app, &known).await? })))
}

/// A job as a row of the original's tables.
async fn row(app: &App, known: &Known) -> Result<Value> {
    let mut row = json!({
        "id": known.id(), "name": known.name(), "group": known.group(), "status": known.status.word(), "status_css": known.status.css(),
        "submitted": known.created_at().timestamp_micros() as f64 / 1e6, "elapsed": known.elapsed_seconds(), "progress": known.percent(),
    });
    match &known.thing {
        Thing::Dataset(dataset) => {
            row["type"] = json!("dataset");
            match dataset.spec.kind() {
                "classification" => row["backend"] = json!("lmdb"),
                "gradients" => row["extension"] = json!("image-gradients"),
                _ => {}
            }
        }
        Thing::Model(model) => {
            row["type"] = json!("model");
            row["framework"] = json!(model.spec.language.word());
            row["dataset_id"] = json!(model.dataset);
            add_outputs(&mut row, &app.trained.curves(&model.id).await?);
        }
    }
    Ok(row)
}

/// Last, smallest and largest value of each output, and a small curve of the first one.
fn add_outputs(row: &mut Value, curves: &[Curve]) {
    let values = |curve: &Curve| curve.points.iter().map(|(_, value)| *value).collect::<Vec<f64>>();
    for curve in curves.iter().filter(|curve| curve.name != "learning_rate") {
        let values = values(curve);
        let name = format!("{} ({})", curve.name, curve.phase.word());
        row[format!("{name} last")] = json!(values.last());
        row[format!("{name} min")] = json!(values.iter().copied().reduce(f64::min));
        row[format!("{name} max")] = json!(values.iter().copied().reduce(f64::max));
    }
    let first = curves.iter().find(|curve| curve.name != "learning_rate").map(values).unwrap_or_default();
    let step = first.len().div_ceil(SPARKLINE_POINTS).max(1);
    row["sparkline"] = json!(first.iter().step_by(step).collect::<Vec<_>>());
}
