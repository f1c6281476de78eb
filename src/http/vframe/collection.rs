//! `/api/v1/collection/*`: curated lists, the media in them, and their exports.

use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::schema;
use super::shapes::{self, Done, Envelope, Page};
use super::task::{Accepted, accepted};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Fields, Id, Params};
use crate::media::Order;
use crate::media::collections::{Collection, CollectionChange, CollectionSpec, LinkSort};
use crate::types::CollectionId;

mod bodies;
mod export;
mod links;
mod many;

use bodies::{CollectionForm, CollectionFull, CollectionList, Count, NewCollectionForm};

type Answer = Result<Response, Failure>;

/// Largest body: the longest notes, with every character escaped.
const MAX_BODY_BYTES: usize = 12 << 20;

/// Rows of a list that is asked for without a limit: clients of the original know no pages here.
const UNLIMITED_PAGE: u64 = 1000;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, patch, delete))
        .merge(links::router())
        .merge(many::router())
        .merge(export::router())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// What a list of collections knows beside the page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Rows wanted; 1000 when absent, and at most.
    #[param(ignore)]
    limit: Option<String>,
    /// Only archived ones, or only the others; all when absent.
    #[param(schema_with = schema::flag)]
    archived: Option<String>,
}

impl ListQuery {
    fn archived(&self) -> Result<Option<bool>> {
        match self.archived.as_deref() {
            None | Some("") => Ok(None),
            Some("1" | "true") => Ok(Some(true)),
            Some("0" | "false") => Ok(Some(false)),
            Some(other) => Err(Error::invalid(format!("archived must be true or false, not `{}`", shapes::clipped(other)))),
        }
    }
}

/// All collections, or one page of them, with the number of media in each that has any.
#[utoipa::path(get, path = "/collection", tag = "collection", operation_id = "list_collections",
    params(Page, ListQuery),
    responses((status = 200, body = CollectionList), Failures))]
async fn list(State(app): State<App>, Params(page): Params<Page>, Params(query): Params<ListQuery>) -> Answer {
    let (sort, order) = page.sorting()?;
    let (offset, limit) = page.window()?;
    let limit = if query.limit.is_none() { UNLIMITED_PAGE } else { limit };
    let archived = query.archived()?;
    let rows = app.collections.list(archived, offset, limit, sort, order).await?;
    let total = app.collections.count(archived).await?;
    let ids: Vec<CollectionId> = rows.iter().map(|row| row.id).collect();
    let counts = app.collections.counts(&ids).await?;
    let counts = counts.into_iter().map(|(collection_id, count)| Count { collection_id: collection_id.0, count }).collect();
    let res = rows.into_iter().map(bodies::Collection::from).collect();
    Ok(shapes::envelope(CollectionList { status: "ok", res, counts, total, offset, limit }))
}

/// Makes a collection.
#[utoipa::path(post, path = "/collection", tag = "collection", operation_id = "create_collection", request_body = NewCollectionForm,
    responses((status = 200, body = Envelope<bodies::Collection>), Failures))]
async fn create(State(app): State<App>, Fields(fields): Fields) -> Answer {
    let made = app.collections.create(CollectionSpec::parse(&fields)?).await?;
    Ok(one(made))
}

/// A collection with all its media.
#[utoipa::path(get, path = "/collection/{id}", tag = "collection", operation_id = "show_collection", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Envelope<CollectionFull>), Failures))]
async fn show(State(app): State<App>, Id(id): Id) -> Answer {
    let id = CollectionId(id);
    let collection = app.collections.get(id).await?.ok_or_else(|| Error::not_found("item not found"))?;
    let mut media = Vec::new();
    loop {
        let page = app.collections.media(id, media.len() as u64, UNLIMITED_PAGE, LinkSort::Date, Order::Asc).await?;
        let is_last = (page.len() as u64) < UNLIMITED_PAGE;
        media.extend(page.iter().map(|one| shapes::media(&one.media)));
        if is_last {
            break;
        }
    }
    Ok(shapes::ok(CollectionFull { collection: collection.into(), media }))
}

/// Changes the fields that are sent; the others stay.
#[utoipa::path(put, path = "/collection/{id}", tag = "collection", operation_id = "update_collection", params(("id" = i64, Path, minimum = 1)),
    request_body = Option<CollectionForm>,
    responses((status = 200, body = Envelope<bodies::Collection>), Failures))]
async fn update(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let change = CollectionChange::parse(&fields)?;
    Ok(one(app.collections.update(CollectionId(id), change).await?))
}

/// The same as PUT.
#[utoipa::path(patch, path = "/collection/{id}", tag = "collection", operation_id = "patch_collection", params(("id" = i64, Path, minimum = 1)),
    request_body = Option<CollectionForm>,
    responses((status = 200, body = Envelope<bodies::Collection>), Failures))]
async fn patch(app: State<App>, id: Id, fields: Fields) -> Answer {
    update(app, id, fields).await
}

/// Removes a collection. Its media stay, and so do its exports.
#[utoipa::path(delete, path = "/collection/{id}", tag = "collection", operation_id = "delete_collection", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Done), Failures))]
async fn delete(State(app): State<App>, Id(id): Id) -> Answer {
    app.collections.delete(CollectionId(id)).await?;
    Ok(done())
}

fn one(collection: Collection) -> Response {
    shapes::ok(bodies::Collection::from(collection))
}

fn done() -> Response {
    shapes::envelope(Done { status: "ok" })
}
