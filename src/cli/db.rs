//! `likeness db`: which database, is it up to date, is everything there, and a copy of it.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::bar;
use crate::app::App;
use crate::config::Config;
use crate::db::maintenance::{self, Schema};
use crate::error::Result;
use crate::media::check::{CheckReport, Thoroughness};
use crate::tasks::Progress;

/// Damaged items named on a terminal; `--json` names all.
const ITEMS_SHOWN: usize = 50;

/// What to do with the database.
#[derive(Args)]
pub struct DbArguments {
    #[command(subcommand)]
    command: DbCommand,
}

#[derive(Subcommand)]
enum DbCommand {
    /// Tell which database it is, its schema, and how much is in it; changes nothing
    Status(StatusArguments),
    /// Bring the schema up to date (every other command does so too, when it opens the library)
    Upgrade(StatusArguments),
    /// Verify that every picture and upload has its bytes: there, whole, unchanged
    Check(CheckArguments),
    /// Write a copy of an SQLite database to a new file, also while a server runs
    Backup(BackupArguments),
}

#[derive(Args)]
struct StatusArguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Exit code 2 when something is damaged or missing; each item is named with what would help.")]
struct CheckArguments {
    /// Look at existence and size only, and do not read every byte to compare its hash
    #[arg(long)]
    quick: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "\
The copy holds the records. The pictures lie beside the database, in `media` and `uploads` of the data folder: copy them after it.
Vectors and indexes can be made again by `likeness extract`. PostgreSQL has a tool of its own: pg_dump.")]
struct BackupArguments {
    /// The new file
    file: PathBuf,
}

pub(super) async fn run(config: &Config, arguments: DbArguments) -> Result<ExitCode> {
    match arguments.command {
        DbCommand::Status(command) => status(config, &command).await,
        DbCommand::Upgrade(command) => upgrade(config, &command).await,
        DbCommand::Check(command) => check(config, &command).await,
        DbCommand::Backup(command) => backup(config, &command).await,
    }
}

async fn status(config: &Config, arguments: &StatusArguments) -> Result<ExitCode> {
    let (database, schema) = maintenance::inspect(&App::database_place(config)?).await?;
    // An older schema may not have all tables yet.
    let counts = if schema.pending.is_empty() { maintenance::counts(&database).await? } else { Vec::new() };
    if arguments.json {
        let counts: Map<String, Value> = counts.into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect();
        println!("{}", json!({ "database": database.place(), "version": schema.version, "pending": schema.pending, "counts": counts }));
        return Ok(ExitCode::SUCCESS);
    }
    println!("database     {}", database.place());
    println!("schema       {}", schema.version.as_deref().unwrap_or("none: the database is empty"));
    match schema.pending.len() {
        0 => println!("pending      none"),
        _ => println!("pending      {} (`likeness db upgrade`)", schema.pending.join(", ")),
    }
    for (name, count) in counts {
        println!("{name:<12} {count}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn upgrade(config: &Config, arguments: &StatusArguments) -> Result<ExitCode> {
    let place = App::database_place(config)?;
    let before = match maintenance::inspect(&place).await {
        Ok((database, schema)) => {
            database.close().await?;
            Some(schema)
        }
        // No database yet: opening makes it.
        Err(error) if error.kind() == crate::Kind::NotFound => None,
        Err(error) => return Err(error),
    };
    App::connect(config).await?.close().await?;
    let (database, Schema { version, .. }) = maintenance::inspect(&place).await?;
    let applied = before.map(|schema| schema.pending).unwrap_or_default();
    if arguments.json {
        println!("{}", json!({ "database": database.place(), "version": version, "applied": applied }));
    } else if applied.is_empty() {
        println!("{}: up to date ({})", database.place(), version.unwrap_or_default());
    } else {
        println!("{}: applied {}", database.place(), applied.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(config: &Config, arguments: &CheckArguments) -> Result<ExitCode> {
    let library = super::library(config).await?;
    let how = if arguments.quick { Thoroughness::Size } else { Thoroughness::Hash };
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("checking");
    let watched = |done, total| {
        bar::show(&shown, Progress { done, total });
        stop.check().is_ok()
    };
    let report = library.check(how, &watched).await?;
    shown.finish_and_clear();
    if arguments.json {
        println!("{}", json!(report));
    } else {
        print(&report);
    }
    stop.check()?;
    Ok(if report.damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn print(report: &CheckReport) {
    println!("checked {} pictures and uploads, {} bytes: {} damaged or missing", report.checked, report.bytes, report.damaged.len());
    let shown = if std::io::stderr().is_terminal() { ITEMS_SHOWN } else { usize::MAX };
    for item in report.damaged.iter().take(shown) {
        eprintln!("{} {}: {}: {}", item.kind, item.id, item.path, item.reason);
    }
    if report.damaged.len() > shown {
        eprintln!("... and {} more; `--json` names all", report.damaged.len() - shown);
    }
}

async fn backup(config: &Config, arguments: &BackupArguments) -> Result<ExitCode> {
    let (database, _) = maintenance::inspect(&App::database_place(config)?).await?;
    maintenance::backup(&database, &arguments.file).await?;
    println!("copied {} to {}", database.place(), arguments.file.display());
    Ok(ExitCode::SUCCESS)
}
