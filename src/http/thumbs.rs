//! `/static/data/thumbs/*` and `/static/data/upload-thumbs/*`: small versions of pictures, or of a part of one
//! (`?x=&y=&w=&h=`, as fractions). What is in the trash is shown with `?deleted=1`.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::error::Failure;
use super::extract::Params;
use super::files::{Trash, is_known, not_modified, picture};
use crate::app::App;
use crate::error::{Error, Result};
use crate::media::ThumbnailSide;
use crate::types::{MediaId, Region, UploadId};

type Answer = Result<Response, Failure>;

pub(super) fn router() -> Router<App> {
    Router::new().route("/static/data/thumbs/{side}/{id}", get(of_media)).route("/static/data/upload-thumbs/{side}/{id}", get(of_upload))
}

/// The part that is wanted; the whole picture without any of the four.
#[derive(Debug, Deserialize)]
struct Part {
    x: Option<String>,
    y: Option<String>,
    w: Option<String>,
    h: Option<String>,
}

impl Part {
    fn region(&self) -> Result<Option<Region>> {
        let sides = [("x", &self.x), ("y", &self.y), ("w", &self.w), ("h", &self.h)];
        if sides.iter().all(|(_, side)| side.is_none()) {
            return Ok(None);
        }
        let mut numbers = [0.0_f32; 4];
        for (number, (name, side)) in numbers.iter_mut().zip(sides) {
            let found = side.as_ref().and_then(|text| text.parse().ok());
            *number = found.ok_or_else(|| Error::invalid_field(name, "a part needs x, y, w and h, all numbers from 0 to 1"))?;
        }
        Region::new(numbers[0], numbers[1], numbers[2], numbers[3]).map(Some)
    }
}

async fn of_media(
    State(app): State<App>,
    Path((side, id)): Path<(String, String)>,
    Params(part): Params<Part>,
    Params(trash): Params<Trash>,
    headers: HeaderMap,
) -> Answer {
    let (side, id) = named(&side, &id)?;
    let part = part.region()?;
    let found = if trash.is_open() { app.media.get_also_deleted(MediaId(id)).await? } else { app.media.get(MediaId(id)).await? };
    let found = found.ok_or_else(|| Error::not_found("no such picture"))?;
    let tag = tag(&found.content_sha256.to_string(), side, part);
    if is_known(&headers, &tag) {
        return Ok(trash.marked(not_modified(&tag)));
    }
    let bytes = match part {
        None => app.media.thumbnail(&found, side).await?,
        Some(part) => app.media.thumbnail_of(&found, part, side).await?,
    };
    Ok(trash.marked(picture(bytes, "image/jpeg", &tag)))
}

async fn of_upload(
    State(app): State<App>,
    Path((side, id)): Path<(String, String)>,
    Params(part): Params<Part>,
    headers: HeaderMap,
) -> Answer {
    let (side, id) = named(&side, &id)?;
    let part = part.region()?;
    let found = app.uploads.get(UploadId(id)).await?.ok_or_else(|| Error::not_found("no such picture"))?;
    let tag = tag(&found.sha256.to_string(), side, part);
    if is_known(&headers, &tag) {
        return Ok(not_modified(&tag));
    }
    Ok(picture(app.media.upload_thumbnail(&found, part, side).await?, "image/jpeg", &tag))
}

fn named(side: &str, id: &str) -> Result<(ThumbnailSide, i64)> {
    let id = id.parse().map_err(|_| Error::not_found("no such picture"))?;
    let side = side.parse::<u32>().ok().and_then(|pixels| ThumbnailSide::try_from(pixels).ok());
    Ok((side.ok_or_else(|| Error::not_found("thumbnails are 160, 320 or 640 pixels"))?, id))
}

/// Another for every picture, size and part.
fn tag(hash: &str, side: ThumbnailSide, part: Option<Region>) -> String {
    let part = part.map(|Region { x, y, w, h }| format!("-{x}-{y}-{w}-{h}")).unwrap_or_default();
    format!("\"{hash}-{}{part}\"", side.pixels())
}
