//! The VFRAME door: `/api/v1/*`, answered in that system's shapes.

mod collection;
mod detection;
mod feature;
mod job;
mod media;
mod modelzoo;
mod search;
mod shapes;
mod socket;
mod task;
mod upload;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// All routes of the door; each resource lists its own. Trailing slashes are gone before routing.
pub(super) fn router(app: &App) -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(collection::router())
        .merge(detection::router())
        .merge(feature::router())
        .merge(job::router())
        .merge(media::router())
        .merge(modelzoo::router())
        .merge(search::router())
        .merge(socket::router())
        .merge(task::router())
        .merge(upload::router(app))
}
