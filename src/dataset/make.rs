//! The making of a dataset, step by step; each step is written down when it is done, and a job that begins again goes on after the
//! last one. Inside a step, `build.rs` and `gradients.rs` go on where they stopped.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::build::{Build, Built};
use super::checkpoint::{Checkpoint, Reason};
use super::findings::{BuiltDatabase, ParsedFolder, parse_steps};
use super::folder::{FolderRules, Parse, Parsed};
use super::gradients::Gradients;
use super::items::Entries;
use super::list::{self, ListEntry};
use super::mean::{self, MEAN_FILE, MEAN_PICTURE};
use super::records::LABELS_FILE;
use super::spec::{ClassFolders, ClassificationSpec, FolderSource, GradientsSpec, PictureSource, PrebuiltSpec};
use super::split::Shares;
use super::{Dataset, DatasetSpec, Datasets, Subset, Watch, blocking, files, prebuilt};
use crate::db::database_error;
use crate::error::{Error, Result, io_error};
use crate::{lock, priority};

/// Held while a dataset is made: a worker that was believed dead must not write beside its successor.
const LOCK_FILE: &str = ".making";

/// What came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// What was skipped, and why.
    pub notes: Vec<String>,
    /// Pictures that could not be read: the first ones of each set.
    pub failures: Vec<Reason>,
    /// Pictures that could not be read, in all.
    pub failed: u64,
    /// Entries of each database.
    pub entries: Vec<(Subset, u64)>,
}

/// The pictures of a set that went into its database.
struct Finished {
    list: Vec<ListEntry>,
    built: Built,
}

impl Datasets {
    /// Makes a dataset, or goes on with it.
    ///
    /// # Errors
    /// What makes the whole dataset impossible, in DIGITS' words where it has some; `Cancelled`, also when it was deleted meanwhile.
    pub async fn make(&self, mut dataset: Dataset, watch: &Watch) -> Result<Made> {
        let _lock = lock_folder(&dataset.folder, watch).await?;
        let mut made = Made::default();
        match dataset.spec.clone() {
            DatasetSpec::Classification(spec) => self.classification(&mut dataset, &spec, watch, &mut made).await?,
            DatasetSpec::Prebuilt(spec) => self.prebuilt(&mut dataset, &spec, watch).await?,
            DatasetSpec::Gradients(spec) => self.gradients(&mut dataset, &spec, watch).await?,
        }
        made.entries = dataset.findings.databases.iter().map(|built| (built.subset, built.entries)).collect();
        Ok(made)
    }

    /// Removes what is only needed to go on: to be called when what [`Datasets::make`] found is written down.
    pub fn tidy_up(&self, dataset: &Dataset) {
        for subset in Subset::ALL {
            // What cannot be removed is in nobody's way.
            let _ = std::fs::remove_file(Build::note_file(&dataset.folder, subset));
        }
    }

    async fn classification(&self, dataset: &mut Dataset, spec: &ClassificationSpec, watch: &Watch, made: &mut Made) -> Result<()> {
        if !dataset.findings.listed {
            self.lists(dataset, spec, watch, made).await?;
        }
        let threads = threads(watch.niceness)?;
        for subset in dataset.spec.subsets() {
            // Its database may be in use already: a job that is repeated must not touch it.
            if dataset.findings.itemised.contains(&subset) {
                made.failed += dataset.findings.database(subset).map_or(0, |built| built.failed);
                made.failures.extend(Checkpoint::reasons(&Build::note_file(&dataset.folder, subset)));
                continue;
            }
            let finished = self.database(dataset, spec, subset, &threads, watch).await?;
            made.failed += finished.built.database.failed;
            made.failures.extend(finished.built.reasons.iter().cloned());
            let Finished { list, built } = &finished;
            let (taken, base) = (built.entries.as_slice(), base(spec, subset));
            let pictures = Entries { subset, list, taken, base: base.as_deref(), into_library: spec.into_library };
            self.itemise(dataset, &pictures, watch).await?;
            dataset.findings.itemised.push(subset);
            self.note(self.db.connection(), dataset).await?;
        }
        Ok(())
    }

    /// Labels and lists: read from folders, or as they were sent.
    async fn lists(&self, dataset: &mut Dataset, spec: &ClassificationSpec, watch: &Watch, made: &mut Made) -> Result<()> {
        if let PictureSource::Folder(source) = &spec.source {
            let (sources, folder) = (self.sources.clone(), dataset.folder.clone());
            let (source, seed, watch) = (source.clone(), dataset.seed, watch.clone());
            let steps: Vec<Vec<Subset>> = parse_steps(&dataset.spec).into_iter().map(|(_, subsets)| subsets).collect();
            let parsed = blocking(move || {
                let parse = Parse { sources: &sources, scratch: &folder, seed, watch: &watch };
                let parsed = parse_all(&parse, &source)?;
                write_lists(&folder, &steps, &parsed)?;
                Ok(parsed)
            })
            .await?;
            dataset.findings.parsed = parsed.iter().map(found).collect();
            dataset.findings.labels = parsed.first().map(|first| first.labels.clone()).unwrap_or_default();
            made.notes.extend(parsed.into_iter().flat_map(|parsed| parsed.notes));
        } else {
            let file = dataset.folder.join(LABELS_FILE);
            dataset.findings.labels = blocking(move || list::read_labels(&file)).await?;
        }
        dataset.findings.listed = true;
        let transaction = self.db.write().await?;
        self.write_labels(&transaction, dataset).await?;
        self.note(&transaction, dataset).await?;
        transaction.commit().await.map_err(|source| database_error("note how far a dataset is", source))
    }

    /// Makes the database of a set; with one that is finished nothing more is done.
    async fn database(
        &self,
        dataset: &mut Dataset,
        spec: &ClassificationSpec,
        subset: Subset,
        threads: &Arc<ThreadPool>,
        watch: &Watch,
    ) -> Result<Finished> {
        let (sources, folder, classes, seed) = (self.sources.clone(), dataset.folder.clone(), dataset.findings.labels.len(), dataset.seed);
        let (spec, threads, watch) = (spec.clone(), Arc::clone(threads), watch.clone());
        let finished = blocking(move || {
            let (list, skipped) = list::read(&folder.join(subset.list_file()))?;
            let base = base(&spec, subset);
            let work = Build {
                folder: &folder,
                subset,
                list: &list,
                classes,
                base: base.as_deref(),
                shape: spec.shape,
                mode: spec.mode,
                encoding: spec.encoding,
                seed,
                shuffled: is_shuffled(&spec),
                with_mean: subset == Subset::Train,
                sources: &sources,
                watch: &watch,
            };
            let built = work.run(&threads)?;
            if let Some(mean) = &built.mean {
                mean::write(&folder, mean)?;
                mean::write_picture(&folder, mean)?;
            }
            write_log(&folder, subset, &built, list.len(), skipped)?;
            Ok(Finished { list, built })
        })
        .await?;
        if dataset.findings.database(subset).is_none() {
            dataset.findings.databases.push(finished.built.database.clone());
            self.note(self.db.connection(), dataset).await?;
        }
        Ok(finished)
    }

    async fn prebuilt(&self, dataset: &mut Dataset, spec: &PrebuiltSpec, watch: &Watch) -> Result<()> {
        let done = dataset.findings.analysed.len();
        let steps: Vec<(&'static str, &'static str, String)> =
            prebuilt::steps(spec).into_iter().skip(done).map(|(name, log, folder)| (name, log, folder.to_owned())).collect();
        for (name, log, folder) in steps {
            (watch.progress)(dataset.findings.analysed.len() as u64, 0, name);
            let (sources, logs, watch, same_shape) = (self.sources.clone(), dataset.folder.clone(), watch.clone(), spec.same_shape);
            let looked = blocking(move || prebuilt::look_at((name, log, folder.as_str()), same_shape, &sources, &logs, &watch)).await?;
            dataset.findings.analysed.push(looked);
            self.note(self.db.connection(), dataset).await?;
        }
        Ok(())
    }

    async fn gradients(&self, dataset: &mut Dataset, spec: &GradientsSpec, watch: &Watch) -> Result<()> {
        for subset in dataset.spec.subsets() {
            if dataset.findings.database(subset).is_some() {
                continue;
            }
            let (folder, spec, seed, watch) = (dataset.folder.clone(), spec.clone(), dataset.seed, watch.clone());
            let built = blocking(move || {
                let built = Gradients { folder: &folder, spec: &spec, seed, watch: &watch }.run(subset)?;
                let log = folder.join(format!("create_{}_db.log", subset.database_folder()));
                files::replace(&log, format!("{} entries\n", built.entries).as_bytes())?;
                Ok(built)
            })
            .await?;
            dataset.findings.databases.push(built);
            self.note(self.db.connection(), dataset).await?;
        }
        Ok(())
    }
}

/// The training folder, and those of their own.
fn parse_all(parse: &Parse<'_>, source: &FolderSource) -> Result<Vec<Parsed>> {
    let first = parse.run(&source.train.folder, rules(&source.train, source.shares()), None)?;
    let mut all = vec![first];
    for (folders, shares) in [(&source.val, Shares::new(100, 0)), (&source.test, Shares::new(0, 100))] {
        if let Some(folders) = folders {
            let parsed = parse.run(&folders.folder, rules(folders, shares), Some(&all[0].labels))?;
            all.push(parsed);
        }
    }
    Ok(all)
}

fn rules(folders: &ClassFolders, shares: Shares) -> FolderRules {
    let most_per_class = folders.per_class.most.map(|most| most as usize);
    FolderRules { least_per_class: folders.per_class.least as usize, most_per_class, shares }
}

/// Labels, and the list of each set that a step fills.
fn write_lists(folder: &Path, steps: &[Vec<Subset>], parsed: &[Parsed]) -> Result<()> {
    for (subsets, parsed) in steps.iter().zip(parsed) {
        for subset in subsets {
            list::write(&folder.join(subset.list_file()), parsed.of(*subset))?;
        }
    }
    // A set without a share still has its list: an empty one.
    let train = folder.join(Subset::Train.list_file());
    if !train.exists() {
        list::write(&train, [])?;
    }
    parsed.first().map_or(Ok(()), |first| list::write_labels(&folder.join(LABELS_FILE), &first.labels))
}

fn found(parsed: &Parsed) -> ParsedFolder {
    ParsedFolder { labels: parsed.class_count as u64, counts: Subset::ALL.map(|subset| parsed.of(subset).len() as u64) }
}

/// What relative paths of a list are relative to.
fn base(spec: &ClassificationSpec, subset: Subset) -> Option<String> {
    match &spec.source {
        PictureSource::Textfile(source) => source.list(subset)?.folder.clone(),
        PictureSource::Folder(_) => None,
    }
}

fn is_shuffled(spec: &ClassificationSpec) -> bool {
    match &spec.source {
        PictureSource::Textfile(source) => source.shuffle,
        PictureSource::Folder(_) => true,
    }
}

fn write_log(folder: &Path, subset: Subset, built: &Built, listed: usize, skipped: u64) -> Result<()> {
    let BuiltDatabase { entries, failed, .. } = &built.database;
    files::write_with(&folder.join(format!("create_{}_db.log", subset.word())), |log| {
        writeln!(log, "{listed} pictures listed, {skipped} lines skipped\n{entries} entries, {failed} pictures could not be read")?;
        if built.mean.is_some() {
            writeln!(log, "mean in {MEAN_FILE} and {MEAN_PICTURE}")?;
        }
        built.reasons.iter().try_for_each(|Reason { place, reason }| writeln!(log, "WARNING: {place}: {reason}"))
    })
}

/// Threads of this job alone, which step back.
fn threads(niceness: u8) -> Result<Arc<ThreadPool>> {
    let builder = ThreadPoolBuilder::new().thread_name(|number| format!("dataset {number}"));
    let started = builder.start_handler(move |_| priority::step_back(niceness)).build();
    started.map(Arc::new).map_err(|source| Error::internal("cannot start the threads of a dataset").because(source))
}

/// Waits for whoever still works on a dataset.
async fn lock_folder(folder: &Path, watch: &Watch) -> Result<File> {
    let (path, check) = (folder.join(LOCK_FILE), Arc::clone(&watch.check));
    blocking(move || {
        let failed = |source| io_error(&path, "lock", source);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        while !lock::try_lock(&file).map_err(failed)? {
            check()?;
        }
        Ok(file)
    })
    .await
}
