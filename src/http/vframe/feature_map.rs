//! `/api/v1/feature/{id}/map`: the pictures of a feature on a plane.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{self, Envelope, http_date};
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::picture_map::{self, PictureMap};
use crate::http::error::{Failure, Failures};
use crate::http::extract::Id;
use crate::http::files;
use crate::types::FeatureId;

type Answer = std::result::Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(head)).routes(routes!(places))
}

/// A map of pictures.
#[derive(Serialize, ToSchema)]
struct MapShown {
    /// Number of the feature.
    feature: i64,
    /// When it was made, as an HTTP date.
    made_at: String,
    /// The same as in RFC 3339.
    made_at_iso: String,
    /// Pictures on it.
    media_count: u32,
    /// `umap` or `pca`.
    #[schema(example = "umap")]
    method: String,
    /// Pictures of the library that are newer than it.
    newer: u64,
    /// Address of the places: `u32 count`, `u32 ids[count]`, `f32 xy[2 * count]` from -1 to 1, all little-endian.
    url: String,
}

/// The map of a feature, as the task `map` made it last.
#[utoipa::path(get, path = "/feature/{id}/map", tag = "feature", operation_id = "feature_map", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<MapShown>), Failures))]
async fn head(State(app): State<App>, Id(id): Id) -> Answer {
    let map = map(&app, id).await?;
    let newer = app.media.count_newer(map.head.up_to).await?;
    Ok(shapes::ok(MapShown {
        feature: id,
        made_at: http_date(map.head.made_at),
        made_at_iso: map.head.made_at.to_rfc3339(),
        media_count: map.head.count,
        method: map.head.method,
        newer,
        url: format!("/api/v1/feature/{id}/map.bin?{:08x}", map.stamp),
    }))
}

/// The places on the map of a feature: `u32 count`, `u32 ids[count]`, `f32 xy[2 * count]` from -1 to 1, all little-endian.
#[utoipa::path(get, path = "/feature/{id}/map.bin", tag = "feature", operation_id = "feature_map_places",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), Failures))]
async fn places(State(app): State<App>, Id(id): Id, headers: HeaderMap) -> Answer {
    let map = map(&app, id).await?;
    let tag = format!("\"{:08x}\"", map.stamp);
    if files::is_known(&headers, &tag) {
        return Ok((axum::http::StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    Ok((headers, map.body).into_response())
}

async fn map(app: &App, id: i64) -> Result<PictureMap> {
    app.features.get(FeatureId(id)).await?.ok_or_else(|| Error::not_found("item not found"))?;
    let file = app.features.map_file(FeatureId(id));
    let read = tokio::task::spawn_blocking(move || picture_map::read(&file)).await;
    let map = read.map_err(|source| Error::internal("reading a map was interrupted").because(source))??;
    let remedy = || Error::not_found(format!("feature {id} has no map yet: run the task `map` with feature_id {id}"));
    map.ok_or_else(remedy)
}
