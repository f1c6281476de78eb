//! Whatever is sent to any described operation, no answer is a fault of the server, and a refusal is JSON that says why.

use std::io::{Read, Write};

use serde_json::{Value, json};

use super::description;
use super::description::operations;
use crate::support::{TestApp, picture};

const RUBBISH: [&str; 8] = ["abc", "-1", "99999999999999999999", "%ff", "%00", "%2e%2e%2f", "%F0%9F%98%80", "1%20or%201=1"];

/// Asserts what every refusal has, and that it is no fault of the server.
fn is_polite(call: &str, (status, headers, body): (u16, axum::http::HeaderMap, Vec<u8>)) -> u16 {
    let text = String::from_utf8_lossy(&body);
    assert!(status < 500, "{call}: {status} {text}");
    if status >= 400 {
        let body: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{call}: {status} is not JSON: {text}"));
        assert_eq!((&body["status"], headers["content-type"].to_str().unwrap()), (&json!("error"), "application/json"), "{call}");
        assert!(!body["error"].as_str().unwrap().is_empty(), "{call}");
    }
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_in_paths_and_queries_is_refused_in_json() {
    let test = TestApp::with_pictures().await;
    for (method, path, operation) in operations(&description(&test).await) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for rubbish in RUBBISH {
            let broken = parameters
                .iter()
                .filter(|one| one["in"] == "path")
                .fold(path.clone(), |path, one| path.replace(&format!("{{{}}}", one["name"].as_str().unwrap()), rubbish));
            if broken != path {
                is_polite(&broken, test.ask_raw(&method, &broken, &[], &[]).await);
            }
            for one in parameters.iter().filter(|one| one["in"] == "query") {
                let whole = path.replace("{id}", "1").replace("{hash}", &"0".repeat(64)).replace("{seed}", "1f");
                let call = format!("{whole}?{}={rubbish}", one["name"].as_str().unwrap());
                is_polite(&call, test.ask_raw(&method, &call, &[], &[]).await);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_malformed_and_oversized_bodies_are_refused_in_json() {
    let test = TestApp::with_config(|config| (config.server.max_upload_mib, config.import.max_upload_mib) = (1, 1)).await;
    for (method, path, operation) in operations(&description(&test).await) {
        let Some(body) = operation.get("requestBody") else { continue };
        let path = path.replace("{id}", "1").replace("{uuid}", "none");
        let is_multipart = body["content"].get("multipart/form-data").is_some();
        is_polite(&path, test.ask_raw(&method, &path, &[], &[]).await);
        for (media_type, body) in [
            ("application/json", &b"{\"title\":"[..]),
            ("application/json", b""),
            ("application/json", b"[1,2]"),
            ("application/json", b"7"),
            ("application/json", b"\xff\xfe"),
            (
                "application/json",
                br#"{"title":"a\u0000b","username":"\u0000","ids":["\u0000"],"modelzoo_name":"\u0000","task_name":"\u0000"}"#,
            ),
            ("application/json", br#"{"title":1,"username":[],"ids":{},"modelzoo_name":2,"task_name":{},"params":7,"media_id":"x"}"#),
            ("application/x-www-form-urlencoded", b"title=%00&username=%ff&%00=1"),
            ("text/plain", b"{}"),
            ("multipart/form-data", b"no boundary"),
            (
                "multipart/form-data; boundary=edge",
                b"--edge\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\nbroken off",
            ),
            ("multipart/form-data; boundary=edge", b"\xff\xfe\x00"),
        ] {
            let call = format!("{method} {path} with {media_type}: {}", String::from_utf8_lossy(body));
            let status = is_polite(&call, test.ask_raw(&method, &path, &[("content-type", media_type)], body).await);
            let is_form = media_type.starts_with("multipart");
            assert!(!is_multipart || is_form || status == 415, "{call}: {status}");
        }
        let media_type = if is_multipart { "multipart/form-data; boundary=edge" } else { "application/json" };
        let status = is_polite(&path, test.ask_raw(&method, &path, &[("content-type", media_type)], &oversized(is_multipart)).await);
        assert_eq!(status, 413, "{method} {path}");
    }
    let left = std::fs::read_dir(test.app.media.data_dir().join("incoming/uploads")).into_iter().flatten().count();
    assert_eq!(left, 0, "nothing half-sent remains");
}

/// More than any limit of a form, or of a file of 1 MiB.
fn oversized(is_multipart: bool) -> Vec<u8> {
    if !is_multipart {
        return format!("{{\"title\":\"{}\"}}", "a".repeat(12 << 20)).into_bytes();
    }
    let part = |name: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a.jpg\"\r\n\r\n{}\r\n", "a".repeat((1 << 20) + 1))
    };
    format!("{}{}--edge--\r\n", part("image"), part("files")).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
    let test = TestApp::with_config(|config| config.server.max_upload_mib = 1).await;
    let form = |bytes: usize| format!("{{\"modelzoo_name\":\"{}\"}}", "a".repeat(bytes - 20)).into_bytes();
    for (bytes, status) in [(2 << 20, 400), ((2 << 20) + 1, 413)] {
        assert_eq!(form(bytes).len(), bytes);
        assert_eq!(test.ask("POST", "/api/v1/feature/", &[("content-type", "application/json")], &form(bytes)).await.0, status);
    }
    for (bytes, expected) in [(1 << 20, 415), ((1 << 20) + 1, 413)] {
        let mut body = b"--edge\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
        body.resize(bytes - 12, b'a');
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let headers = [("content-type", "multipart/form-data; boundary=edge")];
        assert_eq!(test.ask("POST", "/api/v1/upload/", &headers, &body).await.0, expected);
        let chunked = in_chunks(&test, "/api/v1/upload/", &body).await;
        assert!(chunked.starts_with(&format!("HTTP/1.1 {expected} ")) && chunked.contains("\"status\":\"error\""), "{chunked}");
    }
}

/// Sends a form without saying how long it is.
async fn in_chunks(test: &TestApp, path: &str, body: &[u8]) -> String {
    let mut request = format!("POST {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=edge\r\ntransfer-encoding: chunked\r\n\r\n").into_bytes();
    for piece in body.chunks(100_000) {
        request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        request.extend_from_slice(piece);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    // A server that refuses closes while the rest is on its way; the system then throws the answer away now and then.
    for _ in 0..9 {
        let answer = on_the_wire(test, request.clone(), false).await;
        if !answer.is_empty() {
            return answer;
        }
    }
    on_the_wire(test, request, false).await
}

/// What the server answers to these bytes; with `breaks_off` it is told that nothing more comes.
async fn on_the_wire(test: &TestApp, request: Vec<u8>, breaks_off: bool) -> String {
    let address = test.url.trim_start_matches("http://").to_owned();
    let talk = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        // A server that has refused already may close while the rest is sent.
        let _ = stream.write_all(&request);
        if breaks_off {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    });
    talk.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let test = TestApp::empty().await;
    let mut request = b"POST /api/v1/media/ HTTP/1.1\r\nhost: h\r\ncontent-type: multipart/form-data; boundary=edge\r\ncontent-length: 900000\r\n\r\n--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
    request.extend(picture(0, 0));
    on_the_wire(&test, request, true).await;
    let folder = test.app.media.data_dir().join("incoming/uploads");
    let left = || std::fs::read_dir(&folder).into_iter().flatten().count();
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while left() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the folder is removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_a_page_and_programs_an_error() {
    let test = TestApp::empty().await;
    let html = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let (status, headers, _) = test.ask_raw("GET", "/collection/7/show/", &html, &[]).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    for path in ["/api/v1/nothing/", "/api", "/static/nothing.js", "/static/data/media/aa/bb/nothing.jpg", "/socket.io/nothing"] {
        let (status, _, body) = test.ask_raw("GET", path, &html, &[]).await;
        assert!((400..500).contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&body));
    }
    assert_eq!(test.get("/collection/7/show/").await.0, 404, "no HTML asked for");
    assert_eq!(test.ask("POST", "/collection/7/show/", &html, &[]).await.0, 404);
    for path in ["/health", "/ready", "/api/v1/health/", "/api/v1/ready", "/api/v1/version/"] {
        assert_eq!(test.get_ok(path).await["status"], "ok", "{path}");
    }
    assert_eq!(test.get_ok("/api/v1/version").await["res"]["version"], env!("CARGO_PKG_VERSION"));
    std::fs::remove_dir_all(test.app.media.data_dir().join("staging")).unwrap();
    let (status, body) = test.get("/ready").await;
    assert_eq!(status, 503, "{body}");
}
