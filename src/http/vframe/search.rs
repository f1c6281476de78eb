//! `/api/v1/search/*`: what looks like this?

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::detection;
use super::infer;
use super::narrowing;
use super::schema;
use super::shapes::{self, Loaded, LoadedAnswer, QueryShown, SearchAnswer};
use crate::app::App;
use crate::error::{Error, Kind};
use crate::feature::Feature;
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Id, Params, Word};
use crate::media::{Media, MediaFilter};
use crate::network::Signature;
use crate::search::{Probe, Query};
use crate::types::{CollectionId, FeatureId, MediaId, Region, Sha256, UploadId};

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
}

/// Which part of the ranking is wanted, with which feature, of which part of the picture (as fractions of the whole).
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// Hits to skip; 0 when absent. With `limit`, at most 100000.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 99_999)]
    offset: Option<String>,
    /// Hits wanted; 30 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
    /// Feature to compare with; the loaded one when absent.
    #[param(value_type = Option<i64>)]
    feature: Option<String>,
    /// Left edge of a part; needs `y`, `w` and `h` too, and the part must lie in the picture: `x + w` and `y + h` are at most 1.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    x: Option<String>,
    /// Top edge.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    y: Option<String>,
    /// Width.
    #[param(value_type = Option<f32>, exclusive_minimum = 0, maximum = 1)]
    w: Option<String>,
    /// Height.
    #[param(value_type = Option<f32>, exclusive_minimum = 0, maximum = 1)]
    h: Option<String>,
    /// `video`: of all frames of one video only the closest is a hit.
    #[param(example = "video", schema_with = schema::group)]
    group: Option<String>,
    /// Number of a detection of the query picture, counted from 0, to use as the part; needs a detector, and no region beside it.
    #[param(value_type = Option<u32>, minimum = 0)]
    detection: Option<String>,
    /// Detection model that looks at the query picture, or `none`; the loaded one when absent.
    detect: Option<String>,
    /// Only pictures in which this was seen.
    label: Option<String>,
    /// Only what this model saw counts for `label`.
    detector: Option<String>,
    /// Least confidence that counts for `label`; 0 when absent.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    min_confidence: Option<String>,
    /// Only media of this kind: `image` or `video_frame` (a video has no vector, its frames have).
    #[param(example = "image", schema_with = schema::picture_type)]
    r#type: Option<String>,
    /// Only what was imported then or later: a date, or a moment as in RFC 3339.
    #[param(example = "2026-01-31", schema_with = schema::moment)]
    since: Option<String>,
    /// Only what was imported then or earlier; a date means until its end, in UTC.
    #[param(example = "2026-01-31T12:00:00Z", schema_with = schema::moment)]
    until: Option<String>,
    /// Only what is in this collection.
    #[param(value_type = Option<i64>)]
    collection_id: Option<String>,
}

impl SearchParams {
    fn query(&self) -> Result<Query, Error> {
        let default = Query::default();
        Ok(Query {
            region: self.region()?,
            among: self.among()?,
            feature: parsed("feature", self.feature.as_deref())?.map(FeatureId),
            offset: shapes::number("offset", self.offset.as_deref(), default.offset as u64)? as usize,
            limit: shapes::number("limit", self.limit.as_deref(), default.limit as u64)?.clamp(1, 1000) as usize,
            group_by_video: grouped(self.group.as_deref())?,
        })
    }

    /// What the hits must pass; everything given must hold.
    fn among(&self) -> Result<MediaFilter, Error> {
        let seen = detection::filter(self.label.clone().unwrap_or_default(), self.detector.as_deref(), self.min_confidence.as_deref())?;
        let seen = Some(seen).filter(|seen| !seen.label.is_empty());
        let period = narrowing::period(self.since.as_deref(), self.until.as_deref())?;
        let collection = narrowing::number("collection_id", self.collection_id.as_deref())?.map(CollectionId);
        let media_type = narrowing::picture_kind(self.r#type.as_deref())?;
        Ok(MediaFilter { media_type, since: period.0, until: period.1, collection, seen, ..MediaFilter::default() })
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

/// Nothing, or `video`.
fn grouped(text: Option<&str>) -> Result<bool, Error> {
    match text {
        None | Some("") => Ok(false),
        Some("video") => Ok(true),
        Some(text) => Err(Error::invalid(format!("group must be video or left out, not `{}`", shapes::clipped(text)))),
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
#[utoipa::path(get, path = "/search/media/{id}", tag = "search", operation_id = "search_media", params(("id" = i64, Path, minimum = 1), SearchParams),
    responses((status = 200, body = SearchAnswer), Failures))]
async fn media(State(app): State<App>, Id(id): Id, Params(params): Params<SearchParams>) -> Answer {
    let found = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    by_media(&app, found, &params).await
}

/// What looks like the picture with this hash?
#[utoipa::path(get, path = "/search/sha256/{hash}", tag = "search", operation_id = "search_sha256",
    params(("hash" = String, Path, pattern = "^[0-9a-fA-F]{64}$"), SearchParams), responses((status = 200, body = SearchAnswer), Failures))]
async fn sha256(State(app): State<App>, Word(hash): Word, Params(params): Params<SearchParams>) -> Answer {
    let hash: Sha256 = hash.parse()?;
    let found = app.media.by_sha256(&hash).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    by_media(&app, found, &params).await
}

/// What looks like any picture of the library?
#[utoipa::path(get, path = "/search/random", tag = "search", operation_id = "search_random", params(SearchParams),
    responses((status = 200, body = SearchAnswer), Failures))]
async fn random(State(app): State<App>, Params(params): Params<SearchParams>) -> Answer {
    let found = app.media.random_picture().await?.ok_or_else(|| Error::not_found("Database empty"))?;
    by_media(&app, found, &params).await
}

/// What looks like the picture that this hexadecimal number names, modulo the number of media?
#[utoipa::path(get, path = "/search/random/{seed}", tag = "search", operation_id = "search_random_seeded",
    params(("seed" = String, Path, min_length = 1, max_length = 4096, pattern = "^[0-9a-fA-F]+$"), SearchParams), responses((status = 200, body = SearchAnswer), Failures))]
async fn random_seeded(State(app): State<App>, Word(seed): Word, Params(params): Params<SearchParams>) -> Answer {
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

/// What looks like this upload?
#[utoipa::path(get, path = "/search/upload/{id}", tag = "search", operation_id = "search_upload",
    params(("id" = i64, Path, minimum = 1), SearchParams), responses((status = 200, body = SearchAnswer), Failures))]
async fn upload(State(app): State<App>, Id(id): Id, Params(params): Params<SearchParams>) -> Answer {
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("Upload not found"))?;
    let bytes = app.uploads.bytes(&found).await?;
    answer(&app, Probe::Bytes(bytes), &params, (None, Some(shapes::upload(&found)))).await
}

async fn by_media(app: &App, media: Media, params: &SearchParams) -> Answer {
    let shown = (Some(shapes::media(&media)), None);
    answer(app, Probe::Media(media), params, shown).await
}

async fn answer(app: &App, probe: Probe, params: &SearchParams, shown: (Option<shapes::Media>, Option<shapes::Upload>)) -> Answer {
    let started = Instant::now();
    let mut query = params.query()?;
    let is_grouped = query.group_by_video;
    let choice = infer::choice(app, params.detect.as_deref())?;
    let detection = parsed("detection", params.detection.as_deref())?;
    let (answer, seen) = infer::search(app, probe, &mut query, &choice, detection).await?;
    let query = QueryShown {
        media: shown.0,
        upload: shown.1,
        timing: started.elapsed().as_secs_f64(),
        feature: answer.feature.0,
        offset: query.offset,
        limit: query.limit,
        region: query.region.map(Into::into),
        searched: answer.searched,
    };
    Ok(shapes::search_answer(&infer::shown(seen), &query, &answer.matches, is_grouped))
}
