//! `likeness serve`: the server, from opening the library to its last request.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use axum::ServiceExt;
use axum::extract::Request;
use clap::Args;
use tokio::net::TcpListener;

use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Kind, Result, ResultExt};

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
}

pub(super) async fn run(config: Config, arguments: ServeArguments) -> Result<ExitCode> {
    let address = arguments.address(&config)?;
    let app = App::open(config).await?;
    serve(app, listen(address).await?, |url| println!("Likeness serves {url}/")).await
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
    warm_up(&app).await;
    let bound = listener.local_addr().or_error(Kind::Internal, || "the listening socket has no address".into())?;
    ready(&format!("http://{bound}"));
    let service = ServiceExt::<Request>::into_make_service(crate::http::service(app));
    axum::serve(listener, service).with_graceful_shutdown(asked_to_stop()).await.or_error(Kind::Internal, || "serving failed".into())?;
    tracing::info!("server stopped");
    Ok(ExitCode::SUCCESS)
}

impl ServeArguments {
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

/// Network and index are ready before the port opens; a library without a feature is served all the same.
async fn warm_up(app: &App) {
    match app.search.current().await {
        Ok(Some((feature, signature))) => {
            tracing::info!(feature = %feature.id, model = %feature.modelzoo_name, dimension = signature.dimension, "feature loaded");
        }
        Ok(None) => tracing::warn!("no feature yet: searches answer once `likeness extract` has run; no restart is needed"),
        Err(error) => tracing::error!(error = ?error, "the first feature could not be loaded; searches will say why"),
    }
}

async fn asked_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => drop(interrupted.await),
    }
}
