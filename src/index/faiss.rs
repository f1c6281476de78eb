//! Indexes of the faiss library, from a factory string. faiss proposes rows; their scores are computed from the stored vectors.

use std::ffi::{c_int, c_void};
use std::path::Path;
use std::sync::Once;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use faiss::index::IndexImpl;
use faiss::index::autotune::ParameterSpace;
use faiss::{Index, MetricType, index_factory, read_index, write_index};

use super::approximate::Candidates;
use super::distinct::View;
use super::factory::Factory;
use super::work::Work;
use super::{FaissSettings, Hit};
use crate::error::{Error, Kind, Result, ResultExt};

/// Rows added between two looks at the stop flag: about half a second for the slowest kind on two cores.
const ADDED_AT_ONCE: usize = 1000;
/// How often the stop flag is looked at while faiss trains.
const STOP_INTERVAL: Duration = Duration::from_millis(100);

/// A faiss index with the settings of its searches.
pub(super) struct FaissSearch {
    index: IndexImpl,
    /// How many times the wanted number is fetched: above 1 where codes are lossy.
    fetch_factor: usize,
}

/// Checks that faiss accepts the string for this dimension.
///
/// # Errors
/// `Invalid` with the reason.
pub(super) fn check(factory: &Factory, dimension: usize) -> Result<()> {
    factory.check_dimension(dimension)?;
    // With this many vectors every string can be resolved.
    create(factory, &factory.resolve(usize::MAX >> 16)?, dimension).map(drop)
}

/// Keeps `OpenBLAS`, if faiss uses it, to the thread that calls it. faiss shares its work out by itself, and a program that exits
/// while a training thread uses its own threads hangs in their shutdown.
fn keep_blas_to_its_thread() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "a function that only one of the possible BLAS libraries has")]
        // SAFETY: the name ends with a zero; where it is found, it is OpenBLAS' documented `void openblas_set_num_threads(int)`.
        unsafe {
            let found = libc::dlsym(libc::RTLD_DEFAULT, c"openblas_set_num_threads".as_ptr());
            if !found.is_null() {
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn(c_int)>(found)(1);
            }
        }
    });
}

fn create(factory: &Factory, resolved: &str, dimension: usize) -> Result<IndexImpl> {
    keep_blas_to_its_thread();
    let metric = if factory.is_transformed() { MetricType::L2 } else { MetricType::InnerProduct };
    index_factory(dimension as u32, resolved, metric).or_error(Kind::Invalid, || format!("factory string `{}`", factory.text()))
}

/// Trains and fills an index.
///
/// # Errors
/// `Invalid` when the string does not fit, `NotReady` with too few vectors, `Cancelled` when the work was stopped.
pub(super) fn build(vectors: View<'_>, settings: &FaissSettings, work: &Work<'_>) -> Result<IndexImpl> {
    let (count, dimension) = (vectors.len(), vectors.dimension());
    let factory = Factory::parse(&settings.factory)?;
    factory.check_dimension(dimension)?;
    let mut index = create(&factory, &factory.resolve(count)?, dimension)?;
    if factory.is_hnsw() {
        set(&index, "efConstruction", settings.ef_construction)?;
    }
    if !index.is_trained() {
        index = train(index, sample(vectors, factory.training_vectors(count)), work)?;
    }
    for first in (0..count).step_by(ADDED_AT_ONCE) {
        work.check_stop()?;
        let end = (first + ADDED_AT_ONCE).min(count);
        let values: Vec<f32> = (first..end).flat_map(|label| vectors.vector(label)).copied().collect();
        index.add(&values).or_error(Kind::Internal, || "faiss cannot add vectors".into())?;
        work.report(end, count);
    }
    Ok(index)
}

/// Evenly spread vectors, copied.
fn sample(vectors: View<'_>, wanted: usize) -> Vec<f32> {
    (0..wanted).flat_map(|place| vectors.vector(place * vectors.len() / wanted)).copied().collect()
}

/// Training cannot be interrupted: it runs on a thread of its own, which a stop leaves behind to end by itself.
fn train(mut index: IndexImpl, sample: Vec<f32>, work: &Work<'_>) -> Result<IndexImpl> {
    let (sender, receiver) = mpsc::channel();
    let training = move || {
        let outcome = index.train(&sample).map(|()| index);
        // The receiver is gone after a stop; then nobody wants the index.
        drop(sender.send(outcome));
    };
    std::thread::Builder::new().name("faiss-train".into()).spawn(training).or_error(Kind::Internal, || "cannot start a thread".into())?;
    loop {
        work.check_stop()?;
        match receiver.recv_timeout(STOP_INTERVAL) {
            Ok(outcome) => return outcome.or_error(Kind::Internal, || "faiss cannot train the index".into()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Error::internal("the training thread of faiss ended without a result")),
        }
    }
}

fn set(index: &IndexImpl, name: &str, value: usize) -> Result<()> {
    let space = ParameterSpace::new().or_error(Kind::Internal, || "faiss has no memory for its parameters".into())?;
    space.set_index_parameter(index, name, value as f64).or_error(Kind::Invalid, || format!("faiss does not take {name} {value}"))
}

fn path_text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| Error::invalid(format!("faiss needs a path in UTF-8, got {}", path.display())))
}

/// Writes the index into a new file.
///
/// # Errors
/// `Internal` when the disk is full or fails.
pub(super) fn write(index: &IndexImpl, path: &Path) -> Result<()> {
    write_index(index, path_text(path)?).or_error(Kind::Internal, || format!("faiss cannot write {} (is the disk full?)", path.display()))
}

impl FaissSearch {
    /// Reads an index whose file has been verified, and prepares it for searches.
    ///
    /// # Errors
    /// `Corrupt` when it is not what the settings describe.
    pub(super) fn open(path: &Path, settings: &FaissSettings, dimension: usize, count: usize) -> Result<Self> {
        let factory = Factory::parse(&settings.factory)?;
        let index = read_index(path_text(path)?).or_error(Kind::Corrupt, || format!("faiss cannot read {}", path.display()))?;
        if index.d() as usize != dimension || index.ntotal() != count as u64 {
            let found = format!("{} vectors of {} numbers, expected {count} of {dimension}", index.ntotal(), index.d());
            return Err(Error::corrupt(format!("the index in {} holds {found}", path.display())));
        }
        if factory.is_hnsw() {
            set(&index, "efSearch", settings.ef_search)?;
        }
        if factory.is_ivf() {
            let probes = if settings.nprobe == 0 { factory.usual_probes(count) } else { settings.nprobe };
            set(&index, "nprobe", probes)?;
        }
        Ok(Self { index, fetch_factor: if factory.is_lossy() { settings.k_factor } else { 1 } })
    }

    /// Labels that faiss answers.
    fn propose(&self, query: &[f32], wanted: usize) -> Result<Vec<u32>> {
        let wanted = wanted.min(self.index.ntotal() as usize);
        let mut scores = vec![0.0_f32; wanted];
        let mut labels = vec![-1_i64; wanted];
        assert_eq!(query.len(), self.index.d() as usize, "the query has been checked");
        #[expect(unsafe_code, reason = "the crate searches through &mut only, faiss' CPU indexes search from many threads")]
        // SAFETY: the index lives as long as self and is only read by searches; the query holds d() numbers, both outputs
        // have room for `wanted`.
        let code = unsafe {
            faiss_sys::faiss_Index_search(
                self.index.inner_ptr(),
                1,
                query.as_ptr(),
                wanted as i64,
                scores.as_mut_ptr(),
                labels.as_mut_ptr(),
            )
        };
        if code != 0 {
            return Err(Error::internal(format!("faiss cannot search (code {code})")));
        }
        Ok(labels.into_iter().filter_map(|label| u32::try_from(label).ok()).collect())
    }
}

impl Candidates for FaissSearch {
    fn candidates(&self, vectors: View<'_>, query: &[f32], wanted: usize) -> Result<Vec<Hit>> {
        let proposed = self.propose(query, wanted.saturating_mul(self.fetch_factor))?;
        Ok(proposed.into_iter().map(|label| vectors.score(query, label)).collect())
    }
}
