//! The command line: parses, opens what a command needs, prints. One file a command.

mod bar;
mod completions;
mod db;
mod demo;
mod detect;
mod distill;
mod evaluate;
mod export;
mod extract;
mod fabricate;
mod features;
mod import;
mod index;
mod keyframes;
mod media;
mod model;
mod query;
mod render;
mod routes;
mod serve;
mod speed;
mod train;
mod verify;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, ConfigArguments};
use crate::error::Result;
use crate::media::MediaStore;
use crate::network::device;
use crate::telemetry;

/// What stands below the list of commands.
const AFTER_HELP: &str = "\
First steps:
  likeness import ~/Pictures          put pictures in
  likeness extract                    take features and build the index
  likeness query photo.jpg            what looks like this?
  likeness serve                      the same in a browser, at http://127.0.0.1:5000

Exit codes:
  0  done
  1  failed, or stopped before the end
  2  done, but some items failed: each is named with its reason; also a mistake in the command line";

/// Visual similarity search: put pictures in, ask what looks like this.
#[derive(Parser)]
#[command(name = "likeness", version, propagate_version = true, after_help = AFTER_HELP)]
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
    /// Build the index of a feature anew from its vectors, measure kinds of index, or check its files
    Index(index::IndexArguments),
    /// Say what is in pictures, or in the whole library
    Detect(detect::DetectArguments),
    /// Ask the library what looks like a picture
    #[command(visible_alias = "search")]
    Query(query::QueryArguments),
    /// Print the routes of the HTTP API as a Markdown document
    Routes(routes::RoutesArguments),
    /// List, download and test models, and look at their layers
    Model(model::ModelArguments),
    /// Write a collection into one ZIP archive: originals, reports, and a manifest of hashes
    Export(export::ExportArguments),
    /// Check that an exported archive is still what it was
    Verify(verify::VerifyArguments),
    /// Serve the library over HTTP, and do the long work that clients ask for
    Serve(serve::ServeArguments),
    /// Do the long work that clients of a server ask for, in a process of its own
    Worker(worker::WorkerArguments),
    /// Look after the database: status, upgrade, check, backup
    Db(db::DbArguments),
    /// List features
    Features(features::FeaturesArguments),
    /// List the models of the zoo: the same as `model list`
    Models(model::ListArguments),
    /// Measure a model on your own labelled pictures
    Evaluate(evaluate::EvaluateArguments),
    /// Measure how fast this machine takes features from pictures, and what holds it up
    Speed(speed::SpeedArguments),
    /// Train a network on labelled pictures, as DIGITS does
    Train(train::TrainArguments),
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
    /// Make up a large library, to measure with
    #[command(hide = true)]
    Fabricate(fabricate::FabricateArguments),
    /// Print a script that lets a shell complete these commands
    Completions(completions::CompletionsArguments),
}

impl Command {
    /// Whether it runs on until it is told to stop, and so should say what it does.
    fn stays(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Worker(_))
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if !matches!(arguments.command, Command::Serve(_) | Command::Worker(_) | Command::Demo(_)) {
        end_with_the_reader();
    }
    // Before anything asks libtorch about CUDA.
    device::prepare_process(arguments.config.libtorch_cuda.as_deref());
    telemetry::start(arguments.config.log_json, if arguments.command.stays() { "info" } else { "warn" });
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

/// In `likeness verify case.zip | head -1` the reader leaves first: that ends the program, as it ends any other, and is no failure.
/// What serves for long must not end so: there the same signal would tell of a program that it started.
fn end_with_the_reader() {
    #[expect(unsafe_code, reason = "the standard library ignores the signal and offers no way back")]
    // SAFETY: a plain system call, before any other thread runs.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode> {
    // A script for the shell's start-up must not hang on the settings of a library.
    let command = match arguments.command {
        Command::Completions(command) => return Ok(completions::run(&command)),
        Command::Routes(command) => return Ok(routes::run(&command)),
        other => other,
    };
    let config = Config::load(&arguments.config)?;
    match command {
        Command::Import(command) => import::run(&library(&config).await?, command).await,
        Command::Keyframes(command) => keyframes::run(config, command).await,
        Command::Extract(command) => extract::run(&App::open(alone(config)).await?, command).await,
        Command::Index(command) => index::run(&App::open(config).await?, command).await,
        Command::Detect(command) => detect::run(&App::open(config).await?, command).await,
        Command::Query(command) => query::run(&App::open(config).await?, command).await,
        Command::Model(command) => model::run(&config, command).await,
        Command::Export(command) => export::run(&library(&config).await?, command).await,
        Command::Verify(command) => verify::run(&command),
        Command::Serve(command) => serve::run(config, command).await,
        Command::Worker(command) => worker::run(config, &command).await,
        Command::Db(command) => db::run(&config, command).await,
        Command::Features(command) => features::run(&App::open(config).await?, command).await,
        Command::Models(command) => Ok(model::list(&config, &command)),
        Command::Evaluate(command) => evaluate::run(alone(config), command).await,
        Command::Speed(command) => speed::run(alone(config), command).await,
        Command::Train(command) => tokio::task::block_in_place(|| train::run(&alone(config), &command)),
        Command::Distill(command) => tokio::task::block_in_place(|| distill::run(command)).map(|()| ExitCode::SUCCESS),
        Command::Fabricate(command) => fabricate::run(config, command).await,
        Command::Delete(command) => media::delete(&library(&config).await?, command).await.map(|()| ExitCode::SUCCESS),
        Command::Restore(command) => media::restore(&library(&config).await?, command).await.map(|()| ExitCode::SUCCESS),
        Command::Demo(command) => demo::run(config, command).await,
        Command::Render(command) => render::run(&command),
        Command::Completions(command) => Ok(completions::run(&command)),
        Command::Routes(command) => Ok(routes::run(&command)),
    }
}

/// Settings of a process that serves nobody: its bulk work need not step back.
fn alone(mut config: Config) -> Config {
    config.engine.bulk_niceness = 0;
    config
}

/// The library alone: what needs no network does not start the engine.
async fn library(config: &Config) -> Result<MediaStore> {
    let store = MediaStore::open(App::connect(config).await?, &config.data_dir, config.decode.limits())?;
    Ok(store.with_video(config.video.clone()))
}
