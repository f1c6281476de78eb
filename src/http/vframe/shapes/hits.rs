//! Search answers as text. Thirty hits are most of the work of a search once its index is quick, so they are written piece by piece,
//! without a tree, without a string for each field, and without looking for what must be escaped in hashes and numbers. The types
//! beside ([`SearchAnswer`](super::SearchAnswer), [`Media`](super::Media)) describe the same; the tests compare both.

use std::collections::HashMap;
use std::io::{self, Write};

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

use super::envelope::written;
use super::search::QueryShown;
use crate::http::files;
use crate::http::vframe::detection::Seen;
use crate::http::vframe::infer::Infer;
use crate::media::Media;
use crate::search::Match;
use crate::types::MediaId;

/// Bytes of one hit, about.
const BYTES_PER_HIT: usize = 768;

/// The hits of an answer.
pub(crate) struct Hits<'a> {
    /// In the order in which they are shown.
    pub(crate) matches: &'a [Match],
    /// Whether each tells what fell together with it.
    pub(crate) is_grouped: bool,
    /// What was seen in them, if that is shown.
    pub(crate) detections: Option<HashMap<MediaId, Vec<Seen>>>,
}

/// The whole answer. Fields are sorted by name at every depth.
pub(crate) fn search_answer(infer: &Infer, query: &QueryShown, hits: &Hits<'_>) -> Response {
    let mut text = Vec::with_capacity((hits.matches.len() + 2) * BYTES_PER_HIT);
    let outcome = write_answer(&mut text, infer, query, hits);
    written(outcome.map(|()| text).map_err(serde_json::Error::io))
}

fn write_answer(text: &mut Vec<u8>, infer: &Infer, query: &QueryShown, hits: &Hits<'_>) -> io::Result<()> {
    text.extend(b"{\"infer\":");
    json(text, infer)?;
    text.extend(b",\"query\":");
    json(text, query)?;
    text.extend(b",\"res\":[");
    for (place, hit) in hits.matches.iter().enumerate() {
        text.extend(if place == 0 { &b"{"[..] } else { b",{" });
        if let Some(detections) = &hits.detections {
            text.extend(b"\"detections\":");
            json(text, detections.get(&hit.media.id).map_or(&[][..], Vec::as_slice))?;
            text.push(b',');
        }
        if hits.is_grouped {
            write!(text, "\"group\":{{\"count\":{}}},", hit.grouped)?;
        }
        write!(text, "\"id\":{},\"media\":", hit.media.id)?;
        media(text, &hit.media)?;
        text.extend(b",\"score\":");
        // As wide as `serde_json`'s values are: the digits that clients have always seen.
        json(text, &f64::from(hit.distance))?;
        text.push(b'}');
    }
    text.extend(b"],\"status\":\"ok\"}\n");
    Ok(())
}

/// The same as [`super::media`] serialised.
fn media(text: &mut Vec<u8>, media: &Media) -> io::Result<()> {
    write!(text, "{{\"byte_size\":{},\"camera\":", media.byte_size)?;
    json(text, &media.camera)?;
    match media.captured_at {
        Some(time) => write!(text, ",\"captured_at\":\"{}\"", time.format("%Y-%m-%dT%H:%M:%S"))?,
        None => text.extend(b",\"captured_at\":null"),
    }
    write!(text, ",\"created_at\":\"{}\"", httpdate::HttpDate::from(std::time::SystemTime::from(media.created_at)))?;
    if let Some(time) = media.deleted_at {
        write!(text, ",\"deleted_at\":\"{}\"", super::http_date(time))?;
    }
    field(text, "duration_ms", &media.duration_ms)?;
    field(text, "ext", &media.ext)?;
    field(text, "frame", &media.frame)?;
    field(text, "frame_rate", &media.frame_rate)?;
    write!(text, ",\"graphic\":{},\"height\":{},\"id\":{}", media.graphic, media.height, media.id)?;
    field(text, "mediaType", &media.media_type)?;
    match &media.preview {
        Some(preview) => write!(text, ",\"preview\":\"{}\"", BASE64.encode(preview))?,
        None => text.extend(b",\"preview\":null"),
    }
    write!(text, ",\"sha256\":\"{}\",\"thumbnail\":\"{}\"", media.sha256, files::thumbnail_url(media))?;
    field(text, "time_ms", &media.time_ms)?;
    field(text, "url", &files::media_url(media))?;
    write!(text, ",\"width\":{}}}", media.width)
}

fn field<T: Serialize>(text: &mut Vec<u8>, name: &str, value: &T) -> io::Result<()> {
    text.extend(b",\"");
    text.extend(name.as_bytes());
    text.extend(b"\":");
    json(text, value)
}

fn json<T: Serialize + ?Sized>(text: &mut Vec<u8>, value: &T) -> io::Result<()> {
    serde_json::to_writer(text, value).map_err(io::Error::from)
}
