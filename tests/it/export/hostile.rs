//! Archives that were tampered with, broken, or made to do harm: the verdict says so, and nothing happens.

use std::io::Write;
use std::path::{Path, PathBuf};

use likeness::media::export::verify::{Fault, Verdict, verify};
use likeness::types::Sha256;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive of these entries, packed or as they are.
fn archive(folder: &TempDir, entries: &[(&str, &[u8])], method: CompressionMethod) -> PathBuf {
    let path = folder.path().join("a.zip");
    let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path
}

fn line(name: &str, bytes: &[u8]) -> String {
    format!("{}  {name}\n", Sha256::of(bytes))
}

fn judged(entries: &[(&str, &[u8])]) -> Verdict {
    let folder = TempDir::new().unwrap();
    let verdict = verify(&archive(&folder, entries, CompressionMethod::Stored)).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was unpacked");
    verdict
}

fn faults(verdict: &Verdict) -> Vec<(Fault, &str)> {
    verdict.problems.iter().map(|problem| (problem.fault, problem.name.as_str())).collect()
}

#[test]
fn changed_missing_and_added_files_are_each_named() {
    let manifest = line("a.txt", b"a") + &line("b.txt", b"b") + &line("c.txt", b"c");
    let verdict = judged(&[
        ("top/a.txt", b"a"),
        ("top/b.txt", b"X"),
        ("top/d.txt", b"d"),
        ("other/e", b"e"),
        ("top/manifest.sha256", manifest.as_bytes()),
    ]);
    let expected = [(Fault::Changed, "b.txt"), (Fault::Added, "d.txt"), (Fault::Added, "other/e"), (Fault::Missing, "c.txt")];
    assert_eq!((faults(&verdict), verdict.files, verdict.pass), (expected.to_vec(), 1, false));
}

#[test]
fn without_a_manifest_nothing_is_proved() {
    assert_eq!(faults(&judged(&[("top/a.txt", b"a")])), [(Fault::Missing, "manifest.sha256")]);
    assert_eq!(faults(&judged(&[("manifest.sha256", b"")])), [(Fault::Missing, "manifest.sha256")]);
    let two = judged(&[("a/manifest.sha256", b""), ("b/manifest.sha256", b"")]);
    assert!(two.problems[0].fault == Fault::Damaged && two.problems[0].reason.contains("more than one"), "{two:?}");
    for wrong in ["no hash\n".to_owned(), line("../up", b"a"), line("a", b"a").repeat(2), line("/etc/passwd", b"a")] {
        let verdict = judged(&[("t/a", b"a"), ("t/manifest.sha256", wrong.as_bytes())]);
        assert!(verdict.problems[0].reason.starts_with("line "), "{wrong}: {verdict:?}");
    }
}

#[test]
fn names_that_climb_out_are_refused() {
    let manifest = line("a", b"a");
    for name in ["/etc/passwd", "top/../../up", "C:\\windows\\x", "top/\u{1b}[31m"] {
        let verdict = judged(&[("top/a", b"a"), (name, b"x"), ("top/manifest.sha256", manifest.as_bytes())]);
        assert_eq!((verdict.problems.len(), verdict.problems[0].fault), (1, Fault::Damaged), "{name}: {verdict:?}");
        assert!(!verdict.problems[0].name.contains('\u{1b}'));
    }
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let folder = TempDir::new().unwrap();
    let manifest = line("a", b"a") + &line("b", b"b");
    let path =
        archive(&folder, &[("top/a", b"a"), ("top/b", b"b"), ("top/manifest.sha256", manifest.as_bytes())], CompressionMethod::Stored);
    let mut bytes = std::fs::read(&path).unwrap();
    // Both names of the second entry, before its data and in the directory at the end.
    for place in (0..bytes.len() - 5).filter(|at| &bytes[*at..at + 5] == b"top/b").collect::<Vec<_>>() {
        bytes[place + 4] = b'a';
    }
    std::fs::write(&path, bytes).unwrap();
    let verdict = verify(&path).unwrap();
    assert_eq!(faults(&verdict), [(Fault::Damaged, "top/a"), (Fault::Missing, "b")]);
}

#[test]
fn bombs_are_not_unpacked() {
    let folder = TempDir::new().unwrap();
    let zeros = vec![0; 100 << 20];
    let manifest = line("zeros", &zeros);
    let path = archive(&folder, &[("t/zeros", &zeros), ("t/manifest.sha256", manifest.as_bytes())], CompressionMethod::Deflated);
    assert!(path.metadata().unwrap().len() < 1 << 20);
    let verdict = verify(&path).unwrap();
    assert!(!verdict.pass && verdict.problems[0].reason.contains("bomb"), "{verdict:?}");
}

#[test]
fn an_archive_packed_anew_passes_and_a_broken_one_is_called_broken() {
    let folder = TempDir::new().unwrap();
    let manifest = line("a", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    let entries: [(&str, &[u8]); 2] = [("t/a", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), ("t/manifest.sha256", manifest.as_bytes())];
    let path = archive(&folder, &entries, CompressionMethod::Deflated);
    assert!(verify(&path).unwrap().pass);
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        let verdict = cut(&path, &bytes[..length]);
        assert_eq!((verdict.pass, verdict.problems[0].fault), (false, Fault::Damaged), "{length}: {verdict:?}");
    }
    // Whatever single byte is changed: there is a verdict, and no panic.
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x20;
        let _ = cut(&path, &changed);
    }
}

fn cut(path: &Path, bytes: &[u8]) -> Verdict {
    std::fs::write(path, bytes).unwrap();
    verify(path).unwrap()
}
