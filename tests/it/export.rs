//! Exports: what is in the archive, that standard programs agree with its manifest, that nothing in it does harm, and that the
//! verdict on an archive names what was done to it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use likeness::job::{JobEvent, Status};
use likeness::media::export::verify::{Fault, verify};
use likeness::media::export::{ExportName, Watch, export};
use likeness::types::{CollectionId, MediaId};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::collections::{add, case, create, six_pictures};
use crate::command_line::command;
use crate::support::TestApp;

mod hostile;

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exports over HTTP; the answer, and the archive on the disk.
pub(crate) async fn exported(test: &TestApp, collection: i64) -> (Value, PathBuf) {
    let answer = test.get_ok(&format!("/api/v1/collection/{collection}/export/")).await;
    let path = test.app.config.data_dir.join("exports").join(answer["name"].as_str().unwrap());
    (answer, path)
}

/// The archive unpacked by `unzip`: its top folder.
fn unpacked(archive: &Path, into: &TempDir) -> PathBuf {
    let output = run("unzip", &["-q", &archive.to_string_lossy(), "-d", &into.path().to_string_lossy()], into.path());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let tops: Vec<_> = std::fs::read_dir(into.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(tops.len(), 1, "{tops:?}");
    tops[0].clone()
}

const NOTES: &str = "# Found\n\n<script>alert(1)</script> and <img src=x onerror=alert(2)>\n\n------------\n\n\
    [run](javascript:alert(3)) [web](https://example.org/a) ![far](https://example.org/spy.png)\n\nthe end of the notes";

#[tokio::test(flavor = "multi_thread")]
async fn standard_programs_unpack_an_export_and_agree_with_its_manifest() {
    let (test, folder) = (six_pictures().await, TempDir::new().unwrap());
    let id = create(&test, json!({ "title": "My Collection: Syria 2019", "username": "ada" })).await;
    add(&test, id, 1..=6).await;
    let (answer, archive) = exported(&test, id).await;
    let name = answer["name"].as_str().unwrap();
    assert!(name.starts_with(&format!("My_Collection_Syria_2019_{id}_2")) && ExportName::parse(name).is_some(), "{name}");
    assert_eq!((&answer["status"], &answer["pictures"], &answer["missing"]), (&json!("success"), &json!(6), &json!(0)));
    assert_eq!(answer["url"], json!(format!("/static/data/exports/{name}")));
    assert!(run("unzip", &["-tq", &archive.to_string_lossy()], folder.path()).status.success());
    let listing = text(&run("unzip", &["-v", &archive.to_string_lossy()], folder.path()).stdout);
    assert_eq!((listing.matches("Stored").count(), listing.matches("Defl").count()), (6 + 6, 0), "{listing}");
    let top = unpacked(&archive, &folder);
    assert_eq!(format!("{}.zip", top.file_name().unwrap().to_string_lossy()), name);
    let checked = run("sha256sum", &["--strict", "-c", "manifest.sha256"], &top);
    assert_eq!((checked.status.success(), text(&checked.stdout).lines().count()), (true, 11), "{}", text(&checked.stderr));
    for number in 1..=6 {
        let media = test.app.media.get(MediaId(number)).await.unwrap().unwrap();
        let bytes = test.app.media.bytes(&media).await.unwrap();
        assert_eq!(std::fs::read(top.join(format!("media/{}{}", media.sha256, media.ext))).unwrap(), bytes);
    }
    let verdict = verify(&archive).unwrap();
    assert_eq!((verdict.pass, verdict.files), (true, 11), "{:?}", verdict.problems);
    assert_eq!(json!(verdict.manifest_sha256), answer["manifest_sha256"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_wrote_does_no_harm_in_the_reports() {
    let (test, folder) = (six_pictures().await, TempDir::new().unwrap());
    let id = create(&test, json!({ "title": "=cmd()</title>\"", "username": "@ada", "notes": NOTES })).await;
    add(&test, id, [1, 2]).await;
    let notes = json!({ "notes": "<b onclick=x>bold</b>\nsecond, \"line\"" });
    assert_eq!(test.send_json("PUT", &format!("/api/v1/collection/{id}/media/2"), &notes).await.0, 200);
    let (_, archive) = exported(&test, id).await;
    let top = unpacked(&archive, &folder);
    let read = |name: &str| std::fs::read_to_string(top.join(name)).unwrap();
    let html = read("report.html");
    for harmful in ["<script", "<img src=x", "javascript:", "<b onclick", "spy.png", "cmd()</title>\""] {
        assert!(!html.contains(harmful), "{harmful} in {html}");
    }
    for kept in ["&lt;script&gt;", "the end of the notes", "href=\"https://example.org/a\"", "=cmd()&lt;/title&gt;", "loading=\"lazy\""] {
        assert!(html.contains(kept), "{kept} not in {html}");
    }
    assert_eq!(html.matches("<figure>").count(), 2);
    let markdown = read("report.md");
    assert!(markdown.starts_with("------------\ntitle: \"=cmd()</title>\\\"\"\n"), "{markdown}");
    assert!(markdown.contains(NOTES) && markdown.contains("> second, \"line\""));
    let mut rows = csv::Reader::from_path(top.join("report.csv")).unwrap();
    let rows: Vec<std::collections::HashMap<String, String>> = rows.deserialize().map(Result::unwrap).collect();
    assert_eq!((rows.len(), rows[1]["collection_title"].as_str(), rows[1]["added_by"].as_str()), (2, "'=cmd()</title>\"", "ada"));
    assert_eq!((rows[1]["notes"].as_str(), rows[0]["source_names"].as_str()), ("<b onclick=x>bold</b>\nsecond, \"line\"", "00.jpg"));
    let report: Value = serde_json::from_str(&read("report.json")).unwrap();
    assert_eq!((&report["title"], &report["notes"], &report["media"][1]["id"]), (&json!("=cmd()</title>\""), &json!(NOTES), &json!(2)));
    let created = report["created_at"].as_str().unwrap();
    assert!(created.len() == 25 && created.ends_with("+00:00") && created.as_bytes()[10] == b' ', "{created}");
    let second = &report["media"][1];
    assert_eq!(
        (&second["link"]["username"], &second["sources"][0]["name"], &second["width"]),
        (&json!("ada"), &json!("01.jpg"), &json!(160))
    );
}

#[test]
fn names_hold_letters_digits_and_little_else() {
    let at = chrono::DateTime::parse_from_rfc3339("2026-11-21T09:08:07.5Z").unwrap().to_utc();
    for (title, expected) in [
        ("My Collection: Syria 2019", "My_Collection_Syria_2019_3_20261121-090807.zip"),
        ("../../etc", "etc_3_20261121-090807.zip"),
        ("Дело 7", "collection_3_20261121-090807.zip"),
        ("  Café\t\nMüller/…", "Cafe_Muller_3_20261121-090807.zip"),
        ("-rf .", "rf_3_20261121-090807.zip"),
    ] {
        let name = ExportName::new(title, CollectionId(3), at).file_name();
        assert_eq!(name, expected);
        assert_eq!(ExportName::parse(&name).unwrap().file_name(), name);
    }
    for foreign in [
        "x.zip",
        "a_3_2026.zip",
        "a_03_20261121-090807.zip",
        "../a_3_20261121-090807.zip",
        "a b_3_20261121-090807.zip",
        ".a_3_20261121-090807.zip",
    ] {
        assert!(ExportName::parse(foreign).is_none(), "{foreign}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_downloaded_whole_or_in_ranges_and_by_its_own_name_only() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=3).await;
    let (answer, archive) = exported(&test, id).await;
    let (url, bytes) = (answer["url"].as_str().unwrap(), std::fs::read(&archive).unwrap());
    let (status, headers, body) = test.ask_raw("GET", url, &[("accept-encoding", "gzip")], &[]).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap(), body == bytes), (200, "application/zip", true));
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"A_case_"));
    assert!(headers.get("content-encoding").is_none());
    let (status, headers, body) = test.ask_raw("GET", url, &[("range", "bytes=10-19")], &[]).await;
    assert_eq!((status, body.as_slice()), (206, &bytes[10..20]));
    assert_eq!(headers["content-range"].to_str().unwrap(), format!("bytes 10-19/{}", bytes.len()));
    assert_eq!(test.ask_raw("GET", url, &[("range", "bytes=99999999999-")], &[]).await.0, 416);
    for foreign in ["..%2Flibrary.sqlite", ".lock", "A_case_1_20200101-000000.zip", "library.sqlite"] {
        assert_eq!(test.ask_raw("GET", &format!("/static/data/exports/{foreign}"), &[], &[]).await.0, 404, "{foreign}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_export_is_kept_under_a_name_of_its_own_until_it_is_deleted() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=3).await;
    let address = format!("/api/v1/collection/{id}/exports");
    assert_eq!(test.get_ok(&address).await["res"], json!([]));
    let answers = futures::future::join_all((0..4).map(|_| exported(&test, id))).await;
    let mut names: Vec<_> = answers.iter().map(|(answer, _)| answer["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    let listed = test.get_ok(&address).await;
    let mut found: Vec<_> = listed["res"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    assert!(found.is_sorted_by(|a, b| a > b), "{found:?}");
    found.reverse();
    names.dedup();
    assert_eq!((names.len(), &found), (4, &names));
    // Each has its own moment in its report, so that no two need be of one length.
    for (answer, archive) in &answers {
        let one = listed["res"].as_array().unwrap().iter().find(|one| one["name"] == answer["name"]).unwrap();
        assert_eq!(one["bytes"], json!(archive.metadata().unwrap().len()));
    }
    let (status, headers, _) = no_redirects(&test, &format!("/api/v1/collection/{id}/export/?redirect=1"));
    assert!(status == 302 && headers.starts_with("/static/data/exports/A_case_"), "{headers}");
    let gone = format!("{address}/{}", names[0]);
    assert_eq!(test.send_json("DELETE", &gone, &json!(null)).await, (200, json!({ "status": "ok" })));
    assert_eq!(test.send_json("DELETE", &gone, &json!(null)).await.0, 404);
    assert_eq!(test.send_json("DELETE", &format!("/api/v1/collection/99/exports/{}", names[1]), &json!(null)).await.0, 404);
    assert_eq!(test.get(&format!("/api/v1/collection/{id}9/export/")).await.1["error"], "not found");
    assert_eq!(test.get("/api/v1/collection/99/exports").await.0, 404);
}

/// Status, `Location` and body of a GET whose redirection is not followed.
fn no_redirects(test: &TestApp, path: &str) -> (u16, String, String) {
    let output =
        run("curl", &["-s", "-o", "/dev/null", "-w", "%{http_code} %header{location}", &format!("{}{path}", test.url)], Path::new("."));
    let line = text(&output.stdout);
    let (status, location) = line.split_once(' ').unwrap();
    (status.parse().unwrap(), location.to_owned(), String::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_and_missing_originals_are_named_and_never_shipped() {
    let (test, folder) = (six_pictures().await, TempDir::new().unwrap());
    let id = case(&test).await;
    add(&test, id, 1..=4).await;
    let file = async |number| {
        let media = test.app.media.get(MediaId(number)).await.unwrap().unwrap();
        (test.app.config.data_dir.join(media.key()), media.sha256.to_string())
    };
    let ((gone, gone_hash), (damaged, damaged_hash)) = (file(2).await, file(3).await);
    std::fs::remove_file(&gone).unwrap();
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[500] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let (answer, archive) = exported(&test, id).await;
    assert_eq!((&answer["pictures"], &answer["missing"]), (&json!(2), &json!(2)));
    assert!(verify(&archive).unwrap().pass);
    let top = unpacked(&archive, &folder);
    assert_eq!(std::fs::read_dir(top.join("media")).unwrap().count(), 2);
    assert!(!top.join(format!("media/{gone_hash}.jpg")).exists() && !top.join(format!("media/{damaged_hash}.jpg")).exists());
    let report: Value = serde_json::from_slice(&std::fs::read(top.join("report.json")).unwrap()).unwrap();
    assert!(report["media"][1]["missing"].as_str().unwrap().contains("is not there"));
    assert!(report["media"][2]["missing"].as_str().unwrap().contains("is damaged"));
    assert_eq!((&report["media"][2]["file"], &report["missing"]), (&Value::Null, &json!(2)));
    let html = std::fs::read_to_string(top.join("report.html")).unwrap();
    assert!(html.contains("2 originals could not be exported") && html.matches("Missing: ").count() == 2, "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_as_a_job_tells_its_result_and_its_failures() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let lost = test.app.media.get(MediaId(5)).await.unwrap().unwrap();
    std::fs::remove_file(test.app.config.data_dir.join(lost.key())).unwrap();
    let mut events = test.app.jobs.subscribe();
    let end = tokio_util::sync::CancellationToken::new();
    let workers = likeness::tasks::worker::start(&test.app, &end);
    let (status, started) = test.get(&format!("/api/v1/collection/{id}/export?job=1&username=ada")).await;
    assert_eq!((status, &started["task_name"]), (202, &json!("export_collection")));
    let job = loop {
        if let JobEvent::Ended(job) = events.recv().await.unwrap() {
            break job;
        }
    };
    assert_eq!((json!(job.uuid), job.status, job.title.as_str()), (started["uuid"].clone(), Status::Done, "Export A case"));
    let result = job.result.unwrap();
    assert_eq!((&result["pictures"], &result["missing"]), (&json!(5), &json!(1)));
    assert_eq!(test.ask_raw("GET", result["url"].as_str().unwrap(), &[], &[]).await.2.len() as u64, result["bytes"]);
    let failures = test.app.jobs.failures(job.id, 0, 10).await.unwrap();
    assert!(failures[0].item == "media 5" && failures[0].reason.contains("backup"), "{failures:?}");
    let body = json!({ "task_name": "export_collection", "params": { "collection_id": "x" } });
    assert_eq!(test.send_json("POST", "/api/v1/task/run/", &body).await.1["errors"]["collection_id"][0], "Not a valid integer value.");
    assert_eq!(test.get("/api/v1/collection/77/export?job=1").await.0, 404);
    end.cancel();
    futures::future::join_all(workers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_export_leaves_nothing_and_a_dead_one_is_swept_away() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let done = Arc::new(AtomicU64::new(0));
    let (asked, told) = (done.clone(), done.clone());
    let stopped = || likeness::Error::new(likeness::Kind::Cancelled, "stopped");
    let watch = Watch {
        check: Arc::new(move || if asked.load(Ordering::SeqCst) == 3 { Err(stopped()) } else { Ok(()) }),
        progress: Arc::new(move |current, total| {
            assert_eq!(total, 6);
            told.store(current, Ordering::SeqCst);
        }),
    };
    let outcome = export(&test.app.media, CollectionId(id), None, watch).await;
    assert_eq!(outcome.unwrap_err().kind(), likeness::Kind::Cancelled);
    let exports = test.app.config.data_dir.join("exports");
    let files = || {
        let names = std::fs::read_dir(&exports).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != ".lock").collect::<Vec<_>>()
    };
    assert_eq!(files(), Vec::<String>::new());
    std::fs::write(exports.join(".A_case_1_20200101-000000.zip.part"), "a killed process left this").unwrap();
    let (answer, _) = exported(&test, id).await;
    assert_eq!(files(), [answer["name"].as_str().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn export_and_verify_are_commands() {
    let (test, folder) = (six_pictures().await, TempDir::new().unwrap());
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let likeness = |arguments: &[&str]| {
        let output = command(&test.app.config.data_dir, arguments).current_dir(folder.path()).output().unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let id = id.to_string();
    let (code, out, error) = likeness(&["export", &id, "--output", "case.zip", "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{error}"));
    assert_eq!((code, &report["pictures"], &report["path"]), (0, &json!(6), &json!("case.zip")));
    let (code, out, _) = likeness(&["verify", "case.zip"]);
    assert!(code == 0 && out.starts_with("pass: 11 files\n"), "{out}");
    assert!(likeness(&["export", &id, "--output", "case.zip"]).2.contains("case.zip is there already"));
    assert_eq!((likeness(&["export", "99"]).0, likeness(&["verify", "nowhere.zip"]).0), (1, 1));
    let (code, out, _) = likeness(&["export", &id]);
    assert!(code == 0 && out.contains("A_case_1_") && out.contains("6 originals"), "{out}");
    let mut bytes = std::fs::read(folder.path().join("case.zip")).unwrap();
    let media = test.app.media.get(MediaId(4)).await.unwrap().unwrap();
    let original = test.app.media.bytes(&media).await.unwrap();
    let place = bytes.windows(64).position(|window| window == &original[original.len() - 64..]).unwrap();
    bytes[place + 30] ^= 4;
    std::fs::write(folder.path().join("case.zip"), bytes).unwrap();
    let (code, out, _) = likeness(&["verify", "case.zip"]);
    assert!(code == 2 && out.starts_with(&format!("changed: media/{}.jpg", media.sha256)), "{out}");
    let (code, out, _) = likeness(&["verify", "case.zip", "--json"]);
    let verdict: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &verdict["pass"], &verdict["files"], &verdict["problems"][0]["fault"]),
        (2, &json!(false), &json!(10), &json!("changed"))
    );
    assert_eq!(verify(&folder.path().join("case.zip")).unwrap().problems[0].fault, Fault::Changed);
}
