//! The index kinds against the exact scan, and what keeps a built index whole.
#![allow(clippy::unwrap_used, reason = "tests")]

mod codes;
mod projections;
mod row_sets;
mod snapshots;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use likeness::index::{
    FlatIndex, Hit, IndexKind, Manifest, MemoryRows, RowSet, Rows, Snapshot, VectorIndex, build, dot, open_current, search_with_tail,
    synthetic,
};
use likeness::{Error, Kind, Result};

const FINGERPRINT: &str = "5eed";

fn rows(values: Vec<f32>, dimension: usize) -> Arc<dyn Rows> {
    Arc::new(MemoryRows::new(dimension, values).unwrap())
}

/// Rows of the harder set, and queries from the same cloud that are not among them.
fn smooth(count: usize, queries: usize, dimension: usize) -> (Arc<dyn Rows>, Vec<Vec<f32>>) {
    split(synthetic::smooth(count + queries, dimension, 7), count, dimension)
}

fn split(mut values: Vec<f32>, count: usize, dimension: usize) -> (Arc<dyn Rows>, Vec<Vec<f32>>) {
    let queries = values.split_off(count * dimension).chunks(dimension).map(<[f32]>::to_vec).collect();
    (rows(values, dimension), queries)
}

fn kind(index_type: &str, settings: &str) -> IndexKind {
    IndexKind::parse(index_type, Some(settings)).unwrap()
}

/// 1-bit codes in so many lists, also where the default would be one.
fn codes(lists: usize) -> IndexKind {
    kind("codes", &format!("{{\"lists\":{lists}}}"))
}

fn faiss(factory: &str) -> IndexKind {
    kind("faiss", &format!("{{\"faiss\":{{\"factory_type\":\"{factory}\"}}}}"))
}

fn try_build(kind: &IndexKind, rows: &dyn Rows, folder: &Path) -> Result<Manifest> {
    build(kind, rows, folder, FINGERPRINT, &|_, _| {}, &AtomicBool::new(false))
}

fn built(kind: &IndexKind, rows: &Arc<dyn Rows>) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    try_build(kind, &**rows, folder.path()).unwrap();
    open_current(folder.path(), rows, FINGERPRINT).unwrap().unwrap()
}

fn every_kind() -> Vec<IndexKind> {
    let names = ["HNSW32", "HNSW16_SQ8", "IVF,Flat", "IVF,PQ35x4fs,RFlat", "IVF8,SQ8", "PCA32,Flat", "RR,PQ35x4fs", "SQfp16", "Flat"];
    let mut kinds = vec![kind("flat", "{}"), kind("hnsw", "{}"), kind("auto", "{}"), kind("codes", "{}"), codes(40)];
    kinds.extend(names.map(faiss));
    kinds
}

/// The rows below `len` for which the test holds.
fn set(len: usize, holds: impl Fn(u32) -> bool) -> RowSet {
    let mut set = RowSet::none(len);
    (0..len as u32).filter(|row| holds(*row)).for_each(|row| set.insert(row));
    set
}

fn ids(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| hit.row).collect()
}

/// Share of the truly closest that the index finds.
fn recall(index: &dyn VectorIndex, rows: &Arc<dyn Rows>, queries: &[Vec<f32>], count: usize) -> f64 {
    let exact = FlatIndex::new(Arc::clone(rows));
    let mut found = 0;
    for query in queries {
        let truth: HashSet<u32> = ids(&exact.search(query, count, None).unwrap()).into_iter().collect();
        let hits = index.search(query, count, None).unwrap();
        assert_eq!(hits.len(), count);
        found += hits.iter().filter(|hit| truth.contains(&hit.row)).count();
    }
    found as f64 / (queries.len() * count) as f64
}

#[test]
fn the_scan_agrees_with_a_plain_sum_in_double_precision() {
    for dimension in [1, 7, 31, 32, 33, 70, 512] {
        let (rows, queries) = smooth(200, 3, dimension);
        for query in &queries {
            let hits = FlatIndex::new(Arc::clone(&rows)).search(query, 200, None).unwrap();
            assert_eq!(ids(&hits).into_iter().collect::<HashSet<_>>().len(), 200);
            assert!(hits.is_sorted_by(|a, b| (b.score, a.row) <= (a.score, b.row)));
            for hit in hits {
                let sum: f64 = rows.row(hit.row as usize).iter().zip(query).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                assert!((sum - f64::from(hit.score)).abs() < 1e-5);
            }
        }
    }
}

#[test]
fn large_scans_shared_among_cores_answer_as_small_ones() {
    let (rows, queries) = smooth(40_000, 2, 70);
    let scores: Vec<f32> = (0..rows.len()).map(|row| dot(rows.row(row), &queries[0])).collect();
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b)));
    let hits = FlatIndex::new(rows).search(&queries[0], 500, None).unwrap();
    assert_eq!(ids(&hits), order[..500]);
}

#[test]
fn queries_asked_together_are_answered_as_one_by_one() {
    for (count, dimension) in [(1, 7), (3000, 70), (2500, 512)] {
        let (rows, queries) = smooth(count, 9, dimension);
        let exact = FlatIndex::new(Arc::clone(&rows));
        let together: Vec<&[f32]> = queries.iter().map(Vec::as_slice).collect();
        let odd = set(count, |row| row % 2 == 1);
        for allowed in [None, Some(&odd)] {
            for (query, hits) in queries.iter().zip(exact.search_batch(&together, 12, allowed).unwrap()) {
                assert_eq!(hits, exact.search(query, 12, allowed).unwrap());
            }
        }
        assert!(exact.search_batch(&[], 12, None).unwrap().is_empty());
        assert_eq!(exact.search_batch(&[&[f32::NAN; 512][..dimension]], 12, None).unwrap_err().kind(), Kind::Invalid);
    }
}

#[test]
fn every_kind_finds_nearly_all_of_the_closest_at_its_defaults() {
    for (count, dimension) in [(6000, 70), (5000, 512)] {
        let (rows, queries) = smooth(count, 100, dimension);
        let codes_factory = format!("IVF,PQ{}x4fs,RFlat", dimension / 2);
        let of_faiss = ["HNSW32", "IVF,Flat", &codes_factory].map(faiss);
        for kind in ["flat", "hnsw", "annoy", "auto", "codes"].map(|name| kind(name, "{}")).into_iter().chain(of_faiss).chain([codes(60)]) {
            let snapshot = built(&kind, &rows);
            let recall = recall(&*snapshot.index, &rows, &queries, 10);
            println!("{kind:?} {count} x {dimension}: recall@10 {recall:.4}");
            assert!(recall >= 0.99, "{kind:?} {count} x {dimension}: recall@10 {recall}");
        }
    }
}

#[test]
fn scores_are_those_of_the_exact_scan() {
    let (rows, queries) = smooth(3000, 10, 70);
    for kind in every_kind() {
        let snapshot = built(&kind, &rows);
        for query in &queries {
            let hits = snapshot.index.search(query, 10, None).unwrap();
            assert!(hits.iter().all(|hit| hit.score.to_bits() == dot(query, rows.row(hit.row as usize)).to_bits()), "{kind:?}");
            assert!(hits.is_sorted_by(|a, b| (b.score, a.row) <= (a.score, b.row)), "{kind:?}");
        }
        let own = rows.row(1234).to_vec();
        assert_eq!(snapshot.index.search(&own, 1, None).unwrap()[0].row, 1234, "{kind:?}");
        let queries: Vec<&[f32]> = queries.iter().map(Vec::as_slice).collect();
        assert_eq!(snapshot.index.search_batch(&queries, 3, None).unwrap().len(), 10);
    }
}

#[test]
fn excluded_rows_never_appear_and_answers_stay_full() {
    let (rows, queries) = smooth(3000, 5, 70);
    for kind in every_kind() {
        let snapshot = built(&kind, &rows);
        for query in &queries {
            let closest: HashSet<u32> = ids(&snapshot.index.search(query, 600, None).unwrap()).into_iter().collect();
            let excluded = |row: u32| closest.contains(&row) || row.is_multiple_of(2);
            let hits = snapshot.index.search(query, 20, Some(&set(3000, |row| !excluded(row)))).unwrap();
            assert_eq!(hits.len(), 20, "{kind:?}");
            assert!(hits.iter().all(|hit| !excluded(hit.row)), "{kind:?}");
            let only = snapshot.index.search(query, 20, Some(&set(3000, |row| row == 17))).unwrap();
            assert_eq!(ids(&only), [17], "{kind:?}");
            assert!(snapshot.index.search(query, 20, Some(&set(3000, |_| false))).unwrap().is_empty(), "{kind:?}");
        }
    }
}

#[test]
fn libraries_of_no_one_and_two_pictures_can_be_searched() {
    for count in [0, 1, 2] {
        let (rows, queries) = smooth(count, 1, 70);
        for kind in [kind("flat", "{}"), kind("hnsw", "{}"), kind("codes", "{}"), codes(40), faiss("HNSW32"), faiss("IVF,Flat")] {
            let snapshot = built(&kind, &rows);
            assert_eq!((snapshot.manifest.count, snapshot.index.len()), (count, count));
            assert_eq!(snapshot.index.search(&queries[0], 30, None).unwrap().len(), count, "{kind:?}");
            assert!(snapshot.index.search(&queries[0], 0, None).unwrap().is_empty());
        }
    }
}

#[test]
fn asking_for_more_than_there_is_gives_all() {
    let (rows, queries) = smooth(500, 1, 70);
    for kind in [kind("flat", "{}"), kind("hnsw", "{}"), kind("codes", "{}"), codes(40), faiss("HNSW32"), faiss("IVF,Flat")] {
        let snapshot = built(&kind, &rows);
        for count in [499, 500, 501, usize::MAX] {
            assert_eq!(snapshot.index.search(&queries[0], count, None).unwrap().len(), count.min(500), "{kind:?}");
        }
    }
}

#[test]
fn identical_vectors_are_all_found() {
    let one = synthetic::smooth(1, 70, 3);
    let mut values = one.repeat(700);
    values.extend(synthetic::smooth(2300, 70, 4));
    let rows = rows(values, 70);
    for kind in [kind("flat", "{}"), kind("hnsw", "{}"), kind("codes", "{}"), codes(40), faiss("HNSW32"), faiss("IVF,Flat")] {
        let snapshot = built(&kind, &rows);
        let hits = snapshot.index.search(&one, 50, None).unwrap();
        assert_eq!(hits.len(), 50);
        assert!(hits.iter().all(|hit| hit.row < 700 && hit.score > 0.999), "{kind:?}");
        for row in [800, 2000, 2999] {
            assert_eq!(snapshot.index.search(rows.row(row), 1, None).unwrap()[0].row, row as u32, "{kind:?}");
        }
    }
}

#[test]
fn new_rows_are_found_at_once() {
    let (all, queries) = smooth(3000, 1, 70);
    let before = rows(all.all()[..2000 * 70].to_vec(), 70);
    for kind in [kind("flat", "{}"), kind("hnsw", "{}"), kind("codes", "{}"), codes(40), faiss("HNSW32")] {
        let snapshot = built(&kind, &before);
        let hits = search_with_tail(Some(&snapshot), &*all, all.row(2999), 5, None).unwrap();
        assert_eq!(hits[0].row, 2999, "{kind:?}");
        let without = search_with_tail(Some(&snapshot), &*all, all.row(2999), 5, Some(&set(3000, |row| row != 2999))).unwrap();
        assert!(without.len() == 5 && without.iter().all(|hit| hit.row != 2999));
    }
    let exact = FlatIndex::new(Arc::clone(&all)).search(&queries[0], 40, None).unwrap();
    let flat = built(&kind("flat", "{}"), &before);
    assert_eq!(search_with_tail(Some(&flat), &*all, &queries[0], 40, None).unwrap(), exact);
    assert_eq!(search_with_tail(None, &*all, &queries[0], 40, None).unwrap(), exact);
    let fewer = rows(all.all()[..1000 * 70].to_vec(), 70);
    assert_eq!(search_with_tail(Some(&flat), &*fewer, &queries[0], 4, None).unwrap_err().kind(), Kind::Conflict);
}

#[test]
fn wrong_queries_are_refused() {
    let (rows, _) = smooth(500, 1, 70);
    for kind in [kind("flat", "{}"), kind("hnsw", "{}"), kind("codes", "{}"), codes(40), faiss("HNSW32")] {
        let snapshot = built(&kind, &rows);
        let error = snapshot.index.search(&[0.5; 64], 3, None).unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(error.message().contains("64") && error.message().contains("70"), "{error}");
        for bad in [f32::NAN, f32::INFINITY] {
            let mut query = vec![0.1; 70];
            query[3] = bad;
            assert_eq!(snapshot.index.search(&query, 3, None).unwrap_err().kind(), Kind::Invalid);
        }
    }
}

#[test]
fn the_default_kind_changes_with_the_numbers_that_a_scan_would_read() {
    let chosen = |count, dimension| kind("auto", "{}").resolve(count, dimension).name().to_owned();
    assert_eq!((chosen(19_999, 512), chosen(20_000, 512)), ("flat".into(), "codes".into()));
    assert_eq!((chosen(39_999, 256), chosen(40_000, 256)), ("flat".into(), "codes".into()));
    assert_eq!((chosen(7_999, 1280), chosen(8_000, 1280)), ("flat".into(), "codes".into()));
    assert_eq!((chosen(4_999, 4096), chosen(5_000, 4096)), ("flat".into(), "codes".into()));
}

fn refused(index_type: &str, settings: &str) -> Error {
    let error = IndexKind::parse(index_type, Some(settings)).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    error
}

#[test]
fn kinds_and_settings_are_parsed_strictly() {
    for nothing in [None, Some(""), Some("{}"), Some("null"), Some("{\"hnsw\":{}}")] {
        assert_eq!(IndexKind::parse("hnsw", nothing).unwrap(), IndexKind::parse("annoy", Some("{}")).unwrap());
    }
    assert_eq!(faiss("HNSW32"), kind("faiss", "{\"factory_type\":\"HNSW32\"}"));
    assert_eq!(kind("annoy", "{\"annoy\":{\"metric\":\"angular\",\"n_trees\":100}}").name(), "hnsw");
    assert!(refused("kdtree", "{}").message().contains("auto, codes, flat, hnsw, faiss or annoy"));
    assert!(refused("hnsw", "{\"mm\":3}").message().contains("`mm`"));
    assert!(refused("flat", "{\"m\":3}").message().contains("`m`"));
    assert!(refused("hnsw", "{\"m\":1000}").message().contains("4 to 128"));
    assert!(refused("hnsw", "[1").message().contains("JSON"));
    assert!(refused("annoy", "{\"metric\":\"hamming\"}").message().contains("angular"));
}

#[test]
fn factory_strings_outside_the_language_never_reach_faiss() {
    let wrong = [
        "",
        "Flat,Flat",
        "HNSW1",
        "HNSW0",
        "HNSW99999999999999999999",
        "IVF0,Flat",
        "IVF16",
        "IVF16,",
        "IVF16(Index9),Flat",
        "PQ0x4fs",
        "LSH",
        "IVF64,PQ8x4fsr_17",
        "IDMap,Flat",
        "RFlat",
        "HNSW32\u{0}",
        "PCA0,Flat",
        "-1",
        "IVF99999999,Flat",
        "HNSW32_PQ8x4fs",
    ];
    for factory in wrong {
        let text = serde_json::json!({ "factory_type": factory }).to_string();
        let error = refused("faiss", &text);
        assert!(error.message().contains("language"), "{factory}: {error}");
    }
    let (rows, _) = smooth(100, 1, 70);
    let folder = tempfile::tempdir().unwrap();
    let error = try_build(&faiss("PQ16x4fs"), &*rows, folder.path()).unwrap_err();
    assert!(error.kind() == Kind::Invalid && error.message().contains("divisor of 70"), "{error}");
    let error = try_build(&faiss("PCA128,Flat"), &*rows, folder.path()).unwrap_err();
    assert!(error.kind() == Kind::Invalid && error.message().contains("128 of 70"), "{error}");
}
