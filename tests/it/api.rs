//! The search door over a real connection: envelopes, paging, features, regions, and every mistake a client can make.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::support::{GROUPS, TestApp, VIEWS, picture, two_side_by_side};

fn ids(answer: &Value) -> Vec<i64> {
    answer["res"].as_array().unwrap().iter().map(|hit| hit["id"].as_i64().unwrap()).collect()
}

fn scores(answer: &Value) -> Vec<f64> {
    answer["res"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect()
}

/// The rendered object that a picture shows; pictures are imported in order of their names.
fn group_of(id: i64) -> u32 {
    (id as u32 - 1) / VIEWS
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_finds_itself_first_and_scores_belong_to_their_pictures() {
    let test = TestApp::with_pictures().await;
    for id in 1..=i64::from(GROUPS * VIEWS) {
        let answer = test.get_ok(&format!("/api/v1/search/media/{id}/")).await;
        assert_eq!(ids(&answer)[0], id);
        assert!(scores(&answer)[0] < 1e-3, "{:?}", scores(&answer)[0]);
        assert_eq!(answer["res"].as_array().unwrap().len(), 30);
        assert!(scores(&answer).is_sorted());
        assert!(answer["res"].as_array().unwrap().iter().all(|hit| hit["id"] == hit["media"]["id"]));
        assert_eq!(answer["query"]["media"]["id"], id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_picture_uploaded_or_named_by_hash_gives_the_same_answer() {
    let test = TestApp::with_pictures().await;
    let by_id = test.get_ok("/api/v1/search/media/8").await;
    let hash = by_id["query"]["media"]["sha256"].as_str().unwrap().to_owned();
    let by_hash = test.get_ok(&format!("/api/v1/search/sha256/{hash}/")).await;
    assert_eq!(by_id["res"], by_hash["res"]);
    let (status, uploaded) = test.upload("holiday.JPEG", &picture(1, 1)).await;
    assert_eq!((status, uploaded["res"]["sha256"].as_str()), (200, Some(hash.as_str())));
    let by_upload = test.get_ok(&format!("/api/v1/search/upload/{}", uploaded["res"]["id"])).await;
    assert_eq!(ids(&by_upload)[..10], ids(&by_id)[..10]);
    assert!(scores(&by_upload)[0] < 1e-3);
    assert!(by_upload["query"].get("upload").is_some() && by_upload["query"].get("media").is_none());
    let (_, again) = test.upload("again.jpg", &picture(1, 1)).await;
    assert_eq!((again["notes"].as_str(), &again["res"]["id"]), (Some("Image already uploaded"), &uploaded["res"]["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_join_without_gap_or_overlap() {
    let test = TestApp::with_pictures().await;
    let whole = ids(&test.get_ok("/api/v1/search/media/3?limit=48").await);
    let mut joined = Vec::new();
    for offset in (0..48).step_by(7) {
        joined.extend(ids(&test.get_ok(&format!("/api/v1/search/media/3?offset={offset}&limit=7")).await));
    }
    assert_eq!(whole, joined);
    assert_eq!(whole.len(), (GROUPS * VIEWS) as usize);
    assert!(ids(&test.get_ok("/api/v1/search/media/3?offset=48").await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_searches_for_that_part_only() {
    let test = TestApp::with_pictures().await;
    let (_, uploaded) = test.upload("both.jpg", &two_side_by_side(2, 5)).await;
    let address = format!("/api/v1/search/upload/{}", uploaded["res"]["id"]);
    let left = test.get_ok(&format!("{address}?x=0&y=0&w=0.5&h=1")).await;
    let right = test.get_ok(&format!("{address}?x=0.5&y=0&w=0.5&h=1")).await;
    assert_eq!((group_of(ids(&left)[0]), group_of(ids(&right)[0])), (2, 5));
    assert!(scores(&left)[0] < 0.15 && scores(&right)[0] < 0.15);
    let (status, body) = test.get(&format!("{address}?x=0.5&y=0&w=0.6&h=1")).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("x + w <= 1"));
    assert_eq!(test.get(&format!("{address}?x=0.5")).await.1["error"], "a region needs x, y, w and h; y is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_features_answer_side_by_side() {
    let test = TestApp::with_pictures().await;
    let exact = test.create_feature(|spec| spec.index_type = "flat".into()).await;
    test.extract(&exact).await;
    test.build(&exact).await;
    let (first, second) =
        (test.get_ok("/api/v1/search/media/4?feature=1").await, test.get_ok(&format!("/api/v1/search/media/4?feature={}", exact.id)).await);
    assert_eq!((&first["query"]["feature"], &second["query"]["feature"]), (&json!(1), &json!(exact.id)));
    assert_eq!(ids(&first)[..10], ids(&second)[..10], "hnsw finds what the exact scan finds");
    let loaded = test.get_ok(&format!("/api/v1/search/load/{}", exact.id)).await;
    assert_eq!(loaded["res"]["feature"]["index_type"], "flat");
    let info = test.get_ok("/api/v1/search/info").await;
    assert_eq!(info["res"]["feature"]["id"], json!(exact.id));
    let engine = &info["res"]["engine"];
    assert_eq!((&engine["precision"], &engine["fused"], &engine["device"]), (&json!("f32"), &json!(true), &info["res"]["device"]));
    assert!(engine["min_cosine"].as_f64().unwrap() > 0.999, "{engine}");
    assert_eq!(test.get_ok("/api/v1/search/load/99").await, json!({ "status": "unloaded", "res": {} }));
    assert_eq!(test.get("/api/v1/search/media/4?feature=99").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_pictures_are_found_and_deleted_ones_vanish_without_a_restart() {
    let test = TestApp::with_pictures().await;
    let feature = test.app.features.default_or_create().await.unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("new.jpg"), picture(3, 77)).unwrap();
    test.import(folder.path()).await;
    let new = i64::from(GROUPS * VIEWS) + 1;
    assert!(!ids(&test.get_ok(&format!("/api/v1/search/media/{new}?limit=100")).await).contains(&new), "not extracted yet");
    test.extract(&feature).await;
    assert_eq!(ids(&test.get_ok(&format!("/api/v1/search/media/{new}")).await)[0], new, "found through the tail, the index is older");
    let neighbour = ids(&test.get_ok(&format!("/api/v1/search/media/{new}")).await)[1];
    assert_eq!(test.ask("DELETE", &format!("/api/v1/media/id/{neighbour}"), &[], &[]).await.0, 200);
    let after = ids(&test.get_ok(&format!("/api/v1/search/media/{new}?limit=100")).await);
    assert!(!after.contains(&neighbour));
    assert_eq!(after.len(), (GROUPS * VIEWS) as usize);
    assert_eq!(test.get(&format!("/api/v1/media/id/{neighbour}")).await.0, 404);
    test.app.media.restore(likeness::types::MediaId(neighbour)).await.unwrap();
    assert_eq!(ids(&test.get_ok(&format!("/api/v1/search/media/{new}")).await)[1], neighbour);
    let test = test.restart().await;
    assert_eq!(ids(&test.get_ok(&format!("/api/v1/search/media/{new}")).await)[0], new);
    assert!(!test.build(&feature).await.up_to_date);
    assert_eq!(ids(&test.get_ok(&format!("/api/v1/search/media/{new}")).await)[0], new, "the new index is used at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeds_are_hexadecimal_of_any_length_and_name_the_same_picture_again() {
    let test = TestApp::with_pictures().await;
    let count = i64::from(GROUPS * VIEWS);
    for (seed, row) in [("1f", 31), ("3e8", 1000 % count), ("ffffffff", 4_294_967_295 % count), ("0", 0)] {
        let answer = test.get_ok(&format!("/api/v1/search/random/{seed}/")).await;
        assert_eq!(answer["query"]["media"]["id"], json!(row + 1), "seed {seed}");
    }
    let long = format!("1{}", "0".repeat(40));
    assert_eq!(
        test.get_ok(&format!("/api/v1/search/random/{long}")).await["query"]["media"]["id"],
        json!(2_i64.pow(32).rem_euclid(count).pow(5).rem_euclid(count) + 1)
    );
    let (status, body) = test.get("/api/v1/search/random/xyz").await;
    assert_eq!((status, body["error"].as_str()), (400, Some("the seed must be hexadecimal, not `xyz`")));
    assert_eq!(test.get_ok("/api/v1/search/random/").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_library_answers_everything_politely() {
    let test = TestApp::empty().await;
    assert_eq!(test.get_ok("/api/v1/media/").await["res"], json!([]));
    assert_eq!(test.get_ok("/api/v1/upload/").await["res"], json!([]));
    assert_eq!(test.get_ok("/api/v1/feature/").await["res"], json!([]));
    assert_eq!(test.get_ok("/api/v1/search/info/").await, json!({ "status": "unloaded", "res": {} }));
    for path in ["/api/v1/media/random", "/api/v1/search/random", "/api/v1/search/random/1f"] {
        assert_eq!(test.get(path).await, (404, json!({ "status": "error", "error": "Database empty" })), "{path}");
    }
    let (_, uploaded) = test.upload("first.jpg", &picture(0, 0)).await;
    let (status, body) = test.get(&format!("/api/v1/search/upload/{}", uploaded["res"]["id"])).await;
    assert_eq!(status, 503);
    assert!(body["error"].as_str().unwrap().contains("likeness extract"));
    assert_eq!(test.get_ok("/api/v1/media/info/").await["res"]["mediaCount"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_get_a_status_and_a_reason() {
    let test = TestApp::with_config(|config| config.server.max_upload_mib = 1).await;
    for (path, status, text) in [
        ("/api/v1/media/id/7/", 404, "not found"),
        ("/api/v1/media/id/seven/", 404, "not found"),
        ("/api/v1/media/sha256/abc/", 400, "bad hash: expected the 64 hexadecimal digits of a SHA-256, got 3 characters"),
        ("/api/v1/media/?limit=-1", 400, "limit must be a whole number from 0, not `-1`"),
        ("/api/v1/media/?sort=size", 400, "sort must be id or date, not `size`"),
        ("/api/v1/feature/3/", 404, "item not found"),
        ("/api/v1/search/upload/3/", 404, "Upload not found"),
        ("/api/v1/upload/3/", 404, "not found"),
        ("/api/v1/unknown", 404, "there is nothing at /api/v1/unknown"),
    ] {
        assert_eq!(test.get(path).await, (status, json!({ "status": "error", "error": text })), "{path}");
    }
    let (status, body) = test.get("/api/v1/modelzoo/name/nothing/").await;
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("likeness_small"), "{body}");
    let (status, body) = test.upload("notes.png", b"not a picture").await;
    assert_eq!(status, 415, "{body}");
    let (status, body) = test.upload("large.jpg", &vec![0; 2 << 20]).await;
    assert_eq!((status, body["error"].as_str()), (413, Some("the upload is larger than 1 MiB (`server.max_upload_mib`)")));
    assert_eq!(test.ask("PATCH", "/api/v1/media/", &[], &[]).await.0, 405);
    assert_eq!(test.get_ok("/api/v1/upload/").await["res"], json!([]), "nothing half-written remains");
}

#[tokio::test(flavor = "multi_thread")]
async fn features_are_created_changed_and_deleted_with_every_mistake_named_at_once() {
    let test = TestApp::empty().await;
    let create = |body: Value| test.send_json("POST", "/api/v1/feature/", &body).await_now();
    let (status, body) = create(json!({}));
    assert_eq!(
        (status, &body["errors"]),
        (400, &json!({ "modelzoo_name": ["This field is required."], "index_type": ["This field is required."] }))
    );
    let (_, body) = create(json!({ "modelzoo_name": "nothing", "index_type": "tree" }));
    assert_eq!(body["errors"].as_object().unwrap().len(), 2);
    let (_, body) =
        create(json!({ "modelzoo_name": "likeness_small", "index_type": "hnsw", "username": "a name of far too many letters" }));
    assert_eq!(body["errors"]["username"], json!(["Field cannot be longer than 16 characters."]));
    let (_, body) =
        create(json!({ "modelzoo_name": "likeness_small", "index_type": "faiss", "index_settings": { "factory_type": "Nonsense7" } }));
    assert!(body["errors"]["index_settings"][0].as_str().unwrap().contains("Nonsense7"), "{body}");
    let (status, body) = create(json!({ "modelzoo_name": "likeness_small", "index_type": "annoy", "active": true, "username": "me" }));
    assert_eq!((status, &body["res"]["id"], &body["res"]["process_id"]), (200, &json!(1), &json!(0)));
    let (_, body) = create(json!({ "modelzoo_name": "likeness_small", "index_type": "annoy" }));
    assert_eq!(body["errors"]["modelzoo_name"], json!(["Already exists."]));
    let (_, body) = test.send_json("PUT", "/api/v1/feature/1/", &json!({ "index_type": "flat" })).await;
    assert_eq!(
        (&body["res"]["index_type"], &body["res"]["active"], &body["res"]["username"]),
        (&json!("flat"), &json!(true), &json!("me"))
    );
    assert_eq!(test.send_json("PUT", "/api/v1/feature/9/", &json!({})).await.0, 404);
    assert_eq!(test.ask("DELETE", "/api/v1/feature/1/", &[], &[]).await, (200, json!({ "status": "ok" })));
    assert_eq!(test.ask("DELETE", "/api/v1/feature/1/", &[], &[]).await.0, 404);
    let (status, body) = test.ask("POST", "/api/v1/feature/", &[("content-type", "application/json")], b"{\"modelzoo_name\":").await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().starts_with("the body is not JSON"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_reaches_a_file_that_is_not_a_picture() {
    let test = TestApp::with_pictures().await;
    let url = test.get_ok("/api/v1/media/id/1").await["res"]["el"]["url"].as_str().unwrap().to_owned();
    let (status, headers, bytes) = test.ask_raw("GET", &url, &[], &[]).await;
    assert_eq!((status, bytes), (200, picture(0, 0)));
    assert_eq!(
        (&headers["content-type"], &headers["x-content-type-options"]),
        (&"image/jpeg".parse().unwrap(), &"nosniff".parse().unwrap())
    );
    let tag = headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(test.ask_raw("GET", &url, &[("if-none-match", &tag)], &[]).await.0, 304);
    for path in [
        "/static/data/media/../../library.sqlite",
        "/static/data/media/aa/bb/..%2f..%2f..%2flibrary.sqlite",
        "/static/data/media/%2e%2e/%2e%2e/library.sqlite",
        "/static/data/library.sqlite",
        "/static/data/uploads/aa/bb/%00",
        "/static/data/thumbs/99999/1",
        "/static/data/thumbs/320/..%2f1",
    ] {
        assert_eq!(test.ask_raw("GET", path, &[], &[]).await.0, 404, "{path}");
    }
    let (status, _, thumbnail) = test.ask_raw("GET", "/static/data/thumbs/160/1", &[], &[]).await;
    assert_eq!((status, &thumbnail[..3]), (200, &b"\xff\xd8\xff"[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_change_nothing() {
    let test = TestApp::empty().await;
    for headers in [[("sec-fetch-site", "cross-site")], [("origin", "https://elsewhere.example")]] {
        let (status, body) = test.ask("POST", "/api/v1/feature/", &headers, &[]).await;
        assert_eq!(status, 403, "{body}");
    }
    let own = test.url.clone();
    assert_eq!(test.ask("POST", "/api/v1/feature/", &[("origin", &own)], &[]).await.0, 400, "our own page gets to the form");
}

/// Lets a closure that is called once at a time read as a plain call.
trait AwaitNow: Future + Sized {
    fn await_now(self) -> Self::Output {
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(self))
    }
}

impl<F: Future> AwaitNow for F {}
