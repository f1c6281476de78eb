//! `likeness detect`: what is in these pictures, or in all of the library.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::bar;
use crate::app::App;
use crate::error::{Result, io_error};
use crate::media::Detection;
use crate::search::{Detector, Inference};
use crate::tasks::detect;

/// Which model looks at what.
#[derive(Args)]
pub struct DetectArguments {
    /// Model of the zoo: a detector, or a classifier
    #[arg(long)]
    model: String,
    /// Picture files; without any, every picture of the library that this model has not looked at
    pictures: Vec<PathBuf>,
    /// Look again at pictures of the library that could not be read before
    #[arg(long, conflicts_with = "pictures")]
    retry_failed: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(app: &App, arguments: DetectArguments) -> Result<ExitCode> {
    let detector = app.search.detectors().open(&arguments.model).await?;
    if arguments.pictures.is_empty() {
        if arguments.retry_failed {
            app.detections.forget_failures(detector.key()).await?;
        }
        return library(app, &detector, arguments.json).await;
    }
    let mut shown = Vec::new();
    let mut failed = false;
    for picture in &arguments.pictures {
        let seen = look(&detector, picture).await;
        failed |= seen.is_err();
        match (arguments.json, seen) {
            (true, seen) => shown.push(as_json(picture, seen)),
            (false, Ok(seen)) => print(picture, &seen),
            (false, Err(error)) => eprintln!("  {}: {}", picture.display(), error.message()),
        }
    }
    if arguments.json {
        println!("{}", json!({ "model": detector.key(), "pictures": shown }));
    }
    Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

async fn look(detector: &Detector, picture: &Path) -> Result<Inference> {
    let bytes = std::fs::read(picture).map_err(|error| io_error(picture, "read", error))?;
    detector.look(bytes.into()).await
}

fn as_json(picture: &Path, seen: Result<Inference>) -> Value {
    let file = picture.display().to_string();
    match seen {
        Ok(seen) => {
            let found: Vec<_> = seen.detections.iter().map(box_json).collect();
            json!({ "file": file, "duration": seen.forward.as_secs_f64() * 1e3, "detections": found })
        }
        Err(error) => json!({ "file": file, "error": error.message() }),
    }
}

fn box_json(found: &Detection) -> Value {
    json!({ "label": found.label, "index": found.index, "confidence": found.confidence, "rect": found.rect })
}

fn print(picture: &Path, seen: &Inference) {
    println!("{}: {} in {:.1} ms", picture.display(), seen.detections.len(), seen.forward.as_secs_f64() * 1e3);
    for found in &seen.detections {
        let name = if found.label.is_empty() { format!("class {}", found.index) } else { found.label.clone() };
        let rect = found.rect;
        println!("  {:.3}  {name}  {:.3},{:.3} to {:.3},{:.3}", found.confidence, rect.x1, rect.y1, rect.x2, rect.y2);
    }
}

async fn library(app: &App, detector: &std::sync::Arc<Detector>, as_json: bool) -> Result<ExitCode> {
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("detecting");
    let report = detect::detect(app, detector, &stop, &|progress| bar::show(&shown, progress)).await?;
    shown.finish_and_clear();
    let rate = report.looked as f64 / report.seconds.max(1e-9);
    if as_json {
        let failed: Vec<_> = report.failed.iter().map(|(id, reason)| json!({ "id": id, "reason": reason })).collect();
        println!(
            "{}",
            json!({ "model": detector.key(), "looked": report.looked, "found": report.found, "already": report.already, "failed": failed, "seconds": report.seconds, "images_per_second": rate })
        );
    } else {
        println!(
            "{}: {} looked at, {} found, {} looked at before, {} failed; {rate:.1} pictures per second on {}",
            detector.key(),
            report.looked,
            report.found,
            report.already,
            report.failed.len(),
            app.engine.device()
        );
        for (id, reason) in report.failed.iter().take(20) {
            eprintln!("  picture {id}: {reason}");
        }
    }
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
