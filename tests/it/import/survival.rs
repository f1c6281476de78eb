//! What an import survives: being stopped, killed, crowded, shut out, or left without space.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{DATABASE_OWNER, database_owner, database_place, skipped};
use likeness::Kind;
use likeness::db::connect;
use likeness::imaging::DecodeLimits;
use likeness::media::MediaStore;
use likeness::media::import::{ImportOptions, ImportProgress, import};
use likeness::types::{MediaId, Sha256};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::archives::zip_of;
use super::{contents, files_below, import_folder, open, png, try_import, write_pictures};

/// Stops the import after so many files.
struct StopAfter(AtomicUsize, CancellationToken);

impl ImportProgress for StopAfter {
    fn expect(&self, _more: u64) {}

    fn done(&self) {
        if self.0.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.1.cancel();
        }
    }
}

/// A folder with pictures, a damaged one, a copy, frames and an archive.
fn mixed_photos() -> TempDir {
    let photos = tempfile::tempdir().unwrap();
    write_pictures(photos.path(), 60);
    std::fs::write(photos.path().join("0010b.png"), png(3)).unwrap();
    std::fs::write(photos.path().join("0020b.png"), "damaged").unwrap();
    for frame in 0..20 {
        std::fs::write(photos.path().join(format!("{}_{frame}.png", Sha256::of(b"film"))), png(1000 + frame)).unwrap();
    }
    let entries: Vec<(String, Vec<u8>)> = (0..20).map(|number| (format!("{number}.png"), png(2000 + number))).collect();
    let entries: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    std::fs::write(photos.path().join("0030.zip"), zip_of(&entries)).unwrap();
    photos
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_import_goes_on_and_ends_as_if_never_stopped() {
    let photos = mixed_photos();
    let (whole, pieces) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    import_folder(&open(whole.path()).await, photos.path()).await;
    let store = open(pieces.path()).await;
    let mut stopped = 0;
    for files in [1, 7, 20, 60] {
        let cancel = CancellationToken::new();
        let stop = Arc::new(StopAfter(AtomicUsize::new(files), cancel.clone()));
        stopped += u32::from(import(&store, &[photos.path().to_owned()], ImportOptions::default(), stop, cancel).await.unwrap().cancelled);
    }
    assert_eq!(stopped, 4);
    import_folder(&store, photos.path()).await;
    drop(store);
    assert_eq!(contents(pieces.path()).await, contents(whole.path()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_at_once_share_the_work_and_lose_nothing() {
    let photos = mixed_photos();
    let library = tempfile::tempdir().unwrap();
    let (one, two) = (open(library.path()).await, open(library.path()).await);
    let (first, second) = tokio::join!(import_folder(&one, photos.path()), import_folder(&two, photos.path()));
    assert_eq!(first.added + second.added, 100, "{first:?} {second:?}");
    assert_eq!((first.failed.len(), second.failed.len()), (1, 1), "{first:?} {second:?}");
    assert_eq!(one.count().await.unwrap(), 100);
    drop((one, two));
    assert_eq!(contents(library.path()).await.len(), 200, "a row and a file each, and nothing left over");
}

const CHILD_LIBRARY: &str = "LIKENESS_TEST_LIBRARY";
const CHILD_PHOTOS: &str = "LIKENESS_TEST_PHOTOS";

/// Imports in a process of its own, for the tests that kill it or take its rights away.
#[tokio::test(flavor = "multi_thread")]
async fn child_process() {
    let (Some(library), Some(photos)) = (std::env::var_os(CHILD_LIBRARY), std::env::var_os(CHILD_PHOTOS)) else { return };
    let report = import_folder(&open(Path::new(&library)).await, Path::new(&photos)).await;
    println!("REPORT {}", serde_json::to_string(&report).unwrap());
}

fn child(library: &Path, photos: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "import::survival::child_process", "--nocapture"])
        .env(CHILD_LIBRARY, library)
        .env(CHILD_PHOTOS, photos)
        .env(DATABASE_OWNER, database_owner());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_the_import_again_and_again_changes_nothing_in_the_end() {
    let photos = mixed_photos();
    let (whole, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    import_folder(&open(whole.path()).await, photos.path()).await;
    let media = killed.path().join("data/media");
    let mut kills = 0;
    for round in 1..=10 {
        let mut process = child(killed.path(), photos.path()).spawn().unwrap();
        // Killed as soon as some more files are there: wherever the import happens to be then.
        while files_below(&media).len() < round * 9 && process.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        process.kill().unwrap();
        kills += u32::from(process.wait().unwrap().code().is_none());
    }
    eprintln!("{kills} of 10 imports were killed before their end");
    assert!(kills >= 5);
    import_folder(&open(killed.path()).await, photos.path()).await;
    assert_eq!(contents(killed.path()).await, contents(whole.path()).await);
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_told_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (library, photos) = (folder.path().join("library"), folder.path().join("photos"));
    write_pictures(&photos, 2);
    write_pictures(&photos.join("secret"), 1);
    std::fs::write(photos.join("secret.png"), png(5)).unwrap();
    std::fs::create_dir(&library).unwrap();
    for path in [photos.join("secret"), photos.join("secret.png")] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    let plain = child(&library, &photos);
    // Rights mean nothing to root: the import runs without the capabilities that make it so. They stay as they are for
    // everybody else, who may not give up what they do not have.
    let mut command = std::process::Command::new("setpriv");
    command.arg("--bounding-set=-dac_override,-dac_read_search").arg(plain.get_program()).args(plain.get_args());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let is_root = std::fs::read_dir(photos.join("secret")).is_ok();
    let mut command = if is_root { command } else { plain };
    let output = command.output().unwrap();
    std::fs::set_permissions(photos.join("secret"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let Some(report) = text.lines().find_map(|line| line.split_once("REPORT ")).map(|(_, json)| json) else {
        skipped(&format!("root cannot give up its rights here: {text}{}", String::from_utf8_lossy(&output.stderr)));
        return;
    };
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert_eq!((&report["added"], &report["found"]), (&2.into(), &4.into()), "{report}");
    for failed in report["failed"].as_array().unwrap() {
        assert!(failed["path"].as_str().unwrap().contains("secret"), "{report}");
        assert!(failed["reason"].as_str().unwrap().contains("Permission denied"), "{report}");
        assert!(failed["reason"].as_str().unwrap().contains("give the user that runs likeness the right"), "{report}");
    }
}

/// A disk of its own, as small as wanted; `None`, with a line that says so, where mounting is not allowed.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new(kib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Self(folder);
        if disk.mount(&format!("size={kib}k")) {
            return Some(disk);
        }
        skipped("a small disk can be mounted by root only");
        None
    }

    fn mount(&self, options: &str) -> bool {
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(self.0.path()).stderr(std::process::Stdio::null());
        mount.status().is_ok_and(|status| status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).stderr(std::process::Stdio::null()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_the_import_and_keeps_what_was_done() {
    let photos = tempfile::tempdir().unwrap();
    for number in 0..40 {
        let noise = |x: u32, y: u32| {
            [0, 1, 2].map(|c| (x * 7919 + y * 104_729 + c * 31 + number * 13).wrapping_mul(2_654_435_761).to_be_bytes()[0])
        };
        image::RgbImage::from_fn(128, 128, |x, y| image::Rgb(noise(x, y))).save(photos.path().join(format!("{number:02}.png"))).unwrap();
    }
    let elsewhere = tempfile::tempdir().unwrap();
    for with_database in [true, false] {
        let Some(disk) = SmallDisk::new(1500) else { return };
        let database = if with_database { disk.0.path() } else { elsewhere.path() };
        let open = async || {
            MediaStore::open(
                connect(&database_place(&database.join("likeness.db"))).await.unwrap(),
                &disk.0.path().join("data"),
                DecodeLimits::default(),
            )
            .unwrap()
        };
        let store = open().await;
        let error = try_import(&store, &[photos.path().to_owned()]).await.unwrap_err();
        eprintln!("{error}");
        assert_eq!(error.kind(), Kind::Internal);
        assert!(error.message().contains("full") && error.message().contains("run the same command again"), "{error}");
        assert!(error.message().contains(disk.0.path().to_str().unwrap()), "{error}");
        let done = store.count().await.unwrap();
        assert!((1..40).contains(&done), "{done} were added before the disk was full");
        assert_whole(&store).await;
        assert!(disk.mount("remount,size=64m"));
        let report = import_folder(&store, photos.path()).await;
        assert_eq!((report.added, report.already_there, report.failed.len()), (40 - done, done, 0));
        assert_whole(&store).await;
        drop(store);
        drop(open().await);
        assert_eq!(files_below(&disk.0.path().join("data")).len(), 41, "40 pictures and one lock: nothing half-written");
    }
}

async fn assert_whole(store: &MediaStore) {
    for id in store.picture_ids().await.unwrap() {
        let media = store.get(MediaId(id)).await.unwrap().unwrap();
        assert_eq!(Sha256::of(&store.bytes(&media).await.unwrap()), media.content_sha256);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_a_power_cut_has_torn_are_not_taken_for_a_picture() {
    let (photos, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_pictures(photos.path(), 3);
    let store = open(library.path()).await;
    // What a cut may leave of files that were not yet on the disk, and of which no row speaks: of the right size, or shorter.
    for (number, torn) in [(0, vec![0; png(0).len()]), (1, Vec::new()), (2, png(2)[..9].to_vec())] {
        let place = library.path().join("data").join(likeness::media::blobs::media_key(&Sha256::of(&png(number)), None, ".png"));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, torn).unwrap();
    }
    assert_eq!(import_folder(&store, photos.path()).await.added, 3);
    assert_whole(&store).await;
    assert_eq!(files_below(&library.path().join("data/media")).len(), 3);
}
