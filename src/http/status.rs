//! Is it there, is it ready, and which version is it: for those who look after servers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{Failure, Failures};
use crate::app::App;
use crate::error::Error;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready)).routes(routes!(version))
}

/// The same below `/api/v1`, for a proxy that lets only that through.
pub(super) fn aliases() -> Router<App> {
    use axum::routing::get;
    Router::new().route("/api/v1/health", get(health)).route("/api/v1/ready", get(ready))
}

/// The server answers.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// Version of the program.
    version: &'static str,
}

const HEALTH: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// What program this is.
#[derive(Serialize, ToSchema)]
struct Version {
    /// The program.
    res: Program,
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// A program.
#[derive(Serialize, ToSchema)]
struct Program {
    /// Version of the HTTP contract.
    #[schema(example = "v1")]
    api: &'static str,
    /// `likeness`.
    #[schema(example = "likeness")]
    name: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Whether the process is alive. Asks nothing else.
#[utoipa::path(get, path = "/health", tag = "status", operation_id = "health", responses((status = 200, body = Health)))]
async fn health() -> Json<Health> {
    Json(HEALTH)
}

/// Whether requests can be served: the database answers, the data folder can be written, the engine runs.
#[utoipa::path(get, path = "/ready", tag = "status", operation_id = "ready", responses((status = 200, body = Health), Failures))]
async fn ready(State(app): State<App>) -> Result<Response, Failure> {
    if !app.engine.is_up() {
        return Err(Error::not_ready("the engine has ended: the log says why; restart the server").into());
    }
    app.media.is_ready().await.map_err(|error| Error::not_ready(error.message()).because(error))?;
    Ok(Json(HEALTH).into_response())
}

/// Which version of the program this is.
#[utoipa::path(get, path = "/api/v1/version", tag = "status", operation_id = "version", responses((status = 200, body = Version)))]
async fn version() -> Json<Version> {
    let res = Program { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), api: "v1" };
    Json(Version { status: "ok", res })
}
