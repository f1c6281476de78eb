//! Archives that were damaged, or made to harm: never a panic, and never another answer than libtorch's own.

use std::io::{Cursor, Read, Write};

use super::*;

/// The archive with one of its files changed, the checksums right again.
fn changed(archive: &[u8], name: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut found = false;
    for index in 0..old.len() {
        let mut file = old.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let path = file.name().unwrap().to_string();
        if path.ends_with(name) {
            found = true;
            change(&mut bytes);
        }
        new.start_file(path, options).unwrap();
        new.write_all(&bytes).unwrap();
    }
    assert!(found, "{name}");
    new.finish().unwrap().into_inner()
}

fn module() -> Vec<u8> {
    let (first, second) = (numbers(&[4, 3, 3, 3], 1), numbers(&[4], 2));
    traced(|x| x.conv2d(&first, Some(&second), 1, 1, 1, 1).relu().mean_dim([2i64, 3].as_slice(), false, None::<Kind>))
}

/// Loads and asks for features; a refusal is fine.
fn is_survived(archive: Vec<u8>) {
    let Ok(network) = Network::load(&source(archive), Device::Cpu, PrecisionChoice::F32) else { return };
    let pictures = pictures(2);
    let Ok(found) = network.features(&pictures, "") else { return };
    let expected = plain(&network, &pictures, "");
    for (found, expected) in found.into_iter().zip(expected) {
        if let Ok(found) = found {
            assert!(cosine(&found, &expected) > 0.999_9);
        }
    }
}

#[test]
fn pickles_with_wrong_bytes_are_refused_or_left_to_libtorch() {
    let good = module();
    for name in ["/data.pkl", "/constants.pkl"] {
        for place in (0..400).step_by(3) {
            for value in [0x00, b'(', b'.', b'R', b'Q', b'u', 0xff] {
                let archive = changed(&good, name, |bytes| {
                    let place = place % bytes.len();
                    bytes[place] = value;
                });
                plan_only(&archive);
            }
        }
        plan_only(&changed(&good, name, |bytes| bytes.truncate(bytes.len() / 2)));
        plan_only(&changed(&good, name, |bytes| *bytes = [b"\x80\x02".to_vec(), vec![b'('; 1 << 20], b".".to_vec()].concat()));
        plan_only(&changed(&good, name, |bytes| *bytes = [b"\x80\x02)".to_vec(), vec![0x85; 1 << 20], b".".to_vec()].concat()));
    }
}

/// Reads the archive's program without libtorch.
fn plan_only(archive: &[u8]) {
    if let Err(error) = likeness::network::plan_steps(archive, "", [3, i64::from(SIDE), i64::from(SIDE)]) {
        assert!(!error.message().is_empty());
    }
}

#[test]
fn programs_with_wrong_words_are_refused_or_left_to_libtorch() {
    let good = module();
    let names = program(&good);
    let text = |change: &dyn Fn(String) -> String| {
        let archive = changed(&good, &names, |bytes| *bytes = change(String::from_utf8(bytes.clone()).unwrap()).into_bytes());
        plan_only(&archive);
        archive
    };
    text(&|text| text.replace('(', "(("));
    text(&|text| format!("{text}\n  def forward(self) -> Tensor:\n{}    return {}x{}\n", "", "(".repeat(5000), ")".repeat(5000)));
    text(&|text| text.replace("forward(self", "other(self"));
    text(&|text| text.replace("return ", "return self.forward(x)\n    return "));
    text(&|_| "class".to_owned());
    text(&|_| "\u{1F600}".to_owned());
    text(&|text| text.lines().map(|line| [" ", line, "\n"].concat()).collect());
    is_survived(text(&|text| text.replace("[1, 1]", "[2, 2]")));
    is_survived(text(&|text| text.replace("[1, 1]", "[9223372036854775807, 1]")));
    is_survived(text(&|text| text.replace("[1, 1]", "[0, 0]")));
}

/// Name of the file with the program.
fn program(archive: &[u8]) -> String {
    let zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let found = zip
        .file_names()
        .filter_map(Result::ok)
        .map(|name| name.to_string())
        .find(|name| name.contains("/code/") && !name.contains(".debug"));
    found.unwrap()
}

#[test]
fn storages_that_are_too_short_are_not_read_beyond_their_end() {
    let good = module();
    for name in ["constants/0", "constants/1"] {
        let archive = changed(&good, name, |bytes| bytes.truncate(bytes.len() / 2));
        let error = likeness::network::plan_steps(&archive, "", [3, i64::from(SIDE), i64::from(SIDE)]).unwrap_err();
        assert!(error.message().contains("the storage"), "{error}");
    }
}

#[test]
fn bytes_that_are_no_archive_are_corrupt() {
    for bytes in [&b""[..], b"PK\x03\x04", b"not a zip at all"] {
        let error = likeness::network::plan_steps(bytes, "", [3, 8, 8]).unwrap_err();
        assert_eq!(error.kind(), likeness::Kind::Corrupt, "{error}");
    }
}
