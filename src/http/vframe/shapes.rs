//! The objects of the VFRAME contract as JSON. Fields that the original did not have are additions, never replacements.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::feature::Feature;
use crate::media::{Media, Order, Sort, Upload};
use crate::model::Entry;
use crate::network::Signature;
use crate::search::Match;

/// `{"status":"ok","res":...}`.
#[expect(clippy::needless_pass_by_value, reason = "reads like the envelope it makes")]
pub(super) fn ok(result: Value) -> Response {
    envelope(json!({ "status": "ok", "res": result }))
}

/// Keys sorted at every depth and a newline at the end, as the original's were.
pub(super) fn envelope(mut value: Value) -> Response {
    value.sort_all_objects();
    ([(header::CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}

fn http_date(time: DateTime<Utc>) -> Value {
    json!(httpdate::fmt_http_date(time.into()))
}

fn optional_date(time: Option<DateTime<Utc>>) -> Value {
    time.map_or(Value::Null, http_date)
}

/// Media.
pub(super) fn media(media: &Media) -> Value {
    json!({
        "id": media.id, "mediaType": media.media_type, "sha256": media.sha256, "frame": media.frame, "ext": media.ext,
        "url": super::super::files::media_url(media), "created_at": http_date(media.created_at),
        "width": media.width, "height": media.height, "thumbnail": super::super::files::thumbnail_url(media),
        "time_ms": media.time_ms, "duration_ms": media.duration_ms, "frame_rate": media.frame_rate,
    })
}

/// The video that a frame is of.
pub(super) fn video_of_frame(video: &Media) -> Value {
    json!({ "id": video.id, "url": super::super::files::media_url(video) })
}

/// Hit of a search; when hits are grouped, with the number of further frames of the same video.
pub(super) fn hit(hit: &Match, is_grouped: bool) -> Value {
    let mut value = json!({ "score": hit.distance, "id": hit.media.id, "media": media(&hit.media) });
    if is_grouped {
        value["group"] = json!({ "count": hit.grouped });
    }
    value
}

/// The parameter `group`: nothing, or `video`.
pub(super) fn is_grouped(text: Option<&str>) -> Result<bool> {
    match text {
        None | Some("") => Ok(false),
        Some("video") => Ok(true),
        Some(text) => Err(Error::invalid(format!("group must be video or left out, not `{}`", clipped(text)))),
    }
}

/// Upload.
pub(super) fn upload(upload: &Upload) -> Value {
    json!({
        "id": upload.id, "sha256": upload.sha256, "ext": upload.ext, "username": upload.username,
        "url": super::super::files::upload_url(upload), "created_at": http_date(upload.created_at),
        "width": upload.width, "height": upload.height,
    })
}

/// Feature type.
pub(super) fn feature(feature: &Feature) -> Value {
    json!({
        "id": feature.id, "active": feature.active, "modelzoo_name": feature.modelzoo_name, "username": feature.username,
        "index_type": feature.index_type, "created_at": http_date(feature.created_at),
        "processed_at": optional_date(feature.processed_at), "process_id": feature.process_id,
        "indexed_at": optional_date(feature.indexed_at), "index_id": feature.index_id,
        "index_settings": feature.index_settings, "layer": feature.layer,
    })
}

/// Model as it is loaded: typed, with defaults filled in.
pub(super) fn loaded_model(entry: &Entry, signature: Option<&Signature>) -> Value {
    let model = &entry.descriptor;
    json!({
        "name": model.name, "framework": format!("{:?}", model.framework).to_lowercase(),
        "task_type": entry.raw["task_type"], "model": model.model, "config": model.config, "threshold": model.threshold,
        "mean": model.mean, "scale": model.scale, "width": model.width, "height": model.height, "rgb": model.rgb,
        "crop": model.crop, "labels": model.labels, "nms": model.nms, "key": entry.key,
        "features": signature.map_or(&model.features, |signature| &signature.layer),
        "dimensions": signature.map_or(model.dimensions, |signature| signature.dimension),
    })
}

/// Model as its descriptor is written.
pub(super) fn raw_model(entry: &Entry, downloaded: bool) -> Value {
    let mut value = entry.raw.clone();
    value["downloaded"] = json!(downloaded);
    value
}

/// `offset`, `limit`, `sort`, `order` of a list.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Page {
    offset: Option<String>,
    limit: Option<String>,
    sort: Option<String>,
    order: Option<String>,
}

/// Rows of the original's only page.
const DEFAULT_PAGE: u64 = 50;

/// Most rows of one page.
const LARGEST_PAGE: u64 = 1000;

impl Page {
    /// Rows to skip and rows wanted.
    pub(super) fn window(&self) -> Result<(u64, u64)> {
        let offset = number("offset", self.offset.as_deref(), 0)?;
        let limit = number("limit", self.limit.as_deref(), DEFAULT_PAGE)?;
        Ok((offset, limit.min(LARGEST_PAGE)))
    }

    /// By what to sort, and from which end.
    pub(super) fn sorting(&self) -> Result<(Sort, Order)> {
        let by_date = choice("sort", self.sort.as_deref(), ["id", "date"])?;
        let descending = choice("order", self.order.as_deref(), ["asc", "desc"])?;
        Ok((if by_date { Sort::Date } else { Sort::Id }, if descending { Order::Desc } else { Order::Asc }))
    }
}

fn number(name: &str, text: Option<&str>, default: u64) -> Result<u64> {
    match text {
        None | Some("") => Ok(default),
        Some(text) => text.parse().map_err(|_| Error::invalid(format!("{name} must be a whole number from 0, not `{}`", clipped(text)))),
    }
}

/// True for the second word, false for the first or none.
fn choice(name: &str, text: Option<&str>, words: [&str; 2]) -> Result<bool> {
    match text {
        None | Some("") => Ok(false),
        Some(text) if text == words[0] => Ok(false),
        Some(text) if text == words[1] => Ok(true),
        Some(text) => Err(Error::invalid(format!("{name} must be {} or {}, not `{}`", words[0], words[1], clipped(text)))),
    }
}

/// A caller's text, short enough to repeat in an answer.
pub(super) fn clipped(text: &str) -> String {
    text.chars().take(80).collect()
}
