//! The map of pictures: made by a task, answered as places, renewed, and refused when it is damaged.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::jobs::{end_of, run, workers};
use crate::support::{TestApp, VIEWS};

type Places = Vec<(u32, [f32; 2])>;

fn places(bytes: &[u8]) -> Places {
    let numbers: Vec<[u8; 4]> = bytes.as_chunks::<4>().0.to_vec();
    let count = u32::from_le_bytes(numbers[0]) as usize;
    assert_eq!(bytes.len(), 4 * (1 + 3 * count));
    let float = |place: usize| f32::from_le_bytes(numbers[place]);
    let place = |row: usize| (u32::from_le_bytes(numbers[1 + row]), [float(1 + count + 2 * row), float(2 + count + 2 * row)]);
    (0..count).map(place).collect()
}

async fn made(test: &TestApp, method: &str) -> (Value, Places) {
    let job = end_of(test, &run(test, "map", json!({ "feature_id": 1, "method": method })).await).await;
    assert_eq!(job["status"], "done", "{job}");
    let head = test.get_ok("/api/v1/feature/1/map/").await;
    let (status, headers, bytes) = test.ask_raw("GET", head["res"]["url"].as_str().unwrap(), &[], &[]).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/octet-stream"));
    let known = [("if-none-match", headers["etag"].to_str().unwrap())];
    assert_eq!(test.ask_raw("GET", "/api/v1/feature/1/map.bin/", &known, &[]).await.0, 304);
    (head, places(&bytes))
}

/// Of all pictures, the share whose closest one on the map shows the same object.
fn agreement(places: &Places) -> f32 {
    let distance = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let agrees = places.iter().filter(|(id, at)| {
        let others = places.iter().filter(|(other, _)| other != id);
        let closest = others.min_by(|a, b| distance(a.1, *at).total_cmp(&distance(b.1, *at))).unwrap().0;
        (closest - 1) / VIEWS == (id - 1) / VIEWS
    });
    agrees.count() as f32 / places.len() as f32
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_look_alike_lie_together_and_deleted_ones_are_not_shown() {
    let test = TestApp::with_pictures().await;
    let (status, body) = test.get("/api/v1/feature/1/map").await;
    assert!(status == 404 && body["error"].as_str().unwrap().contains("run the task `map`"), "{body}");
    let _workers = workers(&test);
    for method in ["pca", "umap"] {
        let (head, places) = made(&test, method).await;
        assert_eq!((&head["res"]["method"], &head["res"]["media_count"], &head["res"]["newer"]), (&json!(method), &json!(48), &json!(0)));
        let values: Vec<f32> = places.iter().flat_map(|(_, place)| *place).collect();
        assert!(values.iter().all(|value| (-1.0..=1.0).contains(value)));
        assert!(values.iter().any(|value| value.abs() > 0.999), "the longer side fills the square");
        if method == "umap" {
            assert!(agreement(&places) > 0.5, "{}", agreement(&places));
        }
    }
    test.app.media.delete(likeness::types::MediaId(5)).await.unwrap();
    let (_, places) = made(&test, "pca").await;
    assert!(places.len() == 47 && places.iter().all(|(id, _)| *id != 5));
    assert_eq!(made(&test, "pca").await.1, places, "the same pictures, the same map");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_map_is_refused_and_goes_with_its_feature() {
    let test = TestApp::with_pictures().await;
    let _workers = workers(&test);
    made(&test, "pca").await;
    let file = test.app.config.data_dir.join("maps/1.map");
    let good = std::fs::read(&file).unwrap();
    for place in [0, 9, 30, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 0x40;
        std::fs::write(&file, bad).unwrap();
        let (status, body) = test.get("/api/v1/feature/1/map").await;
        assert!(status == 422 && body["error"].as_str().unwrap().contains("again"), "{place}: {status} {body}");
    }
    for length in [0, 7, 11, 40, good.len() - 5] {
        std::fs::write(&file, &good[..length]).unwrap();
        assert_eq!(test.get("/api/v1/feature/1/map.bin").await.0, 422, "{length}");
    }
    test.ask("DELETE", "/api/v1/feature/1", &[], &[]).await;
    assert!(!file.exists());
    assert_eq!(test.get("/api/v1/feature/1/map").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_map_is_refused_by_field() {
    let test = TestApp::empty().await;
    for (params, field) in [(json!({ "feature_id": 3 }), "feature_id"), (json!({ "method": "tsne" }), "method"), (json!({}), "feature_id")]
    {
        let (status, body) = test.send_json("POST", "/api/v1/task/run", &json!({ "task_name": "map", "params": params })).await;
        assert!(status == 400 && body["errors"][field].is_array(), "{params}: {body}");
    }
}

/// What the task finds for a feature, as its address tells it.
async fn measured(test: &TestApp, feature: i64) -> Value {
    let job = end_of(test, &run(test, "evaluate_index", json!({ "feature_id": feature, "sample": 24 })).await).await;
    assert_eq!(job["status"], "done", "{job}");
    let recall = test.get_ok(&format!("/api/v1/feature/{feature}/recall")).await["res"].clone();
    assert_eq!((&recall["sampled"], &recall["vectors"]), (&json!(24), &json!(48)));
    recall
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recall_of_an_index_is_measured_against_the_exact_scan() {
    let test = TestApp::with_pictures().await;
    let (status, body) = test.get("/api/v1/feature/1/recall/").await;
    assert!(status == 404 && body["error"].as_str().unwrap().contains("evaluate_index"), "{body}");
    let _workers = workers(&test);
    let few = measured(&test, 1).await;
    assert_eq!((&few["index"], &few["parameter"], few["points"].as_array().unwrap().len()), (&json!("flat"), &Value::Null, 1));
    for (index_type, parameter, present) in [("hnsw", "ef_search", 192), ("codes", "reach_percent", 100)] {
        let feature = test.create_feature(|spec| spec.index_type = index_type.into()).await;
        test.build(&feature).await;
        let recall = measured(&test, feature.id.0).await;
        assert_eq!((&recall["index"], &recall["parameter"], &recall["present"]), (&json!(index_type), &json!(parameter), &json!(present)));
        let points = recall["points"].as_array().unwrap();
        assert!(points.len() > 4 && points.windows(2).all(|pair| pair[0]["value"].as_u64() < pair[1]["value"].as_u64()), "{points:?}");
        let present = points.iter().find(|point| point["value"] == present).unwrap();
        assert!(present["recall"].as_f64().unwrap() > 0.99, "{present}");
        for point in points {
            let (half, most) = (point["p50_ms"].as_f64().unwrap(), point["p95_ms"].as_f64().unwrap());
            assert!((0.0..=1.0).contains(&point["recall"].as_f64().unwrap()) && half > 0.0 && half <= most, "{point}");
        }
    }
    let (status, body) =
        test.send_json("POST", "/api/v1/task/run", &json!({ "task_name": "evaluate_index", "params": { "sample": 5 } })).await;
    assert!(status == 400 && body["errors"]["sample"].is_array(), "{body}");
}
