//! What datasets refuse, in DIGITS' words and under the names of its fields.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use likeness::dataset::resize::Shape;
use likeness::dataset::spec::{
    ClassFolders, ClassificationSpec, FolderSource, GradientsSpec, ListFile, PerClass, PictureList, PictureSource, PrebuiltSpec, TextSource,
};
use likeness::dataset::{DatasetSpec, NewDataset};
use likeness::job::Status;

use super::{app_with, class_folders, folder_spec, made, new_dataset, three_classes};
use crate::support::TestApp;

/// Field and message of everything that is wrong.
async fn refused(test: &TestApp, new: NewDataset) -> Vec<(String, String)> {
    let error = test.app.datasets.create(new).await.unwrap_err();
    let folders = std::fs::read_dir(test.app.media.data_dir().join("jobs")).unwrap().count();
    assert_eq!(folders, 0, "nothing is left of what was refused");
    error.fields().iter().map(|wrong| (wrong.field.clone(), wrong.message.clone())).collect()
}

fn wrong(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, message)| ((*field).to_owned(), (*message).to_owned())).collect()
}

fn folders(folder: &str, per_class: PerClass) -> ClassFolders {
    ClassFolders { folder: folder.into(), per_class }
}

fn spec_of(source: PictureSource) -> DatasetSpec {
    DatasetSpec::Classification(ClassificationSpec { source, ..folder_spec(Path::new("/")) })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_told_at_once() {
    let test = TestApp::empty().await;
    let source = FolderSource {
        train: folders("/nowhere", PerClass { least: 3, most: Some(2) }),
        val_per_cent: 60,
        test_per_cent: 50,
        val: Some(folders("", PerClass::default())),
        test: Some(folders("relative", PerClass { least: 0, most: Some(0) })),
    };
    let spec = ClassificationSpec {
        shape: Shape { width: 0, height: 9000, channels: 2 },
        source: PictureSource::Folder(source),
        ..folder_spec(Path::new("/"))
    };
    let new = NewDataset { name: " ".into(), ..new_dataset(DatasetSpec::Classification(spec)) };
    let expected = wrong(&[
        ("dataset_name", "This field is required."),
        ("resize_width", "This field is required."),
        ("resize_height", "Number must be between 1 and 8192."),
        ("resize_channels", "Not a valid choice"),
        ("folder_train", "Folder does not exist"),
        ("folder_train_max_per_class", "Field must be greater than folder_train_min_per_class."),
        ("folder_pct_test", "the sum of percent_val and percent_test must not exceed 100"),
        ("folder_val", "This field is required."),
        ("folder_test", "Filesystem path is not absolute"),
        ("folder_test_min_per_class", "Number must be at least 1."),
        ("folder_test_max_per_class", "Number must be at least 1."),
    ]);
    assert_eq!(refused(&test, new).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_the_roots_is_not_there() {
    let (inside, outside) = (three_classes(), three_classes());
    let test = app_with(inside.path()).await;
    let sneaky = format!("{}/../{}", inside.path().display(), outside.path().file_name().unwrap().to_str().unwrap());
    for path in [outside.path().to_str().unwrap(), &sneaky, "/etc", "/"] {
        let source = FolderSource { train: folders(path, PerClass::default()), val_per_cent: 25, test_per_cent: 0, val: None, test: None };
        let found = refused(&test, new_dataset(spec_of(PictureSource::Folder(source)))).await;
        assert_eq!(found, wrong(&[("folder_train", "Folder does not exist")]), "{path}");
    }
    let spec = PrebuiltSpec {
        train_images: outside.path().to_str().unwrap().into(),
        train_labels: Some("/etc".into()),
        val_images: None,
        val_labels: None,
        same_shape: true,
        mean_file: Some("/etc/passwd".into()),
    };
    let expected = [
        ("prebuilt_train_images", "Folder does not exist"),
        ("prebuilt_train_labels", "Folder does not exist"),
        ("prebuilt_mean_file", "File does not exist"),
    ];
    assert_eq!(refused(&test, new_dataset(DatasetSpec::Prebuilt(spec))).await, wrong(&expected));
    let source = TextSource {
        train: PictureList { list: ListFile::Local("/etc/passwd".into()), folder: Some("/etc".into()) },
        val: None,
        test: None,
        labels: ListFile::Sent("/nowhere".into()),
        shuffle: true,
    };
    let expected = [
        ("textfile_local_train_images", "File does not exist"),
        ("textfile_train_folder", "folder does not exist"),
        ("textfile_labels_file", "This field is required."),
    ];
    assert_eq!(refused(&test, new_dataset(spec_of(PictureSource::Textfile(source)))).await, wrong(&expected));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_and_lists_lead_to_nothing_outside() {
    let (inside, outside) = (three_classes(), three_classes());
    std::os::unix::fs::symlink(outside.path().join("red-to-right"), inside.path().join("linked class")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("red-to-right/00.png"), inside.path().join("red-to-right/linked.png")).unwrap();
    let test = app_with(inside.path()).await;
    let dataset = made(&test.app, DatasetSpec::Classification(folder_spec(inside.path()))).await;
    assert_eq!((dataset.job.status, dataset.findings.labels.len()), (Status::Done, 3));
    let entries: u64 = dataset.findings.databases.iter().map(|built| built.entries).sum();
    assert_eq!(entries, 30, "the link in the class is not followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_not_asked() {
    let test = TestApp::empty().await;
    let source = FolderSource {
        train: folders(&format!("{}/", test.url), PerClass::default()),
        val_per_cent: 25,
        test_per_cent: 0,
        val: None,
        test: None,
    };
    let found = refused(&test, new_dataset(spec_of(PictureSource::Folder(source)))).await;
    assert!(found.len() == 1 && found[0].0 == "folder_train" && found[0].1.starts_with("Caught Forbidden while checking URL"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn gradients_have_counts_and_sides() {
    let test = TestApp::empty().await;
    let spec = GradientsSpec { train: 0, val: u64::MAX, width: 0, height: 8193, ..GradientsSpec::default() };
    let found = refused(&test, new_dataset(DatasetSpec::Gradients(spec))).await;
    let names: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(names, ["image_width", "image_height", "train_image_count", "val_image_count"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_classes_or_pictures_fail_in_digits_words() {
    for (classes, reason) in [
        (&[("only", 5)][..], "folder must contain at least two subdirectories"),
        (&[("one", 5), ("two", 1)][..], "Did not find two valid categories"),
        (&[("one", 0), ("two", 0)][..], "Did not find two valid categories"),
    ] {
        let pictures = class_folders(classes);
        let test = app_with(pictures.path()).await;
        let dataset = made(&test.app, DatasetSpec::Classification(folder_spec(pictures.path()))).await;
        assert_eq!((dataset.job.status, dataset.job.error.as_deref()), (Status::Failed, Some(reason)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_damaged_pictures_fails_in_digits_words() {
    let pictures = three_classes();
    for entry in walkdir::WalkDir::new(pictures.path()).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        std::fs::write(entry.path(), "no picture").unwrap();
    }
    let test = app_with(pictures.path()).await;
    let dataset = made(&test.app, DatasetSpec::Classification(folder_spec(pictures.path()))).await;
    assert_eq!((dataset.job.status, dataset.job.error.as_deref()), (Status::Failed, Some("no images loaded from input file")));
}
