//! A list of pictures becomes a database: read, decoded and resized by all cores, written in the order of the database by one thread.
//! The result does not depend on timing, nor on how often the work was interrupted.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::Watch;
use super::checkpoint::{Checkpoint, Reason};
use super::datum::{Datum, Encoding};
use super::findings::BuiltDatabase;
use super::list::ListEntry;
use super::lmdb::{Entry, Writer, class_key, class_key_from};
use super::mean::MeanSums;
use super::resize::{ResizeMode, Shape, resize};
use super::source::Sources;
use super::split::{Purpose, order, stream};
use super::subset::Subset;
use crate::error::{Error, Kind, Result};
use crate::imaging::Raster;

/// Most pictures that are prepared together, and most bytes of them.
const CHUNK: usize = 256;
const CHUNK_BYTES: usize = 32 << 20;
/// Chunks that wait for the writer.
const AHEAD: usize = 2;
/// Bytes that are written together.
const BATCH_BYTES: usize = 64 << 20;
/// How often it is written down how far the work is, at least.
const NOTE_EVERY: Duration = Duration::from_secs(2);
/// The notes take at most one part in so many of the time.
const NOTE_SHARE: u32 = 10;

/// What to make.
pub struct Build<'a> {
    /// Folder of the dataset.
    pub folder: &'a Path,
    /// Which set.
    pub subset: Subset,
    /// Its pictures.
    pub list: &'a [ListEntry],
    /// Number of classes.
    pub classes: usize,
    /// What relative paths are relative to.
    pub base: Option<&'a str>,
    /// What pictures become.
    pub shape: Shape,
    /// How those of another shape are made to fit.
    pub mode: ResizeMode,
    /// How they are stored.
    pub encoding: Encoding,
    /// Decides order and noise.
    pub seed: u64,
    /// Whether the order of the list is mixed.
    pub shuffled: bool,
    /// Whether a mean is wanted.
    pub with_mean: bool,
    /// Where pictures may come from.
    pub sources: &'a Sources,
    /// Progress and the wish to stop.
    pub watch: &'a Watch,
}

/// What was made.
pub struct Built {
    /// For the record.
    pub database: BuiltDatabase,
    /// The mean, rounded.
    pub mean: Option<Raster>,
    /// Which entries of the list are entries of the database, in its order.
    pub entries: Vec<u32>,
    /// Pictures that could not be read, and why: the first ones.
    pub reasons: Vec<Reason>,
}

/// A prepared picture.
struct Made {
    listed_at: u32,
    outcome: Result<Picture>,
}

struct Picture {
    class: u32,
    value: Vec<u8>,
    /// For the mean.
    samples: Option<Vec<u8>>,
}

impl Build<'_> {
    /// Makes the database, or goes on with it. Pictures that cannot be read are left out.
    ///
    /// # Errors
    /// `Invalid`, in DIGITS' words, when no picture could be read; `Cancelled`; those of the disk.
    pub fn run(&self, threads: &ThreadPool) -> Result<Built> {
        let order = order(self.list.len(), self.seed, self.shuffled, self.subset.place() as u64);
        let mut writing = Writing::begin(self)?;
        let (sender, receiver) = sync_channel(AHEAD);
        let rest = &order[(writing.state.consumed as usize).min(order.len())..];
        let done = std::thread::scope(|scope| {
            scope.spawn(move || self.prepare(rest, threads, &sender));
            writing.receive(receiver)
        });
        let state = match done {
            Ok(()) if (writing.state.consumed as usize) < order.len() => {
                (self.watch.check)()?;
                return Err(Error::internal("preparing the pictures ended early; please report it"));
            }
            Ok(()) => writing.finish(),
            Err(error) => return Err(error),
        };
        if state.entries == 0 {
            return Err(Error::invalid("no images loaded from input file"));
        }
        self.built(&order, state)
    }

    /// File that says how far this is.
    pub fn note_file(folder: &Path, subset: Subset) -> PathBuf {
        folder.join(format!("create_{}_db.state", subset.word()))
    }

    fn prepare(&self, rest: &[u32], threads: &ThreadPool, sender: &SyncSender<Vec<Made>>) {
        let chunk = (CHUNK_BYTES / self.shape.samples().max(1)).clamp(1, CHUNK);
        for part in rest.chunks(chunk) {
            let made: Vec<Made> = threads.install(|| part.par_iter().map(|listed_at| self.make(*listed_at)).collect());
            // Whoever wrote may have failed, or somebody asked to stop.
            if (self.watch.check)().is_err() || sender.send(made).is_err() {
                return;
            }
        }
    }

    fn make(&self, listed_at: u32) -> Made {
        Made { listed_at, outcome: (self.watch.check)().and_then(|()| self.picture(listed_at)) }
    }

    fn picture(&self, listed_at: u32) -> Result<Picture> {
        let ListEntry { class, .. } = self.list[listed_at as usize];
        if class as usize >= self.classes {
            return Err(Error::invalid(format!("class {class} has no label: there are {}", self.classes)));
        }
        let place = self.place(listed_at);
        let picture = self.sources.picture(&place, self.folder, &|| (self.watch.check)().is_ok())?;
        let item = ((self.subset.place() as u64) << 32) | u64::from(listed_at);
        let raster = resize(picture, self.shape, self.mode, &mut stream(self.seed, Purpose::Noise, item))?;
        let value = Datum::of_raster(&raster, Some(class as i32), self.encoding)?.to_bytes();
        Ok(Picture { class, value, samples: self.with_mean.then_some(raster.samples) })
    }

    /// Path or address of an entry.
    fn place(&self, listed_at: u32) -> String {
        resolved(&self.list[listed_at as usize].place, self.base)
    }

    fn built(&self, order: &[u32], state: Checkpoint) -> Result<Built> {
        let failed: std::collections::HashSet<u32> = state.failed.iter().copied().collect();
        let mut classes = vec![(0, 0); self.classes];
        for (listed_at, entry) in self.list.iter().enumerate() {
            if let Some((loaded, lost)) = classes.get_mut(entry.class as usize) {
                *(if failed.contains(&(listed_at as u32)) { lost } else { loaded }) += 1;
            }
        }
        let mean = state.mean.map(|mean| mean.raster(self.shape)).transpose()?;
        let entries = order.iter().copied().filter(|listed_at| !failed.contains(listed_at)).collect();
        let database = BuiltDatabase { subset: self.subset, entries: state.entries, failed: failed.len() as u64, classes };
        Ok(Built { database, mean, entries, reasons: state.reasons })
    }
}

/// A path of a list, with what relative ones are relative to.
pub fn resolved(place: &str, base: Option<&str>) -> String {
    match base {
        Some(base) if !base.is_empty() && Path::new(place).is_relative() && !super::source::is_url(place) => {
            Path::new(base).join(place).to_string_lossy().into_owned()
        }
        _ => place.to_owned(),
    }
}

/// The writer's side.
struct Writing<'a> {
    build: &'a Build<'a>,
    writer: Writer,
    state: Checkpoint,
    /// Read, but not yet in the database.
    waiting: Vec<Entry>,
    waiting_bytes: usize,
    file: PathBuf,
    noted: Instant,
    /// How long the last note took.
    cost: Duration,
}

impl<'a> Writing<'a> {
    fn begin(build: &'a Build<'a>) -> Result<Self> {
        let file = Build::note_file(build.folder, build.subset);
        let (listed, sums) = (build.list.len() as u64, build.with_mean.then(|| build.shape.samples()));
        let fresh = || Checkpoint { listed, mean: build.with_mean.then(|| MeanSums::new(build.shape)), ..Checkpoint::default() };
        let mut writer = Writer::open(&build.folder.join(build.subset.database_folder()))?;
        let mut state = Checkpoint::load(&file, listed, sums)?.unwrap_or_else(fresh);
        if writer.count()? < state.entries {
            state = fresh();
        }
        writer.truncate(&class_key_from(state.entries))?;
        Ok(Self { build, writer, state, waiting: Vec::new(), waiting_bytes: 0, file, noted: Instant::now(), cost: Duration::ZERO })
    }

    /// Takes chunks until no more come. What came before a wish to stop is kept.
    fn receive(&mut self, chunks: Receiver<Vec<Made>>) -> Result<()> {
        let total = self.build.list.len() as u64;
        for chunk in chunks {
            for made in chunk {
                if let Err(error) = self.take(made) {
                    self.write(true)?;
                    return Err(error);
                }
            }
            let message = format!("Create DB ({})", self.build.subset.word());
            (self.build.watch.progress)(self.state.consumed, total, &message);
            let is_time = self.noted.elapsed() > NOTE_EVERY.max(self.cost * NOTE_SHARE);
            if is_time || self.waiting_bytes > BATCH_BYTES {
                self.write(is_time)?;
            }
        }
        self.write(true)
    }

    fn take(&mut self, made: Made) -> Result<()> {
        match made.outcome {
            // Nothing is wrong with this picture.
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => {
                let place = &self.build.list[made.listed_at as usize].place;
                self.state.fail(made.listed_at, place, &error);
            }
            Ok(picture) => {
                self.waiting_bytes += picture.value.len();
                self.waiting.push((class_key(self.state.entries, picture.class), picture.value));
                self.state.entries += 1;
                if let (Some(mean), Some(samples)) = (&mut self.state.mean, picture.samples) {
                    mean.add(&samples);
                }
            }
        }
        self.state.consumed += 1;
        Ok(())
    }

    /// Makes what waits durable, and after it, if asked, the note of how far this is.
    fn write(&mut self, with_note: bool) -> Result<()> {
        self.writer.append(&self.waiting)?;
        self.waiting.clear();
        self.waiting_bytes = 0;
        if with_note {
            let begun = Instant::now();
            self.state.save(&self.file)?;
            (self.noted, self.cost) = (Instant::now(), begun.elapsed());
        }
        Ok(())
    }

    fn finish(self) -> Checkpoint {
        self.writer.finish();
        self.state
    }
}
