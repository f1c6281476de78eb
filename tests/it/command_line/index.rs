//! `likeness index tune` and `likeness index verify` over a library that `likeness fabricate` made.

use super::{json, likeness, text};

fn fabricated(data: &std::path::Path, more: &[&str]) {
    let made = likeness(data, &[&["fabricate", "--count", "1500", "--set", "clustered", "--dimension", "64"], more].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));
}

#[test]
fn tuning_measures_every_kind_on_the_librarys_own_vectors_and_stores_the_pick() {
    let data = tempfile::TempDir::new().unwrap();
    fabricated(data.path(), &["--no-index"]);
    let told = json(&likeness(data.path(), &["index", "tune", "--json", "--apply"]));
    assert_eq!(told["rows"], 1500);
    assert!(told["indexed"].as_u64().unwrap() + told["queries"].as_u64().unwrap() <= 1500, "{told}");
    let measured = told["measured"].as_array().unwrap();
    let kinds: std::collections::BTreeSet<&str> = measured.iter().filter_map(|one| one["kind"].as_str()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["codes", "faiss", "flat", "hnsw"], "{told}");
    for one in measured {
        assert!((0.0..=1.0).contains(&one["recall_at_10"].as_f64().unwrap()) && one["queries_per_second"].as_f64().unwrap() > 0.0, "{one}");
    }
    let flat = measured.iter().find(|one| one["kind"] == "flat").unwrap();
    assert!(flat["recall_at_10"].as_f64().unwrap() > 0.999, "the exact scan finds everything: {flat}");
    let picked =
        measured.iter().find(|one| [&one["kind"], &one["settings"]] == [&told["pick"]["kind"], &told["pick"]["settings"]]).unwrap();
    assert!(picked["recall_at_10"].as_f64().unwrap() >= 0.99, "{picked}");
    let fastest = measured.iter().filter(|one| one["recall_at_10"].as_f64().unwrap() >= 0.99);
    let fastest = fastest.map(|one| one["queries_per_second"].as_f64().unwrap()).fold(0.0, f64::max);
    assert_eq!(picked["queries_per_second"].as_f64(), Some(fastest));
    let features = json(&likeness(data.path(), &["features", "--json"]));
    assert_eq!(features[0]["index"], told["pick"]["kind"], "{features}");

    let refused = likeness(data.path(), &["index", "tune", "--recall", "1.5"]);
    assert!(text(&refused.stderr).contains("--recall is 1.5, allowed are 0.5 to 1"), "{}", text(&refused.stderr));
    let missing = likeness(data.path(), &["index", "tune", "--feature", "9"]);
    assert!(text(&missing.stderr).contains("there is no feature 9"), "{}", text(&missing.stderr));
}

#[test]
fn verifying_finds_one_flipped_bit_and_says_what_to_do() {
    let data = tempfile::TempDir::new().unwrap();
    fabricated(data.path(), &["--index", "codes"]);
    let whole = likeness(data.path(), &["index", "verify"]);
    assert!(text(&whole.stdout).contains("the index of feature 1 is whole"), "{}", text(&whole.stderr));
    let files = walkdir::WalkDir::new(data.path()).into_iter().flatten();
    let codes = files.map(walkdir::DirEntry::into_path).find(|path| path.ends_with("codes.bin")).unwrap();
    let mut bytes = std::fs::read(&codes).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&codes, bytes).unwrap();
    let damaged = likeness(data.path(), &["index", "verify"]);
    assert!(!damaged.status.success());
    let words = text(&damaged.stderr);
    assert!(words.contains("codes.bin") && words.contains("build it again"), "{words}");
}
