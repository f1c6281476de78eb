//! Our side of `make bench`: reads one JSON object a line from standard input, does it, answers with one line. The driver
//! (`benches/run.py`) asks us and the peers in turns, so that all are measured in the same minutes.
//!
//! ```text
//! {"do":"make","set":"smooth","rows":100000,"queries":1000,"dimension":512,"seed":7,"folder":"data"}
//! {"do":"rows","path":"data/rows.npy"}
//! {"do":"build","kind":"codes","settings":"{}","folder":"index"}
//! {"do":"open","folder":"index"}
//! {"do":"search","queries":"data/queries.npy","count":10,"threads":1,"allowed":"data/allowed.npy"}
//! {"do":"bandwidth","threads":2,"bytes":1073741824,"repetitions":5}
//! ```

mod bandwidth;
mod npy;
mod searching;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use likeness::index::{self, IndexKind, RowSet, Rows, Snapshot, synthetic};
use likeness::{Error, Result};
use npy::Matrix;
use serde::Deserialize;
use serde_json::{Value, json};

const FINGERPRINT: &str = "bench";

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
enum Ask {
    Make { set: String, rows: usize, queries: usize, dimension: usize, seed: u64, folder: PathBuf },
    Rows { path: PathBuf },
    Build { kind: String, settings: Option<String>, folder: PathBuf },
    Open { folder: PathBuf },
    Search { queries: PathBuf, count: usize, threads: usize, first: Option<usize>, allowed: Option<PathBuf> },
    Bandwidth { threads: usize, bytes: usize, repetitions: usize },
}

#[derive(Default)]
struct Contestant {
    rows: Option<Arc<dyn Rows>>,
    snapshot: Option<Snapshot>,
}

fn main() {
    let mut contestant = Contestant::default();
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines().map_while(std::result::Result::ok).filter(|line| !line.trim().is_empty()) {
        let answer = serde_json::from_str(&line)
            .map_err(|error| Error::invalid(format!("not understood: {error}")))
            .and_then(|ask| contestant.answer(ask))
            .unwrap_or_else(|error| json!({ "error": error.message() }));
        // Nobody listens any more: there is nobody to tell either.
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

impl Contestant {
    fn answer(&mut self, ask: Ask) -> Result<Value> {
        match ask {
            Ask::Make { set, rows, queries, dimension, seed, folder } => make(&set, rows, queries, dimension, seed, &folder),
            Ask::Rows { path } => {
                let rows = Matrix::open(&path, "<f4")?;
                let answer = json!({ "rows": rows.len(), "dimension": rows.dimension() });
                self.rows = Some(Arc::new(rows));
                Ok(answer)
            }
            Ask::Build { kind, settings, folder } => self.build(&kind, settings.as_deref(), &folder),
            Ask::Open { folder } => self.open(&folder),
            Ask::Search { queries, count, threads, first, allowed } => self.search(&queries, count, threads, first, allowed.as_deref()),
            Ask::Bandwidth { threads, bytes, repetitions } => {
                Ok(json!({ "bytes_per_second": bandwidth::measure(threads.max(1), bytes, repetitions) }))
            }
        }
    }

    fn rows(&self) -> Result<&Arc<dyn Rows>> {
        self.rows.as_ref().ok_or_else(|| Error::invalid("say `rows` first"))
    }

    fn build(&self, kind: &str, settings: Option<&str>, folder: &Path) -> Result<Value> {
        let kind = IndexKind::parse(kind, settings)?;
        let start = Instant::now();
        let manifest = index::build(&kind, &**self.rows()?, folder, FINGERPRINT, &|_, _| {}, &AtomicBool::new(false))?;
        Ok(json!({ "seconds": start.elapsed().as_secs_f64(), "manifest": manifest }))
    }

    fn open(&mut self, folder: &Path) -> Result<Value> {
        let start = Instant::now();
        let snapshot = index::open_current(folder, self.rows()?, FINGERPRINT)?;
        let snapshot = snapshot.ok_or_else(|| Error::not_found(format!("no index in {}", folder.display())))?;
        let answer = json!({ "seconds": start.elapsed().as_secs_f64(), "manifest": snapshot.manifest });
        self.snapshot = Some(snapshot);
        Ok(answer)
    }

    fn search(&self, queries: &Path, count: usize, threads: usize, first: Option<usize>, allowed: Option<&Path>) -> Result<Value> {
        let snapshot = self.snapshot.as_ref().ok_or_else(|| Error::invalid("say `open` first"))?;
        let allowed = allowed.map(|path| row_set(path, snapshot.index.len())).transpose()?;
        let queries = Matrix::open(queries, "<f4")?;
        let queries: Vec<&[f32]> = queries.floats().chunks_exact(queries.dimension()).take(first.unwrap_or(usize::MAX)).collect();
        Ok(json!(searching::run(&*snapshot.index, &queries, count, allowed.as_ref(), threads.max(1))?))
    }
}

fn row_set(path: &Path, len: usize) -> Result<RowSet> {
    let mut set = RowSet::none(len);
    Matrix::open(path, "<u4")?.integers().for_each(|row| set.insert(row));
    Ok(set)
}

/// Writes the rows of a set, and queries that are of the same set but not in it.
fn make(set: &str, rows: usize, queries: usize, dimension: usize, seed: u64, folder: &Path) -> Result<Value> {
    let generator = match set {
        "clustered" => synthetic::clustered,
        "smooth" => synthetic::smooth,
        _ => return Err(Error::invalid(format!("set: `{set}` is not known: use clustered or smooth"))),
    };
    std::fs::create_dir_all(folder).map_err(|error| Error::internal(format!("{}: {error}", folder.display())))?;
    let values = generator(rows + queries, dimension, seed);
    npy::write(&folder.join("queries.npy"), &values[rows * dimension..], dimension)?;
    npy::write(&folder.join("rows.npy"), &values[..rows * dimension], dimension)?;
    Ok(json!({ "rows": rows, "queries": queries }))
}
