//! `likeness worker`: long work in a process of its own. Any number of them may share a library with a server.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::tasks;

/// How long the end waits for a worker to leave its job. The job itself loses nothing: it goes on elsewhere or later.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much at once.
#[derive(Args)]
#[command(after_help = "\
The worker shares database and data folder with a server: give both the same --data-dir, and --database-url where one is used.
`likeness serve --no-worker` leaves all work to processes like this one. Ctrl-C or SIGTERM ends it; a job in work is then gone on
with by the next worker.")]
pub struct WorkerArguments {
    /// Jobs at the same time [default: `tasks.workers` of the settings, 2]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

pub(super) async fn run(mut config: Config, arguments: &WorkerArguments) -> Result<ExitCode> {
    config.tasks.workers = arguments.jobs.unwrap_or(config.tasks.workers);
    if config.tasks.workers == 0 {
        return Err(Error::invalid("a worker with 0 jobs does nothing: say --jobs 1 or more (the settings have `tasks.workers = 0`)"));
    }
    let app = App::open(config).await?;
    let end = end_when_asked();
    println!("Likeness works: {} jobs at the same time, library {}", app.config.tasks.workers, app.config.data_dir.display());
    let workers = tasks::worker::start(&app, &end);
    end.cancelled().await;
    finish(workers).await;
    tracing::info!("worker stopped");
    Ok(ExitCode::SUCCESS)
}

/// Waits a little for workers that were told to end.
pub(super) async fn finish(workers: Vec<JoinHandle<()>>) {
    if tokio::time::timeout(PATIENCE, futures::future::join_all(workers)).await.is_err() {
        tracing::warn!("a worker did not leave its job in time; the job goes on with the next worker");
    }
}

/// A token that SIGTERM or Ctrl-C cancels; the next Ctrl-C ends the process at once. From the return on, SIGTERM is heard.
pub(super) fn end_when_asked() -> CancellationToken {
    let end = CancellationToken::new();
    let asked = end.clone();
    // Registered here and not in the task, which may begin after somebody was told that the process is ready.
    let terminated = signal(SignalKind::terminate());
    tokio::spawn(async move {
        asked_to_stop(terminated.ok()).await;
        asked.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
    end
}

async fn asked_to_stop(terminated: Option<Signal>) {
    let interrupted = tokio::signal::ctrl_c();
    match terminated {
        Some(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        None => drop(interrupted.await),
    }
}
