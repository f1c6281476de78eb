//! `report.json`: the collection with all its media, for programs.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Cover;
use super::item::Item;
use super::report::time;

/// What stands after the media.
pub(super) const END: &str = "\n]}\n";

/// The collection, up to its media.
pub(super) fn top(cover: &Cover) -> String {
    let collection = &cover.collection;
    let value = json!({
        "id": collection.id, "title": collection.title, "username": collection.username, "notes": collection.notes,
        "archived": collection.archived, "created_at": time(collection.created_at), "updated_at": optional(collection.updated_at),
        "exported_at": time(cover.exported_at), "generator": format!("Likeness {}", env!("CARGO_PKG_VERSION")),
        "pictures": cover.pictures, "missing": cover.missing,
    });
    let text = value.to_string();
    format!("{},\n\"media\":[\n", text.trim_end_matches('}'))
}

/// A medium.
pub(super) fn item(item: &Item) -> String {
    let Item { media, link, sources, file, missing } = item;
    let sources: Vec<Value> =
        sources.iter().map(|source| json!({ "name": source.name, "path": source.path, "imported_at": time(source.imported_at) })).collect();
    let value = json!({
        "id": media.id, "mediaType": media.media_type, "sha256": media.sha256, "frame": media.frame, "ext": media.ext,
        "url": format!("/static/data/{}", media.key()), "created_at": time(media.created_at),
        "width": media.width, "height": media.height, "byte_size": media.byte_size, "content_sha256": media.content_sha256,
        "captured_at": media.captured_at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()), "camera": media.camera,
        "time_ms": media.time_ms, "duration_ms": media.duration_ms, "frame_rate": media.frame_rate,
        "file": if missing.is_none() { json!(file) } else { Value::Null }, "missing": missing,
        "link": { "username": link.username, "created_at": time(link.created_at), "notes": link.notes },
        "sources": sources,
    });
    value.to_string()
}

fn optional(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, |at| json!(time(at)))
}
