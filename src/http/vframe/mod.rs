//! The VFRAME door: `/api/v1/*`, answered in that system's shapes.

mod collection;
mod dashboard;
mod detection;
mod feature;
mod feature_map;
mod feature_recall;
mod form;
mod infer;
mod intake;
mod job;
mod media;
mod media_graphic;
mod media_trash;
mod modelzoo;
mod narrowed;
mod narrowing;
mod schema;
mod search;
mod shapes;
mod socket;
mod task;
mod upload;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::config::Config;

/// All routes of the door; each resource lists its own. Trailing slashes are gone before routing.
pub(super) fn router(config: &Config) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(collection::router())
        .merge(dashboard::router())
        .merge(detection::router())
        .merge(feature::router())
        .merge(feature_map::router())
        .merge(feature_recall::router())
        .merge(infer::router())
        .merge(intake::router())
        .merge(job::router())
        .merge(media::router())
        .merge(media_graphic::router())
        .merge(media_trash::router())
        .merge(modelzoo::router())
        .merge(search::router())
        .merge(socket::router())
        .merge(task::router())
        .merge(upload::router(config))
}
