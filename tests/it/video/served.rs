//! Videos over HTTP: played in ranges, shown by their first frame, found by what is seen at a moment, grouped.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{ffmpeg, film, has_ffmpeg, hash};
use crate::support::{TestApp, picture};

/// A film that shows one rendered object after the other, a second each.
fn film_of(folder: &Path, name: &str, groups: std::ops::Range<u32>) -> PathBuf {
    for (second, group) in groups.enumerate() {
        std::fs::write(folder.join(format!("{second}.jpg")), picture(group, 0)).unwrap();
    }
    let path = folder.join(name);
    let pattern = folder.join("%d.jpg");
    ffmpeg(&["-framerate", "1", "-i", pattern.to_str().unwrap(), "-r", "25", "-c:v", "mpeg4", "-q:v", "2"], &path);
    path
}

async fn app() -> TestApp {
    TestApp::with_config(|config| config.video.frame_interval_seconds = 1.0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_is_played_in_ranges() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, media_type) in [
        ("a.mp4", "video/mp4"),
        ("b.mov", "video/quicktime"),
        ("c.mkv", "video/x-matroska"),
        ("d.webm", "video/webm"),
        ("e.avi", "video/x-msvideo"),
    ] {
        let test = app().await;
        let path = film(&folder.path().join(name));
        let bytes = std::fs::read(&path).unwrap();
        let size = bytes.len();
        test.import(&path).await;
        let shown = test.get_ok(&format!("/api/v1/media/sha256/{}", hash(&path))).await;
        let url = shown["res"]["el"]["video"]["url"].as_str().unwrap().to_owned();
        assert!(url.ends_with(&name[1..]), "{url}");
        let (status, headers, whole) = test.ask_raw("GET", &url, &[("accept-encoding", "gzip")], &[]).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap(), whole == bytes), (200, media_type, true));
        assert!(headers.get("content-encoding").is_none() && headers["accept-ranges"] == "bytes");
        let tag = headers["etag"].to_str().unwrap().to_owned();
        for (range, start, end) in
            [("bytes=0-99", 0, 100), ("bytes=1000-1999", 1000, 2000), ("bytes=-50", size - 50, size), ("bytes=500-", 500, size)]
        {
            let (status, headers, part) = test.ask_raw("GET", &url, &[("range", range)], &[]).await;
            assert_eq!((status, part == bytes[start..end]), (206, true), "{name} {range}");
            assert_eq!(headers["content-range"].to_str().unwrap(), format!("bytes {start}-{}/{size}", end - 1));
            assert_eq!((headers["etag"].to_str().unwrap(), headers["content-type"].to_str().unwrap()), (tag.as_str(), media_type));
        }
        let (status, headers, _) = test.ask_raw("GET", &url, &[("range", &format!("bytes={size}-"))], &[]).await;
        assert_eq!((status, headers["content-range"].to_str().unwrap()), (416, format!("bytes */{size}").as_str()));
        let (status, headers, body) = test.ask_raw("HEAD", &url, &[], &[]).await;
        assert_eq!((status, headers["content-length"].to_str().unwrap(), body.len()), (200, size.to_string().as_str(), 0));
        assert_eq!(test.ask_raw("GET", &url, &[("if-none-match", &tag)], &[]).await.0, 304);
        assert_eq!(test.ask_raw("GET", &url, &[("range", "bytes=0-9"), ("if-range", &tag)], &[]).await.0, 206);
        assert_eq!(test.ask_raw("GET", &url, &[("range", "bytes=0-9"), ("if-range", "\"other\"")], &[]).await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_is_shown_by_its_first_frame_and_is_no_sibling_of_its_frames() {
    if !has_ffmpeg() {
        return;
    }
    let (folder, test) = (tempfile::tempdir().unwrap(), app().await);
    let path = film_of(folder.path(), "film.mp4", 0..3);
    test.import(&path).await;
    let video = test.app.media.video_of(&hash(&path)).await.unwrap().unwrap();
    let shown = test.get_ok(&format!("/api/v1/media/id/{}", video.id)).await["res"].clone();
    assert_eq!((&shown["el"]["mediaType"], &shown["el"]["frame"], &shown["el"]["time_ms"]), (&"video".into(), &Value::Null, &Value::Null));
    assert_eq!((shown["el"]["duration_ms"].as_i64(), shown["el"]["frame_rate"].as_f64()), (Some(3000), Some(25.0)));
    let times: Vec<_> = shown["siblings"].as_array().unwrap().iter().map(|frame| frame["time_ms"].as_i64().unwrap()).collect();
    assert_eq!(times, [0, 1000, 2000]);
    let frame = &shown["siblings"][0];
    let of_video = test.ask_raw("GET", shown["el"]["thumbnail"].as_str().unwrap(), &[], &[]).await;
    let of_frame = test.ask_raw("GET", frame["thumbnail"].as_str().unwrap(), &[], &[]).await;
    assert_eq!((of_video.0, of_video.1["content-type"].to_str().unwrap(), of_video.2 == of_frame.2), (200, "image/jpeg", true));
    let shown = test.get_ok(&format!("/api/v1/media/id/{}", frame["id"])).await["res"].clone();
    assert_eq!(shown["el"]["video"]["id"].as_i64(), Some(video.id.0));
    assert_eq!(shown["sources"][0]["name"], "film.mp4");
    test.app.media.delete(video.id).await.unwrap();
    let deleted = test.get_ok(&format!("/api/v1/media/id/{}?deleted=1", video.id)).await["res"]["el"].clone();
    let in_trash = test.ask_raw("GET", deleted["thumbnail"].as_str().unwrap(), &[], &[]).await;
    assert_eq!((in_trash.0, in_trash.2 == of_video.2), (200, true), "its frames are in the trash with it");
    assert_eq!(test.ask_raw("GET", deleted["url"].as_str().unwrap(), &[("range", "bytes=0-9")], &[]).await.0, 206);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_names_the_moment_and_groups_the_frames_of_a_video() {
    if !has_ffmpeg() {
        return;
    }
    let (folder, test) = (tempfile::tempdir().unwrap(), app().await);
    let (early, late) = (folder.path().join("early"), folder.path().join("late"));
    std::fs::create_dir(&early).unwrap();
    std::fs::create_dir(&late).unwrap();
    let films = [film_of(&early, "film.mp4", 0..4), film_of(&late, "film.mkv", 4..8)];
    for film in &films {
        test.import(film).await;
    }
    std::fs::write(folder.path().join("still.jpg"), picture(2, 3)).unwrap();
    test.import(&folder.path().join("still.jpg")).await;
    let feature = test.app.features.default_or_create().await.unwrap();
    test.extract(&feature).await;
    test.build(&feature).await;
    for group in 0..8 {
        let (status, upload) = test.upload("seen.jpg", &picture(group, 0)).await;
        assert_eq!(status, 200);
        let found = test.get_ok(&format!("/api/v1/search/upload/{}", upload["res"]["id"])).await;
        let best = &found["res"][0]["media"];
        assert_eq!(best["sha256"].as_str().unwrap(), hash(&films[group as usize / 4]).to_string(), "{found}");
        assert_eq!(best["time_ms"].as_i64(), Some(i64::from(group % 4) * 1000));
        assert!(found["res"][0].get("group").is_none());
        let grouped = test.get_ok(&format!("/api/v1/search/upload/{}?group=video&limit=3", upload["res"]["id"])).await;
        let hits = grouped["res"].as_array().unwrap();
        assert_eq!((hits.len(), &hits[0]["media"]["id"]), (3, &best["id"]));
        let counts = |kind: &str| -> Vec<_> {
            hits.iter().filter(|hit| hit["media"]["mediaType"] == kind).map(|hit| hit["group"]["count"].as_i64()).collect()
        };
        assert_eq!(counts("video_frame"), [Some(3), Some(3)]);
        assert_eq!(counts("image"), [Some(0)]);
        let second = test.get_ok(&format!("/api/v1/search/upload/{}?group=video&limit=1&offset=1", upload["res"]["id"])).await;
        assert_eq!(second["res"][0]["id"], hits[1]["id"]);
    }
    let video = test.app.media.video_of(&hash(&films[0])).await.unwrap().unwrap();
    let by_video = test.get_ok(&format!("/api/v1/search/media/{}", video.id)).await;
    assert_eq!((by_video["res"][0]["media"]["time_ms"].as_i64(), by_video["res"][0]["score"].as_f64()), (Some(0), Some(0.0)));
    let (status, wrong) = test.get(&format!("/api/v1/search/media/{}?group=films", video.id)).await;
    assert!(status == 400 && wrong["error"].as_str().unwrap().contains("group"), "{wrong}");
}
