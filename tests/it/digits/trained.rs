//! Models: what their form asks for, what is told of them, training in small, and the trained model as one of the zoo.

use std::time::Duration;

use likeness::job::Status;
use likeness::tasks::worker;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{gradients, send, send_form};
use crate::support::TestApp;

/// Slopes from pixels: one layer, as the original's example has it.
pub(super) const SLOPES: &str = r#"
layer { name: "scale" type: "Power" bottom: "data" top: "scale" power_param { scale: 0.004 } }
layer { name: "hidden" type: "InnerProduct" bottom: "scale" top: "output" inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "output" bottom: "label" top: "loss" exclude { stage: "deploy" } }
"#;

pub(super) fn form<'a>(dataset: &'a str, network: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("username", "fred"),
        ("model_name", "slopes"),
        ("dataset", dataset),
        ("method", "custom"),
        ("framework", "caffe"),
        ("custom_network", network),
        ("train_epochs", "3"),
        ("batch_size", "5"),
        ("learning_rate", "0.001"),
        ("random_seed", "3405691582"),
    ]
}

pub(super) const CREATE: &str = "/models/images/generic.json";

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_told_with_all_its_keys() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let (status, made) = send_form(&test, CREATE, &form(&dataset, SLOPES)).await;
    assert_eq!(status, 200, "{made}");
    for (key, value) in [
        ("status", json!("Initialized")),
        ("name", json!("slopes")),
        ("dataset_id", json!(dataset)),
        ("username", json!("fred")),
        ("framework", json!("caffe")),
        ("snapshot file", json!("no snapshots")),
        ("mean file", json!("mean.binaryproto")),
        ("network file", json!("original.prototxt")),
        ("model file", json!("original.prototxt")),
        ("solver file", json!("solver.prototxt")),
        ("train_val file", json!("train_val.prototxt")),
        ("deploy file", json!("deploy.prototxt")),
        ("caffe flavor", json!("NVIDIA")),
    ] {
        assert_eq!(made[key], value, "{key} of {made}");
    }
    assert_eq!(made["id"], made["job id"]);
    assert!(made.get("labels file").is_none() && made.get("image resize mode").is_none() && made.get("directory").is_none(), "{made}");
    let id = made["id"].as_str().unwrap();
    let shown = test.get_ok(&format!("/models/{id}.json")).await;
    assert_eq!(shown["snapshots"], json!([]));
    let folder = std::path::Path::new(shown["directory"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(folder.join("original.prototxt")).unwrap(), SLOPES);
    assert_eq!(test.get_ok("/index.json").await["models"][0]["id"], made["id"]);
    let (status, _, page) = send(&test, "DELETE", &format!("/datasets/{dataset}"), &[("username", "fred")]).await;
    assert_eq!(status, 403);
    assert!(page.contains("because 1 model depends on it"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_model_is_told_by_field() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let refused = async |field: &str, value: &str| -> Value {
        let mut fields = form(&dataset, SLOPES);
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let (status, body) = send_form(&test, CREATE, &fields).await;
        assert_eq!(status, 400, "{field}={value}: {body}");
        body["errors"][field][0].clone()
    };
    for (field, value, message) in [
        ("model_name", "", "This field is required."),
        ("dataset", "20160809-103210-ccbf", "Not a valid choice"),
        ("framework", "theano", "The framework you choose is not currently supported."),
        ("method", "guess", "Not a valid choice"),
        ("method", "standard", "Unrecognized method: \"standard\""),
        ("custom_network", "", "This field is required."),
        ("custom_network_snapshot", "/etc/passwd", "File \"/etc/passwd\" does not exist"),
        ("train_epochs", "0", "Number must be at least 1."),
        ("batch_size", "8,none", "Not a valid integer value"),
        ("learning_rate", "fast", "Not a valid float value"),
        ("lr_policy", "wild", "Not a valid choice"),
        ("aug_rot", "181", "Number must be between 0 and 180."),
        ("python_layer_server_file", "/tmp/layer.txt", "Python file, /tmp/layer.txt, needs .py or .pyc extension."),
    ] {
        assert_eq!(refused(field, value).await, json!(message), "{field}={value}");
    }
    let bad = refused("custom_network", "layer { name: ").await;
    assert!(bad.as_str().unwrap().starts_with("Bad network: Not a valid NetParameter: line "), "{bad}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_make_a_model_for_each_combination() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let mut fields = form(&dataset, SLOPES);
    fields.retain(|(name, _)| !matches!(*name, "batch_size" | "learning_rate"));
    fields.extend([("learning_rate", "[0.01, 0.02]"), ("batch_size", "8,10")]);
    let (status, made) = send_form(&test, CREATE, &fields).await;
    assert_eq!(status, 200, "{made}");
    let names: Vec<&str> = made["jobs"].as_array().unwrap().iter().map(|job| job["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "slopes learning_rate:0.01 batch_size:8",
            "slopes learning_rate:0.02 batch_size:8",
            "slopes learning_rate:0.01 batch_size:10",
            "slopes learning_rate:0.02 batch_size:10",
        ]
    );
}

/// Lets workers do what waits until nothing does.
pub(super) async fn work(test: &TestApp) {
    let end = CancellationToken::new();
    let workers = worker::start(&test.app, &end);
    let mut events = test.app.jobs.subscribe();
    while test.app.jobs.count(&[Status::Queued, Status::Running, Status::Cancelling], &[]).await.unwrap() > 0 {
        let _ = tokio::time::timeout(Duration::from_secs(1), events.recv()).await;
    }
    end.cancel();
    futures::future::join_all(workers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_learns_answers_and_is_one_of_the_zoo() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let (status, made) = send_form(&test, CREATE, &form(&dataset, SLOPES)).await;
    assert_eq!(status, 200, "{made}");
    let id = made["id"].as_str().unwrap();
    work(&test).await;
    let (_, _, text) = send(&test, "GET", &format!("/models/{id}/status"), &[]).await;
    assert!(text.starts_with("{\"status\": \"Done\", \"type\": \"Generic Image Model\""), "{text}");
    let shown = test.get_ok(&format!("/models/{id}.json")).await;
    assert_eq!((&shown["snapshots"], &shown["snapshot file"]), (&json!([1, 2, 3]), &json!("snapshot_iter_12.caffemodel")));
    for file in ["deploy.prototxt", "train_val.prototxt", "solver.prototxt", "snapshot_iter_12.caffemodel"] {
        assert_eq!(test.ask_raw("GET", &format!("/files/{id}/{file}"), &[], &[]).await.0, 200, "{file}");
    }
    let row = &test.get_ok("/completed_jobs.json").await["models"][0];
    assert!(row["loss (train) last"].is_number() && row["loss (val) min"].is_number(), "{row}");
    let (_, _, page) = send(&test, "GET", &format!("/models/{id}"), &[]).await;
    assert!(page.contains("<polyline") && page.contains("Epoch #3") && page.contains(id), "{page}");
    let picture = test.app.folders.root().join(&dataset).join("mean.png");
    std::fs::write(&picture, grey_png()).unwrap();
    let path = picture.to_str().unwrap();
    let (status, said) = send_form(&test, "/models/images/generic/infer_one.json", &[("job_id", id), ("image_path", path)]).await;
    assert_eq!((status, said["outputs"]["output"][0].as_array().map(Vec::len)), (200, Some(2)), "{said}");
    let (status, said) = send_form(&test, "/models/images/generic/infer_one.json", &[("job_id", id), ("image_path", "/etc/passwd")]).await;
    assert_eq!((status, &said["outputs"]), (500, &json!({})), "outside the roots: {said}");
    assert_eq!(test.get_ok("/api/v1/modelzoo/").await["res"][id]["name"], "slopes");
    let (status, feature) = test.send_json("POST", "/api/v1/feature/", &json!({ "modelzoo_name": id, "index_type": "flat" })).await;
    assert_eq!(status, 200, "{feature}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_cannot_be_ends_in_error_with_its_reason_on_the_page() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let network = SLOPES.replace("\"Power\"", "\"BogusCode\"");
    let (status, made) = send_form(&test, CREATE, &form(&dataset, &network)).await;
    assert_eq!(status, 200, "only a text that cannot be read is refused: {made}");
    work(&test).await;
    let id = made["id"].as_str().unwrap();
    let status = test.get_ok(&format!("/models/{id}/status")).await;
    assert_eq!(status["status"], "Error");
    assert!(status["error"].as_str().unwrap().contains("BogusCode"), "{status}");
    let (_, _, page) = send(&test, "GET", &format!("/models/{id}"), &[]).await;
    assert!(page.contains("BogusCode"));
    let (status, said) = send_form(&test, "/models/images/generic/infer_one.json", &[("job_id", id), ("image_path", "/x.png")]).await;
    assert_eq!((status, &said["outputs"]), (500, &json!({})), "{said}");
}

/// A grey picture of 32 x 32 pixels.
fn grey_png() -> Vec<u8> {
    let raster = likeness::imaging::Raster::new(32, 32, 1, vec![127; 32 * 32]).unwrap();
    raster.encode_png().unwrap()
}
