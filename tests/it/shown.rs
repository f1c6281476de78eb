//! What pages show of media: pictures by address, EXIF, tiny previews, the graphic mark, cut-outs, months and states.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::f32::consts::PI;

use likeness::imaging::{DecodeLimits, decode, exif_fields, fit_within, preview};
use serde_json::{Value, json};

use crate::jobs::serve_pictures;
use crate::pictures::{exif_block, jpeg_with_exif};
use crate::support::{TestApp, picture, two_side_by_side};

async fn send_url(test: &TestApp, url: &str) -> (u16, Value) {
    let body = format!("--edge\r\ncontent-disposition: form-data; name=\"url\"\r\n\r\n{url}\r\n--edge--\r\n");
    test.ask("POST", "/api/v1/upload/", &[("content-type", "multipart/form-data; boundary=edge")], body.as_bytes()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_may_be_an_address() {
    let test = TestApp::with_config(|config| config.import.allow_private_urls = true).await;
    let site = serve_pictures().await;
    let (status, body) = send_url(&test, &format!("{site}/one.jpg")).await;
    assert_eq!((status, &body["res"]["ext"]), (200, &json!(".jpg")), "{body}");
    let again = send_url(&test, &format!("{site}/one.jpg?size=large")).await.1;
    assert_eq!((&again["res"]["id"], &again["notes"]), (&body["res"]["id"], &json!("Image already uploaded")));
    for wrong in ["/none.jpg", "/text.jpg"] {
        let (status, body) = send_url(&test, &format!("{site}{wrong}")).await;
        assert!(status == 400 && body["errors"]["url"].is_array(), "{wrong}: {status} {body}");
    }
    for wrong in ["file:///etc/passwd", "no url", "http://user:secret@example.org/a.jpg", "http://127.0.0.1:1/a.jpg"] {
        let (status, body) = send_url(&test, wrong).await;
        assert!(status == 400 && body["errors"]["url"].is_array(), "{wrong}: {status} {body}");
    }
    let (status, body) = send_url(&test, "").await;
    assert!(status == 400 && body["errors"]["image"].is_array(), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_on_this_machine_is_not_fetched() {
    let test = TestApp::empty().await;
    let site = serve_pictures().await;
    for site in [site.replace("127.0.0.1", "localhost"), site] {
        let (status, body) = send_url(&test, &format!("{site}/one.jpg")).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["errors"]["url"][0].as_str().unwrap().contains("private"), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_medium_tells_what_its_camera_wrote() {
    let test = TestApp::empty().await;
    let folder = tempfile::TempDir::new().unwrap();
    let told = jpeg_with_exif(&picture(0, 0), &exif_block(1, "2021:05:06 07:08:09", "Acme", "Acme One\u{7}"));
    std::fs::write(folder.path().join("told.jpg"), told).unwrap();
    std::fs::write(folder.path().join("untold.jpg"), picture(1, 0)).unwrap();
    test.import(folder.path()).await;
    let full = test.get_ok("/api/v1/media/id/1").await;
    let exif = full["res"]["exif"].as_array().unwrap();
    assert!(exif.contains(&json!({ "group": "Camera", "name": "Model", "value": "Acme One" })), "{exif:?}");
    assert!(exif.iter().any(|field| field["group"] == "Time" && field["value"].as_str().unwrap().contains("2021")), "{exif:?}");
    assert_eq!(full["res"]["original_name"], "told.jpg");
    assert_eq!(test.get_ok("/api/v1/media/id/2").await["res"]["exif"], json!([]));
}

#[test]
fn hostile_exif_gives_nothing_and_takes_no_time() {
    let plain = picture(0, 0);
    for block in [vec![0xff; 300], b"MM\0*nonsense".to_vec(), hostile_block()] {
        let started = std::time::Instant::now();
        let fields = exif_fields(&jpeg_with_exif(&plain, &block));
        assert!(fields.iter().all(|field| field.value.chars().count() <= 200), "{fields:?}");
        assert!(started.elapsed().as_secs() < 5);
    }
    assert!(exif_fields(&plain[..20]).is_empty() && exif_fields(b"").is_empty());
}

/// A directory of thousands of entries, each of which claims the whole block as its text.
fn hostile_block() -> Vec<u8> {
    const ENTRIES: u16 = 4000;
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    block.extend_from_slice(&ENTRIES.to_le_bytes());
    for tag in 0..ENTRIES {
        block.extend_from_slice(&(0x010e + tag % 64).to_le_bytes());
        block.extend_from_slice(&2_u16.to_le_bytes());
        block.extend_from_slice(&48_000_u32.to_le_bytes());
        block.extend_from_slice(&8_u32.to_le_bytes());
    }
    block.extend_from_slice(&[0; 4]);
    block
}

/// The reference decoder of `ThumbHash`, for pictures without transparency: sides and RGB from 0 to 1.
fn decoded(hash: &[u8]) -> (usize, usize, Vec<[f32; 3]>) {
    let first = u32::from(hash[0]) | u32::from(hash[1]) << 8 | u32::from(hash[2]) << 16;
    let second = u32::from(hash[3]) | u32::from(hash[4]) << 8;
    let part = |bits: u32, at: u32, size: u32| (bits >> at & ((1 << size) - 1)) as f32;
    let means = [part(first, 0, 6) / 63.0, part(first, 6, 6) / 31.5 - 1.0, part(first, 12, 6) / 31.5 - 1.0];
    let scales = [part(first, 18, 5) / 31.0, part(second, 3, 6) / 63.0 * 1.25, part(second, 9, 6) / 63.0 * 1.25];
    let is_landscape = second >> 15 == 1;
    let (longer, shorter) = (7, (second & 7) as usize);
    let (across, down) = if is_landscape { (longer, shorter) } else { (shorter, longer) };
    let ratio = across as f32 / down as f32;
    let (width, height) = if ratio > 1.0 { (32, (32.0 / ratio).round() as usize) } else { ((32.0 * ratio).round() as usize, 32) };
    let mut nibbles = hash[5..].iter().flat_map(|byte| [byte & 15, byte >> 4]);
    let mut waves = |nx: usize, ny: usize, scale: f32| {
        let mut list = Vec::new();
        for y in 0..ny {
            for x in usize::from(y == 0)..nx {
                if x * ny < nx * (ny - y) {
                    list.push((x, y, (f32::from(nibbles.next().unwrap()) / 7.5 - 1.0) * scale));
                }
            }
        }
        list
    };
    let planes = [waves(across.max(3), down.max(3), scales[0]), waves(3, 3, scales[1]), waves(3, 3, scales[2])];
    let at = |channel: usize, x: usize, y: usize| {
        let wave = |frequency: usize, place: usize, side: usize| (PI / side as f32 * (place as f32 + 0.5) * frequency as f32).cos();
        let sum = planes[channel].iter().map(|(fx, fy, amplitude)| amplitude * wave(*fx, x, width) * wave(*fy, y, height));
        means[channel] + 2.0 * sum.sum::<f32>()
    };
    let pixel = |place: usize| {
        let (x, y) = (place % width, place / width);
        let (light, yellow, red) = (at(0, x, y), at(1, x, y), at(2, x, y));
        let blue = light - 2.0 / 3.0 * yellow;
        let r = f32::midpoint(3.0 * light - blue, red);
        [r, r - red, blue]
    };
    (width, height, (0..width * height).map(pixel).collect())
}

#[test]
fn a_preview_looks_like_its_picture() {
    for (name, bytes) in [("landscape", picture(0, 0)), ("other", picture(5, 2)), ("wide", two_side_by_side(1, 4))] {
        let hash = preview(&bytes, &DecodeLimits::default()).unwrap();
        assert!((10..=40).contains(&hash.len()), "{name}: {} bytes", hash.len());
        let (width, height, pixels) = decoded(&hash);
        let whole = decode(&bytes, &DecodeLimits::default()).unwrap();
        assert!((whole.width > whole.height) == (width > height), "{name}: {width} x {height}");
        let small = likeness::imaging::resize(&whole, width as u32, height as u32, likeness::imaging::ResizeFilter::Antialias).unwrap();
        let truth: Vec<f32> = small.rgb.iter().map(|value| f32::from(*value) / 255.0).collect();
        let mean = truth.iter().sum::<f32>() / truth.len() as f32;
        let shown: Vec<f32> = pixels.into_iter().flatten().collect();
        let error = |guess: &dyn Fn(usize) -> f32| (0..truth.len()).map(|place| (guess(place) - truth[place]).powi(2)).sum::<f32>();
        let (of_preview, of_grey) = (error(&|place| shown[place]), error(&|_| mean));
        assert!(of_preview < 0.6 * of_grey, "{name}: {of_preview} against {of_grey} of plain grey");
    }
    let plain = likeness::imaging::Picture::new(60, 90, vec![200; 60 * 90 * 3]).unwrap();
    let hash = likeness::imaging::preview_of(&plain).unwrap();
    assert!(decoded(&hash).2.iter().flatten().all(|value| (value - 200.0 / 255.0).abs() < 0.05));
    assert_eq!(fit_within(&plain, 100).unwrap().height, 90);
}

#[test]
fn a_preview_is_that_of_the_reference_implementation() {
    // From `rgbaToThumbHash` of the npm package thumbhash 0.1.1, over the same pixels.
    let cases = [
        (60, 90, "5c170a3d147077637667846899877678839009e777"),
        (100, 40, "9c170a439442848760a57887c09407e888"),
        (33, 33, "db170a07147087777178778777787878777787f687807e08"),
        (7, 100, "9af7095114717018788a779684850fe877"),
        (100, 99, "5c170a2f9460878791677877847886898877080aa5808e08"),
    ];
    for (width, height, wanted) in cases {
        let mut seed = 12345_u32 + width * 1000 + height;
        let mut rgb = Vec::new();
        for place in 0..width * height {
            let (x, y) = (place % width, place / width);
            for value in [x * 200 / width, y * 180 / height, (x + y) * 3 % 255] {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                rgb.push(((value + (seed >> 27)) % 256) as u8);
            }
        }
        let hash = likeness::imaging::preview_of(&likeness::imaging::Picture::new(width, height, rgb).unwrap()).unwrap();
        let wanted: Vec<u8> = (0..wanted.len()).step_by(2).map(|at| u8::from_str_radix(&wanted[at..at + 2], 16).unwrap()).collect();
        assert_eq!(hash, wanted, "{width} x {height}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_come_with_the_import_or_the_first_thumbnail() {
    let test = TestApp::with_pictures().await;
    let made = test.get_ok("/api/v1/media/id/3").await["res"]["el"]["preview"].clone();
    assert!(made.as_str().unwrap().len() >= 16, "{made}");
    let change = test.app.media.library_change().await.unwrap();
    let place = crate::support::database_place(&test.app.config.data_dir.join("library.sqlite"));
    let other = likeness::db::connect(&place).await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(other.connection(), "UPDATE media SET preview = NULL WHERE id <= 4").await.unwrap();
    assert_eq!(test.get_ok("/api/v1/media/id/3").await["res"]["el"]["preview"], Value::Null);
    for id in 1..=4 {
        assert_eq!(test.ask_raw("GET", &format!("/static/data/thumbs/320/{id}"), &[], &[]).await.0, 200);
    }
    let hit = |test: TestApp| async move {
        let answer = test.get_ok("/api/v1/search/media/3?limit=1").await;
        (test, answer["res"][0]["media"]["preview"].clone())
    };
    let mut state = hit(test).await;
    for _ in 0..200 {
        if !state.1.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        state = hit(state.0).await;
    }
    assert!(state.1.as_str().unwrap().len() >= 16, "{:?}", state.1);
    assert_eq!(state.0.app.media.library_change().await.unwrap(), change, "a preview changes nothing that filters look at");
}

#[tokio::test(flavor = "multi_thread")]
async fn graphic_media_are_marked_by_people_and_can_be_left_out() {
    let test = TestApp::with_pictures().await;
    let (status, body) = test.send_json("PATCH", "/api/v1/media/id/7/", &json!({ "graphic": true })).await;
    assert_eq!((status, &body["res"]["graphic"]), (200, &json!(true)), "{body}");
    let (_, many) = test.send_json("POST", "/api/v1/media/graphic", &json!({ "ids": [7, 8, 999], "graphic": true })).await;
    let statuses: Vec<_> = many["res"].as_array().unwrap().iter().map(|row| row["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["unchanged", "marked", "not found"]);
    assert_eq!(test.get_ok("/api/v1/media/?graphic=1").await["total"], 2);
    let hits = test.get_ok("/api/v1/search/media/7?limit=100&graphic=0").await;
    assert_eq!((hits["res"].as_array().unwrap().len(), hits["query"]["total"].as_u64()), (46, Some(46)));
    let marked = test.get_ok("/api/v1/search/media/7?limit=100&graphic=1").await;
    assert!(marked["res"].as_array().unwrap().iter().all(|hit| hit["media"]["graphic"] == true));
    test.send_json("PATCH", "/api/v1/media/id/7", &json!({ "graphic": false })).await;
    assert_eq!(test.get_ok("/api/v1/media/?graphic=true").await["total"], 1);
    for (path, wrong) in [("/api/v1/media/id/7", json!({})), ("/api/v1/media/id/7", json!({ "graphic": "perhaps" }))] {
        let (status, body) = test.send_json("PATCH", path, &wrong).await;
        assert!(status == 400 && body["errors"]["graphic"].is_array(), "{body}");
    }
    assert_eq!(test.send_json("PATCH", "/api/v1/media/id/999", &json!({ "graphic": true })).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thumbnail_may_be_of_a_part_and_of_an_upload() {
    let test = TestApp::with_pictures().await;
    let (_, uploaded) = test.upload("two.jpg", &two_side_by_side(0, 1)).await;
    let upload = uploaded["res"]["id"].clone();
    let get = |path: String| {
        let test = &test;
        async move { test.ask_raw("GET", &path, &[], &[]).await }
    };
    let sides = |bytes: &[u8]| {
        let picture = decode(bytes, &DecodeLimits::default()).unwrap();
        (picture.width, picture.height)
    };
    let (status, headers, part) = get("/static/data/thumbs/160/3?x=0.5&y=0&w=0.25&h=1".into()).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap(), sides(&part)), (200, "image/jpeg", (40, 120)));
    let (_, whole_headers, _) = get("/static/data/thumbs/160/3".into()).await;
    assert_ne!(headers["etag"], whole_headers["etag"]);
    let known = [("if-none-match", headers["etag"].to_str().unwrap())];
    assert_eq!(test.ask_raw("GET", "/static/data/thumbs/160/3?x=0.5&y=0&w=0.25&h=1", &known, &[]).await.0, 304);
    let (status, _, whole) = get(format!("/static/data/upload-thumbs/160/{upload}")).await;
    assert_eq!((status, sides(&whole)), (200, (160, 60)));
    let (status, _, half) = get(format!("/static/data/upload-thumbs/160/{upload}/?x=0&y=0&w=0.5&h=1")).await;
    assert_eq!((status, sides(&half)), (200, (160, 120)));
    for wrong in ["thumbs/160/3?x=0.5", "thumbs/160/3?x=0&y=0&w=2&h=1", "thumbs/160/3?x=NaN&y=0&w=1&h=1"] {
        assert_eq!(get(format!("/static/data/{wrong}")).await.0, 400, "{wrong}");
    }
    for wrong in ["thumbs/100/3", "upload-thumbs/160/99", "upload-thumbs/160/x", "thumbs/160/999"] {
        assert_eq!(get(format!("/static/data/{wrong}")).await.0, 404, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_know_the_camera_date_months_and_what_a_feature_lacks() {
    let test = TestApp::with_pictures().await;
    let place = crate::support::database_place(&test.app.config.data_dir.join("library.sqlite"));
    let other = likeness::db::connect(&place).await.unwrap();
    let run = |statement: &'static str| {
        let other = other.clone();
        async move { sea_orm::ConnectionTrait::execute_unprepared(other.connection(), statement).await.unwrap() }
    };
    run("UPDATE media SET captured_at = '2020-02-29 12:00:00' WHERE id <= 3").await;
    run("UPDATE media SET captured_at = '2021-03-01 00:00:00' WHERE id = 9").await;
    let months = test.get_ok("/api/v1/media/months/?date=captured").await;
    let wanted = json!([{ "count": 1, "month": "2021-03" }, { "count": 3, "month": "2020-02" }, { "count": 44, "month": null }]);
    assert_eq!(months["res"], wanted);
    run("UPDATE media SET captured_at = '2021-03-01 00:00:00' WHERE id = 10").await;
    assert_eq!(test.get_ok("/api/v1/media/months?date=captured&since=2021-01-01").await["res"][0]["count"], 2, "seen at once");
    assert_eq!(test.get_ok("/api/v1/media/months").await["res"].as_array().unwrap().len(), 1);
    let by_date = test.get_ok("/api/v1/media/?sort=date&date=captured&order=desc&limit=6").await;
    let ids: Vec<_> = by_date["res"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids[..5], [10, 9, 3, 2, 1]);
    let total = |query: &'static str| {
        let test = &test;
        async move { test.get_ok(&format!("/api/v1/media/?{query}")).await["total"].as_u64().unwrap() }
    };
    assert_eq!(total("feature_id=1&feature_state=extracted").await, 48);
    run("INSERT INTO feature_failure (feature_id, media_id, reason, created_at) VALUES (1, 5, 'x', '2020-01-01T00:00:00+00:00')").await;
    assert_eq!((total("feature_id=1&feature_state=failed").await, total("feature_id=1&feature_state=extracted").await), (1, 47));
    run("UPDATE feature SET process_id = 40").await;
    assert_eq!(total("feature_id=1&feature_state=missing").await, 8);
    assert_eq!((total("label=car").await, total("date=captured&until=2020-12-31").await), (0, 3));
    for wrong in ["feature_state=failed", "feature_id=9&feature_state=failed", "feature_id=1&feature_state=odd", "graphic=2", "date=x"] {
        assert_eq!(test.get(&format!("/api/v1/media/?{wrong}")).await.0, 400, "{wrong}");
    }
}
