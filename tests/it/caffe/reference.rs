//! Whole networks against what `OpenCV`'s importer answered for the same files.

use std::path::Path;

use likeness::imaging::{self, DecodeLimits, ResizeFilter};
use likeness::network::{CaffeGraph, Detection};
use serde_json::Value;
use tch::{Device, Kind, Tensor};

use super::values;
use crate::support::shared_data;

#[test]
fn squeezenet_gives_the_features_and_classes_of_opencv() {
    let Some(cases) = cases("squeezenet-v1.1-ncnn") else { return };
    let graph = load("squeezenet-v1.1-ncnn/deploy.prototxt", "squeezenet-v1.1-ncnn/squeezenet_v1.1.caffemodel");
    assert!(cases.len() >= 9);
    for case in cases {
        let (input, shown) = match case["image"].as_str() {
            Some(image) => (picture(image, 227), image),
            None => (bgr_file(), "squeezenet_input_u8_nchw.npy"),
        };
        let input = input - Tensor::from_slice(&[104.0_f32, 117.0, 123.0]).reshape([1, 3, 1, 1]);
        let feature = graph.forward_to(&input, "fire9/concat").unwrap().mean_dim([2_i64, 3].as_slice(), false, Kind::Float);
        compare(shown, &values(&feature), &numbers(&case["feature_512"]), 1e-3);
        let Some(expected) = case["top5"].as_array() else { continue };
        let probabilities = values(&graph.forward_to(&input, "prob").unwrap());
        let best = (0..probabilities.len()).max_by(|&one, &other| probabilities[one].total_cmp(&probabilities[other])).unwrap();
        assert_eq!(best as u64, expected[0][0].as_u64().unwrap(), "{shown}");
        for pair in expected {
            let found = f64::from(probabilities[pair[0].as_u64().unwrap() as usize]);
            assert!((found - pair[1].as_f64().unwrap()).abs() < 1e-3, "{shown}: class {} has {found}", pair[0]);
        }
    }
}

#[test]
fn lenet_reads_the_digits_that_opencv_reads() {
    let Some(cases) = cases("lenet-mnist-caffe") else { return };
    let graph = load("lenet-mnist-caffe/lenet.prototxt", "lenet-mnist-caffe/lenet_iter_10000.caffemodel");
    let (images, labels) = mnist(200);
    let answers = graph.forward_outputs(&(images / 256.0)).unwrap();
    assert_eq!(answers.len(), 1);
    let probabilities = &answers[0].1;
    let correct = (0..200).filter(|&row| probabilities.get(row as i64).argmax(0, false).int64_value(&[]) == i64::from(labels[row])).count();
    assert_eq!(correct as u64, cases[0]["correct"].as_u64().unwrap());
    for case in cases[0]["first5"].as_array().unwrap() {
        let row = case["index"].as_i64().unwrap();
        compare(&format!("digit {row}"), &values(&probabilities.get(row)), &numbers(&case["prob"]), 1e-3);
    }
}

#[test]
fn the_ssd_finds_the_boxes_of_opencv() {
    let Some(cases) = cases("wechat-qr-ssd-caffe") else { return };
    let graph = load("wechat-qr-ssd-caffe/detect.prototxt", "wechat-qr-ssd-caffe/detect.caffemodel");
    let png = std::fs::read(shared_data("reference/qr_gray_384.png").unwrap()).unwrap();
    let picture = imaging::decode(&png, &DecodeLimits::default()).unwrap();
    let grey: Vec<u8> = picture.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
    let input = Tensor::from_slice(&grey).reshape([1, 1, 384, 384]).to_kind(Kind::Float) / 255.0;
    let found = Detection::from_output(&graph.forward_to(&input, "detection_output").unwrap(), 1).unwrap().remove(0);
    let rows = cases[0]["rows_imageid_label_confidence_x1_y1_x2_y2"].as_array().unwrap().iter().map(numbers);
    // OpenCV fills its table up with rows of zeros.
    let expected: Vec<Vec<f32>> = rows.filter(|row| row[2] > 0.0).collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(&expected) {
        compare("box", &[found.label as f32, found.confidence, found.x1, found.y1, found.x2, found.y2], &expected[1..], 1e-3);
    }
}

#[test]
fn the_face_detector_gives_the_boxes_and_scores_of_opencv() {
    let Some(cases) = cases("ultraface-slim320-caffe") else { return };
    let graph = load("ultraface-slim320-caffe/slim-320.prototxt", "ultraface-slim320-caffe/slim-320.caffemodel");
    let canvas = Tensor::zeros([1, 3, 240, 320], (Kind::Float, Device::Cpu));
    // The zeros around the picture are not normalised.
    canvas.narrow(2, 0, 227).narrow(3, 0, 227).copy_(&((bgr_file() - 127.0) / 128.0));
    let mut outputs = graph.forward_outputs(&canvas).unwrap();
    outputs.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(outputs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["boxes", "scores"]);
    for (name, output) in outputs {
        let expected = &cases[0]["outputs"][&name];
        assert_eq!(serde_json::json!(output.size()), expected["shape"]);
        compare(&name, &values(&output)[..12], &numbers(&expected["first_12"]), 1e-3);
        let statistics = [output.mean(Kind::Double).double_value(&[]), output.std(false).double_value(&[])].map(|value| value as f32);
        compare(
            &format!("{name}: mean and deviation"),
            &statistics,
            &numbers(&serde_json::json!([expected["mean"], expected["std"]])),
            1e-3,
        );
    }
}

/// The cases of one model; `None` where the data is absent.
fn cases(model: &str) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(shared_data("reference/caffe_opencv.json")?).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    Some(all["cases"].as_array().unwrap().iter().filter(|case| case["model"] == model).cloned().collect())
}

fn load(prototxt: &str, caffemodel: &str) -> CaffeGraph {
    let folder = shared_data("weights").unwrap();
    let weights = std::fs::read(folder.join(caffemodel)).unwrap();
    CaffeGraph::load(&std::fs::read_to_string(folder.join(prototxt)).unwrap(), &weights, Device::Cpu).unwrap()
}

/// A photo squashed to a square, `[1, 3, side, side]`, blue first.
fn picture(path: &str, side: u32) -> Tensor {
    let bytes = std::fs::read(shared_data(path).unwrap()).unwrap();
    let picture = imaging::decode(&bytes, &DecodeLimits::default()).unwrap();
    let small = imaging::resize(&picture, side, side, ResizeFilter::Interpolate).unwrap();
    let side = i64::from(side);
    Tensor::from_slice(&small.rgb).reshape([1, side, side, 3]).permute([0, 3, 1, 2]).flip([1]).to_kind(Kind::Float)
}

/// The picture that is stored decoded: a `NumPy` file of bytes whose header is padded to a multiple of 64.
fn bgr_file() -> Tensor {
    let bytes = std::fs::read(shared_data("reference/squeezenet_input_u8_nchw.npy").unwrap()).unwrap();
    let pixels = 3 * 227 * 227;
    assert_eq!(&bytes[..6], b"\x93NUMPY");
    Tensor::from_slice(&bytes[bytes.len() - pixels..]).reshape([1, 3, 227, 227]).to_kind(Kind::Float)
}

/// The first digits of MNIST's test set, `[count, 1, 28, 28]`, and their labels.
fn mnist(count: usize) -> (Tensor, Vec<u8>) {
    let images = gunzip(&shared_data("mnist/t10k-images-idx3-ubyte.gz").unwrap());
    let labels = gunzip(&shared_data("mnist/t10k-labels-idx1-ubyte.gz").unwrap());
    let pixels = Tensor::from_slice(&images[16..16 + count * 784]).reshape([count as i64, 1, 28, 28]).to_kind(Kind::Float);
    (pixels, labels[8..8 + count].to_vec())
}

fn gunzip(path: &Path) -> Vec<u8> {
    let output = std::process::Command::new("gzip").arg("-dc").arg(path).output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn numbers(list: &Value) -> Vec<f32> {
    list.as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect()
}

/// Prints and checks the largest absolute error, also against the largest value, and the relative error of the whole.
fn compare(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let norm = |values: &mut dyn Iterator<Item = f32>| values.map(|value| value * value).sum::<f32>().sqrt();
    let worst = found.iter().zip(expected).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
    let largest = expected.iter().map(|value| value.abs()).fold(0.0, f32::max);
    let relative = norm(&mut found.iter().zip(expected).map(|(one, other)| one - other)) / norm(&mut expected.iter().copied());
    println!("{what}: largest error {worst:.2e} ({:.2e} of the largest value), relative L2 {relative:.2e}", worst / largest);
    assert!(worst / largest < tolerance && relative < tolerance, "{what}: {relative} relative, {worst} at most");
}
