//! `/api/v1/media/*`: what is in the library.

use axum::extract::State;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, Listed, MediaDeleted, MediaFull, MediaInfo, Page};
use crate::app::App;
use crate::error::Error;
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Id, Params, Word};
use crate::media::Media;
use crate::types::{MediaId, MediaType, Sha256};

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(by_id, delete))
        .routes(routes!(info))
        .routes(routes!(random))
        .routes(routes!(by_sha256))
}

/// One page of the library.
#[utoipa::path(get, path = "/media", tag = "media", operation_id = "list_media", params(Page),
    responses((status = 200, body = Listed<shapes::Media>), Failures))]
async fn list(State(app): State<App>, Params(page): Params<Page>) -> Answer {
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    let rows = app.media.list(offset, limit, sort, order).await?;
    let total = app.media.count().await?;
    Ok(shapes::envelope(Listed { status: "ok", res: rows.iter().map(shapes::media).collect(), total, offset, limit }))
}

/// One medium by its number.
#[utoipa::path(get, path = "/media/id/{id}", tag = "media", operation_id = "show_media", params(("id" = i64, Path)),
    responses((status = 200, body = Envelope<MediaFull>), Failures))]
async fn by_id(State(app): State<App>, Id(id): Id) -> Answer {
    let found = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    full(&app, found).await
}

/// One medium by its hash; of a video its first frame.
#[utoipa::path(get, path = "/media/sha256/{hash}", tag = "media", operation_id = "show_media_by_sha256", params(("hash" = String, Path)),
    responses((status = 200, body = Envelope<MediaFull>), Failures))]
async fn by_sha256(State(app): State<App>, Word(hash): Word) -> Answer {
    let hash: Sha256 = hash.parse()?;
    let found = app.media.by_sha256(&hash).await?.ok_or_else(|| Error::not_found("not found"))?;
    full(&app, found).await
}

/// Any picture or frame.
#[utoipa::path(get, path = "/media/random", tag = "media", operation_id = "random_media",
    responses((status = 200, body = Envelope<MediaFull>), Failures))]
async fn random(State(app): State<App>) -> Answer {
    let found = app.media.random_picture().await?.ok_or_else(|| Error::not_found("Database empty"))?;
    full(&app, found).await
}

/// How many media there are, and how much room is left.
#[utoipa::path(get, path = "/media/info", tag = "media", operation_id = "media_info",
    responses((status = 200, body = Envelope<MediaInfo>), Failures))]
async fn info(State(app): State<App>) -> Answer {
    let info = app.media.info().await?;
    Ok(shapes::ok(MediaInfo { media_count: info.media_count, upload_count: info.upload_count, free_space: info.free_space_gib }))
}

/// Deletes a medium: it is gone from lists and searches at once, and can be restored.
#[utoipa::path(delete, path = "/media/id/{id}", tag = "media", operation_id = "delete_media", params(("id" = i64, Path)),
    responses((status = 200, body = MediaDeleted), Failures))]
async fn delete(State(app): State<App>, Id(id): Id) -> Answer {
    app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    app.media.delete(MediaId(id)).await?;
    Ok(shapes::envelope(MediaDeleted { status: "ok", id }))
}

/// The picture with everything that shares its hash: the other frames of a video.
async fn full(app: &App, media: Media) -> Answer {
    let siblings = app.media.siblings(&media.sha256).await?.iter().map(shapes::media).collect();
    let video = if media.media_type == MediaType::VideoFrame { app.media.video_of(&media.sha256).await? } else { None };
    let mut sources = app.media.sources(media.id).await?;
    if let Some(video) = &video {
        sources.extend(app.media.sources(video.id).await?);
    }
    let sources = sources.iter().map(shapes::Source::from).collect();
    Ok(shapes::ok(MediaFull { el: shapes::media(&media).of_video(video.as_ref()), siblings, sources }))
}
