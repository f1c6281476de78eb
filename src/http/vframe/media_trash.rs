//! `/api/v1/media/.../restore`, `/api/v1/media/delete`: into the trash and out of it, one at a time or many.

use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::form::Form;
use super::shapes::{self, Envelope, MediaIds, MediaMarked};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Fields, Id};
use crate::media::Marked;
use crate::types::MediaId;

type Answer = std::result::Result<Response, Failure>;

/// Most media named in one request.
pub(super) const MOST: usize = 1000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(restore)).routes(routes!(delete_many)).routes(routes!(restore_many))
}

/// Brings a deleted medium back; one that is not deleted stays as it is.
#[utoipa::path(post, path = "/media/id/{id}/restore", tag = "media", operation_id = "restore_media", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<shapes::Media>), Failures))]
async fn restore(State(app): State<App>, Id(id): Id) -> Answer {
    match app.media.restore(MediaId(id)).await {
        Err(error) if error.kind() == Kind::NotFound => return Err(Error::not_found("not found").into()),
        outcome => outcome?,
    };
    let media = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    Ok(shapes::ok(shapes::media(&media)))
}

/// Deletes many media, at most 1000, and tells what became of each. They can be restored.
#[utoipa::path(post, path = "/media/delete", tag = "media", operation_id = "delete_many_media", request_body = MediaIds,
    responses((status = 200, body = Envelope<Vec<MediaMarked>>), Failures))]
async fn delete_many(State(app): State<App>, Fields(fields): Fields) -> Answer {
    let ids = ids(&fields)?;
    Ok(answer(&ids, &app.media.delete_all(&ids).await?, "deleted"))
}

/// Brings many deleted media back, at most 1000, and tells what became of each.
#[utoipa::path(post, path = "/media/restore", tag = "media", operation_id = "restore_many_media", request_body = MediaIds,
    responses((status = 200, body = Envelope<Vec<MediaMarked>>), Failures))]
async fn restore_many(State(app): State<App>, Fields(fields): Fields) -> Answer {
    let ids = ids(&fields)?;
    Ok(answer(&ids, &app.media.restore_all(&ids).await?, "restored"))
}

fn ids(fields: &serde_json::Map<String, serde_json::Value>) -> Result<Vec<MediaId>> {
    let mut form = Form::of(fields);
    let ids = form.ids("ids", MOST);
    form.finish()?;
    Ok(ids.into_iter().map(MediaId).collect())
}

/// What became of each medium.
pub(super) fn answer(ids: &[MediaId], outcomes: &[Marked], changed: &'static str) -> Response {
    let rows = ids.iter().zip(outcomes).map(|(id, outcome)| {
        let status = match outcome {
            Marked::Changed => changed,
            Marked::Already => "unchanged",
            Marked::Unknown => "not found",
        };
        MediaMarked { id: id.0, status }
    });
    shapes::ok(rows.collect::<Vec<_>>())
}
