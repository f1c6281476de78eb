//! Gradients, and databases that exist.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::Kind;
use likeness::dataset::gradients::{render, slopes};
use likeness::dataset::lmdb::{Writer, plain_key};
use likeness::dataset::spec::{GradientsSpec, PrebuiltSpec};
use likeness::dataset::{Dataset, DatasetSpec, Subset};
use likeness::job::Status;
use likeness::train::supervised::{Example, Examples, Label, Pixels};
use serde_json::json;

use super::{app_with, made};
use crate::support::TestApp;

async fn read(test: &TestApp, dataset: &Dataset, subset: Subset, place: usize) -> (usize, [usize; 3], Example) {
    let (datasets, dataset) = (test.app.datasets.clone(), dataset.clone());
    let read = move || {
        let reader = datasets.reader(&dataset, subset).unwrap();
        (reader.len(), reader.shape(), reader.read(place).unwrap())
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn gradients_are_made_with_their_slopes() {
    let test = TestApp::empty().await;
    let spec = GradientsSpec { train: 100, val: 20, width: 8, height: 24, ..GradientsSpec::default() };
    let dataset = made(&test.app, DatasetSpec::Gradients(spec)).await;
    assert_eq!((dataset.job.status, dataset.job.error.as_deref()), (Status::Done, None));
    assert_eq!(
        json!(dataset.findings.generic_db_tasks()),
        json!([
            { "entry_count": 100, "feature_db_path": "train_db/features", "label_db_path": "train_db/labels", "name": "Create train_db DB",
              "stage": "train_db" },
            { "entry_count": 20, "feature_db_path": "val_db/features", "label_db_path": "val_db/labels", "name": "Create val_db DB",
              "stage": "val_db" },
            { "entry_count": 0, "feature_db_path": null, "label_db_path": null, "name": "Create test_db DB", "stage": "test_db" },
        ])
    );
    assert_eq!(dataset.findings.picture_size(&dataset.spec), Some([24, 8, 1]));
    let (count, shape, example) = read(&test, &dataset, Subset::Train, 7).await;
    assert_eq!((count, shape), (100, [1, 24, 8]));
    let expected = slopes(dataset.seed, Subset::Train, 7);
    assert_eq!(example.label, Label::Values(expected.to_vec()));
    assert_eq!(example.pixels, Pixels::Bytes(render(8, 24, expected).samples));
    assert_eq!(read(&test, &dataset, Subset::Val, 0).await.0, 20);
    assert!(dataset.folder.join("train_db/mean.binaryproto").is_file());
    assert!(!dataset.folder.join("test_db").exists());
}

#[test]
fn a_gradient_is_what_its_slopes_say() {
    let made = render(4, 2, [0.5, 0.0]);
    // 0.5 * 255 / 4 * (x - 2) + 127.5, cut: 63.75, 95.625, 127.5, 159.375.
    assert_eq!(made.samples, [63, 95, 127, 159, 63, 95, 127, 159]);
    let steep = render(32, 32, [-0.5, -0.5]);
    assert_eq!((steep.samples[0], steep.samples[32 * 32 - 1]), (255, 7));
    for number in 0..1000 {
        let [across, down] = slopes(3, Subset::Train, number);
        assert!((-0.5..0.5).contains(&across) && (-0.5..0.5).contains(&down));
    }
    let bits = |seed, subset| slopes(seed, subset, 0).map(f32::to_bits);
    assert_ne!(bits(3, Subset::Train), bits(3, Subset::Val));
    assert_ne!(bits(3, Subset::Train), bits(4, Subset::Train));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_one_shape_there_is_no_mean() {
    let test = TestApp::empty().await;
    let spec = GradientsSpec { train: 3, val: 0, same_shape: false, ..GradientsSpec::default() };
    let dataset = made(&test.app, DatasetSpec::Gradients(spec)).await;
    assert!(dataset.is_done() && !dataset.folder.join("train_db/mean.binaryproto").exists());
    assert!(test.app.datasets.mean(&dataset).unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_that_exist_are_counted_and_stay_where_they_are() {
    let place = tempfile::tempdir().unwrap();
    let test = app_with(place.path()).await;
    let source = made(&test.app, DatasetSpec::Gradients(GradientsSpec { train: 10, val: 4, ..GradientsSpec::default() })).await;
    let path = |inside: &str| source.folder.join(inside).to_str().unwrap().to_owned();
    let spec = PrebuiltSpec {
        train_images: path("train_db/features"),
        train_labels: Some(path("train_db/labels")),
        val_images: Some(path("val_db/features")),
        val_labels: Some(path("val_db/labels")),
        same_shape: true,
        mean_file: Some(path("train_db/mean.binaryproto")),
    };
    let dataset = made(&test.app, DatasetSpec::Prebuilt(spec.clone())).await;
    assert_eq!((dataset.job.status, dataset.job.error.as_deref()), (Status::Done, None));
    let looked: Vec<_> = dataset.findings.analysed.iter().map(|found| (found.name.as_str(), found.entries)).collect();
    let expected = [
        ("Analyze DB (Training Images)", 10),
        ("Analyze DB (Training Labels)", 10),
        ("Analyze DB (Validation Images)", 4),
        ("Analyze DB (Validation Labels)", 4),
    ];
    assert_eq!(looked, expected);
    assert_eq!(dataset.findings.picture_size(&dataset.spec), Some([32, 32, 1]));
    assert!(dataset.folder.join("analyze_db_validation-labels.log").is_file());
    let (count, _, example) = read(&test, &dataset, Subset::Val, 3).await;
    assert_eq!((count, example.label), (4, Label::Values(slopes(source.seed, Subset::Val, 3).to_vec())));
    assert!(test.app.datasets.mean(&dataset).unwrap().is_some());
    let loose = made(&test.app, DatasetSpec::Prebuilt(PrebuiltSpec { same_shape: false, ..spec })).await;
    assert_eq!((loose.is_done(), loose.findings.picture_size(&loose.spec)), (true, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_different_shapes_fail_where_one_is_asked_for() {
    let place = tempfile::tempdir().unwrap();
    let test = app_with(place.path()).await;
    let database = place.path().join("mixed");
    let mut writer = Writer::open(&database).unwrap();
    let entry = |number: u64, width: u32| {
        let raster = render(width, 4, [0.1, 0.1]);
        let datum = likeness::dataset::datum::Datum::of_raster(&raster, None, likeness::dataset::datum::Encoding::None).unwrap();
        (plain_key(number), datum.to_bytes())
    };
    writer.append(&[entry(0, 4), entry(1, 5)]).unwrap();
    writer.finish();
    let spec = PrebuiltSpec {
        train_images: database.to_str().unwrap().into(),
        train_labels: None,
        val_images: None,
        val_labels: None,
        same_shape: true,
        mean_file: None,
    };
    let dataset = made(&test.app, DatasetSpec::Prebuilt(spec)).await;
    assert_eq!(dataset.job.status, Status::Failed);
    assert!(dataset.job.error.as_ref().unwrap().contains("000000001"), "{:?}", dataset.job.error);
    let reader = test.app.datasets.reader(&dataset, Subset::Train).err().unwrap();
    assert_eq!(reader.kind(), Kind::NotReady);
}
