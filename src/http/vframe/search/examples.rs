//! `/api/v1/search` with a body and `/api/v1/search/examples`: what looks like these pictures, and unlike those?

use std::time::Instant;

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{self, SearchForm};
use super::params::Wanted;
use super::{Answer, written};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Fields, Params};
use crate::http::vframe::schema;
use crate::http::vframe::shapes::{self, ExampleShown, QueryShown, SearchAnswer};
use crate::search::{Example, MOST_EXAMPLES, Probe};
use crate::types::{MediaId, Region, Sha256, UploadId};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(by_body)).routes(routes!(by_address))
}

/// One of the pictures, as it was named.
#[derive(Debug, PartialEq)]
pub(super) struct Named {
    pub(super) picture: Picture,
    pub(super) region: Option<Region>,
    pub(super) weight: f32,
}

/// How a picture can be named.
#[derive(Debug, PartialEq)]
pub(super) enum Picture {
    Media(MediaId),
    Upload(UploadId),
    Hash(Sha256),
}

/// The pictures of one question.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Liked {
    /// Pictures that the hits should look like, with commas between: `m12` is medium 12, `u3` upload 3; with a part as
    /// `m12@0.1:0.2:0.5:0.5` (left, top, width, height as fractions).
    #[param(required = true, example = "m1", schema_with = schema::examples)]
    like: Option<String>,
    /// Pictures that the hits should look unlike, named in the same way.
    #[param(example = "m2", schema_with = schema::examples)]
    unlike: Option<String>,
}

/// What looks like these pictures and unlike those? The vectors are combined: the mean of the liked ones, minus half the mean of the
/// disliked ones.
#[utoipa::path(post, path = "/search", tag = "search", operation_id = "search_examples",
    request_body(content = SearchForm, content_type = "application/json"),
    responses((status = 200, body = SearchAnswer), Failures))]
async fn by_body(State(app): State<App>, Fields(fields): Fields) -> Answer {
    answer(&app, body::examples(&fields)?, &wanted(&fields)?).await
}

/// The same as an address: what looks like these pictures and unlike those?
#[utoipa::path(get, path = "/search/examples", tag = "search", operation_id = "search_examples_by_address", params(Liked, Wanted),
    responses((status = 200, body = SearchAnswer), Failures))]
async fn by_address(State(app): State<App>, Params(liked): Params<Liked>, Params(wanted): Params<Wanted>) -> Answer {
    let mut named = listed("like", liked.like.as_deref(), 1.0)?;
    named.extend(listed("unlike", liked.unlike.as_deref(), -1.0)?);
    if named.iter().all(|one| one.weight < 0.0) {
        return Err(Error::invalid_field("like", "name at least one picture that hits should look like: m12 or u3").into());
    }
    answer(&app, named, &wanted).await
}

/// The other fields of a body are those of an address.
fn wanted(fields: &Map<String, Value>) -> Result<Wanted> {
    let texts = body::texts(fields)?;
    serde_json::from_value(Value::Object(texts)).map_err(|source| Error::invalid(format!("the body cannot be read: {source}")))
}

async fn answer(app: &App, named: Vec<Named>, wanted: &Wanted) -> Answer {
    let started = Instant::now();
    let query = wanted.query()?;
    if named.len() > MOST_EXAMPLES {
        let message = format!("there are {} pictures, more than the limit of {MOST_EXAMPLES}", named.len());
        return Err(Error::invalid_field("examples", message).into());
    }
    let (mut examples, mut shown) = (Vec::new(), Vec::new());
    for (place, one) in named.into_iter().enumerate() {
        let found = found(app, one).await.map_err(|Failure(error)| error.context(format!("example {}", place + 1)))?;
        examples.push(found.0);
        shown.push(found.1);
    }
    let answer = app.search.search_examples(examples, query.clone()).await?;
    let shown = QueryShown { examples: Some(shown), ..QueryShown::new(&query, &answer, started.elapsed()) };
    written(app, wanted, &query, &answer, Ok(None), shown).await
}

/// A picture and how it is shown.
async fn found(app: &App, named: Named) -> Result<(Example, ExampleShown), Failure> {
    let Named { picture, region, weight } = named;
    let mut shown = ExampleShown { media: None, region: region.map(Into::into), upload: None, weight };
    let media = match picture {
        Picture::Media(id) => {
            app.media.get(id).await?.ok_or_else(|| Error::not_found(format!("there is no media {id}; it may be deleted")))?
        }
        Picture::Hash(hash) => {
            app.media.by_sha256(&hash).await?.ok_or_else(|| Error::not_found(format!("there is no media with the hash {hash}")))?
        }
        Picture::Upload(id) => {
            let upload = app.uploads.get(id).await?.ok_or_else(|| Error::not_found(format!("there is no upload {id}")))?;
            shown.upload = Some(shapes::upload(&upload));
            return Ok((Example { probe: Probe::Bytes(app.uploads.bytes(&upload).await?), region, weight }, shown));
        }
    };
    shown.media = Some(shapes::media(&media));
    Ok((Example { probe: Probe::Media(Box::new(media)), region, weight }, shown))
}

/// Pictures as an address names them.
fn listed(field: &str, text: Option<&str>, weight: f32) -> Result<Vec<Named>> {
    let parts = text.filter(|text| !text.is_empty()).into_iter().flat_map(|text| text.split(','));
    parts.map(|part| named(part, weight).map_err(|message| Error::invalid_field(field, message))).collect()
}

fn named(text: &str, weight: f32) -> Result<Named, String> {
    let wrong = || format!("name pictures like m12 (medium 12) or u3 (upload 3), not `{}`", shapes::clipped(text));
    let (picture, region) = text.split_once('@').map_or((text, None), |(picture, region)| (picture, Some(region)));
    let number = |digits: &str| -> Option<i64> {
        (digits.len() <= 18 && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse().ok())?
    };
    let picture = match picture.split_at_checked(1) {
        Some(("m", digits)) => Picture::Media(MediaId(number(digits).ok_or_else(wrong)?)),
        Some(("u", digits)) => Picture::Upload(UploadId(number(digits).ok_or_else(wrong)?)),
        _ => return Err(wrong()),
    };
    Ok(Named { picture, region: region.map(part).transpose()?, weight })
}

fn part(text: &str) -> Result<Region, String> {
    let numbers: Vec<f32> = text.split(':').filter_map(|number| number.parse().ok()).collect();
    let [x, y, w, h] = numbers[..] else {
        return Err(format!("a part is left:top:width:height, like 0.1:0.2:0.5:0.5, not `{}`", shapes::clipped(text)));
    };
    Region::new(x, y, w, h).map_err(|error| error.message().to_owned())
}
