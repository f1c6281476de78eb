//! Importing: what is found, what is refused, what is recognised. Archives and survival have files of their own.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use likeness::Result;
use likeness::db::connect;
use likeness::imaging::DecodeLimits;
use likeness::media::import::{ImportOptions, ImportReport, import};
use likeness::media::{MediaStore, Order, Sort};
use likeness::types::{MediaId, MediaType, Sha256};
use tokio_util::sync::CancellationToken;

use crate::support::{database_place, on_postgres};

pub(crate) mod archives;
mod survival;

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
    let db = connect(&database_place(&library.join("likeness.db"))).await.unwrap();
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
    for (place, media) in store.list(0, 100_000, Sort::Id, Order::Asc).await.unwrap().into_iter().enumerate() {
        let bytes = store.bytes(&media).await.unwrap();
        assert_eq!(Sha256::of(&bytes), media.content_sha256, "the bytes of media {} are whole", media.id);
        let sources: Vec<String> = store.sources(media.id).await.unwrap().into_iter().map(|source| source.path).collect();
        // PostgreSQL does not use a number again that a transaction had taken when it was killed: the order alone is fixed there.
        let number = if on_postgres() { place as i64 + 1 } else { media.id.0 };
        lines.push(format!("{number} {:?} {} {:?} {} {sources:?}", media.media_type, media.sha256, media.frame, media.ext));
    }
    drop(store);
    let files = files_below(&library.join("data"));
    lines.extend(files.iter().filter(|path| !path.ends_with("staging/opening")).map(|path| path.display().to_string()));
    lines
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
    std::fs::write(photos.join("a.zip"), archives::zip_of(&[("x.png", &png(3))])).unwrap();
    let db = connect(&database_place(&folder.path().join("likeness.db"))).await.unwrap();
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
async fn many_pictures_get_their_numbers_in_the_order_of_their_names() {
    let (photos, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_pictures(photos.path(), 700);
    // The same picture again in the same chunk, in another chunk, and under the name of a frame that is none.
    for (copy, of) in [("0001b.png", 1), ("0650b.png", 2), ("ab_1.png", 3)] {
        std::fs::write(photos.path().join(copy), png(of)).unwrap();
    }
    let store = open(library.path()).await;
    assert_eq!(counts(&import_folder(&store, photos.path()).await), [703, 700, 3, 0, 0]);
    let media = store.list(0, 1000, Sort::Id, Order::Asc).await.unwrap();
    for (number, media) in media.iter().enumerate() {
        assert_eq!(media.sha256, Sha256::of(&png(number)), "picture {number} is media {}", media.id);
        let copies = store.sources(media.id).await.unwrap().len();
        assert_eq!(copies, if (1..=3).contains(&number) { 2 } else { 1 }, "sources of picture {number}");
    }
    assert_eq!(counts(&import_folder(&store, photos.path()).await), [703, 0, 703, 0, 0], "nothing is read again");
    store.delete(media[5].id).await.unwrap();
    let again = import_folder(&store, photos.path()).await;
    assert_eq!((again.already_there, again.deleted), (703, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_under_its_name_is_another_picture_and_its_old_one_stays() {
    let (photos, library) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_pictures(photos.path(), 3);
    let store = open(library.path()).await;
    import_folder(&store, photos.path()).await;
    std::fs::write(photos.path().join("0001.png"), png(9)).unwrap();
    assert_eq!(counts(&import_folder(&store, photos.path()).await), [3, 1, 2, 0, 0]);
    // And back: the medium is known, its source gets the new time.
    std::fs::write(photos.path().join("0001.png"), png(1)).unwrap();
    assert_eq!(counts(&import_folder(&store, photos.path()).await), [3, 0, 3, 0, 0]);
    assert_eq!(counts(&import_folder(&store, photos.path()).await), [3, 0, 3, 0, 0]);
    assert_eq!(store.count().await.unwrap(), 4);
}
