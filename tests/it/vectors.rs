//! The durable matrix of feature vectors: whatever is cut, torn or killed, what remains is a whole prefix.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use likeness::Kind;
use likeness::feature::vectors::{MediaIds, VectorWriter, Vectors};
use likeness::index::Rows;
use likeness::types::MediaId;
use proptest::prelude::*;

const DIMENSION: usize = 3;
const FINGERPRINT: &str = "5eed";
const CHILD_FOLDER: &str = "LIKENESS_TEST_VECTORS";

/// A unit vector that tells which media it belongs to.
fn vector_of(media: i64) -> Vec<f32> {
    let angle = media as f32 * 0.1;
    vec![angle.cos(), angle.sin(), 0.0]
}

fn append(writer: &mut VectorWriter, media: impl IntoIterator<Item = i64>) {
    let vectors: Vec<_> = media.into_iter().map(|media| (MediaId(media), vector_of(media))).collect();
    let batch: Vec<_> = vectors.iter().map(|(media, vector)| (*media, vector.as_slice())).collect();
    writer.append(&batch).unwrap();
}

fn writer(folder: &Path) -> VectorWriter {
    VectorWriter::open(folder, DIMENSION, FINGERPRINT).unwrap()
}

fn reader(folder: &Path) -> Vectors {
    Vectors::open(folder, DIMENSION, FINGERPRINT).unwrap()
}

/// A folder with these media, closed.
fn filled(media: std::ops::Range<i64>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    append(&mut writer(folder.path()), media);
    folder
}

fn assert_holds(folder: &Path, media: &[i64]) {
    let vectors = reader(folder);
    vectors.check().unwrap();
    assert_eq!(vectors.media_ids().map(|id| id.0).collect::<Vec<_>>(), media);
    for (row, media) in media.iter().enumerate() {
        assert_eq!(vectors.row(row), vector_of(*media), "row {row}");
        assert_eq!(vectors.media_id(row), Some(MediaId(*media)));
    }
}

fn cut(path: &Path, bytes: u64) {
    File::options().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

fn overwrite(path: &Path, offset: usize, with: &[u8]) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[offset..offset + with.len()].copy_from_slice(with);
    let mut file = File::options().write(true).open(path).unwrap();
    file.write_all(&bytes).unwrap();
}

#[test]
fn what_was_appended_is_read_back_with_its_media() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    append(&mut writer, [7, 3]);
    append(&mut writer, [11]);
    let known = writer.media_ids().unwrap();
    assert_eq!((known.len(), (0..100).filter(|id| known.contains(*id)).collect::<Vec<_>>()), (3, vec![3, 7, 11]));
    assert_holds(folder.path(), &[7, 3, 11]);
    let vectors = reader(folder.path());
    assert_eq!(vectors.row_of(MediaId(3)), Some(1));
    assert_eq!(vectors.row_of(MediaId(4)), None);
    assert_eq!(vectors.media_id(3), None);
}

#[test]
fn an_empty_folder_is_not_ready_and_an_opened_one_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Vectors::open(&folder.path().join("none"), DIMENSION, FINGERPRINT).unwrap_err();
    assert_eq!(missing.kind(), Kind::NotReady, "{missing}");
    drop(writer(folder.path()));
    let vectors = reader(folder.path());
    assert!(vectors.is_empty() && vectors.all().is_empty());
    vectors.check().unwrap();
}

#[test]
fn the_last_row_of_a_media_counts() {
    let folder = filled(1..4);
    let before = reader(folder.path());
    append(&mut writer(folder.path()), [2, 9]);
    let after = before.refresh().unwrap().unwrap();
    assert_eq!(after.row_of(MediaId(2)), Some(3));
    assert!(after.is_superseded(1) && !after.is_superseded(3));
    assert_eq!((after.superseded(), before.superseded()), (1, 0));
    assert_eq!(before.row_of(MediaId(2)), Some(1), "the reader of before has not changed");
}

#[test]
fn a_reader_sees_growth_when_it_refreshes() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let empty = reader(folder.path());
    assert!(empty.refresh().unwrap().is_none());
    append(&mut writer, 0..6000);
    let grown = empty.refresh().unwrap().unwrap();
    append(&mut writer, 6000..6001);
    let more = grown.refresh().unwrap().unwrap();
    assert_eq!((empty.len(), grown.len(), more.len()), (0, 6000, 6001));
    assert_eq!((more.row_of(MediaId(6000)), more.row_of(MediaId(5))), (Some(6000), Some(5)));
    more.check().unwrap();
}

#[test]
fn media_are_found_whatever_their_order() {
    let orders: [(&str, Vec<i64>); 5] = [
        ("gaps", (0..300).map(|n| n * n + 5).collect()),
        ("descending", (0..300).rev().collect()),
        ("two runs", (100..200).chain(0..100).chain([3, 150, 151]).collect()),
        ("many runs", (0..300).map(|n| n % 3 * 1000 + n).collect()),
        ("below and above everything", vec![i64::MIN, -5, 0, i64::MAX]),
    ];
    for (name, order) in orders {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = writer(folder.path());
        append(&mut writer, order[..1].iter().copied());
        let mut vectors = reader(folder.path());
        for part in order[1..].chunks(37) {
            append(&mut writer, part.iter().copied());
            vectors = vectors.refresh().unwrap().unwrap();
        }
        for vectors in [&vectors, &reader(folder.path())] {
            for id in order.iter().flat_map(|id| [*id, id.wrapping_add(1), id.wrapping_sub(1)]) {
                let last = order.iter().rposition(|one| *one == id).map(|row| row as u32);
                assert_eq!(vectors.row_of(MediaId(id)), last, "{name}: {id}");
            }
            let is_last = |row: usize| order[row + 1..].iter().all(|id| *id != order[row]);
            assert!((0..order.len()).all(|row| vectors.is_superseded(row as u32) != is_last(row)), "{name}");
        }
    }
}

#[test]
fn files_cut_at_every_byte_recover_to_whole_rows() {
    let (rows, vector_bytes, entry_bytes) = (4, DIMENSION * 4, 16);
    for (name, row_bytes) in [("vectors.f32", vector_bytes), ("rows", entry_bytes)] {
        for kept in 0..=rows * row_bytes {
            let folder = filled(0..rows as i64);
            cut(&folder.path().join(name), kept as u64);
            let mut expected: Vec<i64> = (0..(kept / row_bytes) as i64).collect();
            assert_holds(folder.path(), &expected);
            let mut writer = writer(folder.path());
            assert_eq!(writer.len(), expected.len(), "{name} cut to {kept} bytes");
            append(&mut writer, [100]);
            expected.push(100);
            assert_holds(folder.path(), &expected);
        }
    }
}

#[test]
fn a_torn_row_is_dropped() {
    for (name, offset) in [("vectors.f32", 2 * DIMENSION * 4 + 1), ("rows", 2 * 16), ("rows", 2 * 16 + 9)] {
        let folder = filled(0..3);
        overwrite(&folder.path().join(name), offset, &[0x5a]);
        assert_holds(folder.path(), &[0, 1]);
        append(&mut writer(folder.path()), [8]);
        assert_holds(folder.path(), &[0, 1, 8]);
    }
}

#[test]
fn a_damaged_vector_is_found_by_the_check() {
    let folder = filled(0..3);
    let vectors = reader(folder.path());
    overwrite(&folder.path().join("vectors.f32"), DIMENSION * 4, &[1, 2, 3]);
    let error = vectors.check().unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.message().contains("row 1 (media 1)") && error.message().contains("extract the feature again"), "{error}");
}

#[test]
fn vectors_of_another_model_are_refused() {
    let folder = filled(0..3);
    for (dimension, fingerprint) in [(DIMENSION, "other"), (4, FINGERPRINT)] {
        let read = Vectors::open(folder.path(), dimension, fingerprint).unwrap_err();
        let write = VectorWriter::open(folder.path(), dimension, fingerprint).unwrap_err();
        assert_eq!((read.kind(), write.kind()), (Kind::Conflict, Kind::Conflict), "{read}");
        assert!(read.message().contains("5eed"), "{read}");
    }
    std::fs::write(folder.path().join("meta.json"), "{").unwrap();
    assert_eq!(Vectors::open(folder.path(), DIMENSION, FINGERPRINT).unwrap_err().kind(), Kind::Corrupt);
    std::fs::remove_file(folder.path().join("meta.json")).unwrap();
    assert_eq!(VectorWriter::open(folder.path(), DIMENSION, FINGERPRINT).unwrap_err().kind(), Kind::Corrupt);
}

#[test]
fn a_second_writer_is_told_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let first = writer(folder.path());
    let error = VectorWriter::open(folder.path(), DIMENSION, FINGERPRINT).unwrap_err();
    assert_eq!(error.kind(), Kind::Busy);
    assert!(error.message().contains("another process is extracting"), "{error}");
    drop(first);
    writer(folder.path());
}

#[test]
fn vectors_that_cannot_be_searched_are_refused_and_nothing_is_written() {
    let folder = filled(0..2);
    let mut writer = writer(folder.path());
    let good = vector_of(5);
    for bad in [vec![1.0, 0.0], vec![0.0; 3], vec![f32::NAN, 0.0, 1.0], vec![f32::INFINITY, 0.0, 0.0], vec![1.0, 1.0, 1.0]] {
        let error = writer.append(&[(MediaId(5), &good), (MediaId(6), &bad)]).unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(error.message().contains("media 6"), "{error}");
    }
    assert_holds(folder.path(), &[0, 1]);
}

/// Not a test by itself: the tests below run it in a process of its own.
#[test]
fn child_that_appends_until_it_ends() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else { return };
    let mut writer = writer(Path::new(&folder));
    loop {
        let first = writer.len() as i64;
        let vectors: Vec<_> = (first..first + 20).map(|media| (MediaId(media), vector_of(media))).collect();
        let batch: Vec<_> = vectors.iter().map(|(media, vector)| (*media, vector.as_slice())).collect();
        match writer.append(&batch) {
            Ok(()) => println!("durable: {}", writer.len()),
            Err(error) => {
                println!("failed after {}: {error}", writer.len());
                return;
            }
        }
    }
}

fn child(mut command: Command, folder: &Path) -> (Child, impl Iterator<Item = String>) {
    command.env(CHILD_FOLDER, folder).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    (child, lines)
}

const CHILD_ARGUMENTS: [&str; 3] = ["--exact", "vectors::child_that_appends_until_it_ends", "--nocapture"];

fn durable(line: &str) -> Option<usize> {
    line.split_once("durable: ")?.1.parse().ok()
}

#[test]
fn a_killed_writer_leaves_a_whole_prefix_with_everything_it_called_durable() {
    let folder = tempfile::tempdir().unwrap();
    for acknowledged in [1, 2, 3, 5, 8] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(CHILD_ARGUMENTS);
        let (mut child, lines) = child(command, folder.path());
        let told = lines.filter_map(|line| durable(&line)).nth(acknowledged - 1).unwrap();
        let seen = reader(folder.path());
        assert!(seen.len() >= told, "another process sees {} of {told} durable rows", seen.len());
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = writer(folder.path()).len() as i64;
        assert!(kept >= told as i64);
        assert_holds(folder.path(), &(0..kept).collect::<Vec<_>>());
    }
}

#[test]
fn a_full_disk_is_said_clearly_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    // A limit on the length of files stands in for the full disk: the write fails in the middle just so.
    command.args(["-c", "trap '' XFSZ; ulimit -f 6; exec \"$@\"", "sh"]).arg(std::env::current_exe().unwrap()).args(CHILD_ARGUMENTS);
    let (mut child, mut lines) = child(command, folder.path());
    let last = lines.find_map(|line| Some(line.split_once("failed after ")?.1.to_owned())).unwrap();
    child.wait().unwrap();
    let (count, message) = last.split_once(": ").unwrap();
    assert!(message.contains("cannot append to") && message.contains("rows"), "{message}");
    let count: i64 = count.parse().unwrap();
    assert_eq!(std::fs::metadata(folder.path().join("rows")).unwrap().len(), count as u64 * 16);
    assert_eq!(std::fs::metadata(folder.path().join("vectors.f32")).unwrap().len(), count as u64 * 12);
    assert_holds(folder.path(), &(0..count).collect::<Vec<_>>());
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<i64>),
    Reopen,
    CutVectors(u64),
    CutRows(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => prop::collection::vec(0..30_i64, 0..5).prop_map(Step::Append),
        1 => Just(Step::Reopen),
        1 => (0..40_u64).prop_map(Step::CutVectors),
        1 => (0..40_u64).prop_map(Step::CutRows),
    ];
    prop::collection::vec(step, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_folder_behaves_like_a_list(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let mut model: Vec<i64> = Vec::new();
        let mut open = Some(writer(folder.path()));
        for step in steps {
            let writer = open.get_or_insert_with(|| writer(folder.path()));
            match step {
                Step::Append(media) => {
                    append(writer, media.iter().copied());
                    model.extend(media);
                }
                Step::Reopen => open = None,
                Step::CutVectors(bytes) => {
                    open = None;
                    let kept = (model.len() as u64 * 12).saturating_sub(bytes);
                    cut(&folder.path().join("vectors.f32"), kept);
                    model.truncate(kept as usize / 12);
                }
                Step::CutRows(bytes) => {
                    open = None;
                    // After a cut of the vectors, the file may hold entries that no longer count.
                    let path = folder.path().join("rows");
                    let kept = std::fs::metadata(&path).unwrap().len().saturating_sub(bytes);
                    cut(&path, kept);
                    model.truncate(kept as usize / 16);
                }
            }
            assert_holds(folder.path(), &model);
            let vectors = reader(folder.path());
            for media in 0..30 {
                prop_assert_eq!(vectors.row_of(MediaId(media)), model.iter().rposition(|id| *id == media).map(|row| row as u32));
            }
        }
    }
}

#[test]
fn a_set_of_numbers_takes_a_bit_a_number_and_none_for_what_no_database_gives_out() {
    let mut ids = MediaIds::default();
    assert!(ids.is_empty() && !ids.contains(0));
    for id in [1, 64, 63, 1_000_000, 64, -1, i64::MIN, i64::MAX, (1 << 33) + 1] {
        ids.insert(MediaId(id));
    }
    assert_eq!(ids.len(), 4);
    assert!([1, 63, 64, 1_000_000].iter().all(|id| ids.contains(*id)));
    assert!([0, 2, 65, 999_999, -1, i64::MIN, i64::MAX].iter().all(|id| !ids.contains(*id)));
}
