//! One dataset: what is known of it, as JSON, as a page, and as the few lines that a form of a model shows.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::app::App;
use crate::dataset::spec::{DatasetSpec, PictureSource};
use crate::dataset::{Dataset, Subset};
use crate::error::Result;
use crate::http::digits::failure::{Answer, Problem};
use crate::http::digits::forms::Sent;
use crate::http::digits::known::{self, Known};
use crate::http::digits::negotiation::Wants;
use crate::http::digits::{answer, job_page, jobs, login, pages};

/// Classes that the page lists.
const MOST_CLASSES: usize = 1000;

pub(super) async fn page(State(app): State<App>, Path(id): Path<String>, wants: Wants, headers: HeaderMap) -> Answer {
    let (known, dataset) = known::dataset(&app, &id).await?;
    if !wants.html() {
        return Ok(answer::json(wants, object(&known, &dataset)));
    }
    Ok(pages::page("dataset.html", &context(&app, &known, &dataset, &headers).await?))
}

/// Everything that scripts are told.
fn object(known: &Known, dataset: &Dataset) -> Value {
    let mut value = json!({
        "id": dataset.id, "name": dataset.name, "status": known.status.word(), "directory": dataset.folder.to_string_lossy(),
    });
    match &dataset.spec {
        DatasetSpec::Classification(_) => {
            value["ParseFolderTasks"] = json!(dataset.findings.parse_folder_tasks(&dataset.spec));
            value["CreateDbTasks"] = json!(dataset.findings.create_db_tasks(&dataset.spec));
        }
        DatasetSpec::Gradients(_) => {
            value["create_db_tasks"] = json!(dataset.findings.generic_db_tasks());
            value["feature_dims"] = json!(dataset.findings.picture_size(&dataset.spec));
        }
        DatasetSpec::Prebuilt(_) => {}
    }
    value
}

async fn context(app: &App, known: &Known, dataset: &Dataset, headers: &HeaderMap) -> Result<Value> {
    let visitor = login::visitor(headers);
    let mean = dataset.folder.join("mean.jpg");
    let models = app.trained.of_dataset(&dataset.id).await?;
    let dependents: Vec<Value> = models.iter().map(|model| json!({ "id": model.id, "name": model.name })).collect();
    let is_classification = matches!(dataset.spec, DatasetSpec::Classification(_));
    Ok(json!({
        "user": visitor,
        "job": job_page::job(app, known).await?,
        "can_change": jobs::can_change(known, visitor.as_deref()),
        "facts": facts(dataset),
        "tables": tables(dataset),
        "mean_picture": mean.is_file().then(|| format!("/files/{}/mean.jpg", dataset.id)),
        "done": dataset.is_done(),
        "new_model": if is_classification { "/models/images/classification/new" } else { "/models/images/generic/new" },
        "dependents": dependents,
    }))
}

fn tables(dataset: &Dataset) -> Vec<Value> {
    [sets(dataset), classes(dataset)].into_iter().flatten().collect()
}

fn facts(dataset: &Dataset) -> Vec<[String; 2]> {
    let mut facts = Vec::new();
    if let Some([height, width, channels]) = dataset.findings.picture_size(&dataset.spec) {
        facts.push(["Image size".into(), format!("{width}x{height}")]);
        facts.push(["Image type".into(), if channels == 1 { "Grayscale" } else { "Color" }.to_owned()]);
    }
    if let DatasetSpec::Classification(spec) = &dataset.spec {
        facts.push(["Resize mode".into(), spec.mode.word().into()]);
        facts.push(["Image encoding".into(), spec.encoding.word().into()]);
        if let PictureSource::Folder(source) = &spec.source {
            facts.push(["Training images".into(), source.train.folder.clone()]);
        }
    }
    facts.push(["DB backend".into(), "lmdb".into()]);
    facts
}

/// How many entries the sets have.
fn sets(dataset: &Dataset) -> Option<Value> {
    let entries = |subset: Subset| dataset.findings.database(subset).map(|built| (subset, built));
    let rows: Vec<Value> = Subset::ALL
        .into_iter()
        .filter_map(entries)
        .map(|(subset, built)| json!([subset.word(), built.entries, built.failed]))
        .chain(dataset.findings.analysed.iter().map(|analysed| json!([analysed.name, analysed.entries, 0])))
        .collect();
    (!rows.is_empty()).then(|| json!({ "title": "Databases", "heads": ["Set", "Entries", "Not readable"], "rows": rows }))
}

/// How many training pictures the classes have.
fn classes(dataset: &Dataset) -> Option<Value> {
    let built = dataset.findings.database(Subset::Train).filter(|built| !built.classes.is_empty())?;
    let label = |number: usize| dataset.findings.labels.get(number).cloned().unwrap_or_else(|| number.to_string());
    let rows = built.classes.iter().enumerate().take(MOST_CLASSES).map(|(number, (count, _))| json!([label(number), count]));
    let rows: Vec<Value> = rows.collect();
    // The largest class, beside which the others are drawn.
    let most = built.classes.iter().map(|(count, _)| *count).max();
    Some(json!({ "title": "Classes in the training set", "heads": ["Class", "Entries"], "rows": rows, "most": most }))
}

/// A few lines for the form of a model.
pub(super) async fn summary(State(app): State<App>, sent: Sent) -> Answer {
    let id = sent.argument("job_id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Problem::bad_request("job_id is a required field"))?;
    let (known, dataset) = known::dataset(&app, id).await?;
    let mut lines = vec![[known.name().to_owned(), known.status.word().to_owned()]];
    lines.extend(facts(&dataset));
    for subset in Subset::ALL {
        if let Some(built) = dataset.findings.database(subset) {
            lines.push([format!("Create DB ({})", subset.word()), format!("{} images", built.entries)]);
        }
    }
    let line = |[name, value]: &[String; 2]| format!("<dt>{}</dt><dd>{}</dd>", pages::escaped(name), pages::escaped(value));
    Ok(answer::text(format!("<dl>{}</dl>", lines.iter().map(line).collect::<String>())))
}
