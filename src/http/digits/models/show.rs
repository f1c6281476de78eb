//! One trained model: what is known of it, as JSON and as a page.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::charts;
use crate::app::App;
use crate::dataset::spec::DatasetSpec;
use crate::dataset::{Dataset, Subset};
use crate::error::Result;
use crate::http::digits::failure::Answer;
use crate::http::digits::known::{self, Known, Thing};
use crate::http::digits::negotiation::Wants;
use crate::http::digits::{VERSION, answer, elsewhere, job_page, jobs, login, pages, words};
use crate::model::trained::{Language, Mean, Snapshot, TrainedKind, TrainedModel};

/// What the original says of the program that trains.
const CAFFE_FLAVOR: &str = "NVIDIA";
const CAFFE_VERSION: &str = "0.15.9";

pub(in crate::http::digits) async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    wants: Wants,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    if let Some(other) = elsewhere(&id, method, uri, &headers).await {
        return Ok(other);
    }
    let (known, model) = known::model(&app, &id).await?;
    if !wants.html() {
        return Ok(answer::json(wants, detailed(&app, &known, &model).await?));
    }
    Ok(pages::page("model.html", &context(&app, &known, &model, &headers).await?))
}

/// What is told of a model in lists, and when it was just made.
///
/// # Errors
/// Those of the database.
pub(in crate::http::digits) async fn short(app: &App, known: &Known) -> Result<Value> {
    let Thing::Model(model) = &known.thing else { return Ok(Value::Null) };
    let dataset = app.datasets.get(&model.dataset).await?;
    let snapshots = app.trained.snapshots(&model.id).await?;
    Ok(object(known, model, dataset.as_ref(), &snapshots))
}

async fn detailed(app: &App, known: &Known, model: &TrainedModel) -> Result<Value> {
    let snapshots = app.trained.snapshots(&model.id).await?;
    let dataset = app.datasets.get(&model.dataset).await?;
    let mut value = object(known, model, dataset.as_ref(), &snapshots);
    value["directory"] = json!(app.trained.folder(&model.id).to_string_lossy());
    value["snapshots"] = snapshots.iter().map(|snapshot| words::epoch(snapshot.epoch)).collect();
    Ok(value)
}

fn object(known: &Known, model: &TrainedModel, dataset: Option<&Dataset>, snapshots: &[Snapshot]) -> Value {
    let mut value = json!({
        "id": model.id, "job id": model.id, "name": model.name, "status": known.status.word(), "dataset_id": model.dataset,
        "username": model.username, "creation time": words::exact_moment(model.created_at), "digits version": VERSION,
        "framework": model.spec.language.word(), "mean file": mean_file(dataset),
        "image dimensions": dataset.and_then(|dataset| dataset.findings.picture_size(&dataset.spec)),
        "snapshot file": snapshots.last().map_or("no snapshots", |snapshot| snapshot.file.as_str()),
        "model file": model.spec.language.network_file(),
    });
    if let Some(DatasetSpec::Classification(spec)) = dataset.map(|dataset| &dataset.spec) {
        value["image resize mode"] = json!(spec.mode.word());
        value["labels file"] = json!("labels.txt");
    }
    if model.spec.language == Language::Caffe {
        for (key, text) in [
            ("caffe flavor", CAFFE_FLAVOR),
            ("caffe version", CAFFE_VERSION),
            ("network file", "original.prototxt"),
            ("solver file", "solver.prototxt"),
            ("train_val file", "train_val.prototxt"),
            ("deploy file", "deploy.prototxt"),
        ] {
            value[key] = json!(text);
        }
    }
    value
}

/// Its base name; empty for a dataset without one.
fn mean_file(dataset: Option<&Dataset>) -> &'static str {
    match dataset.map(|dataset| &dataset.spec) {
        Some(DatasetSpec::Gradients(spec)) if !spec.same_shape => "",
        Some(DatasetSpec::Prebuilt(spec)) if spec.mean_file.is_none() => "",
        Some(_) => "mean.binaryproto",
        None => "",
    }
}

async fn context(app: &App, known: &Known, model: &TrainedModel, headers: &HeaderMap) -> Result<Value> {
    let visitor = login::visitor(headers);
    let dataset = app.datasets.get(&model.dataset).await?;
    let snapshots = app.trained.snapshots(&model.id).await?;
    let folder = app.trained.folder(&model.id);
    let name = dataset.as_ref().map_or("deleted", |dataset| dataset.name.as_str());
    let (kind, one, many) = match model.kind {
        TrainedKind::Classification => ("classification", "classify_one", "classify_many"),
        TrainedKind::Generic => ("generic", "infer_one", "infer_many"),
    };
    let choices: Vec<Value> = snapshots.iter().rev().map(|snapshot| json!({ "epoch": words::epoch(snapshot.epoch) })).collect();
    Ok(json!({
        "user": visitor,
        "job": job_page::job(app, known).await?,
        "can_change": jobs::can_change(known, visitor.as_deref()),
        "dataset": { "id": model.dataset, "name": name },
        "facts": facts(model, dataset.as_ref()),
        "files": files(model).into_iter().filter(|(_, name)| folder.join(name).is_file())
            .map(|(label, name)| json!({ "label": label, "name": name })).collect::<Vec<Value>>(),
        "charts": charts::charts(&app.trained.curves(&model.id).await?),
        "snapshots": choices,
        "kind": kind, "one": one, "many": many,
        "feature": folder.join("model.yaml").is_file(),
    }))
}

fn files(model: &TrainedModel) -> Vec<(&'static str, &'static str)> {
    let network = ("Network", model.spec.language.network_file());
    vec![network, ("Network (train/val)", "train_val.prototxt"), ("Network (deploy)", "deploy.prototxt"), ("Solver", "solver.prototxt")]
}

fn facts(model: &TrainedModel, dataset: Option<&Dataset>) -> Vec<[String; 2]> {
    let spec = &model.spec;
    let mean = match spec.mean {
        Mean::None => "none",
        Mean::Image => "image",
        Mean::Pixel => "pixel",
    };
    let mut facts = vec![
        ["Framework".into(), spec.language.word().into()],
        ["Training epochs".into(), spec.epochs.to_string()],
        ["Solver type".into(), spec.solver.form_name().into()],
        ["Base learning rate".into(), format!("{} ({})", spec.learning_rate, spec.policy.name())],
        ["Batch size".into(), spec.batch_size.map_or_else(|| "network defaults".into(), |size| size.to_string())],
        ["Subtract mean".into(), mean.into()],
    ];
    if let Some(built) = dataset.and_then(|dataset| dataset.findings.database(Subset::Train)) {
        facts.push(["Training images".into(), built.entries.to_string()]);
    }
    facts
}
