//! Making a dataset bit by bit: stopped, killed, repeated; the end is the same.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use likeness::dataset::build::{Build, Built};
use likeness::dataset::checkpoint::Checkpoint;
use likeness::dataset::datum::Encoding;
use likeness::dataset::list::ListEntry;
use likeness::dataset::lmdb::Reader;
use likeness::dataset::resize::{ResizeMode, Shape};
use likeness::dataset::roots::Roots;
use likeness::dataset::source::Sources;
use likeness::dataset::spec::GradientsSpec;
use likeness::dataset::{DatasetSpec, Subset, Watch};
use likeness::error::Error;
use likeness::imaging::DecodeLimits;
use likeness::job::Status;
use likeness::tasks::registry;
use likeness::train::supervised::Examples;
use likeness::{Kind, Result};

use super::{CLASSES, EACH, app_with, folder_spec, made, new_dataset, three_classes, work_off};
use crate::support::TestApp;

/// Pictures several times, so that there are many chunks; the noise of `fill` differs for each.
fn list(pictures: &Path) -> Vec<ListEntry> {
    let files =
        (0..40).flat_map(|_| CLASSES.iter().enumerate()).flat_map(|(class, name)| (0..EACH).map(move |number| (class, name, number)));
    let mut list: Vec<ListEntry> = files
        .map(|(class, name, number)| ListEntry { place: format!("{}/{name}/{number:02}.png", pictures.display()), class: class as u32 })
        .collect();
    list.insert(700, ListEntry { place: "/nowhere.png".into(), class: 0 });
    list
}

fn build(folder: &Path, pictures: &Path, watch: &Watch) -> Result<Built> {
    let (list, threads) = (list(pictures), rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap());
    let sources = Sources { roots: Roots::new([pictures.to_owned()]), limits: DecodeLimits::default(), allow_private_urls: false };
    let build = Build {
        folder,
        subset: Subset::Train,
        list: &list,
        classes: 3,
        base: None,
        shape: Shape { width: 16, height: 10, channels: 3 },
        mode: ResizeMode::Fill,
        encoding: Encoding::None,
        seed: 9,
        shuffled: true,
        with_mean: true,
        sources: &sources,
        watch,
    };
    build.run(&threads)
}

/// Everything that a database holds.
fn contents(folder: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let reader = Reader::open(&folder.join("train_db"), None, DecodeLimits::default()).unwrap();
    (0..reader.len()).map(|place| (reader.key(place).unwrap().to_vec(), reader.datum(place).unwrap().to_bytes())).collect()
}

/// Asks to stop after so many questions.
fn stopping_after(questions: u64) -> Watch {
    let left = Arc::new(AtomicU64::new(questions));
    let check = move || {
        let is_over = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err();
        if is_over { Err(Error::new(Kind::Cancelled, "stopped")) } else { Ok(()) }
    };
    Watch { check: Arc::new(check), ..Watch::nobody() }
}

#[test]
fn a_stopped_database_goes_on_and_ends_as_if_never_stopped() {
    let pictures = three_classes();
    let (whole, pieces) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let expected = build(whole.path(), pictures.path(), &Watch::nobody()).unwrap();
    assert_eq!((expected.database.entries, expected.database.failed, expected.reasons.len()), (1200, 1, 1));
    let mut consumed = 0;
    for questions in [1, 300, 700] {
        let error = build(pieces.path(), pictures.path(), &stopping_after(questions)).err().unwrap();
        assert_eq!(error.kind(), Kind::Cancelled);
        let state = Checkpoint::load(&Build::note_file(pieces.path(), Subset::Train), 1201, Some(480)).unwrap().unwrap();
        assert!(state.consumed >= consumed, "{} after {consumed}", state.consumed);
        consumed = state.consumed;
    }
    assert!((1..1201).contains(&consumed), "{consumed}");
    let built = build(pieces.path(), pictures.path(), &Watch::nobody()).unwrap();
    assert_eq!((built.database, built.mean, built.entries), (expected.database, expected.mean, expected.entries));
    assert_eq!(contents(pieces.path()), contents(whole.path()));
}

#[test]
fn what_was_written_after_the_last_note_is_made_again() {
    let pictures = three_classes();
    let (whole, torn) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    build(whole.path(), pictures.path(), &Watch::nobody()).unwrap();
    build(torn.path(), pictures.path(), &stopping_after(600)).err().unwrap();
    let note = Build::note_file(torn.path(), Subset::Train);
    let early = std::fs::read(&note).unwrap();
    build(torn.path(), pictures.path(), &Watch::nobody()).unwrap();
    std::fs::write(&note, early).unwrap();
    build(torn.path(), pictures.path(), &Watch::nobody()).unwrap();
    assert_eq!(contents(torn.path()), contents(whole.path()));
    // A damaged note is none.
    std::fs::write(&note, b"half a no").unwrap();
    build(torn.path(), pictures.path(), &Watch::nobody()).unwrap();
    assert_eq!(contents(torn.path()), contents(whole.path()));
}

const CHILD_FOLDER: &str = "LIKENESS_TEST_DATASET";
const CHILD_PICTURES: &str = "LIKENESS_TEST_PICTURES";

/// Builds in a process of its own, for the test that kills it.
#[test]
fn child_process() {
    let (Some(folder), Some(pictures)) = (std::env::var_os(CHILD_FOLDER), std::env::var_os(CHILD_PICTURES)) else { return };
    build(Path::new(&folder), Path::new(&pictures), &Watch::nobody()).unwrap();
}

#[test]
fn killing_the_making_again_and_again_changes_nothing_in_the_end() {
    let pictures = three_classes();
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    build(whole.path(), pictures.path(), &Watch::nobody()).unwrap();
    let data: PathBuf = killed.path().join("train_db/data.mdb");
    for round in 0..5_u64 {
        let mut process = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "datasets::gradual::child_process"])
            .env(CHILD_FOLDER, killed.path())
            .env(CHILD_PICTURES, pictures.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Killed as soon as there is a little more: wherever it happens to be then.
        let is_there = || std::fs::metadata(&data).is_ok_and(|file| file.len() > round * 100_000);
        while !is_there() && process.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        process.kill().unwrap();
        process.wait().unwrap();
    }
    build(killed.path(), pictures.path(), &Watch::nobody()).unwrap();
    assert_eq!(contents(killed.path()), contents(whole.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_whose_worker_died_is_made_once() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    let app = &test.app;
    let dataset = app.datasets.create(new_dataset(DatasetSpec::Classification(folder_spec(pictures.path())))).await.unwrap();
    // One worker did everything and died before it could say so.
    let job = app.jobs.claim("dead", super::LEASE).await.unwrap().unwrap();
    registry::run(app, &likeness::tasks::Work::new(job, app.jobs.clone())).await.unwrap();
    let before = std::fs::read(dataset.folder.join("train_db/data.mdb")).unwrap();
    let impatient = likeness::job::Lease { silence: std::time::Duration::ZERO, ..super::LEASE };
    let job = app.jobs.claim("alive", impatient).await.unwrap().unwrap();
    let work = likeness::tasks::Work::new(job, app.jobs.clone());
    let outcome = registry::run(app, &work).await;
    app.jobs.finish(work.job().id, "alive", &work.so_far(), outcome.as_ref().map(Clone::clone)).await.unwrap();
    assert_eq!(app.datasets.get(&dataset.id).await.unwrap().unwrap().job.status, Status::Done);
    assert_eq!(std::fs::read(dataset.folder.join("train_db/data.mdb")).unwrap(), before);
    assert_eq!(app.datasets.item_count(&dataset.id, Subset::Train, None).await.unwrap(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_job_finds_everything_done() {
    let test = TestApp::empty().await;
    let dataset = made(&test.app, DatasetSpec::Gradients(GradientsSpec { train: 5, val: 2, ..GradientsSpec::default() })).await;
    let repeated = test.app.jobs.repeat(&dataset.job.uuid, None).await.unwrap();
    work_off(&test.app).await;
    let again = test.app.datasets.get(&dataset.id).await.unwrap().unwrap();
    assert_eq!((again.job.id, again.job.status, again.findings), (repeated.id, Status::Done, dataset.findings));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_dataset_says_so_and_a_deleted_one_stops_its_job() {
    let pictures = three_classes();
    let test = app_with(pictures.path()).await;
    let datasets = &test.app.datasets;
    let waiting = datasets.create(new_dataset(DatasetSpec::Classification(folder_spec(pictures.path())))).await.unwrap();
    datasets.abort(&waiting.id).await.unwrap();
    assert_eq!(datasets.get(&waiting.id).await.unwrap().unwrap().job.status, Status::Cancelled);
    assert_eq!(datasets.abort(&waiting.id).await.unwrap_err().kind(), Kind::Conflict);
    let running = datasets.create(new_dataset(DatasetSpec::Classification(folder_spec(pictures.path())))).await.unwrap();
    let job = test.app.jobs.claim("slow", super::LEASE).await.unwrap().unwrap();
    let work = likeness::tasks::Work::new(job, test.app.jobs.clone());
    datasets.delete(&running.id).await.unwrap();
    assert!(!running.folder.exists());
    let error = registry::run(&test.app, &work).await.unwrap_err();
    assert!(error.kind() == Kind::Cancelled && error.message().contains("was deleted"), "{error}");
    assert!(!running.folder.exists(), "a late worker makes nothing again");
}
