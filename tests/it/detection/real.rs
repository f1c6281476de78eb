//! The command line, and the real detectors where their weights are at hand.

use super::*;

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
