//! Datasets: made from folders, lists and extensions into databases that Caffe reads, with their pictures in the library; stopped,
//! killed, repeated and deleted; and what they refuse.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use likeness::app::App;
use likeness::dataset::datum::Encoding;
use likeness::dataset::resize::{ResizeMode, Shape};
use likeness::dataset::spec::{ClassFolders, ClassificationSpec, FolderSource, PerClass, PictureSource};
use likeness::dataset::{Dataset, DatasetSpec, NewDataset};
use likeness::job::Lease;
use likeness::tasks::{Work, registry};
use serde_json::json;
use tempfile::TempDir;

use crate::support::TestApp;

mod classification;
mod databases;
mod extension;
mod gradual;
mod lists;
mod refusals;
mod resizing;
mod splitting;

const LEASE: Lease = Lease { silence: Duration::from_mins(1), max_attempts: 3 };

/// Classes of the fixture: a ramp of one colour, from black to full, in one direction.
pub(crate) const CLASSES: [&str; 3] = ["blue-to-left", "green-to-top", "red-to-right"];
/// Pictures of each class.
pub(crate) const EACH: u32 = 10;

/// A folder of class folders of 10 x 10 pixels, all pictures different.
pub(crate) fn class_folders(classes: &[(&str, u32)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (class, (name, count)) in classes.iter().enumerate() {
        let inside = folder.path().join(name);
        std::fs::create_dir(&inside).unwrap();
        for number in 0..*count {
            ramp(class as u32, number).save(inside.join(format!("{number:02}.png"))).unwrap();
        }
    }
    folder
}

/// The fixture.
pub(crate) fn three_classes() -> TempDir {
    class_folders(&CLASSES.map(|name| (name, EACH)))
}

/// A picture of a class; no two of the first ten of a class are equal, nor two of different classes.
pub(crate) fn ramp(class: u32, number: u32) -> image::RgbImage {
    image::RgbImage::from_fn(10, 10, |x, y| {
        let steps = match class % 3 {
            0 => 9 - x,
            1 => 9 - y,
            _ => x,
        };
        let (main, other) = ((2 - class % 3) as usize, ((3 - class % 3) % 3) as usize);
        let mut pixel = [0_u8; 3];
        pixel[main] = (steps * (18 + number)) as u8;
        pixel[other] = (class / 3) as u8;
        image::Rgb(pixel)
    })
}

/// A library that may read this folder.
pub(crate) async fn app_with(folder: &Path) -> TestApp {
    let root = folder.to_owned();
    TestApp::with_config(move |config| config.import.roots = vec![root]).await
}

/// What the form says when only the folder is given, for pictures of 10 x 10 pixels.
pub(crate) fn folder_spec(folder: &Path) -> ClassificationSpec {
    let train = ClassFolders { folder: folder.to_str().unwrap().into(), per_class: PerClass::default() };
    ClassificationSpec {
        shape: Shape { width: 10, height: 10, channels: 3 },
        mode: ResizeMode::Squash,
        encoding: Encoding::Png,
        source: PictureSource::Folder(FolderSource { train, val_per_cent: 25, test_per_cent: 0, val: None, test: None }),
        into_library: true,
    }
}

pub(crate) fn new_dataset(spec: DatasetSpec) -> NewDataset {
    NewDataset {
        name: "test_dataset".into(),
        group: "test_group".into(),
        username: Some("fred".into()),
        form: json!({ "dataset_name": "test_dataset" }),
        spec,
        seed: Some(0xcafe),
    }
}

/// Does all jobs that wait.
pub(crate) async fn work_off(app: &App) {
    while let Some(job) = app.jobs.claim("test", LEASE).await.unwrap() {
        let work = Work::new(job, app.jobs.clone());
        let outcome = registry::run(app, &work).await;
        app.jobs.finish(work.job().id, "test", &work.so_far(), outcome.as_ref().map(Clone::clone)).await.unwrap();
    }
}

/// Makes a dataset and answers its record when it is over.
pub(crate) async fn made(app: &App, spec: DatasetSpec) -> Dataset {
    let dataset = app.datasets.create(new_dataset(spec)).await.unwrap();
    work_off(app).await;
    app.datasets.get(&dataset.id).await.unwrap().unwrap()
}

/// Lines of a file in the folder of a dataset.
pub(crate) fn lines(dataset: &Dataset, file: &str) -> Vec<String> {
    let path: PathBuf = dataset.folder.join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).lines().map(str::to_owned).collect()
}
