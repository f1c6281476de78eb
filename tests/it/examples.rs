//! Searches with several pictures, with more filters, in other orders, and with a reading of their distances.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::db;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::collections::{add, case};
use crate::support::{TestApp, VIEWS, database_place, picture};

fn ids(answer: &Value) -> Vec<i64> {
    answer["res"].as_array().unwrap().iter().map(|hit| hit["id"].as_i64().unwrap()).collect()
}

fn scores(answer: &Value) -> Vec<f64> {
    answer["res"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect()
}

async fn change(test: &TestApp, statement: &str) {
    let other = db::connect(&database_place(&test.app.config.data_dir.join("library.sqlite"))).await.unwrap();
    other.connection().execute_unprepared(statement).await.unwrap();
    other.close().await.unwrap();
}

async fn ask(test: &TestApp, body: &Value) -> Value {
    let (status, answer) = test.send_json("POST", "/api/v1/search", body).await;
    assert_eq!(status, 200, "{body}: {answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn one_liked_picture_is_the_search_with_it_and_several_lie_between() {
    let test = TestApp::with_pictures().await;
    let alone = test.get_ok("/api/v1/search/media/7?limit=48").await;
    let same = ask(&test, &json!({ "examples": [{ "media": 7 }], "limit": 48 })).await;
    assert_eq!(ids(&alone), ids(&same));
    let (first, other) = (7_i64, 7 + i64::from(VIEWS));
    let both = ask(&test, &json!({ "examples": [{ "media": first }, { "media": other }], "limit": 4 })).await;
    let ranks = |id| ids(&both).iter().position(|found| *found == id);
    assert!(ranks(first).is_some() && ranks(other).is_some(), "{both}");
    assert!((scores(&both)[0] - scores(&both)[1]).abs() < 0.05, "both are as close to what lies between them: {both}");
    assert_eq!(both["query"]["examples"][1]["media"]["id"], other);
    let by_address = test.get_ok(&format!("/api/v1/search/examples/?like=m{first},m{other}&limit=4")).await;
    assert_eq!(ids(&both), ids(&by_address));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disliked_picture_is_pushed_away() {
    let test = TestApp::with_pictures().await;
    let distance = |answer: &Value, id: i64| {
        let place = ids(answer).iter().position(|found| *found == id).unwrap();
        scores(answer)[place]
    };
    let liked = ask(&test, &json!({ "examples": [{ "media": 7 }], "limit": 48 })).await;
    let steered = ask(&test, &json!({ "examples": [{ "media": 7 }, { "media": 20, "weight": -1 }], "limit": 48 })).await;
    assert!(distance(&steered, 20) > distance(&liked, 20) + 0.1, "{} {}", distance(&steered, 20), distance(&liked, 20));
    assert_eq!(ids(&steered)[0], 7);
    let by_address = test.get_ok("/api/v1/search/examples?like=m7&unlike=m20&limit=48").await;
    assert_eq!(ids(&steered), ids(&by_address));
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_hashes_and_parts_go_through_the_network() {
    let test = TestApp::with_pictures().await;
    let (_, uploaded) = test.upload("a.jpg", &picture(2, 3)).await;
    let upload = uploaded["res"]["id"].as_i64().unwrap();
    let hash = test.get_ok("/api/v1/media/id/7").await["res"]["el"]["sha256"].clone();
    let region = json!({ "x": 0.25, "y": 0.25, "w": 0.5, "h": 0.5 });
    let body = json!({ "examples": [{ "upload": upload, "region": region }, { "sha256": hash, "weight": 0.5 }], "limit": 5 });
    let answer = ask(&test, &body).await;
    assert_eq!(answer["query"]["examples"][0]["upload"]["id"], upload);
    assert_eq!(answer["query"]["examples"][0]["region"], region);
    assert_eq!(answer["query"]["examples"][1]["weight"], 0.5);
    let one_part = test.get_ok(&format!("/api/v1/search/examples?like=u{upload}@0.25:0.25:0.5:0.5&limit=5")).await;
    let known = test.get_ok(&format!("/api/v1/search/upload/{upload}?x=0.25&y=0.25&w=0.5&h=0.5&limit=5")).await;
    assert_eq!(ids(&one_part), ids(&known));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_examples_are_refused_by_field() {
    let test = TestApp::with_pictures().await;
    let cases = [
        (json!({}), 400, "examples"),
        (json!({ "examples": [] }), 400, "examples"),
        (json!({ "examples": [{ "media": 7, "weight": -1 }] }), 400, "liked"),
        (json!({ "examples": [{ "media": 7, "weight": 0 }] }), 400, "zero"),
        (json!({ "examples": [{ "media": 7, "upload": 1 }] }), 400, "exactly one"),
        (json!({ "examples": [{ "media": "7" }] }), 400, "whole number"),
        (json!({ "examples": [{ "media": 7 }, { "media": 999 }] }), 404, "example 2"),
        (json!({ "examples": [{ "upload": 999 }] }), 404, "upload 999"),
        (json!({ "examples": [{ "media": 7, "region": { "x": 0.9, "y": 0, "w": 0.5, "h": 1 } }] }), 400, "does not lie"),
        (json!({ "examples": [{ "media": 7, "region": { "x": 0.9 } }] }), 400, "region needs"),
        (json!({ "examples": vec![json!({ "media": 7 }); 65] }), 400, "limit of 64"),
        (json!({ "examples": [{ "media": 7 }], "limit": "x", "exclude": 5 }), 400, "exclude"),
        (json!({ "examples": [{ "media": 7 }], "type": ["video"] }), 400, "type"),
        (json!({ "examples": [{ "media": 7 }], "min_score": 3 }), 400, "min_score"),
    ];
    for (body, wanted, text) in cases {
        let (status, answer) = test.send_json("POST", "/api/v1/search", &body).await;
        assert!(status == wanted && answer["error"].as_str().unwrap().contains(text), "{body}: {status} {answer}");
    }
    for wrong in ["", "?like=", "?unlike=m7", "?like=x7", "?like=m", "?like=m7,,m8", "?like=m7@1:2", "?like=m-7", "?like=m7@0:0:2:2"] {
        let (status, answer) = test.get(&format!("/api/v1/search/examples{wrong}")).await;
        assert!(status == 400 && answer["error"].as_str().unwrap().contains("like"), "{wrong}: {status} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_by_camera_date_several_collections_distance_and_number() {
    let test = TestApp::with_pictures().await;
    let all = test.get_ok("/api/v1/search/media/7?limit=100").await;
    let (one, two) = (case(&test).await, case(&test).await);
    add(&test, one, [3, 4, 5]).await;
    add(&test, two, [5, 6]).await;
    change(&test, "UPDATE media SET captured_at = '2020-02-29 12:00:00' WHERE id <= 10").await;
    change(&test, "UPDATE media SET media_type = 4, frame = id WHERE id % 4 = 0").await;
    let middle = scores(&all)[20];
    let far: Vec<bool> = scores(&all).iter().map(|score| *score >= middle).collect();
    let near: Vec<bool> = scores(&all).iter().map(|score| *score <= middle).collect();
    let by_place = |wanted: &[bool]| ids(&all).into_iter().zip(wanted).filter(|(_, is)| **is).map(|(id, _)| id).collect::<Vec<_>>();
    let by_id = |wanted: fn(i64) -> bool| ids(&all).into_iter().filter(|id| wanted(*id)).collect::<Vec<_>>();
    let cases = [
        (format!("collection_id={one},{two}"), by_id(|id| (3..=6).contains(&id))),
        (format!("collection_id={one}&not_collection_id={two}"), by_id(|id| id == 3 || id == 4)),
        ("date=captured&since=2020-02-29&until=2020-02-29".into(), by_id(|id| id <= 10)),
        ("date=captured&until=2020-02-28".into(), Vec::new()),
        ("exclude=7,8,9,999".into(), by_id(|id| !(7..=9).contains(&id))),
        ("type=image,video_frame".into(), by_id(|_| true)),
        (format!("min_score={middle}"), by_place(&far)),
        (format!("max_score={middle}"), by_place(&near)),
    ];
    for (query, wanted) in cases {
        let answer = test.get_ok(&format!("/api/v1/search/media/7?limit=100&{query}")).await;
        assert_eq!((ids(&answer), &answer["query"]["total"]), (wanted.clone(), &json!(wanted.len())), "{query}");
        let page = test.get_ok(&format!("/api/v1/search/media/7?limit=2&offset=1&{query}")).await;
        assert_eq!(ids(&page), wanted.iter().skip(1).take(2).copied().collect::<Vec<_>>(), "{query}");
    }
    for wrong in ["type=image,", "collection_id=1,,2", "exclude=-1", "max_score=NaN", "sort=id", "order=up", "date=now", "reading=2"] {
        let (status, body) = test.get(&format!("/api/v1/search/media/7?{wrong}")).await;
        assert!(status == 400 && body["error"].as_str().unwrap().contains(wrong.split('=').next().unwrap()), "{wrong}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_come_by_date_or_from_the_far_end() {
    let test = TestApp::with_pictures().await;
    change(&test, "UPDATE media SET captured_at = '2020-01-01 00:00:00' WHERE id = 9").await;
    change(&test, "UPDATE media SET captured_at = '2021-01-01 00:00:00' WHERE id = 8").await;
    let closest = ids(&test.get_ok("/api/v1/search/media/7?limit=100").await);
    let far = ids(&test.get_ok("/api/v1/search/media/7?limit=100&order=desc").await);
    assert_eq!(far, closest.iter().rev().copied().collect::<Vec<_>>());
    let old = ids(&test.get_ok("/api/v1/search/media/7?limit=2&sort=date&date=captured").await);
    let new = ids(&test.get_ok("/api/v1/search/media/7?limit=2&sort=date&date=captured&order=desc").await);
    assert_eq!((old, new), (vec![9, 8], vec![8, 9]));
    let imported = ids(&test.get_ok("/api/v1/search/media/7?limit=100&sort=date&order=desc").await);
    assert!(imported.len() == 48 && imported != closest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_tells_what_a_distance_means() {
    let test = TestApp::with_pictures().await;
    let small = test.get_ok("/api/v1/search/media/7?reading=1").await;
    assert_eq!(small["query"]["reading"], json!({ "closer": null, "standing_out": null }), "47 strangers tell nothing");
    assert!(test.get_ok("/api/v1/search/media/7").await["query"].get("reading").is_none());
    let data = tempfile::TempDir::new().unwrap();
    for group in 100..400 {
        std::fs::write(data.path().join(format!("{group}.jpg")), picture(group, 0)).unwrap();
    }
    test.import(data.path()).await;
    let feature = test.app.features.list().await.unwrap().remove(0);
    test.extract(&feature).await;
    let answer = test.get_ok("/api/v1/search/media/7?reading=1&limit=100").await;
    let closer: Vec<f64> = answer["query"]["reading"]["closer"].as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect();
    assert_eq!(closer.len(), 100);
    assert!(closer.windows(2).all(|pair| pair[0] >= pair[1]), "farther is never closer: {closer:?}");
    assert!(closer[0] > 0.98 && closer[99] < 0.9, "{closer:?}");
    let out = answer["query"]["reading"]["standing_out"].as_u64().unwrap();
    assert!((1..100).contains(&out), "{out}");
    let page = test.get_ok("/api/v1/search/media/7?reading=1&limit=10&offset=5").await;
    let shown = page["query"]["reading"]["closer"].as_array().unwrap()[0].as_f64().unwrap();
    assert!((shown - closer[5]).abs() < 1e-12);
}
