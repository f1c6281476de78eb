//! `likeness export <collection id>`: writes a collection into one ZIP archive.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::bar;
use crate::error::Result;
use crate::media::MediaStore;
use crate::media::export::{ExportReport, Watch, export};
use crate::tasks::Progress;
use crate::types::CollectionId;

/// Missing originals named on a terminal; `--json` and the reports in the archive name all.
const MISSING_SHOWN: usize = 20;

/// What to export.
#[derive(Args)]
pub struct ExportArguments {
    /// Number of the collection
    #[arg(value_name = "COLLECTION ID")]
    collection: i64,
    /// File to write, which must not be there yet [default: a new file in the folder `exports` of the library]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Exports and reports. The code is 0 when every original is in the archive, 2 when some are not.
pub(super) async fn run(store: &MediaStore, arguments: ExportArguments) -> Result<ExitCode> {
    let (stop, shown) = (bar::stop_on_interrupt(), bar::pictures("exporting"));
    let told = shown.clone();
    let watch =
        Watch { check: Arc::new(move || stop.check()), progress: Arc::new(move |done, total| bar::show(&told, Progress { done, total })) };
    let exported = export(store, CollectionId(arguments.collection), arguments.output, watch).await;
    shown.finish_and_clear();
    let report = exported?;
    if arguments.json {
        println!("{}", as_json(&report));
    } else {
        print(&report);
    }
    Ok(if report.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn as_json(report: &ExportReport) -> serde_json::Value {
    let missing: Vec<_> =
        report.missing.iter().map(|one| json!({ "media_id": one.media_id, "file": one.file, "reason": one.reason })).collect();
    json!({
        "name": report.name, "path": report.path, "bytes": report.bytes, "pictures": report.pictures, "missing": missing,
        "manifest_sha256": report.manifest_sha256,
    })
}

fn print(report: &ExportReport) {
    println!("{} ({} originals, {} bytes)", report.path.display(), report.pictures, report.bytes);
    println!("sha256 of its manifest: {}", report.manifest_sha256);
    for one in report.missing.iter().take(MISSING_SHOWN) {
        eprintln!("missing: media {}: {}", one.media_id, one.reason);
    }
    if report.missing.len() > MISSING_SHOWN {
        eprintln!("missing: ... and {} more; `--json` names all", report.missing.len() - MISSING_SHOWN);
    }
}
