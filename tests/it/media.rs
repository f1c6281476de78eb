//! The library: finding, paging, thumbnails, deleting, uploads, and the database under it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use bytes::Bytes;
use likeness::db::{Database, connect, migrations::Migrator};
use likeness::imaging::DecodeLimits;
use likeness::media::{MediaStore, Order, Sort, ThumbnailSide, Uploads, blobs};
use likeness::types::{MediaId, MediaType, Sha256, UploadId};
use likeness::{Error, Kind};
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;

use super::import::{files_below, import_folder, png, write_pictures};
use crate::support::{database_place, on_postgres, skipped};

/// A library of its own, with `count` different pictures in it.
async fn library(count: usize) -> (TempDir, MediaStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let pictures = folder.path().join("pictures");
    write_pictures(&pictures, count);
    import_folder(&store, &pictures).await;
    (folder, store)
}

async fn open(folder: &TempDir) -> MediaStore {
    MediaStore::open(database(folder).await, &folder.path().join("data"), DecodeLimits::default()).unwrap()
}

async fn database(folder: &TempDir) -> Database {
    connect(&database_place(&folder.path().join("likeness.db"))).await.unwrap()
}

fn ids(media: &[likeness::media::Media]) -> Vec<i64> {
    media.iter().map(|media| media.id.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn media_come_in_the_order_they_are_asked_for_and_deleted_ones_vanish() {
    let (_folder, store) = library(5).await;
    assert!(store.delete(MediaId(3)).await.unwrap());
    assert!(!store.delete(MediaId(3)).await.unwrap(), "deleting twice changes nothing");
    let asked = [5, 1, 3, 99, 1, 2].map(MediaId);
    assert_eq!(ids(&store.by_ids(&asked).await.unwrap()), [5, 1, 1, 2]);
    assert_eq!(store.get(MediaId(3)).await.unwrap(), None);
    assert_eq!(store.picture_ids().await.unwrap(), [1, 2, 4, 5]);
    assert_eq!(store.picture_ids_between(1, 4, 10).await.unwrap(), [2, 4]);
    assert_eq!((store.picture_ids_between(0, 9, 3).await.unwrap(), store.last_picture_id().await.unwrap()), (vec![1, 2, 4], 5));
    assert_eq!(store.count().await.unwrap(), 4);
    assert_eq!(store.nth(2).await.unwrap().unwrap().id, MediaId(4), "rows are counted without the deleted");
    assert_eq!(ids(&store.pictures_from(MediaId(3), 10).await.unwrap()), [4, 5]);

    assert!(store.restore(MediaId(3)).await.unwrap());
    assert!(!store.restore(MediaId(3)).await.unwrap());
    assert_eq!(store.picture_ids().await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(store.delete(MediaId(99)).await.unwrap_err().kind(), Kind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_sorted_by_number_or_date_in_both_directions() {
    let (folder, store) = library(3).await;
    let later = folder.path().join("later");
    std::fs::create_dir(&later).unwrap();
    std::fs::write(later.join("new.png"), png(100)).unwrap();
    import_folder(&store, &later).await;
    assert_eq!(ids(&store.list(1, 2, Sort::Id, Order::Asc).await.unwrap()), [2, 3]);
    assert_eq!(ids(&store.list(0, 2, Sort::Id, Order::Desc).await.unwrap()), [4, 3]);
    assert_eq!(ids(&store.list(0, 50, Sort::Date, Order::Asc).await.unwrap()), [1, 2, 3, 4]);
    assert_eq!(ids(&store.list(0, 1, Sort::Date, Order::Desc).await.unwrap()), [4]);
    assert_eq!(ids(&store.list(9, 50, Sort::Id, Order::Asc).await.unwrap()), [0_i64; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_found_by_its_hash_and_tells_its_facts() {
    let (folder, store) = library(2).await;
    let bytes = std::fs::read(folder.path().join("pictures/0001.png")).unwrap();
    let sha256 = Sha256::of(&bytes);
    let media = store.by_sha256(&sha256).await.unwrap().unwrap();
    assert_eq!((media.id, media.media_type, media.frame, media.ext.as_str()), (MediaId(2), MediaType::Image, None, ".png"));
    assert_eq!((media.width, media.height, media.byte_size), (48, 32, bytes.len() as u64));
    assert_eq!(store.bytes(&media).await.unwrap(), bytes);
    assert_eq!(store.siblings(&sha256).await.unwrap(), std::slice::from_ref(&media));
    let sources = store.sources(media.id).await.unwrap();
    assert_eq!((sources.len(), sources[0].name.as_str()), (1, "0001.png"));
    assert!(sources[0].path.ends_with("pictures/0001.png"));
    assert_eq!(store.by_sha256(&Sha256([7; 32])).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_library_answers_nothing_and_fails_nowhere() {
    let (_folder, store) = library(0).await;
    assert_eq!(store.random_picture().await.unwrap(), None);
    assert_eq!(store.nth(0).await.unwrap(), None);
    assert_eq!(store.list(0, 50, Sort::Id, Order::Asc).await.unwrap(), []);
    assert_eq!(store.by_ids(&[]).await.unwrap(), []);
    let info = store.info().await.unwrap();
    assert_eq!((info.media_count, info.upload_count), (0, 0));
    assert!(info.free_space_gib > 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_random_picture_is_any_of_them_but_no_deleted_one() {
    let (_folder, store) = library(3).await;
    store.delete(MediaId(2)).await.unwrap();
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..64 {
        drawn.insert(store.random_picture().await.unwrap().unwrap().id.0);
    }
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn thumbnails_are_made_once_and_read_from_the_cache_after() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let pictures = folder.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    image::RgbImage::from_fn(900, 600, |x, y| image::Rgb([x as u8, y as u8, 90])).save(pictures.join("large.png")).unwrap();
    import_folder(&store, &pictures).await;
    let media = store.get(MediaId(1)).await.unwrap().unwrap();
    for (side, width, height) in [(ThumbnailSide::Small, 160, 107), (ThumbnailSide::Medium, 320, 213), (ThumbnailSide::Large, 640, 427)] {
        let thumbnail = image::load_from_memory(&store.thumbnail(&media, side).await.unwrap()).unwrap();
        assert_eq!((thumbnail.width(), thumbnail.height()), (width, height));
    }
    let cached = files_below(&folder.path().join("data/thumbs"));
    assert_eq!(cached.len(), 3, "{cached:?}");
    std::fs::remove_file(folder.path().join("data").join(media.key())).unwrap();
    assert!(!store.thumbnail(&media, ThumbnailSide::Small).await.unwrap().is_empty(), "the cache alone answers");

    std::fs::remove_dir_all(folder.path().join("data/thumbs")).unwrap();
    let error = store.thumbnail(&media, ThumbnailSide::Small).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.message().contains("the bytes of media 1 are missing"), "{error}");
    assert_eq!(ThumbnailSide::try_from(200).unwrap_err().kind(), Kind::Invalid);
}

#[test]
fn keys_follow_the_hash_tree() {
    let hash: Sha256 = "0a9d430ac0000000000000000000000000000000000000000000000000000001".parse().unwrap();
    assert_eq!(blobs::media_key(&hash, None, ".jpg"), format!("media/0a/9d/{hash}.jpg"));
    for (frame, shown) in [(1, "_001"), (42, "_042"), (1234, "_1234")] {
        assert_eq!(blobs::media_key(&hash, Some(frame), ".jpg"), format!("media/0a/9d/{hash}{shown}.jpg"));
    }
    assert_eq!(blobs::upload_key(&hash, ".png"), format!("uploads/0a/9d/{hash}.png"));
    assert_eq!(blobs::thumbnail_key(&hash, 160), format!("thumbs/0a/9d/{hash}_160.jpg"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_stored_once_and_can_be_taken_back() {
    let (folder, store) = library(0).await;
    let uploads = Uploads::open(&store);
    let bytes = Bytes::from(png(1));
    let (upload, already) = uploads.create(bytes.clone(), "Holiday.PNG", "ada").await.unwrap();
    assert!(!already);
    assert_eq!((upload.ext.as_str(), upload.username.as_str(), upload.width), (".png", "ada", 48));
    assert_eq!(upload.key(), blobs::upload_key(&Sha256::of(&bytes), ".png"));
    assert_eq!(uploads.bytes(&upload).await.unwrap(), bytes);

    let (again, already) = uploads.create(bytes.clone(), "other.png", "bob").await.unwrap();
    assert!(already);
    assert_eq!(again, upload, "the first sender's row stays");
    assert_eq!(uploads.get(upload.id).await.unwrap(), Some(upload.clone()));
    assert_eq!(uploads.list(None, 0, 10, Sort::Date, Order::Desc).await.unwrap(), std::slice::from_ref(&upload));
    for (name, count) in [("ada", 1), ("bob", 0), ("Ada", 0)] {
        assert_eq!(uploads.list(Some(name), 0, 10, Sort::Id, Order::Asc).await.unwrap().len() as u64, count, "{name}");
        assert_eq!(uploads.count(Some(name)).await.unwrap(), count, "{name}");
    }
    assert_eq!((uploads.count(None).await.unwrap(), store.info().await.unwrap().upload_count), (1, 1));
    assert_eq!(store.count().await.unwrap(), 0, "an upload is no part of the library");

    uploads.delete(upload.id).await.unwrap();
    assert!(!folder.path().join("data").join(upload.key()).exists());
    assert_eq!(uploads.delete(upload.id).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(uploads.get(UploadId(1)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_stored_under_its_true_format() {
    let (_folder, store) = library(0).await;
    let (upload, _) = Uploads::open(&store).create(png(1).into(), "photo.JPEG", "").await.unwrap();
    assert_eq!(upload.ext, ".png");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_upload_is_refused_with_all_its_faults_and_leaves_nothing() {
    let (folder, store) = library(0).await;
    let uploads = Uploads::open(&store);
    let error = uploads.create(png(1).into(), "notes.txt", "seventeen letters").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    let fields: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["image", "username"], "{error}");
    assert!(error.message().contains("Not a valid image") && error.message().contains("at most 16 characters"), "{error}");

    let refused = async |bytes: Vec<u8>, name: &str| -> Error { uploads.create(bytes.into(), name, "ada").await.unwrap_err() };
    assert!(refused(Vec::new(), "a.jpg").await.message().contains("Image parse error"));
    assert!(refused(b"no picture at all".to_vec(), "a.jpg").await.message().contains("Not a valid image"));
    let truncated = png(1)[..60].to_vec();
    assert_eq!(refused(truncated, "a.png").await.kind(), Kind::Corrupt);
    assert_eq!(uploads.count(None).await.unwrap(), 0);
    assert!(files_below(&folder.path().join("data")).iter().all(|path| path.starts_with("staging")));
    uploads.create(png(1).into(), "a.png", "sixteen letters!").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_goes_down_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = database(&folder).await;
    Migrator::down(db.connection(), None).await.unwrap();
    Migrator::up(db.connection(), None).await.unwrap();
    let store = MediaStore::open(db, &folder.path().join("data"), DecodeLimits::default()).unwrap();
    assert_eq!(store.count().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_open_a_new_library_at_once() {
    let folder = tempfile::tempdir().unwrap();
    database_place(&folder.path().join("likeness.db"));
    let opened = futures::future::join_all((0..8).map(|_| async {
        let store = open(&folder).await;
        store.count().await.unwrap()
    }));
    assert_eq!(opened.await, [0; 8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_path_may_hold_any_character_and_folders_that_are_not_there_yet() {
    if on_postgres() {
        return skipped("needs SQLite");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a?b#c %20 ü/deep/likeness.db");
    let db = connect(path.to_str().unwrap()).await.unwrap();
    likeness::db::ping(&db).await.unwrap();
    assert!(path.exists());
}
