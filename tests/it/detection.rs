//! Detection: a small detector of our own finds coloured squares; in a query picture, over a library, from the command line.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;

use likeness::Kind;
use likeness::imaging::{Picture, encode_jpeg};
use likeness::media::Detection;
use likeness::model::descriptor::TaskType;
use likeness::network::caffemodel::{Blob, LayerWeights, encode};
use likeness::network::{Head, Output, Priors};
use likeness::search::Detector;
use likeness::tasks::{Stop, detect, registry, worker};
use likeness::types::Sha256;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, picture, shared_data};

/// Side of a cell in the test pictures; the network sees them at a tenth.
const CELL: u32 = 80;

/// A grey picture of four by four cells, some of which have a colour.
fn cells(coloured: &[(u32, u32, [u8; 3])]) -> Vec<u8> {
    let side = 4 * CELL;
    let colour = |x: u32, y: u32| {
        let cell = coloured.iter().find(|(column, row, _)| (x / CELL, y / CELL) == (*column, *row));
        cell.map_or([128; 3], |(_, _, colour)| *colour)
    };
    let rgb = (0..side).flat_map(|y| (0..side).flat_map(move |x| colour(x, y))).collect();
    encode_jpeg(&Picture { width: side, height: side, rgb }, 95).unwrap()
}

const RED: [u8; 3] = [250, 0, 0];
const BLUE: [u8; 3] = [0, 0, 250];

/// Class scores of each 8 x 8 cell of a 32 x 32 picture: background, red, blue.
const SCORES: &str = r#"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 32 dim: 32 } } }
layer { name: "conf" type: "Convolution" bottom: "data" top: "conf" convolution_param { num_output: 3 kernel_size: 8 stride: 8 } }
layer { name: "conf_last" type: "Permute" bottom: "conf" top: "conf_last" permute_param { order: 0 order: 2 order: 3 order: 1 } }
layer { name: "loc" type: "Convolution" bottom: "data" top: "loc" convolution_param { num_output: 4 kernel_size: 8 stride: 8 } }
layer { name: "loc_last" type: "Permute" bottom: "loc" top: "loc_last" permute_param { order: 0 order: 2 order: 3 order: 1 } }
"#;

/// SSD's end: reference boxes of a cell's size, and the table of detections.
const TABLE: &str = r#"
layer { name: "conf_rows" type: "Reshape" bottom: "conf_last" top: "conf_rows" reshape_param { shape { dim: 0 dim: -1 dim: 3 } } }
layer { name: "prob" type: "Softmax" bottom: "conf_rows" top: "prob" softmax_param { axis: 2 } }
layer { name: "prob_flat" type: "Flatten" bottom: "prob" top: "prob_flat" }
layer { name: "loc_flat" type: "Flatten" bottom: "loc_last" top: "loc_flat" }
layer { name: "priors" type: "PriorBox" bottom: "conf" bottom: "data" top: "priors" prior_box_param { min_size: 8 variance: 0.1 } }
layer { name: "found" type: "DetectionOutput" bottom: "loc_flat" bottom: "prob_flat" bottom: "priors" top: "found"
        detection_output_param { num_classes: 3 confidence_threshold: 0.1 keep_top_k: 20 code_type: CENTER_SIZE nms_param { nms_threshold: 0.9 top_k: 20 } } }
"#;

/// UltraFace's end: two boxes a cell, one after the other, and their scores; the batch is folded into the list.
const BOXES: &str = r#"
layer { name: "twice" type: "Concat" bottom: "conf_last" bottom: "conf_last" top: "twice" concat_param { axis: 3 } }
layer { name: "twice_rows" type: "Reshape" bottom: "twice" top: "twice_rows" reshape_param { shape { dim: 1 dim: -1 dim: 3 } } }
layer { name: "scores" type: "Softmax" bottom: "twice_rows" top: "scores" softmax_param { axis: 2 } }
layer { name: "both" type: "Concat" bottom: "loc_last" bottom: "loc_last" top: "both" concat_param { axis: 3 } }
layer { name: "boxes" type: "Reshape" bottom: "both" top: "boxes" reshape_param { shape { dim: 1 dim: -1 dim: 4 } } }
"#;

/// One class of the whole picture: the colour that there is most of.
const CLASSES: &str = r#"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 32 dim: 32 } } }
layer { name: "conf" type: "Convolution" bottom: "data" top: "conf" convolution_param { num_output: 3 kernel_size: 8 stride: 8 } }
layer { name: "sum" type: "Pooling" bottom: "conf" top: "sum" pooling_param { pool: AVE global_pooling: true } }
layer { name: "prob" type: "Softmax" bottom: "sum" top: "prob" }
"#;

fn weights() -> Vec<u8> {
    let channel = |factor: f32| std::iter::repeat_n(factor / 64.0, 64);
    // Background is always 0; a colour is its channel less the others, above a bar.
    let rows = [[0.0, 0.0, 0.0], [20.0, -20.0, -20.0], [-20.0, -20.0, 20.0]];
    let conf = rows.into_iter().flatten().flat_map(channel).collect();
    let layer = |name: &str, blobs: Vec<(Vec<i64>, Vec<f32>)>| LayerWeights {
        name: name.into(),
        layer_type: "Convolution".into(),
        blobs: blobs.into_iter().map(|(shape, data)| Blob { shape, data }).collect(),
    };
    encode(&[
        layer("conf", vec![(vec![3, 3, 8, 8], conf), (vec![3], vec![0.0, -10.0, -10.0])]),
        layer("loc", vec![(vec![4, 3, 8, 8], vec![0.0; 4 * 192]), (vec![4], vec![0.0; 4])]),
    ])
}

/// Puts a model into the library's zoo.
fn put(data: &Path, key: &str, task_type: &str, definition: &str, extra: &str) {
    let folder = data.join("modelzoo").join(key);
    std::fs::create_dir_all(&folder).unwrap();
    let hash = Sha256::of(&weights());
    let descriptor = format!(
        "name: Colours\ntask_type: {task_type}\nframework: caffe\nmodel: w.caffemodel\nconfig: n.prototxt\nlabels: labels.txt\nmean: [0.0, 0.0, 0.0]\nscale: 0.00392156862745098\nwidth: 32\nheight: 32\nrgb: true\nthreshold: 0.5\nlicence: CC0\nsource: a test\nsha256: {hash}\n{extra}\n"
    );
    std::fs::write(folder.join("model.yaml"), descriptor).unwrap();
    std::fs::write(folder.join("n.prototxt"), definition).unwrap();
    std::fs::write(folder.join("w.caffemodel"), weights()).unwrap();
    std::fs::write(folder.join("labels.txt"), "background\nred_square\nblue_square\n").unwrap();
}

const PRIORS: &str = "priors: { strides: [8], sizes: [[8, 9]], variances: [0.1, 0.2] }";

/// The zoo of these tests: `colours` is an SSD, `pairs` has boxes and scores, `doubles` the same without suppression, `shade` classes.
fn put_all(data: &Path) {
    put(data, "colours", "object_detection", &[SCORES, TABLE].concat(), "");
    put(data, "pairs", "object_detection", &[SCORES, BOXES].concat(), &format!("nms: true\n{PRIORS}"));
    put(data, "doubles", "object_detection", &[SCORES, BOXES].concat(), PRIORS);
    put(data, "shade", "classification", CLASSES, "");
}

async fn with_models() -> TestApp {
    let test = TestApp::with_pictures().await;
    put_all(&test.app.config.data_dir);
    test
}

/// An empty library with these pictures, in this order, and the models.
async fn with_library(pictures: &[Vec<u8>]) -> TestApp {
    let test = TestApp::empty().await;
    put_all(&test.app.config.data_dir);
    let folder = tempfile::TempDir::new().unwrap();
    for (number, bytes) in pictures.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number:03}.jpg")), bytes).unwrap();
    }
    assert_eq!(test.import(folder.path()).await.added, pictures.len() as u64);
    test
}

async fn detector(test: &TestApp, key: &str) -> Arc<Detector> {
    test.app.search.detectors().open(key).await.unwrap()
}

fn found(detections: &[Detection]) -> Vec<(&str, i32, [i64; 4])> {
    let rounded = |side: f32| (f64::from(side) * 1000.0).round() as i64;
    let mut shown: Vec<_> = detections
        .iter()
        .map(|one| (one.label.as_str(), one.index, [one.rect.x1, one.rect.y1, one.rect.x2, one.rect.y2].map(rounded)))
        .collect();
    shown.sort_unstable();
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ssd_says_what_is_where_with_its_labels() {
    let test = with_models().await;
    let colours = detector(&test, "colours").await;
    let seen = colours.look(cells(&[(1, 2, RED), (3, 0, BLUE)]).into()).await.unwrap();
    assert_eq!(seen.task_type, TaskType::ObjectDetection);
    assert_eq!(found(&seen.detections), [("blue_square", 2, [750, 0, 1000, 250]), ("red_square", 1, [250, 500, 500, 750])]);
    assert!(seen.detections.iter().all(|one| one.confidence > 0.9 && one.confidence <= 1.0));
    assert!(seen.forward.as_nanos() > 0);
    assert!(colours.look(cells(&[]).into()).await.unwrap().detections.is_empty());
    assert_eq!(colours.look(bytes::Bytes::from_static(b"no picture")).await.unwrap_err().kind(), Kind::Unsupported);
}

#[tokio::test(flavor = "multi_thread")]
async fn boxes_and_scores_are_decoded_and_doubles_suppressed_where_the_model_says_so() {
    let test = with_models().await;
    let bytes = cells(&[(2, 1, RED)]);
    let seen = detector(&test, "doubles").await.look(bytes.clone().into()).await.unwrap();
    // Squares of 8 and 9 pixels around the cell's centre (20, 12) of 32.
    let expected = [("red_square", 1, [484, 234, 766, 516]), ("red_square", 1, [500, 250, 750, 500])];
    assert_eq!(found(&seen.detections), expected);
    let seen = detector(&test, "pairs").await.look(bytes.into()).await.unwrap();
    assert_eq!(seen.detections.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_gives_each_picture_what_it_gets_alone() {
    let test = with_models().await;
    let pictures = [cells(&[(0, 0, RED)]), b"broken".to_vec(), cells(&[]), cells(&[(3, 3, BLUE), (1, 1, RED)])];
    for key in ["colours", "pairs", "doubles", "shade"] {
        let detector = detector(&test, key).await;
        let prepared = detector.prepare(pictures.iter().map(|bytes| Ok(bytes.clone().into())).collect()).await.unwrap();
        let together = detector.look_at_all(prepared).await.unwrap();
        assert_eq!(together.len(), pictures.len());
        for (bytes, together) in pictures.iter().zip(together) {
            match (detector.look(bytes.clone().into()).await, together) {
                (Ok(alone), Ok(together)) => assert_eq!(found(&alone.detections), found(&together), "{key}"),
                (Err(alone), Err(together)) => assert_eq!(alone.message(), together.message(), "{key}"),
                (alone, together) => panic!("{key}: {alone:?} alone, {together:?} together"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_classifier_answers_its_best_class_above_the_threshold_only() {
    let test = with_models().await;
    let red: Vec<_> = (0..16).map(|cell| (cell % 4, cell / 4, RED)).collect();
    let shade = detector(&test, "shade").await;
    let seen = shade.look(cells(&red).into()).await.unwrap();
    assert_eq!((seen.detections.len(), seen.detections[0].label.as_str()), (1, "red_square"));
    let folder = test.app.config.data_dir.join("modelzoo/shade/model.yaml");
    let raised = std::fs::read_to_string(&folder).unwrap().replace("threshold: 0.5", "threshold: 1.0");
    std::fs::write(folder, raised).unwrap();
    let strict = detector(&test, "shade").await;
    assert!(strict.look(cells(&red).into()).await.unwrap().detections.is_empty());
    assert_ne!(strict.fingerprint(), shade.fingerprint(), "another threshold sees other things");
}

#[test]
fn outputs_that_are_no_numbers_are_left_out_and_scores_become_probabilities() {
    let output = |name: &str, shape: &[i64], values: &[f32]| Output { name: name.into(), shape: shape.to_vec(), values: values.to_vec() };
    let outputs = [output("boxes", &[1, 2, 4], &[0.0, 0.0, f32::NAN, 1.0, -0.2, 0.1, 1.3, 0.9]), output("scores", &[1, 2, 1], &[0.9, 0.8])];
    let head = Head::of_detector(&outputs, None, 32, 32).unwrap();
    let read = head.read(&outputs, 1).unwrap().remove(0);
    assert_eq!(read.len(), 1, "the box that is not a number is left out");
    assert_eq!((read[0].x1, read[0].x2, read[0].label), (-0.2, 1.3, 0), "boxes are not clipped");
    let logits = [output("logits", &[2, 2], &[2.0_f32.ln(), 0.0, 0.0, 9.0_f32.ln()])];
    let classes = Head::of_classifier(&logits).unwrap().read(&logits, 2).unwrap();
    assert!((classes[0][0].confidence - 2.0 / 3.0).abs() < 1e-6 && (classes[1][0].confidence - 0.9).abs() < 1e-6);
    let priors = Priors { strides: vec![16], sizes: vec![vec![8.0]], variances: [0.1, 0.2] };
    let error = Head::of_detector(&outputs, Some(&priors), 32, 32).unwrap_err();
    assert!(error.message().contains("the priors of model.yaml are 4"), "{error}");
    assert_eq!(Head::of_detector(&logits, None, 32, 32).unwrap_err().kind(), Kind::Unsupported);
}

async fn uploaded(test: &TestApp, bytes: &[u8]) -> String {
    let (status, body) = test.upload("query.jpg", bytes).await;
    assert_eq!(status, 200, "{body}");
    format!("/api/v1/search/upload/{}/", body["res"]["id"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loaded_detection_model_looks_at_the_query_of_every_search_until_it_is_unloaded() {
    let test = with_models().await;
    let address = uploaded(&test, &cells(&[(1, 2, RED)])).await;
    assert_eq!(test.get_ok(&address).await["infer"], json!({}));
    assert_eq!(test.get_ok("/api/v1/search/info/").await["res"]["detection_model"], json!({}));

    let loaded = test.get_ok("/api/v1/search/load_detection_model/colours/").await;
    assert_eq!((&loaded["status"], &loaded["res"]["detection_model"]["name"]), (&json!("ok"), &json!("Colours")));
    assert_eq!(loaded["res"]["detection_model"]["task_type"], "object_detection");
    let info = test.get_ok("/api/v1/search/info/").await;
    assert_eq!(info["res"]["model"], loaded["res"]["model"]);
    assert_eq!(info["res"]["feature"], loaded["res"]["feature"]);
    assert_eq!(info["res"]["detection_model"], loaded["res"]["detection_model"]);

    let infer = test.get_ok(&address).await["infer"].clone();
    assert_eq!(infer["task_type"], "detection");
    assert!(infer["duration"].as_f64().unwrap() > 0.0);
    let one = &infer["detections"][0];
    assert_eq!(
        (one["label"].as_str(), one["index"].as_i64(), infer["detections"].as_array().unwrap().len()),
        (Some("red_square"), Some(1), 1)
    );
    assert!(one["confidence"].as_f64().unwrap() > 0.9);
    assert_eq!(one["rect"], json!({ "x1": 0.25, "x2": 0.5, "y1": 0.5, "y2": 0.75 }));
    for other in ["media/3/", "random/1f/", "random/"] {
        let answer = test.get_ok(&format!("/api/v1/search/{other}")).await;
        assert_eq!(answer["infer"]["task_type"], "detection", "{other}");
    }

    let (status, unloaded) = test.ask("DELETE", "/api/v1/search/detection_model/", &[], &[]).await;
    assert_eq!((status, &unloaded["res"]["detection_model"]), (200, &json!({})));
    assert_eq!(test.get_ok(&address).await["infer"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_may_name_its_own_detection_model_or_none() {
    let test = with_models().await;
    let red: Vec<_> = (0..16).map(|cell| (cell % 4, cell / 4, RED)).collect();
    let address = uploaded(&test, &cells(&red)).await;
    let infer = test.get_ok(&format!("{address}?detect=shade")).await["infer"].clone();
    assert_eq!((&infer["task_type"], &infer["classifications"][0]["label"]), (&json!("classification"), &json!("red_square")));
    assert!(infer.get("detections").is_none());
    assert_eq!(test.get_ok(&address).await["infer"], json!({}), "the next request is not touched");
    test.get_ok("/api/v1/search/load_detection_model/colours").await;
    assert_eq!(test.get_ok(&format!("{address}?detect=none")).await["infer"], json!({}));
    assert_eq!(test.get_ok(&address).await["infer"]["detections"].as_array().unwrap().len(), 16);
    let (status, body) = test.get(&format!("{address}?detect=nobody")).await;
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_be_loaded_says_why_and_the_old_one_stays() {
    let test = with_models().await;
    test.get_ok("/api/v1/search/load_detection_model/colours").await;
    let (status, body) = test.get("/api/v1/search/load_detection_model/nobody").await;
    assert_eq!((status, body["status"].as_str()), (404, Some("error")));
    let (status, body) = test.get("/api/v1/search/load_detection_model/caffe_ultraface_slim_320").await;
    assert_eq!(status, 503);
    let message = body["error"].as_str().unwrap();
    assert!(message.contains("slim-320.caffemodel") && message.contains("--mirror"), "{message}");
    let (status, body) = test.get("/api/v1/search/load_detection_model/likeness_small").await;
    assert_eq!(status, 415);
    assert!(body["error"].as_str().unwrap().contains("gives no classes"), "{body}");
    put(&test.app.config.data_dir, "sleeping", "object_detection", &[SCORES, TABLE].concat(), "active: false");
    assert_eq!(test.get("/api/v1/search/load_detection_model/sleeping").await.0, 404);
    assert_eq!(test.get_ok("/api/v1/search/info").await["res"]["detection_model"]["key"], "colours");
    // A search goes on without the model that it names.
    let answer = test.get_ok("/api/v1/search/media/3?detect=caffe_ultraface_slim_320").await;
    assert_eq!(answer["res"][0]["id"], 3);
    assert!(answer["infer"]["error"].as_str().unwrap().contains("slim-320.caffemodel"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detection_model_can_be_loaded_before_there_is_a_feature() {
    let test = TestApp::empty().await;
    put_all(&test.app.config.data_dir);
    let loaded = test.get_ok("/api/v1/search/load_detection_model/colours").await;
    assert_eq!((&loaded["status"], &loaded["res"]["detection_model"]["key"]), (&json!("ok"), &json!("colours")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detected_box_can_be_what_is_searched_with() {
    let test = with_models().await;
    test.get_ok("/api/v1/search/load_detection_model/colours").await;
    let address = uploaded(&test, &cells(&[(1, 2, RED), (3, 0, BLUE)])).await;
    let whole = test.get_ok(&address).await;
    for number in 0..2 {
        let answer = test.get_ok(&format!("{address}?detection={number}")).await;
        let rect = &whole["infer"]["detections"][number]["rect"];
        let [x, y, w, h] = [&rect["x1"], &rect["y1"], &json!(0.25), &json!(0.25)].map(|side| side.as_f64().unwrap());
        assert_eq!(answer["query"]["region"], json!({ "x": x, "y": y, "w": w, "h": h }));
        assert_eq!(answer["infer"]["detections"], whole["infer"]["detections"]);
        let by_hand = test.get_ok(&format!("{address}?x={x}&y={y}&w={w}&h={h}")).await;
        assert_eq!(answer["res"], by_hand["res"]);
    }
    for (query, words) in [
        ("?detection=2", "the model found 2 in this picture, numbered 0 to 1"),
        ("?detection=-1", "detection must be a number"),
        ("?detection=0&detect=none", "detection needs a detection model"),
        ("?detection=0&detect=shade", "is a classifier"),
        ("?detection=0&x=0&y=0&w=1&h=1", "not both"),
    ] {
        let (status, body) = test.get(&format!("{address}{query}")).await;
        assert_eq!(status, 400, "{query}: {body}");
        assert!(body["error"].as_str().unwrap().contains(words), "{query}: {body}");
    }
}

/// A library of six pictures: red in 1, 2 and 4, blue in 2, nothing in 3 and 6; the bytes of 5 are lost.
async fn coloured_library() -> TestApp {
    let pictures = [
        cells(&[(0, 0, RED)]),
        cells(&[(0, 1, RED), (1, 1, RED), (3, 3, BLUE)]),
        cells(&[]),
        cells(&[(2, 2, RED)]),
        cells(&[(2, 3, RED)]),
        picture(0, 0),
    ];
    let test = with_library(&pictures).await;
    let lost = test.app.media.get(likeness::types::MediaId(5)).await.unwrap().unwrap();
    std::fs::remove_file(test.app.config.data_dir.join(lost.key())).unwrap();
    test
}

async fn detect_all(test: &TestApp, key: &str) -> detect::DetectReport {
    detect::detect(&test.app, &detector(test, key).await, &Stop::default(), &|_| {}).await.unwrap()
}

fn media_ids(page: &Value) -> Vec<i64> {
    let mut ids: Vec<_> = page["res"].as_array().unwrap().iter().map(|one| one["media"]["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_looked_at_once_and_asked_by_label() {
    let test = coloured_library().await;
    let first = detect_all(&test, "colours").await;
    assert_eq!((first.looked, first.found, first.already, first.failed.len()), (5, 5, 0, 1));
    assert!(first.failed[0].0.0 == 5 && first.failed[0].1.contains("are missing"), "{:?}", first.failed);
    let again = detect_all(&test, "colours").await;
    assert_eq!((again.looked, again.already, again.failed.len()), (0, 6, 1), "nothing is looked at twice");

    let summary = test.get_ok("/api/v1/detection/").await["res"][0].clone();
    assert_eq!((&summary["detector"], &summary["media"], &summary["failed"]), (&json!("colours"), &json!(6), &json!(1)));
    assert_eq!(
        summary["labels"],
        json!([{ "label": "red_square", "boxes": 4, "media": 3 }, { "label": "blue_square", "boxes": 1, "media": 1 }])
    );
    let one = test.get_ok("/api/v1/detection/media/2/").await["res"].clone();
    assert_eq!((one["detections"].as_array().unwrap().len(), &one["runs"][0]["found"]), (3, &json!(3)));
    assert!(test.get_ok("/api/v1/detection/media/5").await["res"]["runs"][0]["reason"].is_string());
    assert_eq!(test.get("/api/v1/detection/media/99/").await.0, 404);

    let red = test.get_ok("/api/v1/detection/label/red_square/").await;
    assert_eq!((media_ids(&red), &red["total"]), (vec![1, 2, 4], &json!(3)));
    assert!(
        red["res"].as_array().unwrap().iter().all(|one| one["detections"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["label"] == "red_square"))
    );
    let mut paged = Vec::new();
    for offset in 0..3 {
        let page = test.get_ok(&format!("/api/v1/detection/label/red_square/?limit=1&offset={offset}")).await;
        assert_eq!((page["res"].as_array().unwrap().len(), &page["total"]), (1, &json!(3)));
        paged.extend(media_ids(&page));
    }
    paged.sort_unstable();
    assert_eq!(paged, [1, 2, 4]);
    assert_eq!(test.get_ok("/api/v1/detection/label/red_square/?detector=other").await["total"], 0);
    assert_eq!(test.get_ok("/api/v1/detection/label/red_square/?min_confidence=1").await["total"], 0);
    let (status, body) = test.get("/api/v1/detection/label/red_square/?min_confidence=2").await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("from 0 to 1"));

    test.app.media.delete(likeness::types::MediaId(1)).await.unwrap();
    assert_eq!(media_ids(&test.get_ok("/api/v1/detection/label/red_square/").await), [2, 4], "a deleted picture is not answered");
    let (status, cleared) = test.ask("DELETE", "/api/v1/detection/?detector=colours", &[], &[]).await;
    assert_eq!((status, &cleared["res"]["media"]), (200, &json!(6)));
    assert_eq!(test.get_ok("/api/v1/detection/").await["res"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_model_looks_again_and_what_failed_is_tried_again_on_demand() {
    let test = coloured_library().await;
    detect_all(&test, "colours").await;
    test.app.detections.forget_failures("colours").await.unwrap();
    let retried = detect_all(&test, "colours").await;
    assert_eq!((retried.looked, retried.already, retried.failed.len()), (0, 5, 1), "only the lost picture was tried");
    let folder = test.app.config.data_dir.join("modelzoo/colours");
    std::fs::write(folder.join("labels.txt"), "background\nscarlet\n").unwrap();
    let changed = detect_all(&test, "colours").await;
    assert_eq!((changed.looked, changed.already), (5, 0));
    let labels = test.get_ok("/api/v1/detection/").await["res"][0]["labels"].clone();
    // Blue has no name now; the old answers are gone.
    assert_eq!(labels, json!([{ "label": "scarlet", "boxes": 4, "media": 3 }, { "label": "", "boxes": 1, "media": 1 }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_keeps_its_pages_and_goes_on_with_the_rest() {
    let pictures: Vec<_> = (0..70).map(|number: u32| [cells(&[(number % 4, 0, RED)]), number.to_le_bytes().to_vec()].concat()).collect();
    let test = with_library(&pictures).await;
    let (detector, stop) = (detector(&test, "colours").await, Stop::default());
    let after_the_first_page = |progress: likeness::tasks::Progress| {
        if progress.done > 0 {
            stop.ask();
        }
    };
    let error = detect::detect(&test.app, &detector, &stop, &after_the_first_page).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
    let rest = detect_all(&test, "colours").await;
    assert_eq!((rest.looked, rest.already), (6, 64));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_runs_as_a_job_and_lists_what_it_could_not_read() {
    let test = coloured_library().await;
    let end = CancellationToken::new();
    let workers = worker::start(&test.app, &end);
    let mut events = test.app.jobs.subscribe();
    let job = registry::start(&test.app, "detect", json!({ "model": "colours" }), "me").await.unwrap();
    assert_eq!((job.title.as_str(), job.exclusive_key.as_str()), ("Detect with Colours", "detect:colours"));
    let done = loop {
        let _ = tokio::time::timeout(std::time::Duration::from_mins(1), events.recv()).await.expect("the job says something");
        let job = test.app.jobs.by_uuid(&job.uuid).await.unwrap().unwrap();
        if job.status.is_over() {
            break job;
        }
    };
    let result = done.result.unwrap_or_else(|| panic!("{:?}", done.error));
    assert_eq!((&result["looked"], &result["found"], &result["failed"]), (&json!(5), &json!(5), &json!(1)));
    let failures = test.app.jobs.failures(done.id, 0, 10).await.unwrap();
    assert_eq!((failures.len(), failures[0].item.as_str()), (1, "media 5"));
    end.cancel();
    futures::future::join_all(workers).await;
    for (params, words) in [(json!({}), "model"), (json!({ "model": "nobody" }), "unknown model `nobody`"), (json!({ "model": 3 }), "text")]
    {
        let error = registry::start(&test.app, "detect", params, "me").await.unwrap_err();
        assert!(error.kind() == Kind::Invalid && error.fields()[0].field == "model" && error.message().contains(words), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_of_a_library_picture_is_not_looked_for_again() {
    let test = coloured_library().await;
    let feature = test.app.features.default_or_create().await.unwrap();
    test.extract(&feature).await;
    let fresh = test.get_ok("/api/v1/search/media/2/?detect=colours").await["infer"].clone();
    assert!(fresh["duration"].as_f64().unwrap() > 0.0);
    detect_all(&test, "colours").await;
    let stored = test.get_ok("/api/v1/search/media/2/?detect=colours").await["infer"].clone();
    assert_eq!((stored["duration"].as_f64(), stored["detections"].as_array().unwrap().len()), (Some(0.0), 3));
    assert_eq!(stored["task_type"], "detection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_among_a_label_answers_only_pictures_that_show_it_in_the_same_order() {
    let pictures: Vec<_> = (0..40_u32)
        .map(|number| {
            let square = (number % 4, (number / 4) % 4, [255 - number as u8, 0, 0]);
            if number % 5 == 0 { cells(&[square, (3, 3, BLUE)]) } else { cells(&[square]) }
        })
        .collect();
    let test = with_library(&pictures).await;
    let feature = test.app.features.default_or_create().await.unwrap();
    test.extract(&feature).await;
    test.build(&feature).await;
    detect_all(&test, "colours").await;
    let hits = |answer: &Value| -> Vec<i64> { answer["res"].as_array().unwrap().iter().map(|hit| hit["id"].as_i64().unwrap()).collect() };
    let all = hits(&test.get_ok("/api/v1/search/media/7?limit=100").await);
    assert_eq!(all.len(), 40);
    // Few pictures are scored one by one, many through the index.
    for (label, most) in [("blue_square", 9), ("red_square", 40)] {
        let page = test.get_ok(&format!("/api/v1/detection/label/{label}?limit=100")).await;
        let with_label = media_ids(&page);
        assert!(!with_label.is_empty() && with_label.len() <= most, "{label}: {with_label:?}");
        let answer = test.get_ok(&format!("/api/v1/search/media/7?limit=100&label={label}")).await;
        let expected: Vec<_> = all.iter().copied().filter(|id| with_label.contains(id)).collect();
        assert_eq!(hits(&answer), expected, "{label}");
        assert_eq!(answer["query"]["searched"], with_label.len());
        let second =
            test.get_ok(&format!("/api/v1/search/media/7?limit=3&offset=3&label={label}&detector=colours&min_confidence=0.5")).await;
        assert_eq!(hits(&second), expected[3..6]);
    }
    assert!(hits(&test.get_ok("/api/v1/search/media/7?label=unicorn").await).is_empty());
    test.app.media.delete(likeness::types::MediaId(1)).await.unwrap();
    let without = hits(&test.get_ok("/api/v1/search/media/7?limit=4&label=blue_square").await);
    assert!(without.len() == 4 && !without.contains(&1), "the search reaches further for a deleted picture: {without:?}");
}

#[test]
fn the_command_line_prints_boxes_and_runs_over_the_library() {
    let data = tempfile::TempDir::new().unwrap();
    put_all(data.path());
    let photos = tempfile::TempDir::new().unwrap();
    let file = |name: &str| photos.path().join(name).to_string_lossy().into_owned();
    std::fs::write(file("red.jpg"), cells(&[(1, 2, RED)])).unwrap();
    std::fs::write(file("grey.jpg"), cells(&[])).unwrap();
    let likeness = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_likeness");
        std::process::Command::new(program).arg("--data-dir").arg(data.path()).args(arguments).env_remove("RUST_LOG").output().unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown = text(&likeness(&["detect", "--model", "colours", &file("red.jpg"), &file("grey.jpg")]).stdout);
    assert!(
        shown.contains("red.jpg: 1 in ") && shown.contains("red_square  0.250,0.500 to 0.500,0.750") && shown.contains("grey.jpg: 0 in "),
        "{shown}"
    );
    let output = likeness(&["detect", "--model", "colours", "--json", &file("red.jpg"), &file("absent.jpg")]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &answer["pictures"][0]["detections"][0]["label"]), (Some(2), &json!("red_square")));
    assert!(answer["pictures"][1]["error"].as_str().unwrap().contains("absent.jpg"));
    assert!(likeness(&["import", &photos.path().to_string_lossy()]).status.success());
    let output = likeness(&["detect", "--model", "colours", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    assert_eq!((&report["looked"], &report["found"], &report["already"]), (&json!(2), &json!(1), &json!(0)));
    assert!(
        text(&likeness(&["detect", "--model", "colours"]).stdout)
            .starts_with("colours: 0 looked at, 0 found, 2 looked at before, 0 failed")
    );
}

/// A library with the development data's weights of a model in its download folder.
async fn with_weights(key: &str, folder: &str, files: &[&str]) -> Option<TestApp> {
    let weights = shared_data(folder)?;
    let test = TestApp::empty().await;
    let downloads = test.app.config.data_dir.join("models").join(key);
    std::fs::create_dir_all(&downloads).unwrap();
    for file in files {
        std::fs::copy(weights.join(file), downloads.join(file)).unwrap();
    }
    Some(test)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_ssd_finds_the_qr_codes_that_opencv_finds() {
    let key = "caffe_ssd_qr_code";
    let Some(test) = with_weights(key, "weights/wechat-qr-ssd-caffe", &["detect.caffemodel", "detect.prototxt"]).await else { return };
    let bytes = std::fs::read(shared_data("reference/qr_gray_384.png").unwrap()).unwrap();
    let reference: Value = serde_json::from_slice(&std::fs::read(shared_data("reference/caffe_opencv.json").unwrap()).unwrap()).unwrap();
    let case = reference["cases"].as_array().unwrap().iter().find(|case| case["model"] == "wechat-qr-ssd-caffe").unwrap().clone();
    let rows = case["rows_imageid_label_confidence_x1_y1_x2_y2"].as_array().unwrap().clone();
    let expected: Vec<[f32; 5]> = rows
        .iter()
        .filter(|row| row[2].as_f64().unwrap() > 0.5)
        .map(|row| std::array::from_fn(|column| row[column + 2].as_f64().unwrap() as f32))
        .collect();
    assert!(!expected.is_empty());
    let seen = detector(&test, key).await.look(bytes.into()).await.unwrap();
    assert_eq!(seen.detections.len(), expected.len());
    for (found, expected) in seen.detections.iter().zip(expected) {
        assert_eq!((found.label.as_str(), found.index), ("qr_code", 1));
        let numbers = [found.confidence, found.rect.x1, found.rect.y1, found.rect.x2, found.rect.y2];
        // The library's decoder and luma differ from the reference's by rounding.
        assert!(numbers.iter().zip(expected).all(|(one, other)| (one - other).abs() < 0.01), "{numbers:?} against {expected:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_face_detector_finds_the_face_that_is_printed_on_a_shirt() {
    let key = "caffe_ultraface_slim_320";
    let Some(test) = with_weights(key, "weights/ultraface-slim320-caffe", &["slim-320.caffemodel", "slim-320.prototxt"]).await else {
        return;
    };
    let faces = detector(&test, key).await;
    let photo = shared_data("photos-clothing/test/t-shirt/e62adabe-36ff-4af7-b8b3-82ad15a33458.jpg").unwrap();
    let seen = faces.look(std::fs::read(photo).unwrap().into()).await.unwrap();
    assert_eq!(seen.detections.len(), 1, "{:?}", seen.detections);
    let Detection { label, index, confidence, rect } = &seen.detections[0];
    assert_eq!((label.as_str(), *index), ("face", 1));
    assert!(*confidence > 0.9, "{confidence}");
    // From cap to chin and from cheek to cheek, as a person sees it.
    let sides = [rect.x1, rect.y1, rect.x2, rect.y2];
    assert!(sides.iter().zip([0.37, 0.39, 0.63, 0.67]).all(|(one, other)| (one - other).abs() < 0.05), "{sides:?}");
}
