//! `/api/v1/media/*`: what is in the library.

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;

use super::shapes::{self, Page};
use crate::app::App;
use crate::error::Error;
use crate::http::error::Failure;
use crate::http::extract::{Id, Params};
use crate::media::Media;
use crate::types::{MediaId, MediaType, Sha256};

type Answer = Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/media", get(list))
        .route("/media/id/{id}", get(by_id).delete(delete))
        .route("/media/info", get(info))
        .route("/media/random", get(random))
        .route("/media/sha256/{hash}", get(by_sha256))
}

pub(super) async fn list(State(app): State<App>, Params(page): Params<Page>) -> Answer {
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    let rows = app.media.list(offset, limit, sort, order).await?;
    let total = app.media.count().await?;
    let rows: Vec<_> = rows.iter().map(shapes::media).collect();
    Ok(shapes::envelope(json!({ "status": "ok", "res": rows, "total": total, "offset": offset, "limit": limit })))
}

pub(super) async fn by_id(State(app): State<App>, Id(id): Id) -> Answer {
    let found = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    full(&app, found).await
}

pub(super) async fn by_sha256(State(app): State<App>, Path(hash): Path<String>) -> Answer {
    let hash: Sha256 = hash.parse()?;
    let found = app.media.by_sha256(&hash).await?.ok_or_else(|| Error::not_found("not found"))?;
    full(&app, found).await
}

pub(super) async fn random(State(app): State<App>) -> Answer {
    let found = app.media.random_picture().await?.ok_or_else(|| Error::not_found("Database empty"))?;
    full(&app, found).await
}

pub(super) async fn info(State(app): State<App>) -> Answer {
    let info = app.media.info().await?;
    Ok(shapes::ok(json!({ "mediaCount": info.media_count, "uploadCount": info.upload_count, "freeSpace": info.free_space_gib })))
}

pub(super) async fn delete(State(app): State<App>, Id(id): Id) -> Answer {
    app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    app.media.delete(MediaId(id)).await?;
    Ok(shapes::envelope(json!({ "status": "ok", "id": id })))
}

/// The picture with everything that shares its hash: the other frames of a video.
async fn full(app: &App, media: Media) -> Answer {
    let siblings: Vec<_> = app.media.siblings(&media.sha256).await?.iter().map(shapes::media).collect();
    let video = if media.media_type == MediaType::VideoFrame { app.media.video_of(&media.sha256).await? } else { None };
    let mut sources = app.media.sources(media.id).await?;
    let mut shown = shapes::media(&media);
    if let Some(video) = &video {
        shown["video"] = shapes::video_of_frame(video);
        sources.extend(app.media.sources(video.id).await?);
    }
    let sources: Vec<_> = sources.iter().map(|source| json!({ "name": source.name, "path": source.path })).collect();
    Ok(shapes::ok(json!({ "el": shown, "siblings": siblings, "sources": sources })))
}
