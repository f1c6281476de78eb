//! Recall, rate and build time of every kind of index on synthetic CNN features, one query at a time, against the exact scan in
//! the same run. `cargo bench --bench index_kinds -- [rows] [dimension]`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use likeness::Result;
use likeness::index::{self, FlatIndex, IndexKind, MemoryRows, Rows, Snapshot, VectorIndex, synthetic};

const QUERIES: usize = 300;
const NEAREST: usize = 10;
const SEED: u64 = 7;
const FACTORIES: [&str; 5] = ["HNSW32", "HNSW32_SQ8", "IVF,Flat", "IVF,PQ256x4fs,RFlat", "PQ256x4fs,RFlat"];

/// Makes `count` vectors of a dimension from a seed, row by row.
type Generator = fn(usize, usize, u64) -> Vec<f32>;

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let count = numbers.next().unwrap_or(20_000);
    let dimension = numbers.next().unwrap_or(512);
    println!("{} threads, {count} x {dimension}, {QUERIES} queries, k = {NEAREST}", rayon::current_num_threads());
    let sets: [(&str, Generator); 2] = [("smooth", synthetic::smooth), ("clustered", synthetic::clustered)];
    for (name, make) in sets {
        let mut values = make(count + QUERIES, dimension, SEED);
        let queries = values.split_off(count * dimension);
        let rows: Arc<dyn Rows> = Arc::new(MemoryRows::new(dimension, values)?);
        for kind in kinds()? {
            measure(name, &kind, &rows, &queries)?;
        }
    }
    Ok(())
}

fn kinds() -> Result<Vec<IndexKind>> {
    let mut kinds = vec![IndexKind::parse("flat", None)?, IndexKind::parse("hnsw", None)?];
    for factory in FACTORIES {
        kinds.push(IndexKind::parse("faiss", Some(&format!(r#"{{"factory_type":"{factory}"}}"#)))?);
    }
    Ok(kinds)
}

fn measure(set: &str, kind: &IndexKind, rows: &Arc<dyn Rows>, queries: &[f32]) -> Result<()> {
    let snapshot = built(kind, rows)?;
    let exact = FlatIndex::new(Arc::clone(rows));
    let queries: Vec<&[f32]> = queries.chunks_exact(rows.dimension()).collect();
    let start = Instant::now();
    let answers = queries.iter().map(|query| snapshot.index.search(query, NEAREST, None)).collect::<Result<Vec<_>>>()?;
    let rate = queries.len() as f64 / start.elapsed().as_secs_f64();
    let truth = exact.search_batch(&queries, NEAREST, None)?;
    let found: usize = answers
        .iter()
        .zip(&truth)
        .map(|(answer, truth)| answer.iter().filter(|hit| truth.iter().any(|other| other.row == hit.row)).count())
        .sum();
    let recall = found as f64 / (NEAREST * queries.len()) as f64;
    println!("{set:9} recall@10 {recall:.4}  {rate:>6.0} queries/s  build {:>6.1} s  {kind:?}", snapshot.manifest.build_seconds);
    Ok(())
}

fn built(kind: &IndexKind, rows: &Arc<dyn Rows>) -> Result<Snapshot> {
    let internal = |error: std::io::Error| likeness::Error::internal("no folder for the index").because(error);
    let folder = tempfile::tempdir().map_err(internal)?;
    index::build(kind, rows.as_ref(), folder.path(), "bench", &|_, _| {}, &AtomicBool::new(false))?;
    let opened = index::open_current(folder.path(), rows, "bench")?;
    opened.ok_or_else(|| likeness::Error::internal("the index that was just built is not there"))
}
