//! The inner loops, one by one: `cargo bench --bench kernels [-- filter]`. Vectors and pictures are made here, from a fixed seed.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput};
use likeness::imaging::{self, DecodeLimits, ResizeFilter};
use likeness::index::{FlatIndex, MemoryRows, Rows, VectorIndex, dot, synthetic};
use likeness::types::Sha256;

const DIMENSION: usize = 512;
const SEED: u64 = 7;
/// Rows whose scan reads from memory and not from a cache: 100 MB.
const SCANNED: usize = 50_000;
const NETWORK_SIDE: u32 = 224;

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    dots(&mut criterion);
    scans(&mut criterion);
    pictures(&mut criterion);
    hashes(&mut criterion);
    criterion.final_summary();
}

/// The inner product that every kind of index scores with.
fn dots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dot");
    for dimension in [DIMENSION, 1280] {
        let values = synthetic::smooth(2, dimension, SEED);
        let (left, right) = values.split_at(dimension);
        group.throughput(Throughput::Bytes(dimension as u64 * 8));
        group.bench_function(BenchmarkId::from_parameter(dimension), |bencher| bencher.iter(|| dot(black_box(left), black_box(right))));
    }
    group.finish();
}

/// The exact scan, one query and a batch of them.
fn scans(criterion: &mut Criterion) {
    let values = synthetic::smooth(SCANNED + 32, DIMENSION, SEED);
    let (rows, queries) = values.split_at(SCANNED * DIMENSION);
    let Ok(rows) = MemoryRows::new(DIMENSION, rows.to_vec()) else { return };
    let index = FlatIndex::new(Arc::new(rows) as Arc<dyn Rows>);
    let queries: Vec<&[f32]> = queries.chunks_exact(DIMENSION).collect();
    let mut group = criterion.benchmark_group("scan");
    group.throughput(Throughput::Elements(SCANNED as u64));
    group.bench_function("one query", |bencher| bencher.iter(|| index.search(black_box(queries[0]), 10, None)));
    group.throughput(Throughput::Elements((SCANNED * queries.len()) as u64));
    group.bench_function("32 queries at once", |bencher| bencher.iter(|| index.search_batch(black_box(&queries), 10, None)));
    group.finish();
}

/// From the bytes of a photo to the network's size.
fn pictures(criterion: &mut Criterion) {
    let limits = DecodeLimits::default();
    let mut group = criterion.benchmark_group("picture");
    for (name, width, height) in [("2 MP", 1920, 1080), ("12 MP", 4000, 3000)] {
        let picture = imaging::render_picture(0, 0, SEED, width, height);
        let Ok(bytes) = imaging::encode_jpeg(&picture, 90) else { continue };
        group.throughput(Throughput::Elements(u64::from(width * height)));
        group.bench_function(BenchmarkId::new("decode", name), |bencher| bencher.iter(|| imaging::decode(black_box(&bytes), &limits)));
        group.bench_function(BenchmarkId::new("decode scaled", name), |bencher| {
            bencher.iter(|| imaging::decode_at_least(black_box(&bytes), 2 * NETWORK_SIDE, &limits));
        });
        let Ok(scaled) = imaging::decode_at_least(&bytes, 2 * NETWORK_SIDE, &limits) else { continue };
        group.bench_function(BenchmarkId::new("resize", name), |bencher| {
            bencher.iter(|| imaging::resize(black_box(&scaled), NETWORK_SIDE, NETWORK_SIDE, ResizeFilter::Antialias));
        });
        group.bench_function(BenchmarkId::new("thumbnail", name), |bencher| {
            bencher.iter(|| imaging::thumbnail(black_box(&bytes), 320, &limits))
        });
    }
    group.finish();
}

/// The name that bytes are stored under.
fn hashes(criterion: &mut Criterion) {
    let bytes = vec![7_u8; 4 << 20];
    let mut group = criterion.benchmark_group("sha256");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("4 MiB", |bencher| bencher.iter(|| Sha256::of(black_box(&bytes))));
    group.finish();
}
