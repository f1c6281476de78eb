//! `/api/v1/collection/<id>/...` of many media in one step: taking out, putting back, arranging, and which of them are in it.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::form::Form;
use super::super::media_trash::{MOST, answer};
use super::bodies::{LinkedMediaIds, OrderForm};
use super::shapes::{self, Done, Envelope, MediaIds, MediaMarked};
use super::{Answer, done};
use crate::app::App;
use crate::http::error::Failures;
use crate::http::extract::{Fields, Id};
use crate::media::collections::{Arrangement, media_ids};
use crate::types::{CollectionId, MediaId};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(remove)).routes(routes!(restore)).routes(routes!(arrange)).routes(routes!(contains))
}

/// Takes many media out of a collection, and tells what became of each: `removed`, or `not found` when it was not in it. For thirty days
/// they can be put back as they were.
#[utoipa::path(post, path = "/collection/{id}/media/remove", tag = "collection", operation_id = "remove_many_collection_media",
    params(("id" = i64, Path, minimum = 1)), request_body = LinkedMediaIds,
    responses((status = 200, body = Envelope<Vec<MediaMarked>>), Failures))]
async fn remove(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let media = media_ids(&fields)?;
    Ok(answer(&media, &app.collections.remove_all(CollectionId(id), &media).await?, "removed"))
}

/// Puts media back that were taken out of a collection, with their notes, in their place, and with the name and the time of who added
/// them; tells what became of each: `restored`, `unchanged` when it is in it, or `not found`.
#[utoipa::path(post, path = "/collection/{id}/media/restore", tag = "collection", operation_id = "restore_collection_media",
    params(("id" = i64, Path, minimum = 1)), request_body = LinkedMediaIds,
    responses((status = 200, body = Envelope<Vec<MediaMarked>>), Failures))]
async fn restore(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let media = media_ids(&fields)?;
    Ok(answer(&media, &app.collections.restore_all(CollectionId(id), &media).await?, "restored"))
}

/// Moves media to another place in the order of a collection, which lists with `sort=position` and exports have. The others stay as they
/// are.
#[utoipa::path(put, path = "/collection/{id}/order", tag = "collection", operation_id = "arrange_collection",
    params(("id" = i64, Path, minimum = 1)), request_body = OrderForm,
    responses((status = 200, body = Done), Failures))]
async fn arrange(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    app.collections.arrange(CollectionId(id), &Arrangement::parse(&fields)?).await?;
    Ok(done())
}

/// Which of these media, at most 1000, are in a collection.
#[utoipa::path(post, path = "/collection/{id}/contains", tag = "collection", operation_id = "collection_contains",
    params(("id" = i64, Path, minimum = 1)), request_body = MediaIds,
    responses((status = 200, body = Envelope<Vec<i64>>), Failures))]
async fn contains(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let mut form = Form::of(&fields);
    let media: Vec<_> = form.ids("ids", MOST).into_iter().map(MediaId).collect();
    form.finish()?;
    let found = app.collections.contained(CollectionId(id), &media).await?;
    Ok(shapes::ok(found.into_iter().map(|media| media.0).collect::<Vec<_>>()))
}
