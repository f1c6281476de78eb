//! The pages as the program sends them: from itself, compressed, kept for ever under names that change with their content, and
//! never in the place of an answer of the API.

use axum::http::HeaderMap;

use crate::support::{TestApp, skipped};

/// Whether this build has its pages; without them nothing of this can be asked.
fn have_pages() -> bool {
    let built = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("frontend/dist/index.html").exists();
    if !built {
        skipped("frontend/dist is not there: run .ci/frontend");
    }
    built
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// What a browser accepts: `/` and `/models/{key}` have other answers for programs.
const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

async fn document(test: &TestApp) -> String {
    let (status, _, body) = test.ask_raw("GET", "/", &[PAGE], &[]).await;
    assert_eq!(status, 200);
    String::from_utf8(body).unwrap()
}

/// The first address in the document that begins so.
fn asset(document: &str, beginning: &str) -> String {
    let start = document.find(beginning).unwrap_or_else(|| panic!("no {beginning} in {document}"));
    document[start..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_the_same_document_under_a_strict_policy() {
    if !have_pages() {
        return;
    }
    let test = TestApp::empty().await;
    let first = document(&test).await;
    for path in [
        "/search",
        "/search/random/1f",
        "/search/media/3/",
        "/library",
        "/compare/3/4",
        "/collections/7",
        "/work",
        "/work/5f1f0a52-7a2e-4d3c-9b41-0d2f6c1e8a90",
        "/dashboard",
        "/features",
        "/models/a_key",
        "/map",
    ] {
        let (status, headers, body) = test.ask_raw("GET", path, &[PAGE], &[]).await;
        assert_eq!((status, text(&headers, "content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert_eq!(body, first.as_bytes(), "{path}");
        let policy = text(&headers, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
    }
    let inline = first.split("<script").skip(1).any(|script| !script.split('>').next().unwrap_or_default().contains("src=\"/"));
    assert!(!inline && !first.contains("<style") && !first.contains(" style=") && !first.contains("://"), "{first}");
}

/// Head and length of an answer as curl receives it: unlike our own client it leaves compressed bytes as they are.
fn as_sent(url: &str, accept_encoding: &str) -> (String, usize) {
    let output = std::process::Command::new("curl")
        .args([
            "-s",
            "-o",
            "/dev/null",
            "-D",
            "-",
            "-w",
            "%{stderr}%{size_download}",
            "-H",
            &format!("accept-encoding: {accept_encoding}"),
            url,
        ])
        .output()
        .unwrap();
    let length = String::from_utf8_lossy(&output.stderr).trim().parse().unwrap();
    (String::from_utf8(output.stdout).unwrap(), length)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_compressed_and_are_kept() {
    if !have_pages() {
        return;
    }
    let test = TestApp::empty().await;
    let script = asset(&document(&test).await, "/assets/index-");
    let (status, headers, plain) = test.ask_raw("GET", &script, &[("accept-encoding", "identity")], &[]).await;
    assert_eq!((status, text(&headers, "content-type"), text(&headers, "content-encoding")), (200, "text/javascript; charset=utf-8", ""));
    assert_eq!(text(&headers, "cache-control"), "public, max-age=31536000, immutable");
    let mut tags = vec![text(&headers, "etag").to_owned()];
    for (offer, expected) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip")] {
        let (head, length) = as_sent(&format!("{}{script}", test.url), offer);
        assert!(
            head.contains(&format!("\r\ncontent-encoding: {expected}\r\n")) && head.contains("\r\nvary: accept-encoding\r\n"),
            "{head}"
        );
        assert!(length * 2 < plain.len(), "{offer}: {length} of {}", plain.len());
        tags.push(head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "plain, brotli and gzip are told apart: {tags:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_document_is_not_sent_again() {
    if !have_pages() {
        return;
    }
    let test = TestApp::empty().await;
    let (_, headers, _) = test.ask_raw("GET", "/library", &[PAGE], &[]).await;
    assert_eq!(text(&headers, "cache-control"), "no-cache");
    let tag = text(&headers, "etag").to_owned();
    let (status, _, body) = test.ask_raw("GET", "/", &[PAGE, ("if-none-match", &tag)], &[]).await;
    assert_eq!((status, body.len()), (304, 0));
    assert_eq!(test.ask_raw("GET", "/", &[PAGE, ("if-none-match", "\"another\"")], &[]).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_is_an_error_and_no_page() {
    let test = TestApp::empty().await;
    let html = [("accept", "text/html")];
    for path in ["/assets/index-00000000.js", "/assets/../Cargo.toml", "/assets/a/b.js", "/assets"] {
        let (status, headers, body) = test.ask_raw("GET", path, &html, &[]).await;
        assert_eq!(status, 404, "{path}: {}", String::from_utf8_lossy(&body));
        assert_eq!(text(&headers, "content-type"), "application/json", "{path}");
    }
}

#[test]
fn the_description_that_the_pages_are_typed_by_is_the_servers() {
    let kept = include_str!("../../frontend/openapi.json");
    let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
    assert!(kept == likeness::http::description(), "out of date; run: likeness routes --json >frontend/openapi.json");
}
