//! Searches among a part of the library, and what other processes do to it meanwhile: seen by the next search.
#![allow(clippy::unwrap_used, reason = "tests")]

use chrono::Utc;
use likeness::db;
use likeness::media::{MediaFilter, Order, Sort};
use likeness::types::MediaId;
use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::collections::{add, case};
use crate::command_line::command;
use crate::support::{TestApp, database_place, on_postgres, picture, skipped};

fn ids(answer: &Value) -> Vec<i64> {
    answer["res"].as_array().unwrap().iter().map(|hit| hit["id"].as_i64().unwrap()).collect()
}

async fn hits(test: &TestApp, query: &str) -> Vec<i64> {
    ids(&test.get_ok(&format!("/api/v1/search/media/7/?{query}")).await)
}

/// A statement of somebody else who has the library open.
async fn elsewhere(test: &TestApp, statement: &str) {
    let other = db::connect(&database_place(&test.app.config.data_dir.join("library.sqlite"))).await.unwrap();
    other.connection().execute_unprepared(statement).await.unwrap();
    other.close().await.unwrap();
}

/// Which media should be left.
type Wanted = Box<dyn Fn(i64) -> bool>;

fn only(all: &[i64], wanted: impl Fn(i64) -> bool) -> Vec<i64> {
    all.iter().copied().filter(|id| wanted(*id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_those_of_the_filter_in_the_order_of_all() {
    let test = TestApp::with_pictures().await;
    let all = hits(&test, "limit=100").await;
    assert_eq!(all.len(), 48);
    elsewhere(&test, "UPDATE media SET media_type = 4, frame = id WHERE id % 4 = 0").await;
    elsewhere(&test, "UPDATE media SET created_at = '2020-02-29T12:00:00+00:00' WHERE id % 3 = 0").await;
    let (few, many) = (case(&test).await, case(&test).await);
    add(&test, few, (1..=48).filter(|id| id % 10 == 0)).await;
    add(&test, many, (1..=48).filter(|id| id % 2 == 1)).await;
    let is_old = |id: i64| id % 3 == 0;
    let cases: [(String, Wanted); 8] = [
        ("type=video_frame".into(), Box::new(|id| id % 4 == 0)),
        ("type=image".into(), Box::new(|id| id % 4 != 0)),
        (format!("collection_id={few}"), Box::new(|id| id % 10 == 0)),
        (format!("collection_id={many}"), Box::new(|id| id % 2 == 1)),
        ("until=2020-02-29".into(), Box::new(is_old)),
        ("since=2020-02-29T12:00:01Z".into(), Box::new(move |id| !is_old(id))),
        ("since=2020-02-29&until=2020-02-29T13:00:00%2B01:00&type=image".into(), Box::new(move |id| is_old(id) && id % 4 != 0)),
        (format!("collection_id={many}&until=2021-01-01"), Box::new(move |id| is_old(id) && id % 2 == 1)),
    ];
    for (query, wanted) in cases {
        let answer = test.get_ok(&format!("/api/v1/search/media/7/?limit=100&{query}")).await;
        let expected = only(&all, &wanted);
        assert_eq!((ids(&answer), &answer["query"]["searched"]), (expected.clone(), &expected.len().into()), "{query}");
        assert_eq!(hits(&test, &format!("limit=3&offset=2&{query}")).await, expected[2..expected.len().min(5)], "{query}");
    }
    assert!(hits(&test, "collection_id=99").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_filter_is_refused_by_its_name() {
    let test = TestApp::with_pictures().await;
    for wrong in ["type=video", "type=picture", "since=yesterday", "until=10000-01-01", "collection_id=x", "min_confidence=2"] {
        let (status, body) = test.get(&format!("/api/v1/search/media/7?{wrong}")).await;
        let field = wrong.split('=').next().unwrap();
        assert!(status == 400 && body["error"].as_str().unwrap().contains(field), "{wrong}: {body}");
    }
    assert_eq!(hits(&test, "type=&since=&until=&collection_id=").await.len(), 30, "an empty word is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_follows_what_another_process_changes() {
    let test = TestApp::with_pictures().await;
    let collection = case(&test).await;
    add(&test, collection, [7, 8, 9]).await;
    let among = format!("limit=100&collection_id={collection}");
    assert_eq!(hits(&test, &among).await.len(), 3);
    let row = format!("({collection}, 30, 'eve', '{}')", Utc::now().to_rfc3339());
    elsewhere(&test, &format!("INSERT INTO collection_media (collection_id, media_id, username, created_at) VALUES {row}")).await;
    assert!(hits(&test, &among).await.contains(&30));
    elsewhere(&test, "UPDATE media SET deleted_at = created_at WHERE id = 8").await;
    let left = hits(&test, &among).await;
    assert_eq!((left.len(), left.contains(&8)), (3, false), "{left:?}");
    elsewhere(&test, &format!("DELETE FROM collection_media WHERE collection_id = {collection}")).await;
    assert!(hits(&test, &among).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_deleted_media_hide_none_of_the_others_and_come_back_when_restored() {
    let test = TestApp::with_pictures().await;
    let all = hits(&test, "limit=100").await;
    elsewhere(&test, "UPDATE media SET deleted_at = created_at WHERE id > 12").await;
    let left = only(&all, |id| id <= 12);
    for _ in 0..2 {
        assert_eq!(hits(&test, "limit=5").await, left[..5]);
        assert_eq!(hits(&test, "limit=100").await, left);
        assert_eq!(hits(&test, "limit=100&group=video").await, left);
    }
    elsewhere(&test, "UPDATE media SET deleted_at = NULL WHERE id > 40").await;
    assert_eq!(hits(&test, "limit=100").await, only(&all, |id| id <= 12 || id > 40));
    elsewhere(&test, "UPDATE media SET deleted_at = NULL").await;
    assert_eq!(hits(&test, "limit=100").await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_sorted_by_name_at_every_depth() {
    let test = TestApp::with_pictures().await;
    let (_, uploaded) = test.upload("a.jpg", &picture(1, 1)).await;
    let upload = format!("/api/v1/search/upload/{}?x=0.1&y=0.2&w=0.3&h=0.4", uploaded["res"]["id"]);
    for path in ["/api/v1/search/media/7/?group=video", upload.as_str()] {
        let (status, headers, bytes) = test.ask_raw("GET", path, &[], &[]).await;
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        value.sort_all_objects();
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/json"));
        // Reading a number may change its last digit; everything else is the same text.
        let without_numbers = |text: &str| text.replace(|c: char| c.is_ascii_digit() || ".-".contains(c), "");
        assert_eq!(without_numbers(std::str::from_utf8(&bytes).unwrap()), without_numbers(&format!("{value}\n")));
    }
}

/// Hits are written by hand, lists from types.
#[tokio::test(flavor = "multi_thread")]
async fn a_hit_shows_its_medium_as_lists_do() {
    let test = TestApp::with_pictures().await;
    elsewhere(&test, "UPDATE media SET captured_at = '2019-09-21 08:11:47', camera = 'Ä \"1\"\n' WHERE id % 2 = 0").await;
    elsewhere(&test, "UPDATE media SET media_type = 4, frame = id, time_ms = 5, duration_ms = 6, frame_rate = 23.976 WHERE id % 3 = 0")
        .await;
    let list = test.get_ok("/api/v1/media/?limit=100").await;
    let answer = test.get_ok("/api/v1/search/media/7/?limit=100&group=video").await;
    let hits = answer["res"].as_array().unwrap();
    assert_eq!(hits.len(), 48);
    for hit in hits {
        let listed = list["res"].as_array().unwrap().iter().find(|media| media["id"] == hit["id"]).unwrap();
        assert_eq!((&hit["media"], &hit["group"]), (listed, &serde_json::json!({ "count": 0 })));
    }
    assert_eq!(&answer["query"]["media"], list["res"].as_array().unwrap().iter().find(|media| media["id"] == 7).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_read_straight_from_the_file_are_those_of_the_queries() {
    let test = TestApp::with_pictures().await;
    if on_postgres() {
        return skipped("PostgreSQL is no file");
    }
    elsewhere(
        &test,
        "UPDATE media SET captured_at = '2019-09-21 08:11:47.5', camera = 'Ä \"1\"', time_ms = 5, frame_rate = 23.976 WHERE id = 2",
    )
    .await;
    elsewhere(&test, "UPDATE media SET created_at = '2020-02-29 12:00:00.000001+00:00', duration_ms = 9 WHERE id = 3").await;
    elsewhere(&test, "UPDATE media SET created_at = '2020-02-29T12:00:00+02:00' WHERE id = 4").await;
    elsewhere(&test, "UPDATE media SET deleted_at = created_at WHERE id = 5").await;
    let numbers = [9, 4, 99, 3, 2, 5, 1].map(MediaId);
    let found = test.app.media.by_ids_now(&numbers, 9).unwrap().unwrap();
    let listed = test.app.media.find(&MediaFilter::default(), 0, 9, Sort::Id, Order::Asc).await.unwrap();
    let expected: Vec<_> = numbers.iter().filter_map(|id| listed.iter().find(|media| media.id == *id).cloned()).collect();
    assert_eq!((found.len(), &found), (5, &expected));
    assert_eq!(test.app.media.by_ids_now(&numbers, 2).unwrap().unwrap(), expected[..2]);
    elsewhere(&test, "UPDATE media SET created_at = 'long ago' WHERE id = 9").await;
    let error = test.app.media.by_ids_now(&numbers, 9).unwrap().unwrap_err();
    assert!(error.message().contains("list the media"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_commit_by_anybody_changes_the_change() {
    let test = TestApp::with_pictures().await;
    let counted = test.app.media.library_change().await.unwrap();
    assert_eq!(test.app.media.library_change().await.unwrap(), counted);
    test.app.media.delete(MediaId(3)).await.unwrap();
    assert_ne!(test.app.media.library_change().await.unwrap(), counted, "by this process");
    let counted = test.app.media.library_change().await.unwrap();
    elsewhere(&test, "UPDATE media SET width = width WHERE id = 1").await;
    assert_ne!(test.app.media.library_change().await.unwrap(), counted, "by another");
    if on_postgres() {
        return skipped("PostgreSQL does not tell of commits");
    }
    let before = test.app.media.change().unwrap().unwrap();
    assert_eq!(test.app.media.change().unwrap(), Some(before));
    let feature = test.app.features.list().await.unwrap()[0].id;
    test.app.features.mark_indexed(feature, 1).await.unwrap();
    assert_ne!(test.app.media.change().unwrap(), Some(before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fabricated_library_is_served_at_once() {
    let data = tempfile::TempDir::new().unwrap();
    let refused = command(data.path(), &["fabricate", "--count", "500", "--set", "smooth", "--dimension", "12"]).output().unwrap();
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("at least 64"));
    let arguments = ["fabricate", "--count", "500", "--set", "smooth", "--dimension", "64", "--index", "flat", "--choices"];
    let made = command(data.path(), &arguments).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = command(data.path(), &arguments).output().unwrap();
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("--data-dir"));
    let test = TestApp::with_config(|config| {
        config.data_dir = data.path().to_path_buf();
        config.database.url = crate::support::database_url(&data.path().join("library.sqlite"));
    })
    .await;
    let all = hits(&test, "limit=500").await;
    assert_eq!((all.len(), all[0]), (500, 7));
    for (title, each) in [("1 in 100", 100), ("1 in 10", 10), ("1 in 2", 2)] {
        let by_label = hits(&test, &format!("limit=500&label={}", title.replace(' ', "%20"))).await;
        assert_eq!(by_label, only(&all, |id| id % each == 0), "{title}");
    }
    assert_eq!(hits(&test, "limit=500&collection_id=2").await, only(&all, |id| id % 10 == 0));
    assert_eq!(hits(&test, "limit=500&type=video_frame").await, only(&all, |id| id % 4 == 0));
    let (_, uploaded) = test.upload("a.jpg", &picture(1, 1)).await;
    let by_upload = test.get_ok(&format!("/api/v1/search/upload/{}", uploaded["res"]["id"])).await;
    assert_eq!(ids(&by_upload).len(), 30, "its miniature network runs");
}

/// The network is only needed for pictures that have no vector: here it cannot even be built.
#[tokio::test(flavor = "multi_thread")]
async fn searches_with_stored_vectors_need_no_network() {
    let data = tempfile::TempDir::new().unwrap();
    let made = command(data.path(), &["fabricate", "--count", "40", "--dimension", "8", "--no-index"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let model = data.path().join("modelzoo/fabricated_clustered_8");
    let structure = std::fs::read_to_string(model.join("miniature.prototxt")).unwrap();
    std::fs::write(model.join("miniature.prototxt"), structure.replace("Flatten", "Unheard")).unwrap();
    let folders = data.path().join("features/fabricated_clustered_8");
    let made_by = std::fs::read_dir(&folders).unwrap().next().unwrap().unwrap().path();
    let test = TestApp::with_config(|config| {
        config.data_dir = data.path().to_path_buf();
        config.database.url = crate::support::database_url(&data.path().join("library.sqlite"));
    })
    .await;
    // The vectors of before, as if this network had made them.
    let signature = test.app.zoo.signature("fabricated_clustered_8", "").unwrap().unwrap();
    let fingerprint = signature.fingerprint.to_string();
    let meta = std::fs::read_to_string(made_by.join("meta.json")).unwrap();
    let before = serde_json::from_str::<Value>(&meta).unwrap()["fingerprint"].as_str().unwrap().to_owned();
    std::fs::write(made_by.join("meta.json"), meta.replace(&before, &fingerprint)).unwrap();
    std::fs::rename(&made_by, folders.join(&fingerprint[..16])).unwrap();
    assert_eq!(hits(&test, "limit=40").await.len(), 40);
    assert!(test.app.search.warm_up().await.is_err());
    let (_, uploaded) = test.upload("a.jpg", &picture(1, 1)).await;
    let (status, body) = test.get(&format!("/api/v1/search/upload/{}", uploaded["res"]["id"])).await;
    assert!(status >= 400 && body["error"].as_str().unwrap().contains("Unheard"), "{status} {body}");
    let (status, _) = test.get("/api/v1/search/load/1").await;
    assert!(status >= 400, "who loads a feature wants to know");
}

#[test]
fn a_long_tail_wants_a_build_and_a_short_one_does_not() {
    use likeness::index::wants_rebuild;
    let cases = [
        (0, 100, false),
        (0, 20_000, false),
        (0, 20_001, true),
        (1_000_000, 1_100_000, false),
        (1_000_000, 1_100_001, true),
        (5, 3, false),
    ];
    for (indexed, rows, wanted) in cases {
        assert_eq!(wants_rebuild(indexed, rows), wanted, "{indexed} {rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_has_fallen_behind_is_asked_for_once() {
    use likeness::tasks::rebuild::enqueue_where_wanted;
    let data = tempfile::TempDir::new().unwrap();
    let made =
        command(data.path(), &["fabricate", "--count", "20001", "--dimension", "2", "--no-index", "--index", "flat"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let test = TestApp::with_config(|config| {
        config.data_dir = data.path().to_path_buf();
        config.database.url = crate::support::database_url(&data.path().join("library.sqlite"));
    })
    .await;
    let jobs = enqueue_where_wanted(&test.app).await.unwrap();
    assert_eq!((jobs.len(), jobs[0].kind.as_str(), &jobs[0].payload["feature_id"]), (1, "update_index", &1.into()));
    assert!(enqueue_where_wanted(&test.app).await.unwrap().is_empty(), "one is under way");
    test.app.jobs.cancel(&jobs[0].uuid).await.unwrap();
    let feature = test.app.features.list().await.unwrap().remove(0);
    test.build(&feature).await;
    assert!(enqueue_where_wanted(&test.app).await.unwrap().is_empty(), "it holds everything");
}
