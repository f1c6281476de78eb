//! `/api/v1/search/*`: what looks like this?

use std::time::Instant;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;

use super::{infer, shapes};
use crate::app::App;
use crate::error::{Error, Kind};
use crate::feature::Feature;
use crate::http::error::Failure;
use crate::http::extract::{Id, Params};
use crate::media::Media;
use crate::network::Signature;
use crate::search::{Probe, Query};
use crate::types::{FeatureId, MediaId, Region, Sha256, UploadId};

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/search/info", get(info))
        .route("/search/load/{id}", get(load))
        .route("/search/media/{id}", get(media))
        .route("/search/sha256/{hash}", get(sha256))
        .route("/search/upload/{id}", get(upload))
        .route("/search/random", get(random))
        .route("/search/random/{seed}", get(random_seeded))
}

/// `offset`, `limit`, `feature`; a region `x`, `y`, `w`, `h` in 0..=1 or the number of a `detection`; `detect`, the model that looks
/// at the query picture; `label` with `detector` and `min_confidence`, to search only where it was seen.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SearchParams {
    offset: Option<String>,
    limit: Option<String>,
    feature: Option<String>,
    x: Option<String>,
    y: Option<String>,
    w: Option<String>,
    h: Option<String>,
    detect: Option<String>,
    detection: Option<String>,
    label: Option<String>,
    detector: Option<String>,
    min_confidence: Option<String>,
}

impl SearchParams {
    fn query(&self) -> Result<Query, Error> {
        let default = Query::default();
        Ok(Query {
            region: self.region()?,
            among: None,
            feature: parsed("feature", self.feature.as_deref())?.map(FeatureId),
            offset: parsed("offset", self.offset.as_deref())?.unwrap_or(default.offset),
            limit: parsed("limit", self.limit.as_deref())?.unwrap_or(default.limit).clamp(1, 1000),
        })
    }

    fn region(&self) -> Result<Option<Region>, Error> {
        let sides = [("x", &self.x), ("y", &self.y), ("w", &self.w), ("h", &self.h)];
        if sides.iter().all(|(_, side)| side.is_none()) {
            return Ok(None);
        }
        let mut numbers = [0.0; 4];
        for (number, (name, side)) in numbers.iter_mut().zip(sides) {
            *number =
                parsed(name, side.as_deref())?.ok_or_else(|| Error::invalid(format!("a region needs x, y, w and h; {name} is missing")))?;
        }
        Region::new(numbers[0], numbers[1], numbers[2], numbers[3]).map(Some)
    }
}

fn parsed<T: std::str::FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Error> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => {
            text.parse().map(Some).map_err(|_| Error::invalid(format!("{name} must be a number, not `{}`", shapes::clipped(text))))
        }
    }
}

pub(super) async fn info(State(app): State<App>) -> Answer {
    match app.search.current().await? {
        None => Ok(shapes::envelope(json!({ "status": "unloaded", "res": {} }))),
        Some((feature, signature)) => Ok(shapes::ok(loaded(&app, &feature, &signature, true)?)),
    }
}

pub(super) async fn load(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let unloaded = || Ok(shapes::envelope(json!({ "status": "unloaded", "res": {} })));
    let Ok(id) = id.parse() else { return unloaded() };
    match app.search.load(FeatureId(id)).await {
        Ok((feature, signature)) => Ok(shapes::ok(loaded(&app, &feature, &signature, false)?)),
        Err(error) if error.kind() == Kind::NotFound && app.features.get(FeatureId(id)).await?.is_none() => unloaded(),
        Err(error) => Err(error.into()),
    }
}

fn loaded(app: &App, feature: &Feature, signature: &Signature, with_detection: bool) -> Result<Value, Error> {
    let entry = app.zoo.get(&feature.modelzoo_name)?;
    let mut value = json!({
        "model": shapes::loaded_model(&entry, Some(signature)), "feature": shapes::feature(feature), "device": app.engine.device(),
    });
    if with_detection {
        value["detection_model"] = infer::detection_model(app);
    }
    Ok(value)
}

pub(super) async fn media(State(app): State<App>, Id(id): Id, Params(params): Params<SearchParams>) -> Answer {
    let found = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("Media not found"))?;
    by_media(&app, found, &params).await
}

pub(super) async fn sha256(State(app): State<App>, Path(hash): Path<String>, Params(params): Params<SearchParams>) -> Answer {
    let hash: Sha256 = hash.parse()?;
    let found = app.media.by_sha256(&hash).await?.ok_or_else(|| Error::not_found("Media not found"))?;
    by_media(&app, found, &params).await
}

pub(super) async fn random(State(app): State<App>, Params(params): Params<SearchParams>) -> Answer {
    let found = app.media.random_picture().await?.ok_or_else(|| Error::not_found("Database empty"))?;
    by_media(&app, found, &params).await
}

pub(super) async fn random_seeded(State(app): State<App>, Path(seed): Path<String>, Params(params): Params<SearchParams>) -> Answer {
    let count = app.media.count().await?;
    if count == 0 {
        return Err(Error::not_found("Database empty").into());
    }
    let found = picture_at(&app, remainder(&seed, count)?).await?;
    by_media(&app, found, &params).await
}

/// The n-th medium, or the next picture by number, from the start again after the last.
async fn picture_at(app: &App, n: u64) -> Result<Media, Failure> {
    let start = app.media.nth(n).await?.map_or(MediaId(0), |media| media.id);
    for id in [start, MediaId(0)] {
        if let Some(found) = app.media.pictures_from(id, 1).await?.pop() {
            return Ok(found);
        }
    }
    Err(Error::not_found("Database empty").into())
}

/// A hexadecimal number of any length, modulo `count`.
fn remainder(hexadecimal: &str, count: u64) -> Result<u64, Error> {
    if hexadecimal.is_empty() || hexadecimal.len() > 4096 {
        return Err(Error::invalid("the seed must have 1 to 4096 hexadecimal digits"));
    }
    hexadecimal.chars().try_fold(0u64, |rest, character| {
        let digit = character
            .to_digit(16)
            .ok_or_else(|| Error::invalid(format!("the seed must be hexadecimal, not `{}`", shapes::clipped(hexadecimal))))?;
        Ok(((u128::from(rest) * 16 + u128::from(digit)) % u128::from(count)) as u64)
    })
}

pub(super) async fn upload(State(app): State<App>, Id(id): Id, Params(params): Params<SearchParams>) -> Answer {
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    let bytes = app.uploads.bytes(&found).await?;
    answer(&app, Probe::Bytes(bytes), &params, json!({ "upload": shapes::upload(&found) })).await
}

async fn by_media(app: &App, media: Media, params: &SearchParams) -> Answer {
    let shown = json!({ "media": shapes::media(&media) });
    answer(app, Probe::Media(media), params, shown).await
}

async fn answer(app: &App, probe: Probe, params: &SearchParams, mut query_shown: Value) -> Answer {
    let started = Instant::now();
    let mut query = params.query()?;
    query.among = infer::among(app, params.label.as_deref(), params.detector.as_deref(), params.min_confidence.as_deref()).await?;
    let choice = infer::choice(app, params.detect.as_deref())?;
    let detection = parsed("detection", params.detection.as_deref())?;
    let (answer, seen) = if let Some(number) = detection {
        if query.region.is_some() {
            return Err(Error::invalid("name either a region (x, y, w, h) or a detection, not both").into());
        }
        let seen = infer::look(app, &choice, &probe).await?;
        query.region = Some(infer::region(seen.as_ref(), number)?);
        (app.search.search(probe, query.clone()).await?, Ok(seen))
    } else {
        let (answer, seen) = tokio::join!(app.search.search(probe.clone(), query.clone()), infer::look(app, &choice, &probe));
        (answer?, seen)
    };
    query_shown["timing"] = json!(started.elapsed().as_secs_f64());
    query_shown["feature"] = json!(answer.feature);
    query_shown["offset"] = json!(query.offset);
    query_shown["limit"] = json!(query.limit);
    query_shown["region"] = json!(query.region);
    query_shown["searched"] = json!(answer.searched);
    let hits: Vec<_> =
        answer.matches.iter().map(|hit| json!({ "score": hit.distance, "id": hit.media.id, "media": shapes::media(&hit.media) })).collect();
    Ok(shapes::envelope(json!({ "status": "ok", "query": query_shown, "res": hits, "infer": infer::shown(&seen) })))
}
