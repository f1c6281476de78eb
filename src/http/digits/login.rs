//! Who asks: a name without a password, given with the request or kept in a cookie. It says who owns what; it keeps nobody out.

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer::Origin;
use super::failure::Problem;
use super::forms::Sent;
use super::pages;
use crate::app::App;

/// Most letters of a name.
const LONGEST_NAME: usize = 64;

/// Where the page leads after a login that began nowhere else.
const HOME: &str = "/digits";

pub(super) fn router() -> Router<App> {
    Router::new().route("/login", get(show).post(log_in)).route("/logout", get(log_out).post(log_out))
}

async fn show(headers: HeaderMap, sent: Sent) -> Response {
    page(&headers, sent.argument("next").unwrap_or(HOME), None)
}

fn page(headers: &HeaderMap, next: &str, message: Option<&str>) -> Response {
    pages::page("login.html", &json!({ "user": visitor(headers), "next": next, "message": message }))
}

/// A wrong name gets the page again, with the reason.
async fn log_in(origin: Origin, headers: HeaderMap, sent: Sent) -> Response {
    let name = sent.text("username").unwrap_or_default().trim();
    let next = sent.argument("next").filter(|next| !next.is_empty());
    if let Err(reason) = check_name(name) {
        return page(&headers, next.unwrap_or(HOME), Some(reason));
    }
    let came_from = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let back = came_from.and_then(|address| origin.path_of(address)).filter(|path| !path.starts_with("/login"));
    let target = next.and_then(|next| origin.path_of(next)).or(back).unwrap_or("/");
    with_cookie(origin.redirect(target), &format!("username={name}; Path=/"))
}

async fn log_out(origin: Origin, sent: Sent) -> Response {
    let next = sent.argument("next").and_then(|next| origin.path_of(next)).unwrap_or("/");
    with_cookie(origin.redirect(next), "username=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/")
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// What is wrong with a name.
fn check_name(name: &str) -> Result<(), &'static str> {
    let Some(first) = name.chars().next() else { return Err("username is required") };
    if !first.is_ascii_lowercase() {
        return Err("Must start with a lowercase letter");
    }
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_')) {
        return Err("Only lowercase letters, numbers, periods, dashes and underscores allowed");
    }
    if name.len() > LONGEST_NAME { Err("At most 64 letters") } else { Ok(()) }
}

/// The name in the cookie.
pub(super) fn visitor(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let name = pairs.find_map(|(name, value)| (name == "username").then(|| value.trim_matches('"').to_owned()));
    name.filter(|name| !name.is_empty())
}

/// The name of whoever asks: the argument `username`, else the cookie.
pub(super) fn asking(headers: &HeaderMap, sent: &Sent) -> Option<String> {
    let named = sent.argument("username").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    named.or_else(|| visitor(headers))
}

/// The name of whoever asks, which there must be.
pub(super) fn required(headers: &HeaderMap, sent: &Sent) -> Result<String, Problem> {
    let name = asking(headers, sent).ok_or_else(|| {
        Problem::unauthorized("You must be logged in to do this: POST /login with a username, or send the field username with the request.")
    })?;
    check_name(&name).map_err(|reason| Problem::bad_request(format!("Invalid username - {reason}")))?;
    Ok(name)
}

/// For pages that only somebody with a name may see: where to get one, for whoever has none.
pub(super) fn redirect_of_nobody(origin: &Origin, headers: &HeaderMap, sent: &Sent, path: &str) -> Option<Response> {
    required(headers, sent).is_err().then(|| {
        let next: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
        origin.redirect(&format!("/login?{next}"))
    })
}

/// Whether somebody may change or delete a thing: its owner, or anybody with a name when it has none.
pub(super) fn may_change(owner: Option<&str>, name: &str) -> Result<(), Problem> {
    match owner {
        Some(owner) if owner != name => {
            Err(Problem::forbidden(format!("This belongs to {owner}; only its owner may change or delete it (you are {name})")))
        }
        _ => Ok(()),
    }
}
