//! Datasets of pictures with classes.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::dataset::datum::Encoding;
use likeness::dataset::spec::{ClassFolders, ClassificationSpec, FolderSource, ListFile, PerClass, PictureList, PictureSource, TextSource};
use likeness::dataset::{Dataset, DatasetSpec, Subset};
use likeness::job::Status;
use likeness::train::supervised::{Examples, Label, Pixels};
use serde_json::{Value, json};

use super::{CLASSES, EACH, app_with, class_folders, folder_spec, lines, made, ramp, three_classes};

fn with_source(mut spec: ClassificationSpec, change: impl FnOnce(&mut FolderSource)) -> DatasetSpec {
    if let PictureSource::Folder(source) = &mut spec.source {
        change(source);
    }
    DatasetSpec::Classification(spec)
}

fn counts(dataset: &Dataset) -> Value {
    let tasks = dataset.findings.parse_folder_tasks(&dataset.spec);
    json!(tasks.iter().map(|task| json!([task.label_count, task.train_count, task.val_count, task.test_count])).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_classes_becomes_databases_lists_and_a_mean() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    let spec = with_source(folder_spec(pictures.path()), |source| (source.val_per_cent, source.test_per_cent) = (20, 10));
    let waiting = test.app.datasets.create(super::new_dataset(spec.clone())).await.unwrap();
    assert_eq!((waiting.job.status, waiting.name.as_str()), (Status::Queued, "test_dataset"));
    assert_eq!(counts(&waiting), json!([[null, null, null, null]]));
    super::work_off(&test.app).await;
    let dataset = test.app.datasets.get(&waiting.id).await.unwrap().unwrap();
    assert_eq!((dataset.job.status, dataset.job.error.as_deref()), (Status::Done, None));
    assert_eq!(dataset.folder, test.app.media.data_dir().join("jobs").join(dataset.id.as_str()));
    assert_eq!(
        json!(dataset.findings.parse_folder_tasks(&dataset.spec)),
        json!([{ "label_count": 3, "name": "Parse Folder (train/val/test)", "test_count": 3, "train_count": 21, "val_count": 6 }])
    );
    let database = |name: &str, entries: u64| {
        json!({ "backend": "lmdb", "compression": "none", "encoding": "png", "entries": entries, "image_channels": 3, "image_height": 10,
            "image_width": 10, "name": name })
    };
    let expected = json!([database("Create DB (train)", 21), database("Create DB (val)", 6), database("Create DB (test)", 3)]);
    assert_eq!(json!(dataset.findings.create_db_tasks(&dataset.spec)), expected);
    assert_eq!(lines(&dataset, "labels.txt"), CLASSES);
    assert_eq!(lines(&dataset, "train.txt").len(), 21);
    let picture = image::open(dataset.folder.join("mean.jpg")).unwrap();
    assert_eq!((picture.width(), picture.height()), (10, 10));
    for file in ["mean.binaryproto", "train_db/data.mdb", "train_db/lock.mdb", "val_db/data.mdb", "test.txt", "create_train_db.log"] {
        assert!(dataset.folder.join(file).is_file(), "{file}");
    }
    let left: Vec<_> = std::fs::read_dir(&dataset.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".state") || name == ".unsettled"), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_the_pictures_of_the_list_blue_first_and_mixed() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    for encoding in [Encoding::None, Encoding::Png] {
        let dataset = made(&test.app, DatasetSpec::Classification(ClassificationSpec { encoding, ..folder_spec(pictures.path()) })).await;
        let datasets = test.app.datasets.clone();
        let (reader, mean) =
            tokio::task::spawn_blocking(move || (datasets.reader(&dataset, Subset::Train).unwrap(), datasets.mean(&dataset).unwrap()))
                .await
                .unwrap();
        assert_eq!((reader.len(), reader.shape()), (24, [3, 10, 10]));
        let mut sums = vec![0.0_f32; 300];
        let mut classes = Vec::new();
        for place in 0..reader.len() {
            let example = reader.read(place).unwrap();
            let (Label::Class(class), Pixels::Bytes(bytes)) = (example.label, example.pixels) else { panic!("no picture") };
            // Class 0 rises in blue, which is the first plane; 2 in red, the last.
            let plane = bytes.chunks(100).position(|plane| plane.iter().any(|sample| *sample > 100)).unwrap();
            assert_eq!(plane, class as usize);
            sums.iter_mut().zip(&bytes).for_each(|(sum, byte)| *sum += f32::from(*byte));
            classes.push(class);
        }
        assert!(!classes.is_sorted(), "{classes:?}");
        assert_eq!(classes.iter().filter(|class| **class == 1).count(), 8);
        let expected: Vec<f32> = sums.iter().map(|sum| (sum / 24.0).round_ties_even()).collect();
        assert_eq!(mean.unwrap().values, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_media_of_the_library_with_their_labels() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    let dataset = made(&test.app, DatasetSpec::Classification(folder_spec(pictures.path()))).await;
    assert_eq!(test.app.media.count().await.unwrap(), u64::from(3 * EACH));
    let items = test.app.datasets.items(&dataset.id, Subset::Train, None, 0, 100).await.unwrap();
    assert_eq!(items.iter().map(|item| item.number).collect::<Vec<_>>(), (0..24).collect::<Vec<_>>());
    for item in &items {
        let labels = test.app.datasets.labels_of(item.media.unwrap()).await.unwrap();
        assert_eq!(labels, [(dataset.id.clone(), Subset::Train, CLASSES[item.class as usize].to_owned())]);
        let media = test.app.media.get(item.media.unwrap()).await.unwrap().unwrap();
        let bytes = test.app.media.bytes(&media).await.unwrap();
        let known = (0..EACH).any(|number| image::load_from_memory(&bytes).unwrap().to_rgb8() == ramp(item.class, number));
        assert!(known, "a picture of class {}", item.class);
    }
    assert_eq!(test.app.datasets.item_count(&dataset.id, Subset::Val, Some(2)).await.unwrap(), 2);
    // A second dataset of the same pictures adds none.
    made(&test.app, DatasetSpec::Classification(folder_spec(pictures.path()))).await;
    assert_eq!(test.app.media.count().await.unwrap(), u64::from(3 * EACH));
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_of_their_own_follow_the_labels_of_the_training_folder() {
    let (train, other) = (three_classes(), class_folders(&[("red-to-right", 5), ("unknown", 4), ("blue-to-left", 3)]));
    let both = tempfile::tempdir().unwrap();
    std::fs::rename(train.path(), both.path().join("train")).unwrap();
    std::fs::rename(other.path(), both.path().join("other")).unwrap();
    let test = app_with(both.path()).await;
    let separate = ClassFolders { folder: both.path().join("other").to_str().unwrap().into(), per_class: PerClass::default() };
    let spec =
        with_source(folder_spec(&both.path().join("train")), |source| (source.val, source.test) = (Some(separate.clone()), Some(separate)));
    let dataset = made(&test.app, spec).await;
    assert_eq!(dataset.job.status, Status::Done, "{:?}", dataset.job.error);
    assert_eq!(counts(&dataset), json!([[3, 30, 0, 0], [2, 0, 8, 0], [2, 0, 0, 8]]));
    let names: Vec<_> = dataset.findings.parse_folder_tasks(&dataset.spec).into_iter().map(|task| task.name).collect();
    assert_eq!(names, ["Parse Folder (train)", "Parse Folder (val)", "Parse Folder (test)"]);
    assert!(lines(&dataset, "val.txt").iter().all(|line| line.ends_with(if line.contains("red") { " 2" } else { " 0" })));
    let job = test.app.jobs.lines(dataset.job.id, 0, 100).await.unwrap();
    assert!(job.iter().any(|line| line.message == "Category \"unknown\" not found in labels_file. Skipping."), "{job:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_have_at_least_and_at_most_so_many_pictures() {
    let pictures = class_folders(&[("a_b", 10), ("blue-to-bottom", 5), ("c", 10), ("one", 1), ("_", 10)]);
    let test = app_with(pictures.path()).await;
    let limited = |least, most| with_source(folder_spec(pictures.path()), |source| source.train.per_class = PerClass { least, most });
    let dataset = made(&test.app, limited(6, None)).await;
    assert_eq!(counts(&dataset), json!([[3, 24, 6, 0]]));
    assert_eq!(lines(&dataset, "labels.txt"), [" ", "a b", "c"], "in the order of the folders' bytes, underscores as spaces");
    let dataset = made(&test.app, limited(2, Some(5))).await;
    assert_eq!(counts(&dataset), json!([[4, 16, 4, 0]]));
    assert_eq!(dataset.findings.labels.len(), 4, "one picture is not enough for two sets");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_files_become_databases_in_their_order() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    let list = "red-to-right/00.png 2\nblue-to-left/03.png 0\nno class\ngreen-to-top/01.png 1\ngone.png 1\nred-to-right/01.png 7\n";
    std::fs::write(pictures.path().join("list.txt"), list).unwrap();
    let absolute = format!("{}/red-to-right/05.png 2\n", pictures.path().display());
    let sent = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(sent.path(), absolute).unwrap();
    std::fs::write(pictures.path().join("names.txt"), "blue\ngreen\nred\n").unwrap();
    let local = |name: &str| ListFile::Local(pictures.path().join(name).to_str().unwrap().into());
    let source = TextSource {
        train: PictureList { list: local("list.txt"), folder: Some(pictures.path().to_str().unwrap().into()) },
        val: Some(PictureList { list: ListFile::Sent(sent.path().to_owned()), folder: None }),
        test: None,
        labels: local("names.txt"),
        shuffle: false,
    };
    let spec = ClassificationSpec { source: PictureSource::Textfile(source), ..folder_spec(pictures.path()) };
    let dataset = made(&test.app, DatasetSpec::Classification(spec)).await;
    assert_eq!(dataset.job.status, Status::Done, "{:?}", dataset.job.error);
    assert_eq!(counts(&dataset), json!([]));
    let entries: Vec<_> = dataset.findings.create_db_tasks(&dataset.spec).into_iter().map(|task| (task.name, task.entries)).collect();
    assert_eq!(entries, [("Create DB (train)".to_owned(), Some(3)), ("Create DB (val)".to_owned(), Some(1))]);
    let items = test.app.datasets.items(&dataset.id, Subset::Train, None, 0, 10).await.unwrap();
    assert_eq!(items.iter().map(|item| item.class).collect::<Vec<_>>(), [2, 0, 1]);
    let failures = test.app.jobs.failures(dataset.job.id, 0, 10).await.unwrap();
    assert_eq!(failures.iter().map(|failure| failure.item.as_str()).collect::<Vec<_>>(), ["gone.png", "red-to-right/01.png"]);
    assert!(failures[1].reason.contains("class 7 has no label"), "{failures:?}");
    let key = dataset.folder.join("train.txt");
    assert_eq!(std::fs::read_to_string(key).unwrap(), list, "the list is kept as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_picture_among_good_ones_is_left_out_and_told() {
    let pictures = three_classes();
    std::fs::write(pictures.path().join("green-to-top/03.png"), b"\x89PNG\r\n\x1a\nno picture").unwrap();
    let test = app_with(pictures.path()).await;
    let spec = with_source(folder_spec(pictures.path()), |source| source.val_per_cent = 0);
    let dataset = made(&test.app, spec).await;
    assert_eq!(dataset.job.status, Status::Done);
    assert_eq!(counts(&dataset), json!([[3, 30, 0, 0]]), "it was counted before it was read");
    let built = dataset.findings.database(Subset::Train).unwrap();
    assert_eq!((built.entries, built.failed), (29, 1));
    let chart = dataset.findings.chart(Subset::Train).unwrap();
    assert_eq!(chart["data"]["columns"], json!([["Count", 10, 10, 9], ["LoadImageError", 0, 0, 1]]));
    assert_eq!(chart["axis"]["x"]["categories"], json!(["blue-to-left", "red-to-right", "green-to-top"]));
    let failures = test.app.jobs.failures(dataset.job.id, 0, 10).await.unwrap();
    assert!(failures.len() == 1 && failures[0].item.ends_with("green-to-top/03.png"), "{failures:?}");
    assert!(lines(&dataset, "create_train_db.log").iter().any(|line| line.contains("green-to-top/03.png")));
    assert_eq!(test.app.datasets.item_count(&dataset.id, Subset::Train, Some(1)).await.unwrap(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_notes_and_groups_change_and_a_dataset_can_be_deleted() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    let datasets = &test.app.datasets;
    let first = made(&test.app, DatasetSpec::Classification(folder_spec(pictures.path()))).await;
    let change = likeness::dataset::DatasetChange { name: Some("new".into()), notes: Some("seen".into()), group: Some(String::new()) };
    let changed = datasets.change(&first.id, change).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.notes.as_deref(), changed.group.as_str()), ("new", Some("seen"), ""));
    assert_eq!(changed.form["dataset_name"], "new", "a copy of the form gets it too");
    let blank = likeness::dataset::DatasetChange { name: Some(" ".into()), ..Default::default() };
    assert_eq!(datasets.change(&first.id, blank).await.unwrap_err().message(), "name cannot be blank");
    let test = test.restart().await;
    let datasets = &test.app.datasets;
    assert_eq!(datasets.list().await.unwrap(), [changed]);
    datasets.delete(&first.id).await.unwrap();
    assert!(datasets.get(&first.id).await.unwrap().is_none() && !first.folder.exists());
    assert_eq!(datasets.item_count(&first.id, Subset::Train, None).await.unwrap(), 0);
    assert_eq!(test.app.media.count().await.unwrap(), u64::from(3 * EACH), "its pictures stay");
    assert_eq!(datasets.delete(&first.id).await.unwrap_err().message(), "Job not found");
}
