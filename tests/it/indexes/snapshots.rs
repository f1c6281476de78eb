//! Built indexes on disk: published in one step, refused when they do not fit, whole whenever the build is stopped or killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use likeness::Kind;
use likeness::index::{IndexKind, Rows, build, open_current, synthetic};

use super::{FINGERPRINT, codes, faiss, kind, rows, smooth, try_build};

const CHILD_FOLDER: &str = "LIKENESS_TEST_INDEXES";

#[test]
fn too_few_vectors_to_train_are_counted_in_the_error() {
    let (rows, _) = smooth(100, 1, 70);
    let folder = tempfile::tempdir().unwrap();
    let error = try_build(&faiss("IVF1264,Flat"), &*rows, folder.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::NotReady);
    assert!(error.message().contains("needs 49296 vectors to train, 100 are there"), "{error}");
    assert!(open_current(folder.path(), &rows, FINGERPRINT).unwrap().is_none(), "nothing half-built remains");
    assert_eq!(names(folder.path()), ["lock"]);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_build_replaces_the_old_one_and_an_open_one_goes_on() {
    let (rows, queries) = smooth(1000, 1, 70);
    for kind in [kind("hnsw", "{}"), faiss("HNSW32"), codes(10)] {
        let folder = tempfile::tempdir().unwrap();
        try_build(&kind, &*rows, folder.path()).unwrap();
        let old = open_current(folder.path(), &rows, FINGERPRINT).unwrap().unwrap();
        let answer = old.index.search(&queries[0], 5, None).unwrap();
        std::fs::create_dir(folder.path().join("building-99")).unwrap();
        let manifest = try_build(&kind, &*rows, folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["current", "lock", "snapshot-2"]);
        assert_eq!(old.index.search(&queries[0], 5, None).unwrap(), answer);
        let new = open_current(folder.path(), &rows, FINGERPRINT).unwrap().unwrap();
        assert_eq!(new.manifest, manifest);
        assert_eq!((new.manifest.count, new.manifest.dimension), (1000, 70));
    }
}

#[test]
fn an_index_of_other_vectors_is_refused() {
    let (rows_then, _) = smooth(1000, 1, 70);
    let folder = tempfile::tempdir().unwrap();
    try_build(&kind("flat", "{}"), &*rows_then, folder.path()).unwrap();
    let conflict = |rows: &Arc<dyn Rows>, fingerprint: &str, word: &str| {
        let error = open_current(folder.path(), rows, fingerprint).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
        assert!(error.message().contains(word) && error.message().contains("build it again"), "{error}");
    };
    conflict(&rows_then, "another model", "fingerprint");
    conflict(&smooth(1000, 1, 64).0, FINGERPRINT, "dimension");
    conflict(&rows(rows_then.all()[..70 * 10].to_vec(), 70), FINGERPRINT, "number of vectors");
    conflict(&rows(synthetic::smooth(1000, 70, 8), 70), FINGERPRINT, "vectors of checksum");
}

#[test]
fn every_damage_is_noticed_and_the_next_build_heals_it() {
    let (rows, queries) = smooth(600, 1, 70);
    for kind in [kind("hnsw", "{}"), faiss("HNSW32"), codes(10)] {
        let folder = tempfile::tempdir().unwrap();
        for file in ["current", "manifest.json", "graph.bin", "index.faiss", "codes.bin"] {
            let number = try_build(&kind, &*rows, folder.path()).map(|_| names(folder.path())[2].clone()).unwrap();
            let path = if file == "current" { folder.path().join(file) } else { folder.path().join(number).join(file) };
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let mut flipped = bytes.clone();
            flipped[bytes.len() / 2] ^= 0x10;
            for damaged in [flipped, bytes[..bytes.len() - 9].to_vec(), Vec::new()] {
                std::fs::write(&path, damaged).unwrap();
                let error = open_current(folder.path(), &rows, FINGERPRINT).map(|_| ()).unwrap_err();
                assert_eq!(error.kind(), Kind::Corrupt, "{file}: {error}");
                assert!(error.message().contains(folder.path().to_str().unwrap()) && error.message().contains("build it again"));
            }
            std::fs::remove_file(&path).unwrap();
            if file != "current" {
                assert_eq!(open_current(folder.path(), &rows, FINGERPRINT).map(|_| ()).unwrap_err().kind(), Kind::Corrupt);
            }
        }
        try_build(&kind, &*rows, folder.path()).unwrap();
        let healed = open_current(folder.path(), &rows, FINGERPRINT).unwrap().unwrap();
        assert_eq!(healed.index.search(&queries[0], 5, None).unwrap().len(), 5);
    }
}

#[test]
fn a_stopped_build_ends_soon_and_leaves_the_old_index() {
    let (rows, _) = smooth(20_000, 1, 512);
    for kind in [kind("hnsw", "{}"), faiss("HNSW32"), faiss("IVF,PQ256x4fs,RFlat")] {
        let folder = tempfile::tempdir().unwrap();
        try_build(&IndexKind::Flat, &*rows, folder.path()).unwrap();
        let stop = AtomicBool::new(false);
        let asked = std::sync::Mutex::new(None);
        let (sender, progressed) = std::sync::mpsc::channel();
        // The build of 20,000 rows takes several seconds; the stop comes while it links, or while it trains in silence.
        let progress = |_, _| sender.send(()).unwrap_or_default();
        let error = std::thread::scope(|scope| {
            let (stop, asked) = (&stop, &asked);
            scope.spawn(move || {
                progressed.recv_timeout(Duration::from_millis(500)).unwrap_or_default();
                *asked.lock().unwrap() = Some(Instant::now());
                stop.store(true, Ordering::Relaxed);
            });
            build(&kind, &*rows, folder.path(), FINGERPRINT, &progress, stop).unwrap_err()
        });
        let waited = asked.lock().unwrap().unwrap().elapsed().as_secs_f64();
        assert_eq!(error.kind(), Kind::Cancelled, "{error}");
        assert!(waited < 2.0, "{kind:?} went on for {waited} s");
        let old = open_current(folder.path(), &rows, FINGERPRINT).unwrap().unwrap();
        assert_eq!(old.manifest.kind, IndexKind::Flat);
        assert_eq!(names(folder.path()), ["current", "lock", "snapshot-1"]);
    }
}

#[test]
fn a_second_build_in_the_same_folder_is_told_to_wait() {
    let (rows, _) = smooth(300, 1, 70);
    let folder = tempfile::tempdir().unwrap();
    let second = std::sync::Mutex::new(None);
    let progress = |_, _| {
        let mut second = second.lock().unwrap();
        if second.is_none() {
            *second = Some(try_build(&IndexKind::Flat, &*rows, folder.path()).unwrap_err().kind());
        }
    };
    build(&kind("hnsw", "{}"), &*rows, folder.path(), FINGERPRINT, &progress, &AtomicBool::new(false)).unwrap();
    assert_eq!(second.into_inner().unwrap(), Some(Kind::Busy));
}

/// Not a test by itself: the test below runs it in a process of its own.
#[test]
fn child_that_builds_until_it_ends() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else { return };
    let (rows, _) = smooth(400, 1, 70);
    for kind in [kind("hnsw", "{}"), faiss("HNSW32"), IndexKind::Flat].iter().cycle() {
        let step = std::sync::atomic::AtomicUsize::new(0);
        let progress = |done, _| {
            if step.fetch_add(1, Ordering::Relaxed).is_multiple_of(100) {
                println!("progress: {done}");
            }
        };
        build(kind, &*rows, Path::new(&folder), FINGERPRINT, &progress, &AtomicBool::new(false)).unwrap();
    }
}

#[test]
fn a_killed_build_leaves_a_whole_index() {
    let (rows, queries) = smooth(400, 1, 70);
    let folder = tempfile::tempdir().unwrap();
    try_build(&IndexKind::Flat, &*rows, folder.path()).unwrap();
    for lines in [1, 4, 5, 7, 10, 13, 17, 23] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "indexes::snapshots::child_that_builds_until_it_ends", "--nocapture"]);
        command.env(CHILD_FOLDER, folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).filter(|line| line.contains("progress: "));
        assert_eq!(told.take(lines).count(), lines);
        child.kill().unwrap();
        child.wait().unwrap();
        let snapshot = open_current(folder.path(), &rows, FINGERPRINT).unwrap().unwrap();
        assert_eq!(snapshot.index.search(&queries[0], 10, None).unwrap().len(), 10);
    }
    try_build(&IndexKind::Flat, &*rows, folder.path()).unwrap();
    assert_eq!(names(folder.path()).len(), 3, "what the killed builds left is gone");
}
