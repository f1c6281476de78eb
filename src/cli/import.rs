//! `likeness import <dir|file|zip>...`: puts pictures and videos into the library and says what became of each.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::error::{Kind, Result, ResultExt};
use crate::media::MediaStore;
use crate::media::import::{FailedFile, ImportOptions, ImportProgress, ImportReport, Stage, import};

/// Failed files named on a terminal; `--json` names all.
const FAILURES_SHOWN: usize = 20;

/// What `likeness import` is told.
#[derive(Debug, Clone, Args)]
pub struct ImportArguments {
    /// Folders (with all folders in them), pictures, videos and ZIP archives.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only read the headers of the pictures: faster, but a damaged picture is found when it is used.
    #[arg(long)]
    pub no_check: bool,
    /// Print the report as one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Imports and reports. The code is 0 when every file is in the library, 2 when some are not, 1 when it was stopped.
///
/// # Errors
/// What stops the whole import, like a full disk.
pub async fn run(store: &MediaStore, arguments: ImportArguments) -> Result<ExitCode> {
    let cancel = CancellationToken::new();
    let interrupt = tokio::spawn(stop_on_interrupt(cancel.clone()));
    let options = ImportOptions { check: !arguments.no_check, ..ImportOptions::default() };
    let bar = Arc::new(Bar::new());
    let started = Instant::now();
    let imported = import(store, &arguments.paths, options, Arc::clone(&bar) as Arc<dyn ImportProgress>, cancel).await;
    bar.shown.finish_and_clear();
    interrupt.abort();
    let report = imported?;
    if arguments.json {
        let mut told = serde_json::to_value(&report).or_error(Kind::Internal, || "cannot write the report".into())?;
        told["seconds"] = json!(started.elapsed().as_secs_f64());
        told["stages"] = bar.stages();
        println!("{told}");
    } else {
        print(&report);
    }
    Ok(exit_code(&report))
}

/// 0, 1 or 2, as described at [`run`].
fn exit_code(report: &ImportReport) -> ExitCode {
    match (report.cancelled, report.failed.is_empty()) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(2),
    }
}

/// The first Ctrl-C finishes what is being stored and stops; the second ends the program at once, which loses nothing either.
async fn stop_on_interrupt(cancel: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    cancel.cancel();
    eprintln!("stopping; the same command goes on from here");
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}

fn print(report: &ImportReport) {
    println!(
        "found {}, added {}, already there {}, failed {}, ignored {}",
        report.found,
        report.added,
        report.already_there,
        report.failed.len(),
        report.ignored
    );
    if report.frames > 0 {
        println!("{} key frames of videos", report.frames);
    }
    if report.deleted > 0 {
        println!("{} of those already there are deleted: `likeness restore <id|sha256>` brings one back", report.deleted);
    }
    for FailedFile { path, reason } in &report.partial {
        eprintln!("only in part: {path}: {reason}");
    }
    for FailedFile { path, reason } in report.failed.iter().take(FAILURES_SHOWN) {
        eprintln!("failed: {path}: {reason}");
    }
    if report.failed.len() > FAILURES_SHOWN {
        eprintln!("failed: ... and {} more; `--json` names all", report.failed.len() - FAILURES_SHOWN);
    }
    if report.cancelled {
        eprintln!("stopped before the end; the same command goes on from here");
    }
}

/// A progress bar on standard error, invisible where that is no terminal; and what the stages cost.
struct Bar {
    shown: ProgressBar,
    /// Nanoseconds of all threads, by stage.
    spent: [AtomicU64; STAGES.len()],
}

/// The stages by the names that `--json` tells.
const STAGES: [(Stage, &str); 5] = [
    (Stage::Read, "read_seconds"),
    (Stage::Check, "check_seconds"),
    (Stage::Store, "store_seconds"),
    (Stage::Settle, "settle_seconds"),
    (Stage::Rows, "rows_seconds"),
];

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{bar:32} {human_pos}/{human_len} files, {per_sec}, {eta} left {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { shown: bar, spent: Default::default() }
    }

    /// Seconds of all threads together, by stage.
    fn stages(&self) -> Value {
        let seconds = |spent: &AtomicU64| json!(Duration::from_nanos(spent.load(Ordering::Relaxed)).as_secs_f64());
        STAGES.iter().zip(&self.spent).map(|((_, name), spent)| ((*name).to_owned(), seconds(spent))).collect()
    }
}

impl ImportProgress for Bar {
    fn expect(&self, more: u64) {
        self.shown.inc_length(more);
    }

    fn done(&self) {
        self.shown.inc(1);
        self.shown.set_message("");
    }

    fn spent(&self, stage: Stage, time: Duration) {
        if let Some(place) = STAGES.iter().position(|(named, _)| *named == stage) {
            self.spent[place].fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
        }
    }

    fn video(&self, name: &str, moment_ms: i64, length_ms: Option<i64>) {
        let of = length_ms.map(|length| format!(" of {} s", length / 1000)).unwrap_or_default();
        self.shown.set_message(format!("({name}: {} s{of})", moment_ms / 1000));
    }
}
