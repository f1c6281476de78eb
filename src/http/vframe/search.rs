//! `/api/v1/search/*`: what looks like this?

mod body;
mod examples;
mod params;

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::infer;
use super::shapes::{self, Hits, Loaded, LoadedAnswer, QueryShown, SearchAnswer};
use crate::app::App;
use crate::error::{Error, Kind};
use crate::feature::Feature;
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Id, Params, Word};
use crate::media::Media;
use crate::network::Signature;
use crate::search::{Answer as Found, Inference, Probe, Query};
use crate::types::{FeatureId, MediaId, Sha256, UploadId};
use params::{Part, Wanted, parsed};

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(info))
        .routes(routes!(load))
        .routes(routes!(media))
        .routes(routes!(sha256))
        .routes(routes!(upload))
        .routes(routes!(random))
        .routes(routes!(random_seeded))
        .merge(examples::router())
}

/// What is loaded; loads the first active feature when nothing is. While another feature is being loaded, `status` is `loading`.
#[utoipa::path(get, path = "/search/info", tag = "search", operation_id = "search_info",
    responses((status = 200, body = LoadedAnswer), Failures))]
async fn info(State(app): State<App>) -> Answer {
    if let Some(feature) = app.search.loading().await? {
        let res = Loaded { feature: Some(shapes::feature(&feature)), ..Loaded::default() };
        return Ok(shapes::envelope(LoadedAnswer { status: "loading", res }));
    }
    match app.search.current().await? {
        None => Ok(unloaded()),
        Some((feature, signature)) => Ok(shapes::ok(loaded(&app, &feature, &signature, true)?)),
    }
}

/// Loads a feature and makes it the one of searches that name none.
#[utoipa::path(get, path = "/search/load/{id}", tag = "search", operation_id = "search_load",
    params(("id" = String, Path, description = "Number of a feature; with anything else the answer is `unloaded`")),
    responses((status = 200, body = LoadedAnswer), Failures))]
async fn load(State(app): State<App>, Word(id): Word) -> Answer {
    let Ok(id) = id.parse() else { return Ok(unloaded()) };
    match app.search.load(FeatureId(id)).await {
        Ok((feature, signature)) => Ok(shapes::ok(loaded(&app, &feature, &signature, false)?)),
        Err(error) if error.kind() == Kind::NotFound && app.features.get(FeatureId(id)).await?.is_none() => Ok(unloaded()),
        Err(error) => Err(error.into()),
    }
}

fn unloaded() -> Response {
    shapes::envelope(LoadedAnswer { status: "unloaded", res: Loaded::default() })
}

fn loaded(app: &App, feature: &Feature, signature: &Signature, with_detection: bool) -> Result<Loaded, Error> {
    let entry = app.zoo.get(&feature.modelzoo_name)?;
    Ok(Loaded {
        model: Some(shapes::loaded_model(&entry, Some(signature))),
        feature: Some(shapes::feature(feature)),
        device: Some(app.engine.device().to_owned()),
        engine: app.search.execution(feature.id).map(|execution| shapes::EngineState::new(app.engine.device(), &execution)),
        detection_model: with_detection.then(|| infer::detection_model(app)),
    })
}

/// What looks like this picture of the library?
#[utoipa::path(get, path = "/search/media/{id}", tag = "search", operation_id = "search_media", params(("id" = i64, Path, minimum = 1), Part, Wanted),
    responses((status = 200, body = SearchAnswer), Failures))]
async fn media(State(app): State<App>, Id(id): Id, Params(part): Params<Part>, Params(wanted): Params<Wanted>) -> Answer {
    let found = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    by_media(&app, found, &part, &wanted).await
}

/// What looks like the picture with this hash?
#[utoipa::path(get, path = "/search/sha256/{hash}", tag = "search", operation_id = "search_sha256",
    params(("hash" = String, Path, pattern = "^[0-9a-fA-F]{64}$"), Part, Wanted), responses((status = 200, body = SearchAnswer), Failures))]
async fn sha256(State(app): State<App>, Word(hash): Word, Params(part): Params<Part>, Params(wanted): Params<Wanted>) -> Answer {
    let hash: Sha256 = hash.parse()?;
    let found = app.media.by_sha256(&hash).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    by_media(&app, found, &part, &wanted).await
}

/// What looks like any picture of the library?
#[utoipa::path(get, path = "/search/random", tag = "search", operation_id = "search_random", params(Part, Wanted),
    responses((status = 200, body = SearchAnswer), Failures))]
async fn random(State(app): State<App>, Params(part): Params<Part>, Params(wanted): Params<Wanted>) -> Answer {
    let found = app.media.random_picture().await?.ok_or_else(|| Error::not_found("Database empty"))?;
    by_media(&app, found, &part, &wanted).await
}

/// What looks like the picture that this hexadecimal number names, modulo the number of media?
#[utoipa::path(get, path = "/search/random/{seed}", tag = "search", operation_id = "search_random_seeded",
    params(("seed" = String, Path, min_length = 1, max_length = 4096, pattern = "^[0-9a-fA-F]+$"), Part, Wanted), responses((status = 200, body = SearchAnswer), Failures))]
async fn random_seeded(State(app): State<App>, Word(seed): Word, Params(part): Params<Part>, Params(wanted): Params<Wanted>) -> Answer {
    let count = app.media.count().await?;
    if count == 0 {
        return Err(Error::not_found("Database empty").into());
    }
    let found = picture_at(&app, remainder(&seed, count)?).await?;
    by_media(&app, found, &part, &wanted).await
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

/// What looks like this upload?
#[utoipa::path(get, path = "/search/upload/{id}", tag = "search", operation_id = "search_upload",
    params(("id" = i64, Path, minimum = 1), Part, Wanted), responses((status = 200, body = SearchAnswer), Failures))]
async fn upload(State(app): State<App>, Id(id): Id, Params(part): Params<Part>, Params(wanted): Params<Wanted>) -> Answer {
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    let bytes = app.uploads.bytes(&found).await?;
    answer(&app, Probe::Bytes(bytes), &part, &wanted, (None, Some(shapes::upload(&found)))).await
}

async fn by_media(app: &App, media: Media, part: &Part, wanted: &Wanted) -> Answer {
    let shown = (Some(shapes::media(&media)), None);
    answer(app, Probe::Media(Box::new(media)), part, wanted, shown).await
}

type Shown = (Option<shapes::Media>, Option<shapes::Upload>);

async fn answer(app: &App, probe: Probe, part: &Part, wanted: &Wanted, shown: Shown) -> Answer {
    let started = Instant::now();
    let mut query = Query { region: part.region()?, ..wanted.query()? };
    let choice = infer::choice(app, part.detect.as_deref())?;
    let detection = parsed("detection", part.detection.as_deref())?;
    let (answer, seen) = infer::search(app, probe, &mut query, &choice, detection).await?;
    let shown = QueryShown { media: shown.0, upload: shown.1, ..QueryShown::new(&query, &answer, started.elapsed()) };
    written(app, wanted, &query, &answer, seen, shown).await
}

/// The answer of a search, hits with what was seen in them if that is wanted.
async fn written(
    app: &App,
    wanted: &Wanted,
    query: &Query,
    answer: &Found,
    seen: Result<Option<Inference>, Error>,
    shown: QueryShown,
) -> Answer {
    let detections = if wanted.with_detections()? {
        let ids: Vec<_> = answer.matches.iter().map(|hit| hit.media.id).collect();
        let found = app.detections.of_media(&ids, wanted.detector()).await?;
        Some(found.into_iter().map(|(id, seen)| (id, seen.into_iter().map(Into::into).collect())).collect())
    } else {
        None
    };
    let hits = Hits { matches: &answer.matches, is_grouped: query.group_by_video, detections };
    Ok(shapes::search_answer(&infer::shown(seen), &shown, &hits))
}
