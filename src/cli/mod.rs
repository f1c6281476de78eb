//! The command line: parses, opens what a command needs, prints. One file a command.

mod bar;
mod demo;
mod distill;
mod evaluate;
mod export;
mod extract;
mod features;
mod import;
mod keyframes;
mod media;
mod render;
mod search;
mod serve;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, ConfigArguments};
use crate::db;
use crate::error::{Result, io_error};
use crate::media::MediaStore;
use crate::network::device;
use crate::telemetry;

/// Visual similarity search: put pictures in, ask what looks like this.
#[derive(Parser)]
#[command(name = "likeness", version, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    config: ConfigArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put pictures and videos into the library: folders, files, ZIP archives
    Import(import::ImportArguments),
    /// Take the key frames of videos as pictures, without any library
    Keyframes(keyframes::KeyframesArguments),
    /// Take features from every picture that has none yet, then build the index
    Extract(extract::ExtractArguments),
    /// Build the index of a feature anew from its vectors
    Index(extract::IndexArguments),
    /// Ask the library what looks like a picture
    Search(search::SearchArguments),
    /// Write a collection into one ZIP archive: originals, reports, and a manifest of hashes
    Export(export::ExportArguments),
    /// Check that an exported archive is still what it was
    Verify(verify::VerifyArguments),
    /// Serve the library over HTTP
    Serve(serve::ServeArguments),
    /// List features
    Features(features::FeaturesArguments),
    /// List the models of the zoo
    Models(features::ModelsArguments),
    /// Measure a model on your own labelled pictures
    Evaluate(evaluate::EvaluateArguments),
    /// Train the built-in network: a small student learns what a teacher says of photos
    Distill(distill::DistillArguments),
    /// Take pictures out of the library (they can be restored)
    Delete(media::MediaArguments),
    /// Bring deleted pictures back
    Restore(media::MediaArguments),
    /// Show it: import pictures, take features, serve
    Demo(demo::DemoArguments),
    /// Render the program's own sample pictures
    Render(render::RenderArguments),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Before anything asks libtorch about CUDA.
    device::prepare_process(arguments.config.libtorch_cuda.as_deref());
    let level = if matches!(arguments.command, Command::Serve(_)) { "info" } else { "warn" };
    telemetry::start(arguments.config.log_json, level);
    let outcome = tokio::runtime::Runtime::new()
        .map_err(|error| crate::Error::internal("cannot start the runtime").because(error))
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("likeness: {}", error.message());
            tracing::debug!(?error, "cause chain");
            ExitCode::from(1)
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode> {
    let config = Config::load(&arguments.config)?;
    match arguments.command {
        Command::Import(command) => import::run(&library(&config).await?, command).await,
        Command::Keyframes(command) => keyframes::run(config, command).await,
        Command::Extract(command) => extract::run(&App::open(config).await?, command).await,
        Command::Index(command) => extract::run_index(&App::open(config).await?, command).await,
        Command::Search(command) => search::run(&App::open(config).await?, command).await,
        Command::Export(command) => export::run(&library(&config).await?, command).await,
        Command::Verify(command) => verify::run(&command),
        Command::Serve(command) => serve::run(config, command).await,
        Command::Features(command) => features::run(&App::open(config).await?, command).await,
        Command::Models(command) => Ok(features::run_models(&config, &command)),
        Command::Evaluate(command) => evaluate::run(config, command).await,
        Command::Distill(command) => tokio::task::block_in_place(|| distill::run(command)).map(|()| ExitCode::SUCCESS),
        Command::Delete(command) => media::delete(&library(&config).await?, command).await.map(|()| ExitCode::SUCCESS),
        Command::Restore(command) => media::restore(&library(&config).await?, command).await.map(|()| ExitCode::SUCCESS),
        Command::Demo(command) => demo::run(config, command).await,
        Command::Render(command) => render::run(&command),
    }
}

/// The library alone: what needs no network does not start the engine.
async fn library(config: &Config) -> Result<MediaStore> {
    let folder = &config.data_dir;
    std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create the data folder", error))?;
    let database = db::connect(&App::database_path(folder)).await?;
    Ok(MediaStore::open(database, folder, config.decode.limits())?.with_video(config.video.clone()))
}
