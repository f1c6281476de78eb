//! `report.csv`: one row for each medium, for spreadsheets. Cells that a spreadsheet would run as a formula are disarmed.

use csv::Writer;

use super::item::Item;
use super::report::time;
use crate::error::{Kind, Result, ResultExt};
use crate::media::collections::Collection;

const COLUMNS: [&str; 20] = [
    "collection_id",
    "collection_title",
    "media_id",
    "file",
    "missing",
    "sha256",
    "frame",
    "content_sha256",
    "media_type",
    "width",
    "height",
    "byte_size",
    "created_at",
    "captured_at",
    "camera",
    "added_by",
    "added_at",
    "notes",
    "source_names",
    "source_paths",
];

/// The names of the columns.
pub(super) fn top() -> Result<Vec<u8>> {
    row(&COLUMNS.map(str::to_owned))
}

/// A medium.
pub(super) fn item(collection: &Collection, item: &Item) -> Result<Vec<u8>> {
    let Item { media, link, sources, file, missing } = item;
    let joined = |texts: Vec<&str>| texts.join(" | ");
    let cells = [
        collection.id.to_string(),
        collection.title.clone(),
        media.id.to_string(),
        if missing.is_none() { file.clone() } else { String::new() },
        missing.clone().unwrap_or_default(),
        media.sha256.to_string(),
        media.frame.map(|frame| frame.to_string()).unwrap_or_default(),
        media.content_sha256.to_string(),
        serde_json::json!(media.media_type).as_str().unwrap_or_default().to_owned(),
        media.width.to_string(),
        media.height.to_string(),
        media.byte_size.to_string(),
        time(media.created_at),
        media.captured_at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(),
        media.camera.clone().unwrap_or_default(),
        link.username.clone(),
        time(link.created_at),
        link.notes.clone().unwrap_or_default(),
        joined(sources.iter().map(|source| source.name.as_str()).collect()),
        joined(sources.iter().map(|source| source.path.as_str()).collect()),
    ];
    row(&cells.map(disarmed))
}

fn row(cells: &[String]) -> Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(cells).or_error(Kind::Internal, || "cannot write a row of the report".into())?;
    writer.into_inner().map_err(|error| crate::Error::internal(format!("cannot write a row of the report: {}", error.error())))
}

/// An apostrophe in front makes a spreadsheet show a cell as it is.
fn disarmed(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
