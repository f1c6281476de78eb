//! What an import tells file by file: what was there before, under the path that its sender knows.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::jobs::{end_of, run, workers};
use crate::support::{TestApp, picture};

/// Sends files as a browser does, each under a name that may be a path.
async fn send(test: &TestApp, files: &[(&str, Vec<u8>)]) -> Value {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend(format!("--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let (status, answer) = test.ask("POST", "/api/v1/media/", &[("content-type", "multipart/form-data; boundary=edge")], &body).await;
    assert_eq!(status, 202, "{answer}");
    end_of(test, answer["res"]["uuid"].as_str().unwrap()).await
}

async fn already_there(test: &TestApp, job: &Value) -> Value {
    test.get_ok(&format!("/api/v1/task/job/{}/already_there/", job["uuid"].as_str().unwrap())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_is_named_with_the_medium_that_it_is() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let first = send(&test, &[("one.jpg", picture(0, 0)), ("two.jpg", picture(1, 0))]).await;
    assert_eq!((&first["result"]["added"], &already_there(&test, &first).await["total"]), (&json!(2), &json!(0)));
    test.app.media.delete(likeness::types::MediaId(2)).await.unwrap();
    let files = [("again.jpg", picture(0, 0)), ("new.jpg", picture(2, 0)), ("gone.jpg", picture(1, 0)), ("new too.jpg", picture(2, 0))];
    let second = send(&test, &files).await;
    assert_eq!(
        (&second["result"]["added"], &second["result"]["already_there"], &second["result"]["deleted"]),
        (&json!(1), &json!(3), &json!(1))
    );
    let told = already_there(&test, &second).await;
    let expected = json!([
        { "item": "again.jpg", "media_id": 1, "deleted": false },
        { "item": "gone.jpg", "media_id": 2, "deleted": true },
        { "item": "new too.jpg", "media_id": 3, "deleted": false },
    ]);
    assert_eq!((&told["res"], &told["total"]), (&expected, &json!(3)));
    let page = test.get_ok(&format!("/api/v1/task/job/{}/already_there?offset=1&limit=1", second["uuid"].as_str().unwrap())).await;
    assert_eq!(page["res"], json!([expected[1]]));
    assert_eq!(test.get("/api/v1/task/job/no-such-job/already_there").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_touched_since_is_named_too() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let folder = test.app.config.data_dir.join("incoming/batch");
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    std::fs::write(folder.join("deep/one.jpg"), picture(0, 0)).unwrap();
    let import = || async { end_of(&test, &run(&test, "import", json!({ "paths": ["batch"] })).await).await };
    assert_eq!(import().await["result"]["added"], 1);
    let told = already_there(&test, &import().await).await;
    assert_eq!((&told["total"], &told["res"][0]["media_id"]), (&json!(1), &json!(1)));
    assert!(told["res"][0]["item"].as_str().unwrap().ends_with("batch/deep/one.jpg"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sent_file_keeps_the_folders_that_it_came_in() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let files = [
        ("Holiday/day 1/a.jpg", picture(0, 0)),
        ("Holiday/day 2/a.jpg", picture(1, 0)),
        ("Holiday\\\\day 3\\\\b.jpg", picture(2, 0)),
        ("../../etc/c.jpg", picture(3, 0)),
        ("Holiday/day 2/bad.jpg", b"no picture".to_vec()),
    ];
    let job = send(&test, &files).await;
    assert_eq!((&job["result"]["added"], &job["failed_items"]), (&json!(4), &json!(1)), "{job}");
    for (id, name, path) in [
        (1, "a.jpg", "Holiday/day 1/a.jpg"),
        (2, "a.jpg", "Holiday/day 2/a.jpg"),
        (3, "b.jpg", "Holiday/day 3/b.jpg"),
        (4, "c.jpg", "c.jpg"),
    ] {
        let source = test.get_ok(&format!("/api/v1/media/id/{id}")).await["res"]["sources"][0].clone();
        assert_eq!((&source["name"], &source["path"]), (&json!(name), &json!(path)));
    }
    let failures = test.get_ok(&format!("/api/v1/task/job/{}/failures", job["uuid"].as_str().unwrap())).await;
    assert_eq!(failures["res"][0]["item"], "Holiday/day 2/bad.jpg");
    assert_eq!(test.get_ok("/api/v1/media/?name=day%202").await["total"], 1, "found by its folder");
    let again = send(&test, &files[..2]).await;
    let told = already_there(&test, &again).await;
    let items: Vec<_> = told["res"].as_array().unwrap().iter().map(|one| one["item"].as_str().unwrap()).collect();
    assert_eq!(items, ["Holiday/day 1/a.jpg", "Holiday/day 2/a.jpg"]);
}
