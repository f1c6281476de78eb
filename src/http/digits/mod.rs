//! The DIGITS door: what scripts and pages written for that system ask, answered in its shapes. A job there is a dataset or a trained
//! model together with the work that makes it; both are ordinary things of this program, and everything that long work tells is told
//! of them too.

mod answer;
mod datasets;
mod failure;
mod files;
pub mod forms;
mod home;
mod job_page;
mod jobs;
mod known;
mod login;
mod models;
pub mod negotiation;
mod pages;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware;
use axum::response::Response;
use serde_json::{Value, json};

use super::error::unknown_path;
use crate::app::App;
use crate::config::Config;
use crate::dataset::TimedId;
use forms::Wrong;
use negotiation::Wants;

/// The version of the original whose answers these are.
const VERSION: &str = "6.0.0";

/// All routes of the door. Trailing slashes are gone before routing.
pub(super) fn router(config: &Config) -> Router<App> {
    let largest_form = (config.server.max_upload_mib as usize).saturating_mul(1 << 20);
    Router::new()
        .merge(datasets::router())
        .merge(files::router())
        .merge(home::router())
        .merge(jobs::router())
        .merge(login::router())
        .merge(models::router())
        .merge(pages::router())
        .method_not_allowed_fallback(failure::wrong_method)
        .layer(DefaultBodyLimit::max(largest_form))
        .layer(middleware::from_fn(failure::in_the_clients_form))
}

/// 400 with every wrong field of a form.
fn refused_fields(wants: Wants, wrong: &Wrong) -> Response {
    let mut response = answer::json(wants, json!({ "errors": wrong }));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// Mistakes in fields that a page does not show, to be told above its form.
fn stray(wrong: &Wrong, parts: &Value) -> Vec<String> {
    let parts = parts.as_array().into_iter().flatten();
    let shown: Vec<&str> =
        parts.filter_map(|part| part["fields"].as_array()).flatten().filter_map(|field| field["name"].as_str()).collect();
    let others = wrong.iter().filter(|(name, _)| !shown.contains(&name.as_str()));
    others.flat_map(|(name, messages)| messages.iter().map(move |message| format!("{name}: {message}"))).collect()
}

/// For an address that the web app has pages at too: what it answers to a browser, unless the word is a job's id.
async fn elsewhere(word: &str, method: Method, uri: Uri, headers: &HeaderMap) -> Option<Response> {
    let is_job = word.strip_suffix(".json").unwrap_or(word).parse::<TimedId>().is_ok();
    let by_browser =
        headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accepted| accepted.contains("text/html"));
    if is_job || !by_browser { None } else { Some(unknown_path(method, uri, headers.clone()).await) }
}
