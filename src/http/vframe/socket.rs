//! `/api/v1/socket/*`: who is connected.

use axum::Extension;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes;
use crate::app::App;
use crate::http::socketio::Clients;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(clients))
}

/// Names of the connections.
#[derive(Serialize, ToSchema)]
struct ClientList {
    /// One UUID per Socket.IO session of this server process, as the server told it in its first `status` event.
    clients: Vec<String>,
}

/// List currently connected websocket clients.
#[utoipa::path(get, path = "/socket/clients", tag = "socket", operation_id = "list_socket_clients", responses((status = 200, body = ClientList)))]
async fn clients(Extension(clients): Extension<Clients>) -> Response {
    shapes::envelope(ClientList { clients: clients.names() })
}
