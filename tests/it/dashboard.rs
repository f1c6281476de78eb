//! Counters and series of the dashboard: exact, and followed at once.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::jobs::{end_of, run, workers};
use crate::support::{GROUPS, TestApp, VIEWS, picture, rendered_pictures};

fn sum(series: &Value) -> f64 {
    series["res"].as_array().unwrap().iter().map(|row| row["count"].as_f64().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_counted_as_of_now() {
    let test = TestApp::with_pictures().await;
    test.upload("one.jpg", &picture(0, 50)).await;
    let total = u64::from(GROUPS * VIEWS);
    let before = test.get_ok("/api/v1/status/").await["res"].clone();
    let counts = &before["counts"];
    assert_eq!((&counts["media"], &counts["images"], &counts["deleted"]), (&json!(total), &json!(total), &json!(0)), "{counts}");
    assert_eq!((&counts["uploads"], &counts["features"], &counts["collections"]), (&json!(1), &json!(1), &json!(0)));
    assert!(counts["models"].as_u64().unwrap() >= counts["models_downloaded"].as_u64().unwrap());
    let bytes: u64 = walked(rendered_pictures());
    assert_eq!(before["bytes"]["library"], bytes);
    for name in ["vectors", "indexes", "free", "total"] {
        assert!(before["bytes"][name].as_u64().unwrap() > 0, "{name}");
    }
    assert_eq!((&before["devices"][0]["up"], &before["version"]), (&json!(true), &json!(env!("CARGO_PKG_VERSION"))));
    test.app.media.delete(likeness::types::MediaId(5)).await.unwrap();
    let after = test.get_ok("/api/v1/status").await["res"]["counts"].clone();
    assert_eq!((&after["media"], &after["deleted"]), (&json!(total - 1), &json!(1)));
}

fn walked(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walked(&path) } else { path.metadata().unwrap().len() }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_are_counted_by_the_minute_with_their_times() {
    let test = TestApp::with_pictures().await;
    for _ in 0..5 {
        test.get_ok("/api/v1/search/media/7").await;
    }
    let series = test.get_ok("/api/v1/status/series/?name=search&minutes=3").await;
    let rows = series["res"].as_array().unwrap();
    assert_eq!((rows.len(), sum(&series)), (3, 5.0));
    let busy = rows.iter().find(|row| row["count"].as_f64().unwrap() > 0.0).unwrap();
    let (half, most) = (busy["p50_ms"].as_f64().unwrap(), busy["p95_ms"].as_f64().unwrap());
    assert!(half > 0.0 && half <= most && most < 60_000.0, "{busy}");
    assert!(rows.iter().any(|row| row["count"] == 0.0 && row["p50_ms"].is_null()), "{rows:?}");
    assert_eq!(test.get_ok("/api/v1/status/series").await["res"].as_array().unwrap().len(), 60);
    for wrong in ["minutes=0", "minutes=1441", "minutes=x", "name=sleep"] {
        let (status, body) = test.get(&format!("/api/v1/status/series?{wrong}")).await;
        assert!(status == 400 && body["errors"][wrong.split('=').next().unwrap()].is_array(), "{wrong}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_and_extractions_are_read_from_the_jobs() {
    let pictures = rendered_pictures();
    let test = TestApp::with_config(|config| config.import.roots = vec![pictures.to_path_buf()]).await;
    let _workers = workers(&test);
    let paths = json!({ "paths": [pictures.to_str().unwrap()], "update_index": true });
    let job = end_of(&test, &run(&test, "import", paths).await).await;
    let index = end_of(&test, job["result"]["update_index"].as_str().unwrap()).await;
    assert_eq!(index["status"], "done", "{index}");
    for name in ["import", "extract"] {
        let series = test.get_ok(&format!("/api/v1/status/series?name={name}&minutes=10")).await;
        assert!((sum(&series) - f64::from(GROUPS * VIEWS)).abs() < 0.5, "{name}: {series}");
    }
}
