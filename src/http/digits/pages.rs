//! The door's pages, drawn on the server from templates that are compiled in. They need no script; what they show comes from records
//! alone, escaped.

use std::sync::OnceLock;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::Environment;
use serde::Serialize;

use crate::app::App;

/// Everything from here, nothing inline but pictures that were just sent.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("../../../frontend/digits/base.html")),
    ("parts.html", include_str!("../../../frontend/digits/parts.html")),
    ("dataset.html", include_str!("../../../frontend/digits/dataset.html")),
    ("error.html", include_str!("../../../frontend/digits/error.html")),
    ("form.html", include_str!("../../../frontend/digits/form.html")),
    ("home.html", include_str!("../../../frontend/digits/home.html")),
    ("inference.html", include_str!("../../../frontend/digits/inference.html")),
    ("login.html", include_str!("../../../frontend/digits/login.html")),
    ("model.html", include_str!("../../../frontend/digits/model.html")),
];

const STYLE: &str = include_str!("../../../frontend/digits/style.css");

pub(super) fn router() -> Router<App> {
    let style = || async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE) };
    Router::new().route("/static/digits/style.css", get(style))
}

/// A page of a template and what it shows.
pub(super) fn page(name: &str, context: &impl Serialize) -> Response {
    match environment().get_template(name).and_then(|template| template.render(context)) {
        Ok(text) => {
            let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)];
            (headers, text).into_response()
        }
        Err(error) => {
            tracing::error!(page = name, %error, "a page cannot be drawn");
            (StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be drawn; the log has the details").into_response()
        }
    }
}

/// A page with this status.
pub(super) fn page_with(status: StatusCode, name: &str, context: &impl Serialize) -> Response {
    let mut response = page(name, context);
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        for (name, text) in TEMPLATES {
            if let Err(error) = environment.add_template(name, text) {
                tracing::error!(page = name, %error, "a compiled-in page is broken");
            }
        }
        environment
    })
}

/// A text as it may stand in a page.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            other => shown.push(other),
        }
    }
    shown
}
