//! Answers to any client: the shapes of JSON, redirects, errors, pages, and files out of jobs' folders only.

use serde_json::json;

use super::{gradients, send, send_form};
use crate::support::TestApp;

const UNKNOWN: &str = "20160809-103210-ccbf";

#[tokio::test(flavor = "multi_thread")]
async fn the_home_is_for_programs_and_the_web_app_for_browsers() {
    let test = TestApp::empty().await;
    let (status, headers, body) = test.ask_raw("GET", "/", &[], &[]).await;
    let page = String::from_utf8(body).unwrap();
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    assert!(["<title>DIGITS</title>", "Home", "Datasets", "Models"].iter().all(|word| page.contains(word)), "{page}");
    let (status, _, body) = test.ask_raw("GET", "/", &[("accept", "text/html,*/*;q=0.8")], &[]).await;
    assert_eq!((status, String::from_utf8(body).unwrap().contains("<title>DIGITS</title>")), (200, false));
    for (path, headers) in [("/index.json", &[][..]), ("/", &[("accept", "application/json")])] {
        let (status, _, body) = test.ask_raw("GET", path, headers, &[]).await;
        assert_eq!(status, 200);
        assert_eq!(String::from_utf8(body).unwrap(), "{\n  \"datasets\": [],\n  \"models\": [],\n  \"version\": \"6.0.0\"\n}");
    }
    let script = [("x-requested-with", "XMLHttpRequest")];
    let (_, _, body) = test.ask_raw("GET", "/index.json", &script, &[]).await;
    assert_eq!(String::from_utf8(body).unwrap(), "{\"datasets\":[],\"models\":[],\"version\":\"6.0.0\"}");
    let completed = test.get_ok("/completed_jobs.json").await;
    assert_eq!(completed, json!({ "datasets": [], "model_output_fields": [], "models": [], "pretrained_models": [], "running": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_objects_for_programs_and_pages_for_people() {
    let test = TestApp::empty().await;
    let (status, body) = test.get(&format!("/datasets/{UNKNOWN}.json")).await;
    assert_eq!(status, 404);
    assert_eq!(body, json!({ "error": { "description": "Job not found", "message": "404: Not Found", "type": "NotFound" } }));
    for path in ["/datasets/foo", "/models/foo", "/jobs/foo", &*format!("/models/{UNKNOWN}"), "/foo"] {
        assert_eq!(test.ask_raw("GET", path, &[], &[]).await.0, 404, "{path}");
    }
    let (status, _, page) = send(&test, "GET", &format!("/datasets/{UNKNOWN}"), &[]).await;
    assert_eq!((status, page.contains("<h1>NotFound</h1>"), page.contains("Job not found")), (404, true, true));
    let (status, body) = test.ask("POST", "/index.json", &[], &[]).await;
    assert_eq!((status, &body["error"]["type"]), (405, &json!("MethodNotAllowed")));
    let (status, _, text) = send(&test, "GET", &format!("/models/{UNKNOWN}/status"), &[]).await;
    assert_eq!((status, text.as_str()), (200, "{\"error\": \"Job not found.\"}"));
    assert_eq!(send(&test, "GET", "/datasets/summary", &[]).await.0, 400);
    let (status, body) = test.ask("POST", "/datasets/generic/create/foo.json?username=fred", &[], &[]).await;
    assert_eq!((status, &body["error"]["message"]), (500, &json!("Unknown extension 'foo'")));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_told_together_as_json_and_in_the_form() {
    let test = TestApp::empty().await;
    let fields =
        [("username", "fred"), ("folder_train", "/no/such"), ("resize_width", "0"), ("encoding", "bmp"), ("folder_pct_val", "101")];
    let (status, body) = send_form(&test, "/datasets/images/classification.json", &fields).await;
    assert_eq!(status, 400);
    let required = json!(["This field is required."]);
    assert_eq!((&body["errors"]["dataset_name"], &body["errors"]["resize_width"]), (&required, &required));
    assert_eq!(body["errors"]["encoding"], json!(["Not a valid choice"]));
    assert_eq!(body["errors"]["folder_pct_val"], json!(["Number must be between 0 and 100."]));
    let outside = [("username", "fred"), ("dataset_name", "x"), ("folder_train", "/etc")];
    let (status, body) = send_form(&test, "/datasets/images/classification.json", &outside).await;
    assert_eq!((status, &body), (400, &json!({ "errors": { "folder_train": ["Folder does not exist"] } })), "outside is as absent");
    let (status, _, page) = send(&test, "POST", "/datasets/images/classification", &fields).await;
    assert_eq!(status, 400);
    assert!(page.contains("<div class=\"alert-danger\" role=\"alert\">Not a valid choice</div>"), "{page}");
    assert!(page.contains("value=\"101\""), "what was sent is shown again");
    let (status, body) = test.ask("POST", "/datasets/images/classification.json?username=fred", &[], &[]).await;
    assert_eq!((status, &body["errors"]["dataset_name"]), (400, &required), "a blank form keeps its defaults but has no name");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_pages_that_need_no_script() {
    let test = TestApp::empty().await;
    let cookie = [("cookie", "username=fred")];
    for (path, title) in [
        ("/datasets/images/classification/new", "New Image Classification Dataset"),
        ("/datasets/images/generic/new", "New Image Dataset"),
        ("/datasets/generic/new/image-gradients", "Gradients"),
        ("/models/images/classification/new", "New Image Classification Model"),
        ("/models/images/generic/new", "New Image Model"),
    ] {
        let (status, headers, body) = test.ask_raw("GET", path, &cookie, &[]).await;
        let page = String::from_utf8(body).unwrap();
        assert_eq!((status, page.contains(title), page.contains("<script")), (200, true, false), "{path}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        let (status, location, _) = send(&test, "GET", path, &[]).await;
        assert_eq!(status, 302, "{path}");
        assert!(location.ends_with(&format!("/login?next={}", path.replace('/', "%2F"))), "{location}");
    }
    let (status, headers, _) = test.ask_raw("GET", "/static/digits/style.css", &[], &[]).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/css; charset=utf-8"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_out_of_jobs_folders_and_of_nowhere_else() {
    let test = TestApp::empty().await;
    let id = gradients(&test, "files", "fred").await;
    let folder = test.app.folders.root().join(&id);
    std::fs::write(folder.join("labels.txt"), "a\n").unwrap();
    std::fs::write(test.app.folders.root().join("secret.txt"), "no").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link.txt")).unwrap();
    let (status, headers, body) = test.ask_raw("GET", &format!("/files/{id}/labels.txt"), &[], &[]).await;
    assert_eq!((status, body.as_slice(), headers["content-type"].to_str().unwrap()), (200, &b"a\n"[..], "text/plain; charset=utf-8"));
    for path in [
        "secret.txt",
        "%2e%2e/secret.txt",
        &*format!("{id}/../secret.txt"),
        &*format!("{id}/%2e%2e/secret.txt"),
        &*format!("{id}/link.txt"),
        &*id,
        "/etc/passwd",
        "nothing/labels.txt",
    ] {
        assert_eq!(test.ask_raw("GET", &format!("/files/{path}"), &[], &[]).await.0, 404, "{path}");
    }
}
