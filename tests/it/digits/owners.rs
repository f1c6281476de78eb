//! Names, owners, and what owners alone may do.

use serde_json::json;

use super::{encoded, gradients, send, send_form};
use crate::support::TestApp;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

#[tokio::test(flavor = "multi_thread")]
async fn a_login_answers_with_a_cookie_and_the_originals_redirect() {
    let test = TestApp::empty().await;
    let (status, headers, body) = test.ask_raw("POST", "/login", &FORM, &encoded(&[("username", "fred")])).await;
    assert_eq!((status, headers["set-cookie"].to_str().unwrap()), (302, "username=fred; Path=/"));
    assert_eq!(headers["location"].to_str().unwrap(), format!("{}/", test.url));
    let page = String::from_utf8(body).unwrap();
    assert!(page.starts_with("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">\n<title>Redirecting...</title>\n"), "{page}");
    assert!(page.ends_with("to target URL: <a href=\"/\">/</a>.  If not click the link."), "{page}");
    for (name, reason) in [
        ("", "username is required"),
        ("Fred", "Must start with a lowercase letter"),
        ("9", "Must start with a lowercase letter"),
        ("fr ed", "Only lowercase letters, numbers, periods, dashes and underscores allowed"),
    ] {
        let (status, _, page) = send(&test, "POST", "/login", &[("username", name)]).await;
        assert_eq!((status, page.contains(reason)), (200, true), "{name}: {page}");
    }
    for (next, target) in [("/digits", "/digits"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("/\\evil.example", "/")] {
        let (_, location, _) = send(&test, "POST", "/login", &[("username", " fred "), ("next", next)]).await;
        assert_eq!(location, format!("{}{target}", test.url), "{next}");
    }
    let (status, headers, _) = test.ask_raw("POST", "/logout", &[], &[]).await;
    assert_eq!((status, headers["set-cookie"].to_str().unwrap().contains("Max-Age=0")), (302, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_made_changed_and_deleted_by_their_owners() {
    let test = TestApp::empty().await;
    let nobody = [("dataset_name", "x")];
    let (status, body) = send_form(&test, "/datasets/generic/create/image-gradients.json", &nobody).await;
    assert_eq!((status, &body["error"]["type"]), (401, &json!("Unauthorized")));
    let (status, body) = send_form(&test, "/datasets/generic/create/image-gradients.json", &[("username", "Fred"), nobody[0]]).await;
    assert_eq!((status, &body["error"]["description"]), (400, &json!("Invalid username - Must start with a lowercase letter")));
    let id = gradients(&test, "first", "fred").await;
    let place = format!("/jobs/{id}");
    for (name, expected) in [("anna", 403), ("fred", 200)] {
        let fields = [("username", name), ("job_name", "<b>second</b>"), ("job_notes", "a note")];
        assert_eq!(send(&test, "PUT", &place, &fields).await.0, expected, "{name}");
    }
    assert_eq!(send(&test, "PUT", &place, &[("username", "fred"), ("job_name", " ")]).await.0, 400);
    let (_, _, page) = send(&test, "GET", &format!("/datasets/{id}"), &[]).await;
    assert!(page.contains("&lt;b&gt;second&lt;") && !page.contains("<b>second"), "names are shown as they are: {page}");
    assert!(page.contains(&id) && page.contains("a note"));
    let (status, location, _) = send(&test, "GET", &place, &[]).await;
    assert_eq!((status, location), (302, format!("{}/datasets/{id}", test.url)));
    let (_, _, summary) = send(&test, "GET", &format!("/datasets/summary?job_id={id}"), &[]).await;
    assert!(summary.contains("second"), "{summary}");
    assert_eq!(send(&test, "DELETE", &place, &[("username", "anna")]).await.0, 403);
    assert_eq!(send(&test, "DELETE", &place, &[]).await.0, 401);
    let (status, _, body) = send(&test, "DELETE", &format!("/models/{id}"), &[("username", "fred")]).await;
    assert_eq!((status, body.as_str()), (200, "Job deleted."), "the kind in the address is not looked at");
    assert!(!test.app.folders.root().join(&id).exists());
    assert_eq!(send(&test, "DELETE", &place, &[("username", "fred")]).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_stopped_once() {
    let test = TestApp::empty().await;
    let id = gradients(&test, "stopped", "fred").await;
    let (_, _, text) = send(&test, "GET", &format!("/datasets/{id}/status"), &[]).await;
    assert!(text.ends_with("\"type\": \"Generic Dataset\", \"name\": \"stopped\", \"error\": null}"), "{text}");
    let place = format!("/datasets/{id}/abort");
    assert_eq!(send(&test, "POST", &place, &[("username", "anna")]).await.0, 403);
    let (status, _, body) = send(&test, "POST", &place, &[("username", "fred")]).await;
    assert_eq!((status, body.as_str()), (200, "Job aborted."));
    assert_eq!(test.get_ok(&format!("/jobs/{id}/status")).await["status"], "Aborted");
    let (status, _, page) = send(&test, "POST", &place, &[("username", "fred")]).await;
    assert_eq!((status, page.contains("Job not aborted")), (403, true));
    assert_eq!(test.get_ok("/completed_jobs.json").await["datasets"][0]["id"], json!(id));
    assert_eq!(test.get_ok(&format!("/jobs/{id}/table_data.json")).await["job"]["status_css"], "warning");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_jobs_at_once_are_told_in_sentences() {
    let test = TestApp::empty().await;
    let (mine, hers) = (gradients(&test, "mine", "fred").await, gradients(&test, "hers", "anna").await);
    let all = [("username", "fred"), ("job_ids[]", &mine), ("job_ids[]", &hers), ("job_ids[]", "foo"), ("job_ids[]", "bar")];
    let (status, _, body) = send(&test, "POST", "/group?group_name=%20best%20", &all).await;
    assert_eq!((status, body.contains("2 jobs not found. 1 job not permitted to be regrouped.")), (400, true), "{body}");
    assert_eq!(test.get_ok(&format!("/jobs/{mine}/table_data.json")).await["job"]["group"], "best");
    let (status, _, body) = send(&test, "POST", "/abort_jobs", &[("username", "fred"), ("job_ids[]", &mine)]).await;
    assert_eq!((status, body.as_str()), (200, "Jobs aborted."));
    let (status, _, page) = send(&test, "DELETE", "/jobs", &all).await;
    assert_eq!((status, page.contains("2 jobs not found. 1 job not permitted to be deleted.")), (400, true), "{page}");
    assert_eq!(test.get_ok("/index.json").await["datasets"].as_array().unwrap().len(), 1, "what could be deleted was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_begins_with_the_form_of_the_first() {
    let test = TestApp::empty().await;
    let id = gradients(&test, "first", "fred").await;
    let (status, location, _) = send(&test, "GET", &format!("/clone/{id}"), &[]).await;
    assert_eq!(status, 302);
    assert!(location.contains("/login?next="), "nobody is asked for a name: {location}");
    let (_, headers, _) = test.ask_raw("GET", &format!("/clone/{id}"), &[("cookie", "username=fred")], &[]).await;
    let target = headers["location"].to_str().unwrap().to_owned();
    assert!(target.ends_with(&format!("/datasets/generic/new/image-gradients?clone={id}")), "{target}");
    let (_, _, page) = test.ask_raw("GET", target.trim_start_matches(&test.url), &[("cookie", "username=fred")], &[]).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("name=\"dataset_name\" value=\"first\"") && page.contains("name=\"train_image_count\" value=\"20\""), "{page}");
}
