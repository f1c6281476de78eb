//! `likeness serve`: the server, from opening the library to its last request.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use axum::ServiceExt;
use axum::extract::Request;
use axum::serve::ListenerExt;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::worker;
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Kind, Result, ResultExt};
use crate::tasks;

/// How long requests in work may take once the server was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to listen.
#[derive(Args)]
pub struct ServeArguments {
    /// Port; 0 takes a free one and prints it [default: 5000]
    #[arg(long, env = "LIKENESS_PORT")]
    port: Option<u16>,
    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, env = "LIKENESS_HOST")]
    host: Option<IpAddr>,
    /// Allow an address that other machines reach, although there are no accounts: whoever reaches it sees and changes everything
    #[arg(long)]
    expose: bool,
    /// Leave long work to `likeness worker` processes
    #[arg(long)]
    no_worker: bool,
}

pub(super) async fn run(config: Config, arguments: ServeArguments) -> Result<ExitCode> {
    let address = arguments.address(&config)?;
    let listener = listen(address).await?;
    let app = App::open(arguments.applied(config)).await?;
    serve(app, listener, |url| println!("Likeness serves {url}/")).await
}

/// Takes the port.
///
/// # Errors
/// `Conflict` when somebody else has it.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .or_error(Kind::Conflict, || format!("cannot listen on {address} (is another server running there? choose another --port)"))
}

/// Serves until the process is asked to stop; `ready` is told the address once requests are answered.
pub(super) async fn serve(app: App, listener: TcpListener, ready: impl FnOnce(&str)) -> Result<ExitCode> {
    open_index(&app).await;
    let bound = listener.local_addr().or_error(Kind::Internal, || "the listening socket has no address".into())?;
    let end = worker::end_when_asked();
    ready(&format!("http://{bound}"));
    tokio::spawn(load_network(app.clone()));
    let workers = tasks::worker::start(&app, &end);
    let service = ServiceExt::<Request>::into_make_service(crate::http::service(app));
    // The last part of an answer must not wait for the client's word about the part before it.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection cannot be told to send at once");
        }
    });
    let served = axum::serve(listener, service).with_graceful_shutdown(end.clone().cancelled_owned());
    tokio::select! {
        done = served => done.or_error(Kind::Internal, || "serving failed".into())?,
        // A page that listens for news keeps its connection for ever.
        () = patience(&end) => tracing::info!("connections were still open and are closed now"),
    }
    end.cancel();
    worker::finish(workers).await;
    tracing::info!("server stopped");
    Ok(ExitCode::SUCCESS)
}

/// Returns a while after the end was asked for.
async fn patience(end: &CancellationToken) {
    end.cancelled().await;
    tokio::time::sleep(PATIENCE).await;
}

impl ServeArguments {
    /// The settings with what was said here.
    pub(super) fn applied(&self, mut config: Config) -> Config {
        if self.no_worker {
            config.tasks.workers = 0;
        }
        config
    }

    /// Where to listen.
    ///
    /// # Errors
    /// `Forbidden` for an address that others reach, unless that is said to be wanted.
    pub(super) fn address(&self, config: &Config) -> Result<SocketAddr> {
        let address = SocketAddr::new(self.host.unwrap_or(config.server.host), self.port.unwrap_or(config.server.port));
        if address.ip().is_loopback() || self.expose {
            return Ok(address);
        }
        Err(Error::new(
            Kind::Forbidden,
            format!(
                "{} can be reached by other machines and there are no accounts: add --expose if only people you trust can reach it",
                address.ip()
            ),
        ))
    }
}

/// The index is open before the port is; a library without a feature is served all the same.
async fn open_index(app: &App) {
    match app.search.current().await {
        Ok(Some((feature, signature))) => {
            tracing::info!(feature = %feature.id, model = %feature.modelzoo_name, dimension = signature.dimension, "feature loaded");
        }
        Ok(None) => tracing::warn!("no feature yet: searches answer once `likeness extract` has run; no restart is needed"),
        Err(error) => tracing::error!(error = ?error, "the first feature could not be loaded; searches will say why"),
    }
}

/// Searches with pictures of the library are answered meanwhile; the first upload waits for what is left of this.
async fn load_network(app: App) {
    if let Err(error) = app.search.warm_up().await {
        tracing::error!(error = ?error, "the network of the first feature could not be loaded; searches with uploads will say why");
    }
}
