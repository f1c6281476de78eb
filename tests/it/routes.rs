//! The contract of the door: every address of the seed list answers its documented shape, in both spellings and without a
//! redirect; the description is complete and true; and whatever is sent, a refusal is JSON that says why.
#![allow(clippy::unwrap_used, reason = "tests")]

mod description;
mod refusals;
mod table;

use serde_json::Value;

use crate::support::TestApp;

/// The seed list: what an old client calls.
pub(crate) const SEEDS: [(&str, &str); 36] = [
    ("GET", "/api/v1/collection"),
    ("POST", "/api/v1/collection"),
    ("DELETE", "/api/v1/collection/{id}"),
    ("GET", "/api/v1/collection/{id}"),
    ("PUT", "/api/v1/collection/{id}"),
    ("GET", "/api/v1/collection/{id}/export"),
    ("POST", "/api/v1/collection/{id}/media"),
    ("DELETE", "/api/v1/collection/{id}/media/{media_id}"),
    ("GET", "/api/v1/feature"),
    ("POST", "/api/v1/feature"),
    ("DELETE", "/api/v1/feature/{id}"),
    ("GET", "/api/v1/feature/{id}"),
    ("PUT", "/api/v1/feature/{id}"),
    ("GET", "/api/v1/media"),
    ("GET", "/api/v1/media/id/{id}"),
    ("GET", "/api/v1/media/info"),
    ("GET", "/api/v1/media/random"),
    ("GET", "/api/v1/media/sha256/{hash}"),
    ("GET", "/api/v1/modelzoo"),
    ("GET", "/api/v1/modelzoo/name/{key}"),
    ("GET", "/api/v1/search/info"),
    ("GET", "/api/v1/search/load/{id}"),
    ("GET", "/api/v1/search/load_detection_model/{key}"),
    ("GET", "/api/v1/search/media/{id}"),
    ("GET", "/api/v1/search/random/{seed}"),
    ("GET", "/api/v1/search/sha256/{hash}"),
    ("GET", "/api/v1/search/upload/{id}"),
    ("GET", "/api/v1/socket/clients"),
    ("GET", "/api/v1/task"),
    ("GET", "/api/v1/task/info"),
    ("POST", "/api/v1/task/run"),
    ("POST", "/api/v1/task/test"),
    ("GET", "/api/v1/upload"),
    ("POST", "/api/v1/upload"),
    ("DELETE", "/api/v1/upload/{id}"),
    ("GET", "/api/v1/upload/{id}"),
];

/// The description that the server gives of itself.
async fn description(test: &TestApp) -> Value {
    test.get_ok("/api/v1/openapi.json").await
}
