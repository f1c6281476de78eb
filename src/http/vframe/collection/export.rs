//! `/api/v1/collection/<id>/export`, and the exports that are there.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::bodies::{Exported, FinishedExport};
use super::shapes::{self, Done, Envelope};
use super::{Accepted, Answer, accepted, done};
use crate::app::App;
use crate::error::Error;
use crate::http::error::Failures;
use crate::http::extract::{Id, Params};
use crate::media::export::{ExportReport, Exports, Watch, export};
use crate::tasks::registry;
use crate::types::CollectionId;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(make)).routes(routes!(list)).routes(routes!(delete))
}

/// How to answer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `1`: answer with a redirection to the archive.
    redirect: Option<String>,
    /// `1`: start a job and answer at once.
    job: Option<String>,
    /// Who asks for the job.
    username: Option<String>,
}

/// Writes a new archive of a collection. The answer comes when it is complete; a client that leaves gives it up.
#[utoipa::path(get, path = "/collection/{id}/export", tag = "collection", operation_id = "export_collection",
    params(("id" = i64, Path, minimum = 1), ExportQuery),
    responses((status = 200, body = Exported), (status = 202, body = Accepted), (status = 302, description = "To the archive"), Failures))]
async fn make(State(app): State<App>, Id(id): Id, Params(query): Params<ExportQuery>) -> Answer {
    if query.job.as_deref() == Some("1") {
        let job = registry::start(&app, "export_collection", json!({ "collection_id": id }), &query.username.unwrap_or_default()).await?;
        return Ok(accepted(&job));
    }
    let report = export(&app.media, CollectionId(id), None, Watch::default()).await?;
    let url = format!("/static/data/exports/{}", report.name);
    if query.redirect.as_deref() == Some("1") {
        return Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response());
    }
    Ok(exported(&report, url))
}

fn exported(report: &ExportReport, url: String) -> Response {
    shapes::envelope(Exported {
        status: "success",
        url,
        name: report.name.clone(),
        bytes: report.bytes,
        pictures: report.pictures,
        missing: report.missing.len() as u64,
        manifest_sha256: report.manifest_sha256.to_string(),
    })
}

/// The archives of a collection, newest first; they outlive the collection.
#[utoipa::path(get, path = "/collection/{id}/exports", tag = "collection", operation_id = "list_collection_exports", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<Vec<FinishedExport>>), Failures))]
async fn list(State(app): State<App>, Id(id): Id) -> Answer {
    let id = CollectionId(id);
    let found = Exports::of(&app.media).list(id).await?;
    if found.is_empty() {
        app.collections.get(id).await?.ok_or_else(|| Error::not_found("not found"))?;
    }
    Ok(shapes::ok(found.into_iter().map(FinishedExport::from).collect::<Vec<_>>()))
}

/// Removes an archive of a collection.
#[utoipa::path(delete, path = "/collection/{id}/exports/{name}", tag = "collection", operation_id = "delete_collection_export",
    params(("id" = i64, Path, minimum = 1), ("name" = String, Path)), responses((status = 200, body = Done), Failures))]
async fn delete(State(app): State<App>, Path((id, name)): Path<(String, String)>) -> Answer {
    let id = id.parse().map_err(|_| Error::not_found("not found"))?;
    Exports::of(&app.media).delete(CollectionId(id), &name).await?;
    Ok(done())
}
