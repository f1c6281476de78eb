//! Asking trained models about pictures: one that is sent or named, or a list of them. Answers are computed while the client waits,
//! also while models are trained.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::tables;
use crate::app::App;
use crate::dataset::Dataset;
use crate::error::{Error, Result as RoomResult};
use crate::http::digits::failure::{Answer, Problem};
use crate::http::digits::forms::Sent;
use crate::http::digits::negotiation::Wants;
use crate::http::digits::{answer, known, pages};
use crate::model::inference::{
    Classifications, Examination, Gallery, Inference, Inferences, Lines, Listener, Pace, Predictions, Tally, answer_all, answer_one, best,
    row, scores,
};
use crate::model::trained::{Answering, TrainedKind, TrainedModel};
use crate::network::Output;

/// Requests that are computed at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Address of a model's inference, and what answers it.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/models/images/classification/classify_one", get(classify_one).post(classify_one))
        .route("/models/images/classification/classify_one.json", post(classify_one))
        .route("/models/images/classification/classify_many", get(classify_many).post(classify_many))
        .route("/models/images/classification/classify_many.json", post(classify_many))
        .route("/models/images/generic/infer_one", get(infer_one).post(infer_one))
        .route("/models/images/generic/infer_one.json", post(infer_one))
        .route("/models/images/generic/infer_many", get(infer_many).post(infer_many))
        .route("/models/images/generic/infer_many.json", post(infer_many))
}

/// The model that is asked, and one of its snapshots.
struct Asked {
    model: TrainedModel,
    dataset: Dataset,
    snapshot: RoomResult<String>,
    keeps_size: bool,
}

async fn asked(app: &App, sent: &Sent, kind: TrainedKind) -> Result<Asked, Problem> {
    let id = sent.argument("job_id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Problem::bad_request("job_id is a required field"))?;
    let (_, model) = known::model(app, id).await?;
    if model.kind != kind {
        return Err(Problem::not_found("Job not found"));
    }
    let dataset = app.datasets.get(&model.dataset).await?.ok_or_else(|| Problem::not_found("Job not found"))?;
    let snapshot = snapshot(app, &model, sent).await?;
    let keeps_size = kind == TrainedKind::Generic && sent.filled("dont_resize").is_some();
    Ok(Asked { model, dataset, snapshot, keeps_size })
}

/// File of the snapshot that is asked for, or of the latest; an epoch that there is not is a failure of the inference.
async fn snapshot(app: &App, model: &TrainedModel, sent: &Sent) -> Result<RoomResult<String>, Problem> {
    let epoch = match sent.argument("snapshot_epoch").map(str::trim).filter(|text| !text.is_empty()) {
        None => -1.0,
        Some(text) => text.parse::<f64>().map_err(|_| Problem::bad_request("snapshot_epoch: Not a valid float value"))?,
    };
    let mut snapshots = app.trained.snapshots(&model.id).await?;
    if snapshots.is_empty() {
        return Ok(Err(Error::not_ready(format!("model {} has no snapshot yet: wait for its first one", model.id))));
    }
    if (epoch + 1.0).abs() < 1e-9 {
        return Ok(snapshots.pop().map(|last| last.file).ok_or_else(|| Error::internal("a list lost its last entry")));
    }
    let found = snapshots.into_iter().find(|snapshot| (snapshot.epoch - epoch).abs() < 5e-4);
    Ok(found.map(|snapshot| snapshot.file).ok_or_else(|| Error::not_found(format!("Invalid epoch: there is no snapshot of epoch {epoch}"))))
}

/// Set when the client has gone: then nobody waits for the answer.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Loads the model and lets it answer, on a thread for blocking work.
async fn with_model<T: Send + 'static>(
    app: &App,
    asked: Asked,
    work: impl FnOnce(&Answering, &AtomicBool) -> RoomResult<T> + Send + 'static,
) -> RoomResult<T> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| Error::internal("no turn is given any more").because(error))?;
    let stop = Arc::new(AtomicBool::new(false));
    let (app, gone) = (app.clone(), Gone(Arc::clone(&stop)));
    let done = tokio::task::spawn_blocking(move || {
        let Asked { model, dataset, snapshot, keeps_size } = asked;
        let answering = app.trained.answering(&app.datasets, (&model, &dataset), &snapshot?, keeps_size, &app.config.engine)?;
        work(&answering, &stop)
    });
    let done = done.await.map_err(|error| Error::internal("the inference failed inside").because(error))?;
    drop(gone);
    done
}

/// A picture that was sent, or the name of one.
enum Picture {
    Sent(Bytes),
    Named(String),
}

impl Picture {
    /// The field with a path or address wins; older scripts call it `image_url`.
    fn of(sent: &Sent) -> Result<Self, Problem> {
        if let Some(path) = sent.filled("image_path").or_else(|| sent.filled("image_url")) {
            return Ok(Self::Named(path.trim().to_owned()));
        }
        match sent.file("image_file") {
            Some(file) => Ok(Self::Sent(file.bytes.clone())),
            None => Err(Problem::bad_request("must provide image_path or image_file")),
        }
    }

    fn answered(&self, answering: &Answering, stop: &AtomicBool) -> RoomResult<Vec<Output>> {
        let pictures = answering.pictures(stop);
        let ready = match self {
            Self::Sent(bytes) => pictures.sent(bytes)?,
            Self::Named(place) => pictures.picture(place)?,
        };
        answer_one(ready, &answering.network)
    }

    /// What was sent, for the page that shows the answer.
    fn shown(&self) -> Option<String> {
        let Self::Sent(bytes) = self else { return None };
        tables::data_address(bytes)
    }
}

async fn classify_one(State(app): State<App>, wants: Wants, sent: Sent) -> Answer {
    let asked = asked(&app, &sent, TrainedKind::Classification).await?;
    let picture = Arc::new(Picture::of(&sent)?);
    let (title, named, asking) = ("Image Classification", named(&asked.model), Arc::clone(&picture));
    let answered = with_model(&app, asked, move |answering, stop| {
        let outputs = asking.answered(answering, stop)?;
        let guesses = best(row(scores(&outputs)?, 0)?.1, answering.labels.len());
        to_value(&Predictions { labels: &answering.labels, guesses: &guesses })
    });
    match answered.await {
        Ok(predictions) if wants.html() => {
            let context =
                json!({ "title": title, "model": named, "picture": picture.shown(), "predictions": tables::with_percent(&predictions) });
            Ok(pages::page("inference.html", &context))
        }
        Ok(predictions) => Ok(answer::json(wants, json!({ "predictions": predictions }))),
        Err(error) => Ok(failed(wants, title, &named, "Classification failed, see job log", &error, json!({ "predictions": [] }))),
    }
}

async fn infer_one(State(app): State<App>, wants: Wants, sent: Sent) -> Answer {
    let asked = asked(&app, &sent, TrainedKind::Generic).await?;
    let picture = Arc::new(Picture::of(&sent)?);
    let (title, named, asking) = ("Image Inference", named(&asked.model), Arc::clone(&picture));
    let answered = with_model(&app, asked, move |answering, stop| to_value(&Inference(&asking.answered(answering, stop)?)));
    match answered.await {
        Ok(outputs) if wants.html() => {
            let context = json!({ "title": title, "model": named, "picture": picture.shown(), "tables": tables::outputs(&outputs) });
            Ok(pages::page("inference.html", &context))
        }
        Ok(outputs) => Ok(answer::json(wants, json!({ "outputs": outputs }))),
        Err(error) => Ok(failed(wants, title, &named, "Inference failed, see job log", &error, json!({ "outputs": {} }))),
    }
}

/// The list of a request: its text, what its relative paths are relative to, and how many of its lines are taken.
struct List {
    text: Bytes,
    folder: Option<String>,
    most: Option<u64>,
}

impl List {
    fn of(app: &App, sent: &Sent) -> Result<Self, Problem> {
        let file = sent.file("image_list").ok_or_else(|| Problem::bad_request("image_list is a required field"))?;
        let folder = sent.filled("image_folder").map(str::trim).filter(|folder| !folder.is_empty());
        if let Some(folder) = folder
            && known::roots(app).allowed_folder(std::path::Path::new(folder)).is_err()
        {
            return Err(Problem::bad_request(format!("image_folder \"{folder}\" does not exit")));
        }
        let most = match sent.filled("num_test_images").map(str::trim).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| Problem::bad_request("num_test_images: Not a valid integer value"))?),
        };
        Ok(Self { text: file.bytes.clone(), folder: folder.map(str::to_owned), most })
    }

    fn answered(self, answering: &Answering, stop: &AtomicBool, listeners: &mut [&mut dyn Listener]) -> RoomResult<Tally> {
        let lines = Lines::new(Cursor::new(self.text), self.folder, self.most);
        let pace = Pace { batch: answering.batch, threads: answering.threads, stop };
        let tally = answer_all(lines, &answering.pictures(stop), &answering.network, pace, listeners)?;
        tally.check()?;
        Ok(tally)
    }
}

async fn classify_many(State(app): State<App>, wants: Wants, sent: Sent) -> Answer {
    let asked = asked(&app, &sent, TrainedKind::Classification).await?;
    let (list, title, named) = (List::of(&app, &sent)?, "Classify Many Images", named(&asked.model));
    let answered = with_model(&app, asked, move |answering, stop| {
        let mut found = Classifications::new(Arc::clone(&answering.labels));
        let mut examination = Examination::new(answering.labels.len());
        list.answered(answering, stop, &mut [&mut found, &mut examination])?;
        Ok((to_value(&found)?, tables::examination(&examination, &answering.labels)))
    });
    match answered.await {
        Ok((found, mut shown)) if wants.html() => {
            shown.push(tables::classifications(&found));
            Ok(pages::page("inference.html", &json!({ "title": title, "model": named, "tables": shown })))
        }
        Ok((found, _)) => Ok(answer::json(wants, json!({ "classifications": found }))),
        Err(error) => Err(unanswered(error)),
    }
}

async fn infer_many(State(app): State<App>, wants: Wants, sent: Sent) -> Answer {
    let asked = asked(&app, &sent, TrainedKind::Generic).await?;
    let (list, title, named) = (List::of(&app, &sent)?, "Infer Many Images", named(&asked.model));
    let answered = with_model(&app, asked, move |answering, stop| {
        let mut found = Inferences::new();
        list.answered(answering, stop, &mut [&mut found])?;
        to_value(&found)
    });
    match answered.await {
        Ok(outputs) if wants.html() => {
            let context = json!({ "title": title, "model": named, "tables": [tables::inferences(&outputs)] });
            Ok(pages::page("inference.html", &context))
        }
        Ok(outputs) => Ok(answer::json(wants, json!({ "outputs": outputs }))),
        Err(error) => Err(unanswered(error)),
    }
}

fn to_value(answer: &impl serde::Serialize) -> RoomResult<Value> {
    serde_json::to_value(answer).map_err(|error| Error::internal("an answer cannot be written").because(error))
}

fn named(model: &TrainedModel) -> Value {
    json!({ "id": model.id, "name": model.name })
}

/// A list that cannot be used is the client's fault; anything else that keeps the network from answering is told as a fault.
fn unanswered(error: Error) -> Problem {
    match error.kind() {
        crate::error::Kind::Invalid | crate::error::Kind::TooLarge => error.into(),
        _ => Problem::fault("InferenceError", error.message()),
    }
}

/// 500 with what could be filled, and why it is not more.
fn failed(wants: Wants, title: &str, model: &Value, headline: &str, error: &Error, mut filled: Value) -> Response {
    tracing::warn!(%error, "an inference failed");
    if wants.html() {
        let failure = format!("{headline}: {}", error.message());
        let context = json!({ "title": title, "model": model, "failure": failure });
        return pages::page_with(StatusCode::INTERNAL_SERVER_ERROR, "inference.html", &context);
    }
    filled["error"] = json!({ "message": error.message(), "type": "InferenceError" });
    let mut response = answer::json(wants, filled);
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
