//! `/api/v1/status`: how much there is, how full the disk is, how fast work goes. For dashboards.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::narrowing;
use super::schema;
use super::shapes::{self, Envelope};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::Params;
use crate::job::{Job, Status};
use crate::search::{KEPT_MINUTES, MinuteOfWork, idle, last_minutes};
use crate::types::MediaType;

type Answer = std::result::Result<Response, Failure>;

/// Jobs that a series looks at.
const MOST_JOBS: u64 = 1000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(status)).routes(routes!(series))
}

/// How much there is, and how this process is.
#[derive(Serialize, ToSchema)]
struct StatusShown {
    /// How many of each thing.
    counts: Counts,
    /// How large they are.
    bytes: Sizes,
    /// Where networks run.
    devices: Vec<Device>,
    /// Seconds since this process began.
    uptime_seconds: f64,
    /// Version of the program.
    version: &'static str,
}

/// How many of each thing, exactly and as of now.
#[derive(Serialize, ToSchema)]
struct Counts {
    /// Media that are not deleted.
    media: u64,
    /// Pictures among them.
    images: u64,
    /// Videos among them.
    videos: u64,
    /// Frames of videos among them.
    video_frames: u64,
    /// Deleted media, which can be restored.
    deleted: u64,
    /// Uploads.
    uploads: u64,
    /// Collections, archived ones too.
    collections: u64,
    /// Features.
    features: u64,
    /// Models that the zoo knows.
    models: u64,
    /// Models whose weights are here.
    models_downloaded: u64,
    /// Jobs by their status.
    jobs: BTreeMap<&'static str, u64>,
}

/// Bytes.
#[derive(Serialize, ToSchema)]
struct Sizes {
    /// Originals of all media that are not deleted.
    library: u64,
    /// Vectors of all features.
    vectors: u64,
    /// Indexes of all features.
    indexes: u64,
    /// That may still be written to the disk.
    free: u64,
    /// Of the whole disk.
    total: u64,
}

/// A place where networks run.
#[derive(Serialize, ToSchema)]
struct Device {
    /// Its name.
    name: String,
    /// `cpu` or `cuda`.
    #[schema(example = "cpu")]
    kind: &'static str,
    /// Whether it answers.
    up: bool,
}

/// How much there is, how large it is, and how this process is.
#[utoipa::path(get, path = "/status", tag = "status", operation_id = "dashboard",
    responses((status = 200, body = Envelope<StatusShown>), Failures))]
async fn status(State(app): State<App>) -> Answer {
    let (counts, library) = counts(&app).await?;
    let (features, media) = (app.features.clone(), app.media.clone());
    let measured = tokio::task::spawn_blocking(move || Ok::<_, Error>((features.bytes_on_disk(), media.disk_room()?))).await;
    let measured = measured.map_err(|source| Error::internal("measuring the disk was interrupted").because(source))?;
    let ((vectors, indexes), room) = measured?;
    let name = app.engine.device().to_owned();
    let kind = if name.to_lowercase().contains("cuda") { "cuda" } else { "cpu" };
    Ok(shapes::ok(StatusShown {
        counts,
        bytes: Sizes { library, vectors, indexes, free: room.free, total: room.total },
        devices: vec![Device { name, kind, up: app.engine.is_up() }],
        uptime_seconds: app.search.uptime().as_secs_f64(),
        version: env!("CARGO_PKG_VERSION"),
    }))
}

/// Everything counted, and the bytes of the media.
async fn counts(app: &App) -> Result<(Counts, u64)> {
    let census = app.media.census().await?;
    let of = |wanted: MediaType| census.kinds.iter().filter(|(kind, ..)| *kind == wanted).map(|(_, count, _)| count).sum();
    let models = app.zoo.list();
    let mut jobs: BTreeMap<_, _> = Status::ALL.iter().map(|status| (status.word(), 0)).collect();
    jobs.extend(app.jobs.counts().await?.into_iter().map(|(status, count)| (status.word(), count)));
    let counts = Counts {
        media: census.kinds.iter().map(|(_, count, _)| count).sum(),
        images: of(MediaType::Image),
        videos: of(MediaType::Video),
        video_frames: of(MediaType::VideoFrame),
        deleted: census.deleted,
        uploads: app.uploads.count(None).await?,
        collections: app.collections.count(None).await?,
        features: app.features.count().await?,
        models: models.len() as u64,
        models_downloaded: models.values().filter(|entry| app.zoo.is_downloaded(entry)).count() as u64,
        jobs,
    };
    Ok((counts, census.kinds.iter().map(|(.., bytes)| bytes).sum()))
}

/// Which series, and how long.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SeriesParams {
    /// `search` (the default), `extract` or `import`.
    #[param(example = "search", schema_with = schema::series)]
    name: Option<String>,
    /// Minutes, 1 to 1440; 60 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1440, example = 60)]
    minutes: Option<String>,
}

/// What was done in one minute.
#[derive(Serialize, ToSchema)]
struct Minute {
    /// When it began, RFC 3339.
    #[schema(example = "2026-11-21T18:00:00+00:00")]
    at: String,
    /// Searches answered, pictures extracted or files imported; of work under way and of past jobs their even share.
    count: f64,
    /// Half of the searches took no longer, in milliseconds; null without any.
    p50_ms: Option<f64>,
    /// All but a twentieth of the searches took no longer, in milliseconds; null without any.
    p95_ms: Option<f64>,
}

/// What was done in each of the last minutes, oldest first: searches of this process since it began, or work by the records of jobs.
#[utoipa::path(get, path = "/status/series", tag = "status", operation_id = "dashboard_series", params(SeriesParams),
    responses((status = 200, body = Envelope<Vec<Minute>>), Failures))]
async fn series(State(app): State<App>, Params(params): Params<SeriesParams>) -> Answer {
    let minutes = minutes(params.minutes.as_deref())?;
    let rows = match params.name.as_deref().unwrap_or_default() {
        "" | "search" => app.search.series(minutes).iter().map(|minute| shown(minute, minute.count as f64)).collect(),
        "extract" => of_jobs(&app, "update_index", minutes).await?,
        "import" => of_jobs(&app, "import", minutes).await?,
        other => {
            let message = format!("must be search, extract or import, not `{}`", shapes::clipped(other));
            return Err(Error::invalid_field("name", message).into());
        }
    };
    Ok(shapes::ok(rows))
}

fn minutes(text: Option<&str>) -> Result<usize> {
    let wrong = || Error::invalid_field("minutes", format!("must be a whole number from 1 to {KEPT_MINUTES}"));
    let number = narrowing::number("minutes", text).map_err(|_| wrong())?.unwrap_or(60);
    usize::try_from(number).ok().filter(|number| (1..=KEPT_MINUTES).contains(number)).ok_or_else(wrong)
}

fn shown(minute: &MinuteOfWork, count: f64) -> Minute {
    Minute { at: minute.at.to_rfc3339(), count, p50_ms: minute.p50_ms, p95_ms: minute.p95_ms }
}

/// The work of all jobs of a kind, each spread evenly over the time that it took.
async fn of_jobs(app: &App, kind: &str, minutes: usize) -> Result<Vec<Minute>> {
    let numbers: Vec<i64> = last_minutes(minutes).collect();
    let now = Utc::now();
    let since = numbers.first().map_or(now, |first| idle(*first).at);
    let jobs = app.jobs.at_work_since(kind, since, MOST_JOBS).await?;
    let count = |number: i64| {
        let minute = idle(number);
        let sum = jobs.iter().map(|job| share(job, minute.at, now)).sum();
        shown(&minute, sum)
    };
    Ok(numbers.iter().map(|number| count(*number)).collect())
}

/// What a job did in the minute that began then.
fn share(job: &Job, minute: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    let Some(start) = job.started_at else { return 0.0 };
    let end = job.ended_at.unwrap_or(now);
    let seconds = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).as_seconds_f64().max(0.0);
    let inside = seconds(start.max(minute), end.min(minute + chrono::TimeDelta::minutes(1)));
    // Short work belongs to the minute in which it began.
    let length = seconds(start, end).max(1e-3);
    let starts_here = seconds(start, end) < 1e-3 && start >= minute && seconds(minute, start) < 60.0;
    done(job) * if starts_here { 1.0 } else { inside / length }
}

/// Items that a job has done.
fn done(job: &Job) -> f64 {
    let number = |value: &serde_json::Value| value.as_f64().unwrap_or(0.0);
    match &job.result {
        Some(result) if job.kind == "import" => number(&result["added"]),
        Some(result) => result["features"].as_array().into_iter().flatten().map(|feature| number(&feature["extracted"])).sum(),
        // Of an index only the extraction is counted.
        None if job.kind == "import" || job.progress.message.starts_with("Extracting") => job.progress.current as f64,
        None => 0.0,
    }
}
