//! Databases of Datum messages, bit by bit, and the mean.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use likeness::Kind;
use likeness::dataset::datum::{Datum, Encoding};
use likeness::dataset::lmdb::{DATA_FILE, Reader, Writer, analyse, class_key, class_key_from, plain_key};
use likeness::dataset::mean::{self, MeanSums};
use likeness::dataset::resize::Shape;
use likeness::imaging::{DecodeLimits, Raster};
use likeness::train::supervised::{Examples, Label, Pixels};

const LIMITS: DecodeLimits = DecodeLimits { max_pixels: 1 << 20, max_file_bytes: 1 << 20 };

/// Two pixels: orange and a dark blue.
fn two_pixels() -> Raster {
    Raster::new(2, 1, 3, vec![255, 128, 0, 1, 2, 60]).unwrap()
}

fn datum(class: i32, encoding: Encoding) -> Vec<u8> {
    Datum::of_raster(&two_pixels(), Some(class), encoding).unwrap().to_bytes()
}

fn open(folder: &Path) -> likeness::Result<Reader> {
    Reader::open(folder, None, LIMITS)
}

#[test]
fn an_entry_is_written_as_caffe_writes_it() {
    // channels 3, height 1, width 2, data of six bytes (blue plane, green, red), label 5.
    let expected = [0x08, 3, 0x10, 1, 0x18, 2, 0x22, 6, 0, 60, 128, 2, 255, 1, 0x28, 5];
    assert_eq!(datum(5, Encoding::None), expected);
    let values = Datum::of_values(&[0.5, -0.25]).to_bytes();
    let expected = [0x08, 1, 0x10, 1, 0x18, 2, 0x35, 0, 0, 0, 0x3f, 0x35, 0, 0, 0x80, 0xbe];
    assert_eq!(values, expected, "float by float, not packed");
    let encoded = Datum::read(&datum(5, Encoding::Png)).unwrap();
    assert!(encoded.is_encoded() && encoded.data.unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn entries_come_back_in_the_order_of_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    let entries: Vec<_> =
        (0..300_u32).map(|number| (class_key(number.into(), number % 7), datum((number % 7) as i32, Encoding::Png))).collect();
    writer.append(&entries).unwrap();
    assert_eq!(writer.count().unwrap(), 300);
    writer.finish();
    let reader = open(folder.path()).unwrap();
    assert_eq!((reader.len(), reader.shape()), (300, [3, 1, 2]));
    for place in [0, 1, 299] {
        assert_eq!(reader.key(place).unwrap(), format!("{place:08}_{}", place % 7).as_bytes());
        let example = reader.read(place).unwrap();
        assert_eq!(example.label, Label::Class((place % 7) as u32));
        assert_eq!(example.pixels, Pixels::Bytes(vec![0, 60, 128, 2, 255, 1]), "blue, green, red");
    }
    assert_eq!(reader.read(300).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(reader.raster(0).unwrap(), two_pixels());
}

#[test]
fn several_readers_and_threads_share_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    let entries: Vec<_> = (0..100).map(|number| (class_key(number, 1), datum(1, Encoding::None))).collect();
    writer.append(&entries).unwrap();
    writer.finish();
    let readers = [open(folder.path()).unwrap(), open(folder.path()).unwrap()];
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let reader = &readers[thread % 2];
            scope.spawn(move || (0..100).for_each(|place| assert_eq!(reader.read(place).unwrap().label, Label::Class(1))));
        }
    });
    drop(readers);
    // Nobody reads any more: it may be written again, and read after that.
    let mut writer = Writer::open(folder.path()).unwrap();
    writer.append(&[(class_key(100, 2), datum(2, Encoding::None))]).unwrap();
    writer.finish();
    assert_eq!(open(folder.path()).unwrap().len(), 101);
}

#[test]
fn a_database_grows_beyond_its_first_room_and_forgets_what_came_after() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    let value = vec![7_u8; 8 << 20];
    for number in 0..10 {
        writer.append(&[(class_key(number, 3), value.clone())]).unwrap();
    }
    assert_eq!(writer.count().unwrap(), 10);
    writer.truncate(&class_key_from(4)).unwrap();
    assert_eq!(writer.count().unwrap(), 4);
    writer.truncate(&class_key_from(4)).unwrap();
    assert_eq!(writer.count().unwrap(), 4);
}

#[test]
fn labels_of_their_own_are_found_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let (features, labels) = (folder.path().join("features"), folder.path().join("labels"));
    let mut writer = Writer::open(&features).unwrap();
    writer.append(&[(plain_key(0), datum(0, Encoding::Png)), (plain_key(1), datum(0, Encoding::Png))]).unwrap();
    writer.finish();
    let mut writer = Writer::open(&labels).unwrap();
    writer.append(&[(plain_key(0), Datum::of_values(&[0.5, -0.5]).to_bytes())]).unwrap();
    writer.finish();
    let reader = Reader::open(&features, Some(&labels), LIMITS).unwrap();
    assert_eq!(reader.read(0).unwrap().label, Label::Values(vec![0.5, -0.5]));
    let error = reader.read(1).unwrap_err();
    assert!(error.message().contains("000000001") && error.message().contains("no label"), "{error}");
}

#[test]
fn encoded_entries_without_a_size_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let sizeless = Datum { channels: None, height: None, width: None, ..Datum::read(&datum(1, Encoding::Png)).unwrap() };
    let mut writer = Writer::open(folder.path()).unwrap();
    writer.append(&[(plain_key(0), sizeless.to_bytes())]).unwrap();
    writer.finish();
    assert_eq!(open(folder.path()).unwrap().shape(), [3, 1, 2]);
}

#[test]
fn shapes_are_compared_when_that_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let grey = Datum::of_raster(&Raster::new(1, 1, 1, vec![9]).unwrap(), None, Encoding::None).unwrap().to_bytes();
    let mut writer = Writer::open(folder.path()).unwrap();
    writer.append(&[(plain_key(0), datum(0, Encoding::None)), (plain_key(1), grey)]).unwrap();
    writer.finish();
    let look = |same| analyse(folder.path(), same, &LIMITS, &|| Ok(()));
    assert_eq!((look(false).unwrap().entries, look(false).unwrap().shape), (2, None));
    let error = look(true).unwrap_err();
    assert!(error.message().contains("000000001") && error.message().contains("[1, 1, 1]"), "{error}");
    assert_eq!(open(folder.path()).unwrap().read(1).unwrap_err().kind(), Kind::Corrupt);
}

#[test]
fn what_is_no_whole_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |folder: &Path| open(folder).err().unwrap();
    assert_eq!(refused(&folder.path().join("nowhere")).kind(), Kind::NotFound);
    assert_eq!(refused(folder.path()).kind(), Kind::NotFound);
    for junk in [&b""[..], &b"not a database"[..], vec![0; 20_000].as_slice()] {
        std::fs::write(folder.path().join(DATA_FILE), junk).unwrap();
        assert_eq!(refused(folder.path()).kind(), Kind::Corrupt);
    }
    let whole = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(whole.path()).unwrap();
    let entries: Vec<_> = (0..2000).map(|number| (class_key(number, 1), datum(1, Encoding::Png))).collect();
    writer.append(&entries).unwrap();
    writer.finish();
    let bytes = std::fs::read(whole.path().join(DATA_FILE)).unwrap();
    std::fs::write(folder.path().join(DATA_FILE), &bytes[..bytes.len() / 2]).unwrap();
    let error = refused(folder.path());
    assert!(error.kind() == Kind::Corrupt && error.message().contains("copy it again"), "{error}");
    let empty = tempfile::tempdir().unwrap();
    Writer::open(empty.path()).unwrap().finish();
    assert!(refused(empty.path()).message().contains("empty"));
}

#[test]
fn damaged_entries_are_told_by_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = Datum { data: Some(b"\x89PNG junk".to_vec()), encoded: Some(true), ..Datum::of_values(&[]) };
    let mut writer = Writer::open(folder.path()).unwrap();
    let entries = [(plain_key(0), datum(0, Encoding::Png)), (plain_key(1), hostile.to_bytes()), (plain_key(2), vec![0xff; 9])];
    writer.append(&entries).unwrap();
    writer.finish();
    let reader = open(folder.path()).unwrap();
    for place in [1, 2] {
        let error = reader.read(place).err().unwrap();
        assert!(error.message().contains(&format!("00000000{place}")), "{error}");
    }
}

#[test]
fn the_mean_is_exact_and_blue_comes_first() {
    let shape = Shape { width: 2, height: 1, channels: 3 };
    let mut sums = MeanSums::new(shape);
    for samples in [[0, 1, 2, 3, 4, 5], [1, 2, 4, 3, 4, 8]] {
        sums.add(&samples);
    }
    let mean = sums.raster(shape).unwrap();
    assert_eq!(mean.samples, [0, 2, 3, 3, 4, 6], "halves go to the even number: 0.5, 1.5 and 6.5");
    let folder = tempfile::tempdir().unwrap();
    mean::write(folder.path(), &mean).unwrap();
    mean::write_picture(folder.path(), &mean).unwrap();
    let read = mean::read(&folder.path().join(mean::MEAN_FILE)).unwrap();
    assert_eq!((read.shape, read.values.as_slice()), ([3, 1, 2], &[3.0, 6.0, 2.0, 4.0, 0.0, 3.0][..]));
    assert_eq!(read.pixel(), [4.5, 3.0, 1.5]);
    let bytes = std::fs::read(folder.path().join(mean::MEAN_FILE)).unwrap();
    let head = [0x08, 1, 0x10, 3, 0x18, 1, 0x20, 2, 0x2a, 24];
    assert_eq!(bytes[..10], head, "num, channels, height, width, then the values, packed");
    let picture = image::open(folder.path().join(mean::MEAN_PICTURE)).unwrap();
    assert_eq!((picture.width(), picture.height()), (2, 1));
    std::fs::write(folder.path().join("junk"), [0x2a, 200]).unwrap();
    assert_eq!(mean::read(&folder.path().join("junk")).unwrap_err().kind(), Kind::Corrupt);
}
