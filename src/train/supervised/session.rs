//! Sets a training up: graphs, weights, solver, and the position where an earlier run of it ended.

use std::path::Path;
use std::time::Instant;

use tch::Device;

use super::gradients::Feed;
use super::loader::Source;
use super::order::Order;
use super::preparation::Preparation;
use super::series::Recorder;
use super::state::{self, Position, STATE_FILE};
use super::wiring::{LabelForm, Wired, transform, wire};
use super::{Course, Examples, Framework, Solver, TrainPlan};
use crate::error::{Error, Result, io_error};
use crate::network::caffemodel;
use crate::network::learning::{LearningGraph, Weights};
use crate::network::network_definition::NetworkState;
use crate::types::Sha256;

/// Most parts of a batch, and threads that read examples.
const MAX_THREADS: usize = 64;

/// What stays the same during a training.
pub(super) struct Setup<'a> {
    pub(super) plan: &'a TrainPlan,
    pub(super) course: Course,
    pub(super) feed: Feed,
    pub(super) validation: Option<(Feed, &'a dyn Examples)>,
    /// Parts that a batch is cut into.
    pub(super) lanes: usize,
    /// Threads that read examples.
    pub(super) threads: usize,
    pub(super) seed: u64,
    training: &'a dyn Examples,
    preparation: Preparation,
    fingerprint: String,
}

/// What changes.
pub(super) struct Learner {
    pub(super) weights: Weights,
    pub(super) solver: Solver,
    pub(super) recorder: Recorder,
    /// Iterations done.
    pub(super) position: u64,
    /// Sums of the numbers since the last line about the training, and how many are in each.
    pub(super) sums: Vec<(String, f64)>,
    pub(super) summed: u64,
    /// When the state was last written.
    pub(super) saved: Instant,
}

/// Sets up a training, or goes on with one.
///
/// # Errors
/// As [`train`](super::train).
pub(super) fn begin<'a>(
    plan: &'a TrainPlan,
    training: &'a dyn Examples,
    validation: Option<&'a dyn Examples>,
    device: Device,
) -> Result<(Setup<'a>, Learner)> {
    let course = Course::new(&plan.schedule, plan.framework, training.len())?;
    let fingerprint = fingerprint(plan, training)?;
    let found = state::read(&plan.folder.join(STATE_FILE))?;
    if found.as_ref().is_some_and(|(position, _)| position.fingerprint != fingerprint) {
        return Err(Error::invalid(format!(
            "{} holds another training, or the same with other settings or examples: give it a folder of its own",
            plan.folder.display()
        )));
    }
    let seed = found.as_ref().map(|(position, _)| position.seed).or(plan.seed).unwrap_or_else(rand::random);
    let preparation = preparation(plan, training)?;
    let train = wired(plan, &NetworkState::train(), &preparation, plan.schedule.batch_size, training)?;
    let check = |examples| wired(plan, &NetworkState::validation(), &preparation, plan.schedule.validation_batch_size, examples);
    let validating = validation.filter(|examples| !examples.is_empty()).map(|examples| Ok::<_, Error>((check(examples)?, examples)));
    let validating = validating.transpose()?;
    let graphs: Vec<_> = std::iter::once(&train.0.graph).chain(validating.iter().map(|((wired, _), _)| &wired.graph)).collect();
    let mut weights = Weights::fill(&graphs, seed, device)?;
    if let (None, Some(path)) = (&found, &plan.initial_weights) {
        load(&mut weights, path)?;
    }
    let feed = feed(train, &weights, device)?;
    let validation = validating.map(|(wired, examples)| Ok::<_, Error>((self::feed(wired, &weights, device)?, examples))).transpose()?;
    let threads = plan.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1).clamp(1, MAX_THREADS);
    let apart = device == Device::Cpu && feed.graph.keeps_pictures_apart();
    let lanes = if apart { threads.min(plan.schedule.batch_size as usize).max(1) } else { 1 };
    let solver = Solver::new(plan.solver.clone(), weights.learned().map(|(blob, _)| blob))?;
    let mut setup = Setup { plan, course, feed, validation, lanes, threads, seed, training, preparation, fingerprint };
    let learner = setup.resume(weights, solver, found)?;
    Ok((setup, learner))
}

impl Setup<'_> {
    fn resume(&mut self, weights: Weights, solver: Solver, found: Option<(Position, state::Values)>) -> Result<Learner> {
        let (mut position, mut sums, mut summed) = (0, Vec::new(), 0);
        if let Some((known, values)) = found {
            values.restore(weights.blobs().chain(solver.memory()))?;
            self.lanes = known.lanes.clamp(1, MAX_THREADS);
            sums = known.sums.into_iter().map(|(name, bits)| (name, f64::from_bits(bits))).collect();
            (position, summed) = (known.iteration, known.summed);
        }
        let recorder = Recorder::open(&self.plan.folder, position)?;
        Ok(Learner { weights, solver, recorder, position, sums, summed, saved: Instant::now() })
    }

    /// Passes whose gradients make one change of the weights.
    pub(super) fn accumulation(&self) -> u64 {
        if self.plan.framework == Framework::Caffe { u64::from(self.plan.schedule.accumulation) } else { 1 }
    }

    /// The training's batches.
    pub(super) fn training_source(&self) -> Result<Source<'_>> {
        let caffe = self.plan.framework == Framework::Caffe;
        let order = Order {
            examples: self.training.len() as u64,
            batch: u64::from(self.plan.schedule.batch_size),
            wraps: caffe,
            drawn: (self.plan.schedule.shuffle && !caffe).then_some(self.seed),
        };
        self.source(self.training, order, &self.feed, Some(self.seed))
    }

    /// The batches of one validation.
    pub(super) fn validation_source<'b>(&'b self, feed: &Feed, examples: &'b dyn Examples) -> Result<Source<'b>> {
        let batch = u64::from(self.plan.schedule.validation_batch_size);
        self.source(examples, Order { examples: examples.len() as u64, batch, wraps: false, drawn: None }, feed, None)
    }

    fn source<'b>(&'b self, examples: &'b dyn Examples, order: Order, feed: &Feed, seed: Option<u64>) -> Result<Source<'b>> {
        Ok(Source { examples, preparation: &self.preparation, order, labels: feed.form, classes: feed.graph.classes(&feed.labels)?, seed })
    }
}

impl Learner {
    /// Writes everything that is needed to go on from here.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn save(&mut self, setup: &Setup<'_>) -> Result<()> {
        // A state must never know of more than the curves that lie beside it.
        self.recorder.sync()?;
        let position = Position {
            fingerprint: setup.fingerprint.clone(),
            iteration: self.position,
            seed: setup.seed,
            lanes: setup.lanes,
            sums: self.sums.iter().map(|(name, sum)| (name.clone(), sum.to_bits())).collect(),
            summed: self.summed,
        };
        state::save(&setup.plan.folder.join(STATE_FILE), &position, self.weights.blobs().chain(self.solver.memory()))?;
        self.saved = Instant::now();
        Ok(())
    }
}

/// A wired graph with the form of its labels.
type WiredWithLabels = (Wired, LabelForm);

fn wired(
    plan: &TrainPlan,
    state: &NetworkState,
    preparation: &Preparation,
    batch: u32,
    examples: &dyn Examples,
) -> Result<WiredWithLabels> {
    let form = LabelForm::of(&examples.read(0).map_err(|error| error.context("example 0"))?);
    Ok((wire(&plan.network, state, preparation.output(), form, batch)?, form))
}

fn feed((wired, form): WiredWithLabels, weights: &Weights, device: Device) -> Result<Feed> {
    let graph = LearningGraph::new(wired.graph, weights)?;
    // A phase that compares nothing needs no labels.
    let form = if wired.labels.is_empty() { LabelForm::None } else { form };
    Ok(Feed { graph, pictures: wired.pictures, labels: wired.labels, form, device })
}

fn preparation(plan: &TrainPlan, training: &dyn Examples) -> Result<Preparation> {
    let transform = transform(&plan.network, &NetworkState::train())?;
    Ok(Preparation {
        shape: training.shape(),
        framework: plan.framework,
        mean: plan.mean.clone(),
        augmentation: plan.augmentation.clone(),
        crop: plan.crop.map(|side| side as usize),
        scale: transform.scale,
        mirror: transform.mirror,
    })
}

/// Loads one caffemodel, or several in one value as a search path separates them.
fn load(weights: &mut Weights, paths: &Path) -> Result<()> {
    let mut taken = 0;
    for path in std::env::split_paths(paths) {
        let bytes = std::fs::read(&path).map_err(|error| io_error(&path, "read", error))?;
        let stored = caffemodel::decode(&bytes).map_err(|error| error.context(path.display()))?;
        taken += weights.load(stored).map_err(|error| error.context(path.display()))?;
    }
    if taken == 0 {
        return Err(Error::invalid(format!("{} has weights for no layer of this network: their names differ", paths.display())));
    }
    Ok(())
}

/// Everything that decides what a training does, but for the place where it is kept.
fn fingerprint(plan: &TrainPlan, training: &dyn Examples) -> Result<String> {
    let settings = (&plan.network, plan.framework, &plan.solver, &plan.schedule, &plan.mean, &plan.augmentation);
    let text = serde_json::to_string(&(settings, plan.crop, plan.seed, training.len(), training.shape()));
    let text = text.map_err(|error| Error::internal("the plan of a training cannot be written").because(error))?;
    Ok(Sha256::of(text.as_bytes()).to_string())
}
