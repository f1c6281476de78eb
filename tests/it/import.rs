//! Importing: what is found, what is refused, and that stopping, killing, crowding or a full disk loses nothing.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use likeness::db::connect;
use likeness::imaging::DecodeLimits;
use likeness::media::import::{ImportOptions, ImportProgress, ImportReport, import};
use likeness::media::{MediaStore, Order, Sort};
use likeness::types::{MediaId, MediaType, Sha256};
use likeness::{Kind, Result};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use zip::write::SimpleFileOptions;

/// A small picture; every number gives another one.
pub(crate) fn picture(number: usize) -> image::RgbImage {
    let seed = number as u32;
    image::RgbImage::from_fn(48, 32, |x, y| image::Rgb([(x * 5 + seed) as u8, (y * 7 + seed / 256) as u8, (x * y + seed * 31) as u8]))
}

fn encoded(number: usize, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(number).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn png(number: usize) -> Vec<u8> {
    encoded(number, image::ImageFormat::Png)
}

/// `0000.png`, `0001.png`, ... in a folder that is made.
pub(crate) fn write_pictures(folder: &Path, count: usize) {
    std::fs::create_dir_all(folder).unwrap();
    for number in 0..count {
        std::fs::write(folder.join(format!("{number:04}.png")), png(number)).unwrap();
    }
}

/// Every file below a folder, as sorted relative paths.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(std::result::Result::ok);
    files.filter(|entry| entry.file_type().is_file()).map(|entry| entry.path().strip_prefix(folder).unwrap().to_owned()).collect()
}

async fn open(library: &Path) -> MediaStore {
    let db = connect(library.join("likeness.db").to_str().unwrap()).await.unwrap();
    MediaStore::open(db, &library.join("data"), DecodeLimits::default()).unwrap()
}

async fn try_import(store: &MediaStore, paths: &[PathBuf]) -> Result<ImportReport> {
    import(store, paths, ImportOptions::default(), Arc::new(()), CancellationToken::new()).await
}

async fn import_paths(store: &MediaStore, paths: &[PathBuf]) -> ImportReport {
    let report = try_import(store, paths).await.unwrap();
    assert_eq!(report.found, report.added + report.already_there + report.failed.len() as u64, "{report:?}");
    report
}

pub(crate) async fn import_folder(store: &MediaStore, folder: &Path) -> ImportReport {
    import_paths(store, &[folder.to_owned()]).await
}

/// Found, added, already there, failed, ignored.
fn counts(report: &ImportReport) -> [u64; 5] {
    [report.found, report.added, report.already_there, report.failed.len() as u64, report.ignored]
}

fn reason<'a>(report: &'a ImportReport, path_end: &str) -> &'a str {
    let failed = report.failed.iter().find(|failed| failed.path.ends_with(path_end));
    &failed.unwrap_or_else(|| panic!("{path_end} did not fail: {report:?}")).reason
}

/// Everything that must not depend on how often an import was stopped: rows, sources, bytes, and no leftovers.
async fn contents(library: &Path) -> Vec<String> {
    let store = open(library).await;
    let mut lines = Vec::new();
    for media in store.list(0, 100_000, Sort::Id, Order::Asc).await.unwrap() {
        let bytes = store.bytes(&media).await.unwrap();
        assert_eq!(Sha256::of(&bytes), media.content_sha256, "the bytes of media {} are whole", media.id);
        let sources: Vec<String> = store.sources(media.id).await.unwrap().into_iter().map(|source| source.path).collect();
        lines.push(format!("{} {:?} {} {:?} {} {sources:?}", media.id, media.media_type, media.sha256, media.frame, media.ext));
    }
    drop(store);
    let files = files_below(&library.join("data"));
    lines.extend(files.iter().filter(|path| !path.ends_with("staging/opening")).map(|path| path.display().to_string()));
    lines
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_walked_in_order_whatever_the_case_of_the_names() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir_all(photos.join("b/deep")).unwrap();
    let formats = [
        ("a.JPG", image::ImageFormat::Jpeg, ".jpg"),
        ("b/deep/x.jpeg", image::ImageFormat::Jpeg, ".jpg"),
        ("b/y.Png", image::ImageFormat::Png, ".png"),
        ("c.webp", image::ImageFormat::WebP, ".webp"),
        ("d.GIF", image::ImageFormat::Gif, ".gif"),
        ("e.bmp", image::ImageFormat::Bmp, ".bmp"),
        ("f.TIFF", image::ImageFormat::Tiff, ".tif"),
        ("g.jpe", image::ImageFormat::Jpeg, ".jpg"),
    ];
    for (number, (name, format, _)) in formats.iter().enumerate() {
        std::fs::write(photos.join(name), encoded(number, *format)).unwrap();
    }
    std::fs::write(photos.join("notes.txt"), "no picture").unwrap();
    std::fs::write(photos.join("._a.JPG"), "a Mac's note").unwrap();
    let store = open(folder.path()).await;
    assert_eq!(counts(&import_folder(&store, &photos).await), [8, 8, 0, 0, 2]);
    for (number, (name, format, ext)) in formats.iter().enumerate() {
        let media = store.get(MediaId(number as i64 + 1)).await.unwrap().unwrap();
        assert_eq!(store.sources(media.id).await.unwrap()[0].path, photos.join(name).to_str().unwrap());
        assert_eq!(&media.ext, ext);
        assert_eq!(store.bytes(&media).await.unwrap(), encoded(number, *format));
    }
    assert_eq!(counts(&import_folder(&store, &photos).await), [8, 0, 8, 0, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_files_are_named_with_the_reason_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    write_pictures(&photos, 2);
    std::fs::write(photos.join("empty.jpg"), "").unwrap();
    std::fs::write(photos.join("text.png"), "this is text").unwrap();
    std::fs::write(photos.join("truncated.png"), &png(7)[..80]).unwrap();
    std::fs::write(photos.join("mislabelled.jpg"), png(8)).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "named on purpose").unwrap();
    let given = [photos.clone(), folder.path().join("notes.txt"), folder.path().join("nowhere"), photos.join("0000.png")];
    let store = open(folder.path()).await;
    let report = import_paths(&store, &given).await;
    assert_eq!(counts(&report), [9, 3, 1, 5, 0], "{report:?}");
    for name in ["empty.jpg", "text.png", "truncated.png", "notes.txt", "nowhere"] {
        eprintln!("{name}: {}", reason(&report, name));
        assert!(!reason(&report, name).is_empty());
    }
    let mislabelled = store.by_sha256(&Sha256::of(&png(8))).await.unwrap().unwrap();
    assert_eq!(mislabelled.ext, ".png", "the content decides");
    let media_files = files_below(&folder.path().join("data/media"));
    assert_eq!(media_files.len(), 3, "nothing of the bad files was kept: {media_files:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_named_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    write_pictures(&photos, 1);
    std::fs::write(photos.join("a.zip"), zip_of(&[("x.png", &png(3))])).unwrap();
    let db = connect(folder.path().join("likeness.db").to_str().unwrap()).await.unwrap();
    let limits = DecodeLimits { max_file_bytes: 100, ..DecodeLimits::default() };
    let store = MediaStore::open(db, &folder.path().join("data"), limits).unwrap();
    let report = import_folder(&store, &photos).await;
    for name in ["0000.png", "a.zip!/x.png"] {
        let reason = reason(&report, name);
        assert!(reason.contains("more than the limit of 100 per file (max_file_bytes)"), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_stored_once_and_every_source_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    for name in ["a.png", "b.png", "c.png"] {
        std::fs::write(photos.join(name), png(1)).unwrap();
    }
    let store = open(folder.path()).await;
    assert_eq!(counts(&import_folder(&store, &photos).await), [3, 1, 2, 0, 0]);
    let names: Vec<String> = store.sources(MediaId(1)).await.unwrap().into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["a.png", "b.png", "c.png"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_seen_even_with_its_old_size_and_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bmp");
    std::fs::write(&path, encoded(1, image::ImageFormat::Bmp)).unwrap();
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(counts(&import_paths(&store, std::slice::from_ref(&path)).await), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&import_paths(&store, std::slice::from_ref(&path)).await), [1, 0, 1, 0, 0]);
    std::fs::write(&path, encoded(2, image::ImageFormat::Bmp)).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert_eq!(counts(&import_paths(&store, &[path]).await), [1, 1, 0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_bring_back_what_was_deleted() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("photos"), 2);
    let store = open(folder.path()).await;
    import_folder(&store, &folder.path().join("photos")).await;
    store.delete(MediaId(1)).await.unwrap();
    write_pictures(&folder.path().join("copies"), 2);
    for photos in ["photos", "copies"] {
        let report = import_folder(&store, &folder.path().join(photos)).await;
        assert_eq!((counts(&report), report.deleted), ([2, 0, 2, 0, 0], 1));
    }
    assert_eq!(store.count().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_not_imported_into_itself() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(&folder.path().join("photos"), 2);
    let store = open(folder.path()).await;
    assert_eq!(import_folder(&store, folder.path()).await.added, 2);
    assert_eq!(import_folder(&store, folder.path()).await.found, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn hash_and_number_make_a_video_frame_and_any_other_underscore_is_just_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    let video = Sha256::of(b"a video");
    let upper = video.to_string().to_uppercase();
    let names =
        [format!("{upper}_0042.jpg"), format!("{video}_1234.jpg"), format!("{video}_x.jpg"), "IMG_1234.jpg".into(), "a_b_c.jpg".into()];
    for (number, name) in names.iter().enumerate() {
        std::fs::write(photos.join(name), encoded(number, image::ImageFormat::Jpeg)).unwrap();
    }
    let store = open(folder.path()).await;
    assert_eq!(counts(&import_folder(&store, &photos).await), [5, 5, 0, 0, 0]);
    let frames = store.siblings(&video).await.unwrap();
    let facts: Vec<_> = frames.iter().map(|media| (media.media_type, media.frame)).collect();
    assert_eq!(facts, [(MediaType::VideoFrame, Some(42)), (MediaType::VideoFrame, Some(1234))]);
    assert_eq!(frames[0].content_sha256, Sha256::of(&encoded(0, image::ImageFormat::Jpeg)));
    assert!(frames[0].key().ends_with("_042.jpg"));
    for number in 2..5 {
        let media = store.by_sha256(&Sha256::of(&encoded(number, image::ImageFormat::Jpeg))).await.unwrap().unwrap();
        assert_eq!((media.media_type, media.frame), (MediaType::Image, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_bytes_of_a_frame_stay_and_the_remains_of_a_killed_import_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let video = Sha256::of(b"a video");
    let (first, second) = (folder.path().join("1"), folder.path().join("2"));
    for (number, at) in [&first, &second].into_iter().enumerate() {
        std::fs::create_dir(at).unwrap();
        std::fs::write(at.join(format!("{video}_1.png")), png(number)).unwrap();
    }
    let key = likeness::media::blobs::media_key(&video, Some(1), ".png");
    let remains = folder.path().join("data").join(key);
    std::fs::create_dir_all(remains.parent().unwrap()).unwrap();
    std::fs::write(&remains, "bytes without a row").unwrap();

    let store = open(folder.path()).await;
    let report = import_paths(&store, &[first, second]).await;
    assert_eq!(counts(&report), [2, 1, 0, 1, 0], "{report:?}");
    assert!(report.failed[0].reason.contains("frame 1 of video") && report.failed[0].reason.contains("media 1"), "{report:?}");
    assert_eq!(store.bytes(&store.get(MediaId(1)).await.unwrap().unwrap()).await.unwrap(), png(0));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_are_followed_and_loops_are_told() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    write_pictures(&photos, 1);
    write_pictures(&folder.path().join("elsewhere"), 3);
    symlink(folder.path().join("elsewhere/0001.png"), photos.join("link.png")).unwrap();
    symlink(folder.path().join("elsewhere"), photos.join("more")).unwrap();
    symlink(&photos, photos.join("round")).unwrap();
    symlink(folder.path().join("gone.png"), photos.join("dangling.png")).unwrap();
    symlink(folder.path().join("gone.txt"), photos.join("dangling.txt")).unwrap();
    let store = open(folder.path()).await;
    let report = import_folder(&store, &photos).await;
    assert_eq!(counts(&report), [7, 3, 2, 2, 1], "{report:?}");
    assert!(reason(&report, "photos/round").contains("leads back to"), "{report:?}");
    assert!(reason(&report, "dangling.png").contains("No such file"), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_a_folder_with_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let video = Sha256::of(b"a video");
    let frame = format!("frames/{video}_7.png");
    let inner = zip_of(&[("nested.png", &png(9))]);
    let archive = zip_of(&[
        ("z/b.PNG", &png(1)),
        ("a.png", &png(2)),
        ("readme.md", b"text"),
        ("inner.zip", &inner),
        (&frame, &png(3)),
        ("bad.jpg", b"?"),
    ]);
    std::fs::write(folder.path().join("photos.ZIP"), archive).unwrap();
    let given = [folder.path().join("photos.ZIP")];
    let store = open(folder.path()).await;
    let report = import_paths(&store, &given).await;
    assert_eq!(counts(&report), [4, 3, 0, 1, 2], "{report:?}");
    let paths = async |id| store.sources(MediaId(id)).await.unwrap()[0].path.clone();
    assert!(paths(1).await.ends_with("photos.ZIP!/z/b.PNG"), "archives are read in their own order");
    assert!(paths(2).await.ends_with("photos.ZIP!/a.png"));
    assert_eq!(store.siblings(&video).await.unwrap()[0].frame, Some(7));
    assert_eq!(counts(&import_paths(&store, &given).await), [4, 0, 3, 1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_archives_are_refused_entry_by_entry_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default();
    for (number, name) in ["../up.png", "/etc/abs.png", "C:\\drive.png", "a/../../deep.png", "nul\0.png", "good.png"].iter().enumerate() {
        archive.start_file(*name, plain).unwrap();
        archive.write_all(&png(number)).unwrap();
    }
    archive.add_symlink("link.png", "/etc/passwd", plain).unwrap();
    archive.start_file("bomb.png", plain).unwrap();
    archive.write_all(&vec![0; 64 << 20]).unwrap();
    let path = folder.path().join("bad.zip");
    std::fs::write(&path, archive.finish().unwrap().into_inner()).unwrap();
    let store = open(folder.path()).await;
    let report = import_paths(&store, std::slice::from_ref(&path)).await;
    for failed in &report.failed {
        eprintln!("{}: {}", failed.path, failed.reason);
    }
    assert_eq!(counts(&report), [8, 1, 0, 7, 0]);
    assert!(reason(&report, "!/../up.png").contains("`..`"));
    assert!(reason(&report, "!//etc/abs.png").contains("absolute path"));
    assert!(reason(&report, "drive.png").contains("absolute path"));
    assert!(reason(&report, "deep.png").contains("`..`"));
    assert!(reason(&report, "nul\\0.png").contains("NUL"));
    assert!(reason(&report, "link.png").contains("links in archives are not followed"));
    assert!(reason(&report, "bomb.png").contains("200:1 is the limit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_beyond_the_limits_or_damaged_or_locked_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let three = write("three.zip", &zip_of(&[("a.png", &png(1)), ("b.png", &png(2)), ("c.png", &png(3))]));
    let run =
        async |path: &Path, options| import(&store, &[path.to_owned()], options, Arc::new(()), CancellationToken::new()).await.unwrap();
    let few = ImportOptions { max_archive_entries: 2, ..ImportOptions::default() };
    assert!(reason(&run(&three, few).await, "three.zip").contains("3 entries, more than the limit of 2"));
    let small = ImportOptions { max_archive_bytes: png(1).len() as u64 + 10, ..ImportOptions::default() };
    let report = run(&three, small).await;
    assert!(reason(&report, "three.zip").contains("max_archive_bytes"), "{report:?}");
    assert_eq!(report.added, 1);

    let whole = std::fs::read(&three).unwrap();
    let mut flipped = whole.clone();
    flipped[80] ^= 0xff;
    // Bit 0 of an entry's flags says that it is encrypted; they stand in the local and the central header.
    let mut locked = whole.clone();
    for at in (0..locked.len() - 4)
        .filter(|&at| whole[at..].starts_with(b"PK\x03\x04") || whole[at..].starts_with(b"PK\x01\x02"))
        .collect::<Vec<_>>()
    {
        locked[at + if whole[at + 2] == 3 { 6 } else { 8 }] |= 1;
    }
    let options = ImportOptions::default();
    assert!(reason(&run(&write("text.zip", b"no archive"), options).await, "text.zip").contains("not a ZIP archive"));
    assert!(reason(&run(&write("half.zip", &whole[..whole.len() / 2]), options).await, "half.zip").contains("not a ZIP archive"));
    let report = run(&write("flipped.zip", &flipped), options).await;
    assert_eq!((report.failed.len(), report.found), (1, 3), "one entry is damaged, the others are fine: {report:?}");
    let report = run(&write("locked.zip", &locked), options).await;
    assert_eq!(report.failed.len(), 3);
    assert!(report.failed[0].reason.contains("encrypted"), "{report:?}");
}

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
    command.args(["--exact", "import::child_process", "--nocapture"]).env(CHILD_LIBRARY, library).env(CHILD_PHOTOS, photos);
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
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let folder = tempfile::tempdir().unwrap();
    let (library, photos) = (folder.path().join("library"), folder.path().join("photos"));
    write_pictures(&photos, 2);
    write_pictures(&photos.join("secret"), 1);
    std::fs::write(photos.join("secret.png"), png(5)).unwrap();
    std::fs::create_dir(&library).unwrap();
    for path in [photos.join("secret"), photos.join("secret.png")] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    let mut command = child(&library, &photos);
    // Rights mean nothing to root: the import runs as somebody else then.
    if chown(&library, Some(NOBODY), Some(NOBODY)).is_ok() {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let program = folder.path().join("it");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        command = std::process::Command::new(program);
        command.args(["--exact", "import::child_process", "--nocapture"]).env(CHILD_LIBRARY, &library).env(CHILD_PHOTOS, &photos);
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    let output = command.output().unwrap();
    std::fs::set_permissions(photos.join("secret"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let Some(report) = text.lines().find_map(|line| line.split_once("REPORT ")).map(|(_, json)| json) else {
        eprintln!("SKIPPED: another user cannot run this test: {text}{}", String::from_utf8_lossy(&output.stderr));
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
        eprintln!("SKIPPED: a small disk can be mounted by root only");
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
                connect(database.join("likeness.db").to_str().unwrap()).await.unwrap(),
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
