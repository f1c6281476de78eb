//! The index of 1-bit codes: its estimates, its filters, its tail of new rows, and what a damaged file can do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use likeness::Kind;
use likeness::index::{
    self, FlatIndex, IndexKind, RowSet, Rows, Snapshot, VectorIndex, dot, estimates_by_version, open_current, search_with_tail, synthetic,
    verify_current, wants_rebuild,
};

use super::{FINGERPRINT, built, codes, ids, kind, recall, rows, set, smooth, split, try_build};

const CODES_FILE: &str = "codes.bin";

#[test]
fn every_version_of_the_scan_gives_the_same_estimates() {
    for dimension in [1, 7, 64, 70, 128, 192, 512, 1280] {
        let (rows, queries) = smooth(77, 4, dimension);
        for query in &queries {
            let estimates = estimates_by_version(&*rows, query).unwrap();
            assert_eq!(estimates[0].version, "plain");
            for other in &estimates[1..] {
                for (row, (plain, other)) in estimates[0].by_row.iter().zip(&other.by_row).enumerate() {
                    assert!((plain - other).abs() < 1e-5, "{dimension} numbers, row {row}: {plain} {other}");
                }
            }
        }
    }
}

#[test]
fn estimates_are_near_the_exact_scores_and_not_biased() {
    for dimension in [64, 512, 1280] {
        let (rows, queries) = smooth(2000, 8, dimension);
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
        for query in &queries {
            for (row, estimate) in estimates_by_version(&*rows, query).unwrap()[0].by_row.iter().enumerate() {
                let error = f64::from(estimate - dot(query, rows.row(row)));
                (sum, squares, count) = (sum + error, squares + error * error, count + 1.0);
            }
        }
        // The error of a 1-bit code is about 0.75 / sqrt(dimension) of the product of the two lengths (Gao and Long, 2024).
        let spread = (squares / count).sqrt();
        let expected = 0.75 / (dimension as f64).sqrt();
        println!("{dimension} numbers: mean error {:.5}, spread {spread:.5}, expected below {expected:.5}", sum / count);
        assert!(spread < 1.2 * expected, "{dimension} numbers: {spread} against {expected}");
        assert!((sum / count).abs() < 0.3 * expected, "{dimension} numbers: biased by {}", sum / count);
    }
}

#[test]
fn a_wished_recall_is_reached_on_both_sets() {
    for (name, values) in [("smooth", synthetic::smooth(8100, 128, 7)), ("clustered", synthetic::clustered(8100, 128, 7))] {
        let (rows, queries) = split(values, 8000, 128);
        for wish in [0.9, 0.99] {
            let snapshot = built(&kind("codes", &format!("{{\"recall\":{wish},\"lists\":200}}")), &rows);
            let recall = recall(&*snapshot.index, &rows, &queries, 10);
            println!("{name}: wished {wish}, got {recall:.4} with {:?}", snapshot.manifest.plan);
            assert!(recall >= wish - 0.01, "{name}: wished {wish}, got {recall}");
        }
    }
}

#[test]
fn filters_keep_their_recall_however_little_passes() {
    let (rows, queries) = smooth(12_000, 60, 64);
    let snapshot = built(&codes(300), &rows);
    let exact = FlatIndex::new(Arc::clone(&rows));
    for one_in in [2, 10, 40, 100, 3000] {
        let allowed = set(rows.len(), |row| (row.wrapping_mul(2_654_435_761) >> 8).is_multiple_of(one_in));
        let mut found = 0;
        let mut wanted = 0;
        for query in &queries {
            let truth = ids(&exact.search(query, 10, Some(&allowed)).unwrap());
            let hits = snapshot.index.search(query, 10, Some(&allowed)).unwrap();
            assert!(hits.len() == truth.len() && hits.iter().all(|hit| allowed.contains(hit.row)));
            found += hits.iter().filter(|hit| truth.contains(&hit.row)).count();
            wanted += truth.len();
        }
        let recall = found as f64 / wanted as f64;
        println!("one in {one_in}: recall {recall:.4}");
        assert!(recall >= 0.97, "one in {one_in}: recall {recall}");
    }
}

#[test]
fn a_filter_that_lies_elsewhere_still_gives_a_full_answer() {
    let (rows, queries) = smooth(6000, 3, 64);
    let snapshot = built(&codes(150), &rows);
    for query in &queries {
        let ranking = ids(&FlatIndex::new(Arc::clone(&rows)).search(query, 6000, None).unwrap());
        let mut farthest = RowSet::none(6000);
        ranking[3000..].iter().for_each(|row| farthest.insert(*row));
        let hits = snapshot.index.search(query, 20, Some(&farthest)).unwrap();
        assert!(hits.len() == 20 && hits.iter().all(|hit| farthest.contains(hit.row)));
    }
}

#[test]
fn copies_are_answered_even_where_the_original_may_not_be() {
    let mut values = synthetic::smooth(3000, 64, 4);
    let original = values[5 * 64..6 * 64].to_vec();
    values.extend(original.repeat(40));
    let rows = rows(values, 64);
    for lists in [1, 50] {
        let snapshot = built(&codes(lists), &rows);
        let allowed = set(rows.len(), |row| row != 5 && row != 3001);
        let hits = ids(&snapshot.index.search(&original, 39, Some(&allowed)).unwrap());
        let mut expected: Vec<u32> = (3000..3040).filter(|row| *row != 3001).collect();
        assert_eq!(hits, expected);
        expected.truncate(3);
        let few = set(rows.len(), |row| expected.contains(&row));
        assert_eq!(ids(&snapshot.index.search(&original, 10, Some(&few)).unwrap()), expected);
    }
}

#[test]
fn new_rows_join_the_lists_and_are_found_like_any_other() {
    let (all, queries) = smooth(9000, 60, 64);
    let before = rows(all.all()[..6000 * 64].to_vec(), 64);
    let snapshot = Arc::new(built(&codes(150), &before));
    snapshot.index.take_in(&*all);
    assert_eq!((snapshot.index.len(), snapshot.index.taken_in()), (6000, 9000));
    assert!(recall_with_tail(&snapshot, &all, &queries) >= 0.97);
    for row in [6000, 7777, 8999] {
        assert_eq!(search_with_tail(Some(&snapshot), &*all, all.row(row), 1, None).unwrap()[0].row, row as u32);
        let others = set(9000, |other| other != row as u32);
        assert_ne!(search_with_tail(Some(&snapshot), &*all, all.row(row), 1, Some(&others)).unwrap()[0].row, row as u32);
        let only = set(9000, |other| other == row as u32);
        assert_eq!(ids(&search_with_tail(Some(&snapshot), &*all, &queries[0], 5, Some(&only)).unwrap()), [row as u32]);
    }
    let hits = search_with_tail(Some(&snapshot), &*before, all.row(7777), 5, None).unwrap();
    assert!(hits.iter().all(|hit| hit.row < 6000), "who opened the vectors before sees only those");
    assert!(!wants_rebuild(snapshot.index.len(), all.len()));
}

fn recall_with_tail(snapshot: &Snapshot, all: &Arc<dyn Rows>, queries: &[Vec<f32>]) -> f64 {
    let exact = FlatIndex::new(Arc::clone(all));
    let found = |query: &Vec<f32>| {
        let truth = ids(&exact.search(query, 10, None).unwrap());
        let hits = search_with_tail(Some(snapshot), &**all, query, 10, None).unwrap();
        hits.iter().filter(|hit| truth.contains(&hit.row)).count()
    };
    queries.iter().map(found).sum::<usize>() as f64 / (10 * queries.len()) as f64
}

#[test]
fn many_new_rows_are_taken_in_beside_searches() {
    let (all, queries) = smooth(26_000, 4, 16);
    let before = rows(all.all()[..4000 * 16].to_vec(), 16);
    let snapshot = Arc::new(built(&codes(60), &before));
    assert!(wants_rebuild(snapshot.index.len(), all.len()), "22,000 new rows are worth a build");
    index::take_in(&snapshot, &all);
    let exact = FlatIndex::new(Arc::clone(&all));
    let truth: Vec<_> = queries.iter().map(|query| exact.search(query, 1, None).unwrap()[0].row).collect();
    let mut right = 0;
    let mut asked = 0;
    while snapshot.index.taken_in() < all.len() {
        for (query, truth) in queries.iter().zip(&truth) {
            right += usize::from(search_with_tail(Some(&snapshot), &*all, query, 1, None).unwrap()[0].row == *truth);
            asked += 1;
        }
    }
    assert!(right * 10 >= asked * 8, "{right} of {asked} right while rows are taken in");
}

#[test]
fn the_same_rows_give_the_same_file() {
    let (rows, _) = smooth(5000, 1, 64);
    let bytes = || {
        let folder = tempfile::tempdir().unwrap();
        try_build(&codes(70), &*rows, folder.path()).unwrap();
        std::fs::read(codes_file(folder.path())).unwrap()
    };
    assert!(bytes() == bytes());
}

fn codes_file(folder: &Path) -> PathBuf {
    let name = std::fs::read_to_string(folder.join("current")).unwrap().split(' ').next().unwrap().to_owned();
    folder.join(name).join(CODES_FILE)
}

#[test]
fn damage_that_opening_does_not_see_is_found_by_verify_and_never_panics() {
    let (rows, queries) = smooth(5000, 3, 64);
    let folder = tempfile::tempdir().unwrap();
    try_build(&codes(70), &*rows, folder.path()).unwrap();
    let length = std::fs::metadata(codes_file(folder.path())).unwrap().len();
    assert_eq!(verify_current(folder.path()).unwrap(), length, "without copies there is one file with content");
    let good = std::fs::read(codes_file(folder.path())).unwrap();
    for start in (0..good.len()).step_by(good.len() / 97) {
        let mut bytes = good.clone();
        let end = (start + 400).min(bytes.len());
        bytes[start..end].iter_mut().for_each(|byte| *byte = 0xff);
        std::fs::write(codes_file(folder.path()), &bytes).unwrap();
        let error = verify_current(folder.path()).unwrap_err();
        assert!(error.kind() == Kind::Corrupt && error.message().contains("build it again"), "{error}");
        match open_current(folder.path(), &rows, FINGERPRINT) {
            Err(error) => assert_eq!(error.kind(), Kind::Corrupt, "{error}"),
            Ok(snapshot) => {
                for query in &queries {
                    let hits = snapshot.unwrap_index().search(query, 10, None).unwrap();
                    assert!(hits.iter().all(|hit| hit.score.to_bits() == dot(query, rows.row(hit.row as usize)).to_bits()));
                }
            }
        }
    }
}

trait UnwrapIndex {
    fn unwrap_index(&self) -> &dyn VectorIndex;
}

impl UnwrapIndex for Option<Snapshot> {
    fn unwrap_index(&self) -> &dyn VectorIndex {
        &*self.as_ref().unwrap().index
    }
}

#[test]
fn auto_scans_few_rows_and_encodes_many() {
    let folder = tempfile::tempdir().unwrap();
    let auto = kind("auto", "{}");
    let (few, _) = smooth(1000, 1, 16);
    let manifest = try_build(&auto, &*few, folder.path()).unwrap();
    assert_eq!((manifest.kind.clone(), manifest.built), (auto.clone(), Some(IndexKind::Flat)));
    let (many, queries) = smooth(20_000, 50, 512);
    let manifest = try_build(&auto, &*many, folder.path()).unwrap();
    assert!(matches!(manifest.built, Some(IndexKind::Codes(_))) && manifest.plan.is_some());
    let snapshot = open_current(folder.path(), &many, FINGERPRINT).unwrap();
    assert!(recall(snapshot.unwrap_index(), &many, &queries, 10) >= 0.97);
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    for (settings, word) in
        [("{\"recall\":1.5}", "recall"), ("{\"recall\":0.1}", "recall"), ("{\"lists\":70000}", "lists"), ("{\"m\":3}", "`m`")]
    {
        for name in ["auto", "codes"] {
            let error = IndexKind::parse(name, Some(settings)).unwrap_err();
            assert!(error.kind() == Kind::Invalid && error.message().contains(word), "{error}");
        }
    }
}

#[test]
fn tuning_measures_every_kind_and_picks_the_fastest_that_finds_enough() {
    let (rows, _) = smooth(6000, 1, 64);
    let kinds = [kind("flat", "{}"), codes(100), kind("codes", "{\"recall\":0.6,\"lists\":100}"), super::faiss("IVF1264,Flat")];
    let tuning = index::tune(&*rows, &kinds, 0.97, 5000, &|_, _| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!((tuning.rows, tuning.indexed + tuning.queries, tuning.measured.len()), (6000, 5000, 3));
    assert!(tuning.refused.len() == 1 && tuning.refused[0].1.contains("vectors to train"), "{:?}", tuning.refused);
    let [flat, careful, hasty] = &tuning.measured[..] else { panic!("three kinds were built") };
    assert!(flat.recall_at_10 > 0.9999 && careful.recall_at_10 > 0.97 && hasty.recall_at_10 < 0.9);
    assert!(careful.bytes_per_vector > 8.0 && careful.bytes_per_vector < 100.0, "{}", careful.bytes_per_vector);
    let best = if flat.queries_per_second > careful.queries_per_second { flat } else { careful };
    assert_eq!(tuning.pick, Some(best.kind.clone()));
    let few = rows_of(&*rows, 3);
    assert_eq!(index::tune(&*few, &kinds, 0.97, 5000, &|_, _| {}, &AtomicBool::new(false)).unwrap_err().kind(), Kind::NotReady);
}

fn rows_of(rows: &dyn Rows, count: usize) -> Arc<dyn Rows> {
    super::rows(rows.all()[..count * rows.dimension()].to_vec(), rows.dimension())
}
