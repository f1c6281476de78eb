//! Every address of the seed list, with its documented keys.

use serde_json::{Value, json};

use crate::support::{TestApp, picture};

const MEDIA: &[&str] = &["id", "mediaType", "sha256", "frame", "ext", "url", "created_at"];
const UPLOAD: &[&str] = &["id", "sha256", "ext", "username", "url", "created_at"];
const COLLECTION: &[&str] = &["id", "title", "username", "notes", "archived", "created_at", "updated_at"];
const FEATURE: &[&str] = &[
    "id",
    "active",
    "modelzoo_name",
    "username",
    "index_type",
    "created_at",
    "processed_at",
    "process_id",
    "indexed_at",
    "index_id",
    "index_settings",
];
const LOADED: &[&str] = &[
    "name",
    "framework",
    "task_type",
    "model",
    "config",
    "threshold",
    "mean",
    "scale",
    "width",
    "height",
    "rgb",
    "crop",
    "dimensions",
    "labels",
    "features",
    "nms",
];
const NOTHING: &[&str] = &[];

/// Calls an address and asserts its status and the keys at some places of the answer.
async fn shows(test: &TestApp, (method, path): (&str, &str), body: Option<Value>, status: u16, shapes: &[(&str, &[&str])]) -> Value {
    let (found, headers, bytes) = match body {
        None => test.ask_raw(method, path, &[], &[]).await,
        Some(body) => test.ask_raw(method, path, &[("content-type", "application/json")], body.to_string().as_bytes()).await,
    };
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(found, status, "{method} {path}: {text}");
    assert_eq!(headers["content-type"], "application/json", "{method} {path}");
    assert!(text.ends_with('\n'), "{method} {path} ends with a newline");
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    let mut sorted = answer.clone();
    sorted.sort_all_objects();
    assert_eq!(sorted.to_string(), answer.to_string(), "{method} {path} has sorted keys");
    for (place, keys) in shapes {
        let part = answer.pointer(place).unwrap_or_else(|| panic!("{method} {path}: nothing at {place} in {answer}"));
        for key in *keys {
            assert!(part.get(key).is_some(), "{method} {path}: no {key} at {place} in {answer}");
        }
    }
    answer
}

/// A reading address, with and without its slash.
async fn reads(test: &TestApp, path: &str, shapes: &[(&str, &[&str])]) {
    for path in [path, path.trim_end_matches('/')] {
        shows(test, ("GET", path), None, 200, shapes).await;
        let (status, _, body) = test.ask_raw("HEAD", path, &[("accept-encoding", "identity")], &[]).await;
        assert_eq!((status, body.len()), (200, 0), "HEAD {path}");
        let (status, headers, _) = test.ask_raw("OPTIONS", path, &[], &[]).await;
        assert_eq!(status, 204, "OPTIONS {path}");
        assert!(headers["allow"].to_str().unwrap().contains("GET"), "OPTIONS {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn media_and_uploads_answer_as_documented() {
    let test = TestApp::with_pictures().await;
    let hash = test.get_ok("/api/v1/media/id/1/").await["res"]["el"]["sha256"].as_str().unwrap().to_owned();
    reads(&test, "/api/v1/media/", &[("", &["status", "res", "total"]), ("/res/0", MEDIA)]).await;
    for path in ["/api/v1/media/id/1/".to_owned(), format!("/api/v1/media/sha256/{hash}/"), "/api/v1/media/random/".into()] {
        reads(&test, &path, &[("/res/el", MEDIA), ("/res/siblings/0", MEDIA), ("/res/sources/0", &["name", "path", "imported_at"])]).await;
    }
    reads(&test, "/api/v1/media/info/", &[("/res", &["mediaCount", "uploadCount", "freeSpace"])]).await;
    let first = test.upload("one.jpg", &picture(0, 50)).await.1;
    let second = test.upload("two.jpg", &picture(0, 51)).await.1;
    for (upload, path) in [(&first, "/api/v1/upload/"), (&second, "/api/v1/upload")] {
        assert!(UPLOAD.iter().all(|key| upload["res"].get(key).is_some()), "{upload}");
        reads(&test, path, &[("", &["status", "res", "total"]), ("/res/0", UPLOAD)]).await;
        reads(&test, &format!("/api/v1/upload/{}/", upload["res"]["id"]), &[("/res", UPLOAD)]).await;
    }
    for (path, id) in [("/api/v1/upload/1/", "1"), ("/api/v1/upload/2", "2")] {
        assert_eq!(shows(&test, ("DELETE", path), None, 200, &[]).await, json!({ "status": "ok", "id": id }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn features_and_models_answer_as_documented() {
    let test = TestApp::empty().await;
    for (path, kind) in [("/api/v1/feature/", "hnsw"), ("/api/v1/feature", "flat")] {
        let body = json!({ "modelzoo_name": "likeness_small", "index_type": kind, "updated_at": "garbage" });
        let made = shows(&test, ("POST", path), Some(body), 200, &[("/res", FEATURE)]).await;
        assert_eq!((&made["res"]["active"], &made["res"]["username"]), (&json!(false), &json!("")), "absent is false and empty");
        reads(&test, path, &[("/res/0", FEATURE)]).await;
        let one = format!("/api/v1/feature/{}/", made["res"]["id"]);
        reads(&test, &one, &[("/res", FEATURE)]).await;
        let changed = shows(&test, ("PUT", &one), Some(json!({ "active": true })), 200, &[("/res", FEATURE)]).await;
        let kept = shows(&test, ("PUT", one.trim_end_matches('/')), Some(json!({ "username": "me" })), 200, &[("/res", FEATURE)]).await;
        assert_eq!(
            (&changed["res"]["active"], &kept["res"]["active"], &kept["res"]["index_type"]),
            (&json!(true), &json!(true), &json!(kind))
        );
    }
    for (path, id) in [("/api/v1/feature/1/", 1), ("/api/v1/feature/2", 2)] {
        assert_eq!(shows(&test, ("DELETE", path), None, 200, &[]).await, json!({ "status": "ok" }), "{id}");
    }
    reads(&test, "/api/v1/modelzoo/", &[("/res/likeness_small", &["name", "downloaded", "task_type"])]).await;
    reads(&test, "/api/v1/modelzoo/name/likeness_small/", &[("/res", &["name", "downloaded", "modelzoo_files"])]).await;
    reads(&test, "/api/v1/modelzoo/name/likeness_small/layers/", &[("/res/0", &["name", "shape"])]).await;
    let layers = test.get_ok("/api/v1/modelzoo/name/likeness_small/layers/").await;
    assert!(layers["res"].as_array().unwrap().contains(&json!({ "name": "feature", "shape": [1, 256] })), "{layers}");
    let layers = test.get_ok("/api/v1/modelzoo/name/torchscript_mobilenet_v2_imagenet/layers/").await;
    assert_eq!(layers["res"], json!([{ "name": "forward", "shape": [1, 1280] }]), "as far as the descriptor goes");
    let (status, headers, text) = test.ask_raw("GET", "/static/modelzoo/likeness_small/README.md", &[], &[]).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/markdown; charset=utf-8"));
    assert!(!text.is_empty());
    assert_eq!(test.ask_raw("GET", "/static/modelzoo/likeness_small/weights.caffemodel", &[], &[]).await.0, 404, "only documents");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_answer_as_documented() {
    let test = TestApp::with_pictures().await;
    let hash = test.get_ok("/api/v1/media/id/1/").await["res"]["el"]["sha256"].as_str().unwrap().to_owned();
    let uploaded = test.upload("one.jpg", &picture(0, 50)).await.1;
    let long_seed = "f".repeat(4096);
    let hit: &[(&str, &[&str])] = &[
        ("", &["status", "query", "res", "infer"]),
        ("/query/media", MEDIA),
        ("/query", &["timing"]),
        ("/res/0", &["score", "id", "media"]),
        ("/res/0/media", MEDIA),
    ];
    reads(&test, "/api/v1/search/info/", &[("/res", &["detection_model"]), ("/res/model", LOADED), ("/res/feature", FEATURE)]).await;
    reads(&test, "/api/v1/search/load/1/", &[("/res/model", LOADED), ("/res/feature", FEATURE)]).await;
    reads(&test, "/api/v1/search/media/1/", hit).await;
    reads(&test, "/api/v1/search/random/1f/", hit).await;
    reads(&test, &format!("/api/v1/search/random/{long_seed}/"), hit).await;
    reads(&test, &format!("/api/v1/search/sha256/{hash}/"), hit).await;
    reads(&test, &format!("/api/v1/search/upload/{}/", uploaded["res"]["id"]), &[("/query/upload", UPLOAD), ("/res/0/media", MEDIA)]).await;
    for path in ["/api/v1/search/media/999/", "/api/v1/search/upload/999/"] {
        assert_eq!(test.get(path).await, (404, json!({ "status": "error", "error": "Upload not found" })));
    }
    assert_eq!(test.get_ok("/api/v1/search/load/nothing/").await, json!({ "status": "unloaded", "res": {} }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detection_model_that_is_not_there_is_refused_and_an_answer_names_the_loaded_one() {
    let test = TestApp::empty().await;
    for path in ["/api/v1/search/load_detection_model/nothing/", "/api/v1/search/load_detection_model/nothing"] {
        let (status, body) = test.get(path).await;
        assert_eq!((status, &body["status"]), (404, &json!("error")), "{body}");
        assert!(!body["error"].as_str().unwrap().starts_with("there is nothing at"), "{path} is mounted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_sockets_answer_as_documented() {
    let test = TestApp::empty().await;
    reads(&test, "/api/v1/socket/clients/", &[("", &["clients"])]).await;
    let kind: &[&str] = &["key", "title", "params"];
    reads(&test, "/api/v1/task/", &[("/download_model", kind), ("/long_task", kind), ("/update_index", kind)]).await;
    reads(&test, "/api/v1/task/info/", &[("", &["scheduled", "active", "queued"])]).await;
    for (run, tried) in [("/api/v1/task/run/", "/api/v1/task/test/"), ("/api/v1/task/run", "/api/v1/task/test")] {
        let body = json!({ "task_name": "long_task", "params": {} });
        shows(&test, ("POST", run), Some(body), 202, &[("", &["uuid", "task_name"])]).await;
        shows(&test, ("POST", tried), None, 202, &[("", &["uuid"])]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn collections_answer_as_documented() {
    let test = TestApp::with_pictures().await;
    for (all, slash) in [("/api/v1/collection/", "/"), ("/api/v1/collection", "")] {
        let form = json!({ "title": "Trucks", "username": "me" });
        let made = shows(&test, ("POST", all), Some(form.clone()), 200, &[("/res", COLLECTION)]).await;
        assert_eq!((&made["res"]["notes"], &made["res"]["archived"]), (&json!(""), &json!(false)));
        let one = format!("/api/v1/collection/{}", made["res"]["id"]);
        let link = json!({ "media_id": 3, "username": "me" });
        let added = format!("{one}/media{slash}");
        shows(&test, ("POST", &added), Some(link), 200, &[("/res", &["collection_id", "media_id", "username", "created_at"])]).await;
        reads(&test, all, &[("", &["status", "res", "counts"]), ("/res/0", COLLECTION), ("/counts/0", &["collection_id", "count"])]).await;
        reads(&test, &format!("{one}{slash}"), &[("/res", COLLECTION), ("/res", &["media"]), ("/res/media/0", MEDIA)]).await;
        shows(&test, ("PUT", &format!("{one}{slash}")), Some(form), 200, &[("/res", COLLECTION)]).await;
        let exported = shows(&test, ("GET", &format!("{one}/export{slash}")), None, 200, &[("", &["status", "url"])]).await;
        assert_eq!(exported["status"], "success");
        shows(&test, ("DELETE", &format!("{one}/media/3{slash}")), None, 200, &[("", NOTHING)]).await;
        assert_eq!(shows(&test, ("DELETE", &format!("{one}{slash}")), None, 200, &[]).await, json!({ "status": "ok" }));
    }
}
