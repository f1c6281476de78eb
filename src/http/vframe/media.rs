//! `/api/v1/media/*`: what is in the library.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::narrowed::Narrowed;
use super::narrowing;
use super::schema;
use super::shapes::{self, Duplicates, Envelope, Listed, MediaDeleted, MediaFull, MediaInfo, MediaList, Page};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Id, Params, Word};
use crate::media::Media;
use crate::types::{MediaId, MediaType, Sha256};

type Answer = std::result::Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(duplicates))
        .routes(routes!(months))
        .routes(routes!(by_id, delete))
        .routes(routes!(info))
        .routes(routes!(random))
        .routes(routes!(by_sha256))
}

/// One page of the library, or of what is deleted.
#[utoipa::path(get, path = "/media", tag = "media", operation_id = "list_media", params(Page, Narrowed),
    responses((status = 200, body = MediaList), Failures))]
async fn list(State(app): State<App>, Params(page): Params<Page>, Params(narrowed): Params<Narrowed>) -> Answer {
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    let filter = narrowed.whole_filter(&app).await?;
    let sources = match filter.duplicate_of {
        Some(id) => Some(sources(&app, id).await?),
        None => None,
    };
    let rows = app.media.find(&filter, offset, limit, sort, order).await?;
    let total = app.media.count_found(&filter).await?;
    let page = Listed { status: "ok", res: rows.iter().map(shapes::media).collect(), total, offset, limit };
    Ok(shapes::envelope(MediaList { page, sources }))
}

/// How many media are of each month, newest first: those of the list with the same words.
#[utoipa::path(get, path = "/media/months", tag = "media", operation_id = "list_months", params(Narrowed),
    responses((status = 200, body = Envelope<Vec<shapes::Month>>), Failures))]
async fn months(State(app): State<App>, Params(narrowed): Params<Narrowed>) -> Answer {
    let filter = narrowed.whole_filter(&app).await?;
    Ok(shapes::ok(app.media.months(&filter).await?.into_iter().map(shapes::Month::from).collect::<Vec<_>>()))
}

/// What is there more than once, byte by byte: as several media, or imported from several places.
#[utoipa::path(get, path = "/media/duplicates", tag = "media", operation_id = "list_duplicates", params(Page),
    responses((status = 200, body = Listed<Duplicates>), Failures))]
async fn duplicates(State(app): State<App>, Params(page): Params<Page>) -> Answer {
    let (offset, limit) = page.window()?;
    let (_, order) = page.sorting()?;
    let groups = app.media.duplicates(offset, limit, order).await?;
    let total = app.media.count_duplicates().await?;
    Ok(shapes::envelope(Listed { status: "ok", res: groups.iter().map(Duplicates::from).collect(), total, offset, limit }))
}

/// Whether the trash is looked through too.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AlsoDeleted {
    /// `1` shows a deleted medium too.
    #[param(example = "0", schema_with = schema::flag)]
    deleted: Option<String>,
}

/// One medium by its number.
#[utoipa::path(get, path = "/media/id/{id}", tag = "media", operation_id = "show_media", params(("id" = i64, Path, minimum = 1), AlsoDeleted),
    responses((status = 200, body = Envelope<MediaFull>), Failures))]
async fn by_id(State(app): State<App>, Id(id): Id, Params(also): Params<AlsoDeleted>) -> Answer {
    let with_trash = narrowing::flag("deleted", also.deleted.as_deref())?;
    let found = if with_trash { app.media.get_also_deleted(MediaId(id)).await? } else { app.media.get(MediaId(id)).await? };
    full(&app, found.ok_or_else(|| Error::not_found("not found"))?).await
}

/// One medium by its hash; of a video its first frame.
#[utoipa::path(get, path = "/media/sha256/{hash}", tag = "media", operation_id = "show_media_by_sha256", params(("hash" = String, Path, pattern = "^[0-9a-fA-F]{64}$")),
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
#[utoipa::path(delete, path = "/media/id/{id}", tag = "media", operation_id = "delete_media", params(("id" = i64, Path, minimum = 1)),
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
    let mut sources = sources(app, media.id).await?;
    if let Some(video) = &video {
        sources.extend(self::sources(app, video.id).await?);
    }
    let exif = app.media.exif(&media).await?.into_iter().map(Into::into).collect();
    let original_name = sources.first().map(|source| source.name.clone());
    let collections = app.collections.of_medium(media.id).await?.into_iter().map(Into::into).collect();
    let el = shapes::media(&media).of_video(video.as_ref());
    Ok(shapes::ok(MediaFull { el, exif, original_name, siblings, sources, collections }))
}

async fn sources(app: &App, id: MediaId) -> Result<Vec<shapes::Source>> {
    Ok(app.media.sources(id).await?.iter().map(shapes::Source::from).collect())
}
