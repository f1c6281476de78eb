//! `PATCH /api/v1/media/id/{id}` and `/api/v1/media/graphic`: what people say of media, one at a time or many.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::form::Form;
use super::media_trash::{self, MOST};
use super::shapes::{self, Envelope, GraphicForm, ManyGraphicForm, MediaMarked};
use crate::app::App;
use crate::error::Error;
use crate::http::error::{Failure, Failures};
use crate::http::extract::{Fields, Id};
use crate::types::MediaId;

type Answer = std::result::Result<Response, Failure>;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(change)).routes(routes!(mark_many))
}

/// Says that a medium shows something graphic, or that it does not: pages blur by it.
#[utoipa::path(patch, path = "/media/id/{id}", tag = "media", operation_id = "change_media", params(("id" = i64, Path, minimum = 1)),
    request_body = GraphicForm, responses((status = 200, body = Envelope<shapes::Media>), Failures))]
async fn change(State(app): State<App>, Id(id): Id, Fields(fields): Fields) -> Answer {
    let mut form = Form::of(&fields);
    let graphic = flag(&mut form, &fields);
    form.finish()?;
    app.media.set_graphic(MediaId(id), graphic).await?;
    let media = app.media.get(MediaId(id)).await?.ok_or_else(|| Error::not_found("not found"))?;
    Ok(shapes::ok(shapes::media(&media)))
}

/// The same of many media, at most 1000, and tells what became of each.
#[utoipa::path(post, path = "/media/graphic", tag = "media", operation_id = "mark_many_graphic", request_body = ManyGraphicForm,
    responses((status = 200, body = Envelope<Vec<MediaMarked>>), Failures))]
async fn mark_many(State(app): State<App>, Fields(fields): Fields) -> Answer {
    let mut form = Form::of(&fields);
    let ids: Vec<_> = form.ids("ids", MOST).into_iter().map(MediaId).collect();
    let graphic = flag(&mut form, &fields);
    form.finish()?;
    Ok(media_trash::answer(&ids, &app.media.mark_graphic(&ids, graphic).await?, "marked"))
}

/// True or false, as a truth or a text of one.
fn flag(form: &mut Form<'_>, fields: &Map<String, Value>) -> bool {
    match fields.get("graphic") {
        Some(Value::Bool(truth)) => return *truth,
        Some(Value::String(text)) if matches!(text.as_str(), "true" | "1") => return true,
        Some(Value::String(text)) if matches!(text.as_str(), "false" | "0") => return false,
        None | Some(Value::Null) => form.refuse("graphic", "This field is required: true or false."),
        Some(_) => form.refuse("graphic", "must be true or false"),
    }
    false
}
