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

mod library;
mod real;
mod searching;

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
