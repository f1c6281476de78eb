//! ZIP archives as a source: what is read from them, and what is refused.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;

use likeness::media::import::{ImportOptions, import};
use likeness::types::{MediaId, Sha256};
use tokio_util::sync::CancellationToken;
use zip::write::SimpleFileOptions;

use super::{counts, import_paths, open, png, reason};

pub(crate) fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
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
