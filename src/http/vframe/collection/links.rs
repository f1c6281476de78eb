//! `/api/v1/collection/<id>/media/*`: which media are in a collection.

use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::{narrowing, schema};
use super::bodies::{Link, LinkForm, LinkedMedia, Links, NotesForm};
use super::shapes::{self, Done, Envelope, Listed};
use super::{Answer, done};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::error::Failures;
use crate::http::extract::{Fields, Id, Params};
use crate::media::Order;
use crate::media::collections::{LinkSort, NewLinks, link_notes};
use crate::types::{CollectionId, MediaId};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(annotate, remove))
}

/// Media of one page unless the request says otherwise, and most of one.
const DEFAULT_PAGE: u64 = 50;
const LARGEST_PAGE: u64 = 1000;

/// Which page of a collection is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LinkPage {
    /// Rows to skip; 0 when absent.
    #[param(schema_with = schema::count)]
    offset: Option<String>,
    /// Rows wanted; 50 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
    /// `id` (the default), `date` when they were put there, or `position` in the order made by hand.
    #[param(example = "position", schema_with = schema::link_sort)]
    sort: Option<String>,
    /// `asc` (the default) or `desc`.
    #[param(example = "asc", schema_with = schema::order)]
    order: Option<String>,
}

impl LinkPage {
    fn window(&self) -> Result<(u64, u64)> {
        let offset = shapes::number("offset", self.offset.as_deref(), 0)?;
        Ok((offset, shapes::number("limit", self.limit.as_deref(), DEFAULT_PAGE)?.min(LARGEST_PAGE)))
    }

    fn sorting(&self) -> Result<(LinkSort, Order)> {
        let sort = match self.sort.as_deref() {
            None | Some("" | "id") => LinkSort::Id,
            Some("date") => LinkSort::Date,
            Some("position") => LinkSort::Position,
            Some(other) => {
                let message = format!("must be id, date or position, not `{}`", shapes::clipped(other));
                return Err(Error::invalid_field("sort", message));
            }
        };
        let is_descending = narrowing::choice("order", self.order.as_deref(), ["asc", "desc"])?;
        Ok((sort, if is_descending { Order::Desc } else { Order::Asc }))
    }
}

/// One page of the media of a collection, with who put each there, when, and what they wrote.
#[utoipa::path(get, path = "/collection/{id}/media", tag = "collection", operation_id = "list_collection_media",
    params(("id" = i64, Path, minimum = 1), LinkPage),
    responses((status = 200, body = Listed<LinkedMedia>), Failures))]
async fn list(State(app): State<App>, Id(id): Id, Params(page): Params<LinkPage>) -> Answer {
    let id = CollectionId(id);
    let (offset, limit) = page.window()?;
    let (sort, order) = page.sorting()?;
    app.collections.get(id).await?.ok_or_else(not_found)?;
    let rows = app.collections.media(id, offset, limit, sort, order).await?;
    let total = app.collections.media_count(id).await?;
    let res: Vec<LinkedMedia> = rows.into_iter().map(LinkedMedia::from).collect();
    Ok(shapes::envelope(Listed { status: "ok", res, total, offset, limit }))
}

/// Puts media at the end of a collection. Those that are there already stay as they are, and are answered all the same; `is_new` tells them
/// apart.
#[utoipa::path(post, path = "/collection/{id}/media", tag = "collection", operation_id = "add_collection_media", params(("id" = i64, Path, minimum = 1)),
    request_body = LinkForm,
    responses((status = 200, body = Envelope<Links>), Failures))]
async fn add(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let new = NewLinks::parse(&fields)?;
    let links = app.collections.add(CollectionId(id), new).await?;
    let mut links = links.into_iter().map(Into::into);
    let links = match fields.get("media_ids") {
        Some(_) => Links::Many(links.collect()),
        None => Links::One(links.next().ok_or_else(|| Error::internal("a link vanished while it was stored: send it again"))?),
    };
    Ok(shapes::ok(links))
}

/// Writes something about a medium of a collection, in place of what was there.
#[utoipa::path(put, path = "/collection/{id}/media/{media_id}", tag = "collection", operation_id = "annotate_collection_media",
    params(("id" = i64, Path, minimum = 1), ("media_id" = i64, Path, minimum = 1)), request_body = NotesForm,
    responses((status = 200, body = Envelope<Link>), Failures))]
async fn annotate(State(app): State<App>, Path(ids): Path<(String, String)>, Fields(fields): Fields) -> Answer {
    let (id, media) = both(&ids)?;
    let link = app.collections.annotate(id, media, link_notes(&fields)?).await?;
    Ok(shapes::ok(Link::from(link)))
}

/// Takes a medium out of a collection.
#[utoipa::path(delete, path = "/collection/{id}/media/{media_id}", tag = "collection", operation_id = "remove_collection_media",
    params(("id" = i64, Path, minimum = 1), ("media_id" = i64, Path, minimum = 1)), responses((status = 200, body = Done), Failures))]
async fn remove(State(app): State<App>, Path(ids): Path<(String, String)>) -> Answer {
    let (id, media) = both(&ids)?;
    app.collections.remove(id, media).await?;
    Ok(done())
}

fn both((collection, media): &(String, String)) -> Result<(CollectionId, MediaId)> {
    let number = |text: &str| text.parse().map_err(|_| not_found());
    Ok((CollectionId(number(collection)?), MediaId(number(media)?)))
}

fn not_found() -> Error {
    Error::not_found("not found")
}
