//! The VFRAME door: `/api/v1/*`, answered in that system's shapes.

mod feature;
mod media;
mod modelzoo;
mod search;
mod shapes;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use crate::app::App;

/// All routes of the door, as a table. Trailing slashes are gone before routing.
pub(super) fn router(app: &App) -> Router<App> {
    let upload_limit = DefaultBodyLimit::max((app.config.server.max_upload_mib as usize).saturating_mul(1 << 20));
    Router::new()
        .route("/feature", get(feature::list).post(feature::create))
        .route("/feature/{id}", get(feature::show).put(feature::update).delete(feature::delete))
        .route("/media", get(media::list))
        .route("/media/id/{id}", get(media::by_id).delete(media::delete))
        .route("/media/info", get(media::info))
        .route("/media/random", get(media::random))
        .route("/media/sha256/{hash}", get(media::by_sha256))
        .route("/modelzoo", get(modelzoo::list))
        .route("/modelzoo/name/{key}", get(modelzoo::show))
        .route("/search/info", get(search::info))
        .route("/search/load/{id}", get(search::load))
        .route("/search/media/{id}", get(search::media))
        .route("/search/sha256/{hash}", get(search::sha256))
        .route("/search/upload/{id}", get(search::upload))
        .route("/search/random", get(search::random))
        .route("/search/random/{seed}", get(search::random_seeded))
        .route("/upload", get(upload::list).post(upload::create).layer(upload_limit))
        .route("/upload/{id}", get(upload::show).delete(upload::delete))
}
