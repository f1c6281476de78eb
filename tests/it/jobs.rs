//! Long work: written down before it is acknowledged, begun once, seen in its progress, stopped, repeated, and given on when a
//! worker dies.

use std::time::Duration;

use likeness::job::{Beat, JobEvent, JobProgress, Lease, NewJob, Status};
use likeness::tasks::worker;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{GROUPS, TestApp, VIEWS, rendered_pictures};

fn work(kind: &str, key: &str) -> NewJob {
    NewJob { kind: kind.into(), title: kind.into(), payload: json!({ "steps": 1 }), exclusive_key: key.into(), ..NewJob::default() }
}

const PATIENT: Lease = Lease { silence: Duration::from_mins(1), max_attempts: 3 };
const IMPATIENT: Lease = Lease { silence: Duration::ZERO, max_attempts: 3 };

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_once_oldest_first() {
    let test = TestApp::empty().await;
    let jobs = &test.app.jobs;
    let first = jobs.enqueue(work("a", "")).await.unwrap();
    let second = jobs.enqueue(work("b", "")).await.unwrap();
    assert_eq!(jobs.claim("one", PATIENT).await.unwrap().unwrap().id, first.id);
    assert_eq!(jobs.claim("two", PATIENT).await.unwrap().unwrap().id, second.id);
    assert!(jobs.claim("three", PATIENT).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_at_once_never_share_a_job() {
    let test = TestApp::empty().await;
    for _ in 0..20 {
        test.app.jobs.enqueue(work("a", "")).await.unwrap();
    }
    let claims = (0..8).map(|worker| {
        let jobs = test.app.jobs.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(job) = jobs.claim(&format!("w{worker}"), PATIENT).await.unwrap() {
                mine.push(job.id);
            }
            mine
        })
    });
    let mut all: Vec<_> = futures::future::join_all(claims).await.into_iter().flat_map(Result::unwrap).collect();
    all.sort_unstable();
    let claimed = all.len();
    all.dedup();
    assert_eq!((all.len(), claimed), (20, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_with_the_same_key_wait_for_each_other() {
    let test = TestApp::empty().await;
    let jobs = &test.app.jobs;
    let first = jobs.enqueue(work("a", "vectors")).await.unwrap();
    let second = jobs.enqueue(work("b", "vectors")).await.unwrap();
    let other = jobs.enqueue(work("c", "")).await.unwrap();
    assert_eq!(jobs.claim("w", PATIENT).await.unwrap().unwrap().id, first.id);
    assert_eq!(jobs.claim("w", PATIENT).await.unwrap().unwrap().id, other.id);
    assert!(jobs.claim("w", PATIENT).await.unwrap().is_none());
    jobs.finish(first.id, "w", &JobProgress::default(), Ok(json!({}))).await.unwrap();
    assert_eq!(jobs.claim("w", PATIENT).await.unwrap().unwrap().id, second.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_workers_job_goes_on_elsewhere_and_is_lost_to_it() {
    let test = TestApp::empty().await;
    let jobs = &test.app.jobs;
    let job = jobs.enqueue(work("a", "key")).await.unwrap();
    jobs.claim("dead", PATIENT).await.unwrap().unwrap();
    let again = jobs.claim("alive", IMPATIENT).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 2));
    assert_eq!(jobs.beat(job.id, "dead", &JobProgress::default()).await.unwrap(), Beat::Lost);
    jobs.finish(job.id, "dead", &JobProgress::default(), Ok(json!("stale"))).await.unwrap();
    assert_eq!(jobs.get(job.id).await.unwrap().unwrap().status, Status::Running);
    assert_eq!(jobs.beat(job.id, "alive", &JobProgress::default()).await.unwrap(), Beat::GoOn);
    jobs.finish(job.id, "alive", &JobProgress::default(), Ok(json!("fresh"))).await.unwrap();
    assert_eq!(jobs.get(job.id).await.unwrap().unwrap().result, Some(json!("fresh")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_workers_is_given_up_with_its_reason() {
    let test = TestApp::empty().await;
    let jobs = &test.app.jobs;
    let job = jobs.enqueue(work("a", "")).await.unwrap();
    for _ in 0..IMPATIENT.max_attempts {
        assert!(jobs.claim("w", IMPATIENT).await.unwrap().is_some());
    }
    assert!(jobs.claim("w", IMPATIENT).await.unwrap().is_none());
    let job = jobs.get(job.id).await.unwrap().unwrap();
    assert_eq!(job.status, Status::Failed);
    assert!(job.error.unwrap().contains("died 3 times"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_put_back_does_not_count_the_try() {
    let test = TestApp::empty().await;
    let jobs = &test.app.jobs;
    let job = jobs.enqueue(work("a", "")).await.unwrap();
    jobs.claim("w", PATIENT).await.unwrap().unwrap();
    jobs.give_back(job.id, "w").await.unwrap();
    let again = jobs.claim("v", PATIENT).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 1));
}

#[test]
fn what_is_over_stays_over_and_every_change_is_in_the_table() {
    use Status::{Cancelled, Cancelling, Done, Failed, Queued, Running};
    for status in Status::ALL {
        assert_eq!(Status::parse(status.word()).unwrap(), status);
        for next in Status::ALL {
            let legal = matches!(
                (status, next),
                (Queued, Running | Cancelled)
                    | (Running, Queued | Cancelling | Done | Failed | Cancelled)
                    | (Cancelling, Done | Failed | Cancelled)
            );
            assert_eq!(status.may_become(next), legal, "{status} -> {next}");
        }
    }
    assert!(Status::parse("sleeping").is_err());
}

/// Waits until a job is over, by listening.
pub(crate) async fn end_of(test: &TestApp, uuid: &str) -> serde_json::Value {
    let mut events = test.app.jobs.subscribe();
    loop {
        let job = test.get_ok(&format!("/api/v1/task/job/{uuid}/")).await["res"].clone();
        if ["done", "failed", "cancelled"].contains(&job["status"].as_str().unwrap()) {
            return job;
        }
        let _ = tokio::time::timeout(Duration::from_mins(1), events.recv()).await.expect("the job says something");
    }
}

pub(crate) async fn run(test: &TestApp, name: &str, params: serde_json::Value) -> String {
    let (status, body) = test.send_json("POST", "/api/v1/task/run/", &json!({ "task_name": name, "params": params })).await;
    assert_eq!((status, body["task_name"].as_str()), (202, Some(name)), "{body}");
    body["uuid"].as_str().unwrap().to_owned()
}

pub(crate) struct Workers(CancellationToken);

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

pub(crate) fn workers(test: &TestApp) -> Workers {
    let end = CancellationToken::new();
    worker::start(&test.app, &end);
    Workers(end)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_imported_and_becomes_searchable_by_jobs_alone() {
    let test = TestApp::with_config(|config| config.import.roots.push(rendered_pictures().to_path_buf())).await;
    let _workers = workers(&test);
    test.create_feature(|_| {}).await;
    let uuid = run(&test, "import", json!({ "paths": [rendered_pictures()], "update_index": true })).await;
    let job = end_of(&test, &uuid).await;
    assert_eq!((job["status"].as_str(), job["result"]["added"].as_u64()), (Some("done"), Some(u64::from(GROUPS * VIEWS))), "{job}");
    let index = end_of(&test, job["result"]["update_index"].as_str().unwrap()).await;
    assert_eq!(index["status"], "done", "{index}");
    assert_eq!(test.get_ok("/api/v1/search/random/").await["res"].as_array().unwrap().len(), 30);
    let log = test.get_ok(&format!("/api/v1/task/job/{}/log/", index["uuid"].as_str().unwrap())).await;
    assert!(log["res"].as_array().unwrap().iter().any(|line| line["message"].as_str().unwrap().contains("48 pictures extracted")), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_sent_come_in_under_their_own_names_and_are_found_at_once() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let mut body = b"--edge\r\ncontent-disposition: form-data; name=\"update_index\"\r\n\r\ntrue\r\n".to_vec();
    for (name, bytes) in
        [("a/../Dress.JPG", crate::support::picture(0, 0)), ("b.jpg", crate::support::picture(1, 0)), ("c.jpg", b"no".to_vec())]
    {
        body.extend(format!("--edge\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let (status, answer) = test.ask("POST", "/api/v1/media/", &[("content-type", "multipart/form-data; boundary=edge")], &body).await;
    assert_eq!(status, 202, "{answer}");
    let job = end_of(&test, answer["res"]["uuid"].as_str().unwrap()).await;
    assert_eq!((job["result"]["added"].as_u64(), job["failed_items"].as_u64()), (Some(2), Some(1)), "{job}");
    let failures = test.get_ok(&format!("/api/v1/task/job/{}/failures/", job["uuid"].as_str().unwrap())).await;
    assert_eq!(failures["res"][0]["item"], "c.jpg", "{failures}");
    assert_eq!(test.app.media.sources(likeness::types::MediaId(1)).await.unwrap()[0].name, "Dress.JPG");
    let index = end_of(&test, job["result"]["update_index"].as_str().unwrap()).await;
    assert_eq!(index["status"], "done", "{index}");
    assert_eq!(test.get_ok("/api/v1/search/media/1/").await["res"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_listed_and_can_be_tried_again_alone() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let folder = test.app.config.data_dir.join("incoming/batch");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("good.jpg"), crate::support::picture(0, 0)).unwrap();
    std::fs::write(folder.join("bad.jpg"), b"no picture at all").unwrap();
    let job = end_of(&test, &run(&test, "import", json!({ "paths": ["batch"] })).await).await;
    assert_eq!((job["status"].as_str(), job["result"]["added"].as_u64(), job["failed_items"].as_u64()), (Some("done"), Some(1), Some(1)));
    let uuid = job["uuid"].as_str().unwrap();
    let failures = test.get_ok(&format!("/api/v1/task/job/{uuid}/failures/")).await;
    assert!(failures["res"][0]["item"].as_str().unwrap().ends_with("bad.jpg"), "{failures}");
    std::fs::write(folder.join("bad.jpg"), crate::support::picture(1, 0)).unwrap();
    let (status, again) = test.send_json("POST", &format!("/api/v1/task/job/{uuid}/retry/"), &json!({ "only_failed": true })).await;
    assert_eq!(status, 202, "{again}");
    let again = end_of(&test, again["uuid"].as_str().unwrap()).await;
    assert_eq!((again["result"]["found"].as_u64(), again["result"]["added"].as_u64()), (Some(1), Some(1)), "{again}");
    let (status, nothing) = test
        .send_json("POST", &format!("/api/v1/task/job/{}/retry/", again["uuid"].as_str().unwrap()), &json!({ "only_failed": true }))
        .await;
    assert_eq!(status, 409, "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_is_cancelled_within_a_second_and_a_waiting_one_at_once() {
    let test = TestApp::with_config(|config| config.tasks.workers = 1).await;
    let _workers = workers(&test);
    let mut events = test.app.jobs.subscribe();
    let running = run(&test, "long_task", json!({ "steps": 1000 })).await;
    let waiting = run(&test, "long_task", json!({ "steps": 1000 })).await;
    while !matches!(events.recv().await.unwrap(), JobEvent::Started(job) if job.uuid == running) {}
    let info = test.get_ok("/api/v1/task/info/").await;
    assert_eq!(info["queued"]["waiting"][0]["id"], json!(waiting), "{info}");
    assert_eq!(info["active"].as_object().unwrap().values().next().unwrap()[0]["id"], json!(running), "{info}");
    for uuid in [&waiting, &running] {
        let (status, body) = test.send_json("POST", &format!("/api/v1/task/job/{uuid}/cancel/"), &json!({})).await;
        assert_eq!(status, 202, "{body}");
        let begun = std::time::Instant::now();
        assert_eq!(end_of(&test, uuid).await["status"], "cancelled");
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        let (status, body) = test.send_json("POST", &format!("/api/v1/task/job/{uuid}/cancel/"), &json!({})).await;
        assert_eq!(status, 409, "{body}");
    }
    let history = test.get_ok("/api/v1/task/history/?status=cancelled").await;
    assert_eq!(history["total"], 2);
    for (query, total) in
        [("task_name=long_task&status=cancelled", 2), ("task_name=import,long_task", 2), ("task_name=import", 0), ("task_name=,", 2)]
    {
        let history = test.get_ok(&format!("/api/v1/task/history?{query}")).await;
        assert_eq!((history["total"].as_u64(), history["res"].as_array().map(Vec::len)), (Some(total), Some(total as usize)), "{query}");
    }
    let (status, body) = test.get(&format!("/api/v1/task/history?task_name={}", "a,".repeat(100))).await;
    assert!(status == 400 && body["errors"]["task_name"].is_array(), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn media_are_deleted_and_restored_in_bulk() {
    let test = TestApp::empty().await;
    test.import(rendered_pictures()).await;
    let _workers = workers(&test);
    let job = end_of(&test, &run(&test, "delete_media", json!({ "ids": [1, "2", 3, 99_999] })).await).await;
    assert_eq!((job["result"]["changed"].as_u64(), job["failed_items"].as_u64()), (Some(3), Some(1)), "{job}");
    assert_eq!(test.get_ok("/api/v1/media/info/").await["res"]["mediaCount"], GROUPS * VIEWS - 3);
    let job = end_of(&test, &run(&test, "delete_media", json!({ "ids": [1, 2, 3], "restore": true })).await).await;
    assert_eq!(job["result"]["changed"], 3, "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_name_the_parameter() {
    let test = TestApp::empty().await;
    for (name, params, field) in [
        ("download_model", json!({}), "name"),
        ("download_model", json!({ "name": "no_such_model" }), "name"),
        ("download_model", json!({ "name": 7 }), "name"),
        ("update_index", json!({ "feature_id": "one" }), "feature_id"),
        ("update_index", json!({ "feature_id": 77 }), "feature_id"),
        ("delete_media", json!({}), "ids"),
        ("delete_media", json!({ "sha256": ["abc"] }), "sha256"),
        ("import", json!({}), "paths"),
        ("import", json!({ "paths": ["/etc"] }), "paths"),
        ("import", json!({ "paths": ["../.."] }), "paths"),
        ("import", json!({ "paths": ["a\0b"] }), "params"),
        ("import", json!({ "upload": "../../etc" }), "upload"),
        ("import", json!({ "urls": ["file:///etc/passwd"] }), "urls"),
        ("import", json!({ "urls": ["http://127.0.0.1/x.jpg"] }), "urls"),
        ("import", json!({ "urls": ["http://[::1]/x.jpg"] }), "urls"),
        ("import", json!({ "urls": ["http://2130706433/x.jpg"] }), "urls"),
        ("import", json!({ "urls": ["http://169.254.169.254/latest"] }), "urls"),
        ("import", json!({ "urls": ["http://[::ffff:10.0.0.1]/x.jpg"] }), "urls"),
        ("import", json!({ "urls": ["http://user:secret@example.org/x.jpg"] }), "urls"),
    ] {
        let (status, body) = test.send_json("POST", "/api/v1/task/run/", &json!({ "task_name": name, "params": params })).await;
        assert_eq!(status, 400, "{name} {params}: {body}");
        assert!(body["errors"][field].is_array(), "{name} {params}: {body}");
        assert_eq!(body["status"], "error");
    }
    let (status, body) = test.send_json("POST", "/api/v1/task/run/", &json!({ "task_name": "nonsense", "params": {} })).await;
    assert_eq!((status, body["error"].as_str()), (404, Some("No such task")));
    assert_eq!(test.app.jobs.count(&[], &[]).await.unwrap(), 0, "nothing wrong is written down");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_is_fetched_and_known_by_its_address_and_a_redirect_to_a_private_one_is_not_followed() {
    let test = TestApp::with_config(|config| config.import.allow_private_urls = true).await;
    let site = serve_pictures().await;
    let _workers = workers(&test);
    let urls = json!({ "urls": [format!("{site}/one.jpg"), format!("{site}/none.jpg"), format!("{site}/text.jpg")] });
    let job = end_of(&test, &run(&test, "import", urls).await).await;
    assert_eq!((job["result"]["added"].as_u64(), job["failed_items"].as_u64()), (Some(1), Some(2)), "{job}");
    let sources = test.app.media.sources(likeness::types::MediaId(1)).await.unwrap();
    assert_eq!((sources[0].name.as_str(), sources[0].path.clone()), ("one.jpg", format!("{site}/one.jpg")));
    assert!(!test.app.config.data_dir.join("incoming/fetched").join(job["uuid"].as_str().unwrap()).exists());
}

/// A site on this machine: `one.jpg` is a picture, `text.jpg` is none, the rest is not there.
pub(crate) async fn serve_pictures() -> String {
    use axum::routing::get;
    let router = axum::Router::new()
        .route("/one.jpg", get(|| async { crate::support::picture(3, 0) }))
        .route("/text.jpg", get(|| async { "no picture" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_to_this_machine_is_not_fetched() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let site = serve_pictures().await.replace("127.0.0.1", "localhost");
    let job = end_of(&test, &run(&test, "import", json!({ "urls": [format!("{site}/one.jpg")] })).await).await;
    assert_eq!((job["result"]["added"].as_u64(), job["failed_items"].as_u64()), (Some(0), Some(1)), "{job}");
    let failures = test.get_ok(&format!("/api/v1/task/job/{}/failures/", job["uuid"].as_str().unwrap())).await;
    assert!(failures["res"][0]["reason"].as_str().unwrap().contains("private, loopback"), "{failures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_model_fails_with_its_remedy_and_the_built_in_one_is_there() {
    let test = TestApp::empty().await;
    let _workers = workers(&test);
    let job = end_of(&test, &run(&test, "download_model", json!({ "name": "likeness_small" })).await).await;
    assert_eq!((job["status"].as_str(), job["progress"]["message"].as_str()), (Some("done"), Some("Download complete")), "{job}");
    let missing = test.app.zoo.list().into_iter().find(|(_, entry)| !test.app.zoo.is_downloaded(entry));
    if let Some((key, _)) = missing {
        let job = end_of(&test, &run(&test, "download_model", json!({ "name": key })).await).await;
        assert_eq!((job["status"].as_str(), job["failed_items"].as_u64()), (Some("failed"), Some(1)), "{job}");
    }
}
