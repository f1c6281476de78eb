//! Managing media over HTTP: finding them by where they came from, the trash, duplicates, promotion, and sending files for import.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::support::{TestApp, picture};

fn ids(answer: &Value) -> Vec<i64> {
    answer["res"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

/// Four files: `Übung_100%.jpg`, the same bytes as `copy.jpg` in a folder, another picture, and a frame with its bytes.
async fn library() -> TestApp {
    let test = TestApp::empty().await;
    let folder = tempfile::TempDir::new().unwrap();
    let frame = format!("{}_007.jpg", "ab".repeat(32));
    std::fs::create_dir(folder.path().join("Sub")).unwrap();
    for (name, view) in [("Übung_100%.jpg", 0), ("Sub/copy.jpg", 0), ("other.jpg", 1), (&frame, 1)] {
        std::fs::write(folder.path().join(name), picture(0, view)).unwrap();
    }
    test.import(folder.path()).await;
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_narrowed_by_kind_name_and_time() {
    let test = library().await;
    let all = test.get_ok("/api/v1/media/").await;
    assert_eq!((ids(&all).len(), &all["total"]), (3, &json!(3)));
    let by_name = |name: &'static str| {
        let test = &test;
        async move { test.get_ok(&format!("/api/v1/media/?name={name}")).await["total"].clone() }
    };
    assert_eq!(by_name("OTHER").await, 1);
    assert_eq!(by_name("sub/COPY").await, 1, "a part of the path");
    assert_eq!(by_name("100%25").await, 1);
    assert_eq!(by_name("10_%25").await, 0, "the signs mean themselves");
    assert_eq!(by_name("%C3%BCBUNG").await, 1, "umlauts in any case");
    assert_eq!(by_name("nothing").await, 0);
    let frames = test.get_ok("/api/v1/media/?type=video_frame").await;
    assert_eq!((&frames["total"], &frames["res"][0]["frame"]), (&json!(1), &json!(7)));
    let today = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let now = chrono::Utc::now().to_rfc3339();
    for (query, total) in [
        (format!("since={today}&until={today}"), 3),
        (format!("since={now}"), 0),
        (format!("until={now}"), 3),
        ("until=2001-01-01".into(), 0),
        ("since=2001-01-01T00:00:00%2B02:00&type=image".into(), 2),
        ("offset=2".into(), 3),
        ("collection_id=4".into(), 0),
    ] {
        assert_eq!(test.get_ok(&format!("/api/v1/media/?{query}")).await["total"], total, "{query}");
    }
    for wrong in ["type=text", "since=yesterday", "until=10000-01-01", "deleted=maybe", "collection_id=x", "offset=9223372036854775808"] {
        let (status, body) = test.get(&format!("/api/v1/media/?{wrong}")).await;
        assert_eq!(status, 400, "{wrong}: {body}");
    }
    let descending = ids(&test.get_ok("/api/v1/media/?sort=date&order=desc").await);
    assert!(descending.is_sorted_by(|a, b| a > b), "{descending:?}");
    let far = test.get_ok("/api/v1/media/?offset=9223372036854775807").await;
    assert_eq!((ids(&far).len(), &far["total"]), (0, &json!(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn exact_duplicates_are_shown_with_their_sources() {
    let test = library().await;
    let found = test.get_ok("/api/v1/media/duplicates/").await;
    let counts: Vec<_> = found["res"].as_array().unwrap().iter().map(|group| (&group["media_count"], &group["source_count"])).collect();
    assert_eq!(found["total"], 2);
    assert!(counts.contains(&(&json!(1), &json!(2))) && counts.contains(&(&json!(2), &json!(2))), "{counts:?}");
    let twice = found["res"].as_array().unwrap().iter().find(|group| group["media_count"] == 2).unwrap();
    let first = twice["first"]["id"].as_i64().unwrap();
    let others = test.get_ok(&format!("/api/v1/media/?duplicate_of={first}")).await;
    assert_eq!((ids(&others).len(), others["sources"].as_array().unwrap().len()), (1, 1));
    assert_ne!(ids(&others)[0], first);
    let page = test.get_ok("/api/v1/media/duplicates?limit=1&offset=1").await;
    assert_eq!((page["res"].as_array().unwrap().len(), &page["total"]), (1, &json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_lies_in_the_trash_and_comes_back() {
    let test = library().await;
    assert_eq!(test.ask("DELETE", "/api/v1/media/id/2/", &[], &[]).await.0, 200);
    assert_eq!(test.get("/api/v1/media/id/2").await.0, 404);
    let shown = test.get_ok("/api/v1/media/id/2?deleted=1").await;
    assert!(shown["res"]["el"]["deleted_at"].as_str().unwrap().ends_with("GMT"), "{shown}");
    assert_eq!(ids(&test.get_ok("/api/v1/media/?deleted=1").await), [2]);
    assert_eq!(test.get_ok("/api/v1/media/").await["total"], 2);
    let (status, restored) = test.ask("POST", "/api/v1/media/id/2/restore/", &[], &[]).await;
    assert_eq!((status, &restored["res"]["id"]), (200, &json!(2)));
    assert_eq!(test.ask("POST", "/api/v1/media/id/2/restore", &[], &[]).await.0, 200, "again changes nothing");
    assert_eq!(test.ask("POST", "/api/v1/media/id/99/restore", &[], &[]).await.0, 404);
    let many = |path: &'static str, value: Value| {
        let test = &test;
        async move { test.send_json("POST", path, &value).await }
    };
    let (_, deleted) = many("/api/v1/media/delete/", json!({ "ids": [1, "2", 77] })).await;
    let rows = json!([{ "id": 1, "status": "deleted" }, { "id": 2, "status": "deleted" }, { "id": 77, "status": "not found" }]);
    assert_eq!(deleted, json!({ "status": "ok", "res": rows }));
    let (_, back) = many("/api/v1/media/restore", json!({ "ids": [2, 3] })).await;
    assert_eq!(back["res"], json!([{ "id": 2, "status": "restored" }, { "id": 3, "status": "unchanged" }]));
    for wrong in [json!({}), json!({ "ids": [] }), json!({ "ids": [0] }), json!({ "ids": ["x"] }), json!({ "ids": vec![1; 1001] })] {
        let (status, body) = many("/api/v1/media/delete", wrong.clone()).await;
        assert_eq!(status, 400);
        assert!(body["errors"]["ids"][0].is_string(), "{wrong}: {body}");
    }
    assert_eq!(ids(&test.get_ok("/api/v1/media/?deleted=1").await), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_trash_can_be_seen_there_and_nowhere_else() {
    let test = library().await;
    let alive = test.get_ok("/api/v1/media/id/1/").await["res"]["el"].clone();
    test.ask("DELETE", "/api/v1/media/id/1/", &[], &[]).await;
    let listed = test.get_ok("/api/v1/media/?deleted=1").await["res"][0].clone();
    let full = test.get_ok("/api/v1/media/id/1?deleted=1").await["res"]["el"].clone();
    for field in ["url", "thumbnail"] {
        let before = alive[field].as_str().unwrap();
        assert_eq!((&listed[field], &full[field]), (&json!(format!("{before}?deleted=1")), &json!(format!("{before}?deleted=1"))));
        assert_eq!(test.ask_raw("GET", before, &[], &[]).await.0, 404, "{before}");
        let (status, headers, bytes) = test.ask_raw("GET", listed[field].as_str().unwrap(), &[], &[]).await;
        assert_eq!(
            (status, headers["cache-control"].as_bytes(), bytes.starts_with(b"\xff\xd8")),
            (200, &b"private, no-cache"[..], true),
            "{field}"
        );
        let tag = headers["etag"].to_str().unwrap();
        let (status, headers, _) = test.ask_raw("GET", listed[field].as_str().unwrap(), &[("if-none-match", tag)], &[]).await;
        assert_eq!((status, headers["cache-control"].as_bytes()), (304, &b"private, no-cache"[..]));
    }
    for side in [160, 640] {
        let part = format!("/static/data/thumbs/{side}/1?deleted=1&x=0.25&y=0.25&w=0.5&h=0.5");
        assert_eq!(test.ask_raw("GET", &part, &[], &[]).await.0, 200, "{part}");
    }
    test.ask("POST", "/api/v1/media/id/1/restore/", &[], &[]).await;
    let restored = test.get_ok("/api/v1/media/id/1/").await["res"]["el"].clone();
    assert_eq!((&restored["url"], &restored["thumbnail"]), (&alive["url"], &alive["thumbnail"]));
    assert_eq!(test.ask_raw("GET", "/static/data/thumbs/320/1?deleted=1", &[], &[]).await.0, 200, "what is alive is shown so too");
    assert_eq!(test.ask_raw("GET", "/static/data/thumbs/320/99?deleted=1", &[], &[]).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_becomes_a_medium_once() {
    let test = TestApp::empty().await;
    test.upload("Holiday.JPG", &picture(4, 4)).await;
    let promote = || test.ask("POST", "/api/v1/upload/1/promote/", &[], &[]);
    let (status, first) = promote().await;
    assert_eq!((status, &first["res"]["mediaType"]), (200, &json!("image")), "{first}");
    assert_eq!(promote().await.1, first, "again is the same");
    let full = test.get_ok(&format!("/api/v1/media/id/{}", first["res"]["id"])).await;
    assert_eq!((&full["res"]["sources"][0]["name"], full["res"]["sources"].as_array().unwrap().len()), (&json!("Holiday.JPG"), 1));
    let (status, _, bytes) = test.ask_raw("GET", first["res"]["url"].as_str().unwrap(), &[], &[]).await;
    assert_eq!((status, bytes), (200, picture(4, 4)));
    assert_eq!(test.ask("DELETE", "/api/v1/media/id/1", &[], &[]).await.0, 200);
    let (status, body) = promote().await;
    assert_eq!(status, 409);
    assert!(body["error"].as_str().unwrap().contains("/api/v1/media/id/1/restore/"), "{body}");
    assert_eq!(test.ask("POST", "/api/v1/upload/9/promote/", &[], &[]).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_sent_for_import_under_names_of_ours() {
    let test = TestApp::empty().await;
    let mut body = b"--edge\r\ncontent-disposition: form-data; name=\"username\"\r\n\r\nme\r\n".to_vec();
    for (name, bytes) in [("../../Holiday.JPEG", picture(1, 1)), ("noise.exe", b"no picture".to_vec()), ("", Vec::new())] {
        body.extend(format!("--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let (status, answer) = test.ask("POST", "/api/v1/media/", &[("content-type", "multipart/form-data; boundary=edge")], &body).await;
    assert_eq!((status, &answer["res"]["task_name"], &answer["res"]["files"]), (202, &json!("import"), &json!(2)), "{answer}");
    let folders = test.app.media.data_dir().join("incoming/uploads");
    let folder = std::fs::read_dir(&folders).unwrap().next().unwrap().unwrap().path();
    let names: Value = serde_json::from_slice(&std::fs::read(folder.join("names.json")).unwrap()).unwrap();
    assert_eq!(
        names,
        json!([{ "file": "0001.jpeg", "name": "Holiday.JPEG", "bytes": picture(1, 1).len() }, { "file": "0002", "name": "noise.exe", "bytes": 10 }])
    );
    let job = test.get_ok(&format!("/api/v1/task/job/{}", answer["res"]["uuid"].as_str().unwrap())).await;
    assert_eq!((&job["res"]["username"], &job["res"]["task_name"]), (&json!("me"), &json!("import")));
    let (status, body) =
        test.ask("POST", "/api/v1/media/", &[("content-type", "multipart/form-data; boundary=edge")], b"--edge--\r\n").await;
    assert_eq!(status, 400);
    assert!(body["errors"]["files"][0].is_string(), "{body}");
    assert_eq!(std::fs::read_dir(&folders).unwrap().count(), 1, "the refused one left nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_left_half_sent_is_swept_at_the_start() {
    let test = TestApp::empty().await;
    let folders = test.app.media.data_dir().join("incoming/uploads");
    for name in ["old", "fresh", "complete"] {
        std::fs::create_dir_all(folders.join(name)).unwrap();
        std::fs::write(folders.join(name).join("0001.jpg"), b"half").unwrap();
    }
    std::fs::write(folders.join("complete/names.json"), b"[]").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(25);
    for name in ["old", "complete"] {
        std::fs::File::open(folders.join(name)).unwrap().set_modified(long_ago).unwrap();
    }
    let _test = test.restart().await;
    let mut left: Vec<_> = std::fs::read_dir(&folders).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["complete", "fresh"]);
}
