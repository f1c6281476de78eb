//! Gradients of a batch, computed in parts at once: on a processor, each part has a core of its own, so that no core waits for
//! another inside an operation. The parts are cut by the batch and their number alone: the same cuts give the same bits.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;

use tch::{Device, Tensor};

use super::loader::Batch;
use super::wiring::LabelForm;
use crate::error::{Error, Result};
use crate::network::chance::Chance;
use crate::network::learning::{Answers, LearningGraph, Leaves, Weights, pixels_together};

/// Random numbers of passes stand apart from others of the same seed.
const PASSING: u64 = 0x7061_7373_6573;

/// A graph with the names of its inputs.
pub(super) struct Feed {
    pub(super) graph: LearningGraph,
    pub(super) pictures: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) form: LabelForm,
    pub(super) device: Device,
}

/// Gradients and numbers of a batch.
pub(super) struct Learned {
    pub(super) gradients: Vec<Tensor>,
    /// The weighted sum of all losses.
    pub(super) loss: f64,
    /// Outputs by name.
    pub(super) numbers: Vec<(String, f64)>,
}

impl Feed {
    /// Runs the graph on the examples `from` to `to` of a batch.
    pub(super) fn run(&self, batch: &Batch, (from, to): (usize, usize), leaves: &Leaves, chance: Option<&mut Chance>) -> Result<Answers> {
        let each = batch.shape.iter().product::<usize>();
        let mut shape = vec![(to - from) as i64];
        shape.extend(batch.shape.iter().map(|&side| side as i64));
        let pictures = self.tensor(&batch.pixels[from * each..to * each], &shape)?;
        let labels = match self.form.shape((to - from) as i64) {
            Some(shape) => {
                let each = shape.get(1).map_or(1, |&count| count as usize);
                Some(self.tensor(&batch.labels[from * each..to * each], &shape)?)
            }
            None => None,
        };
        let pictures = self.pictures.iter().map(|name| (name.as_str(), &pictures));
        let labels = self.labels.iter().zip(labels.iter().cycle()).map(|(name, labels)| (name.as_str(), labels));
        self.graph.run(&pictures.chain(labels).collect::<Vec<_>>(), leaves, chance)
    }

    fn tensor(&self, values: &[f32], shape: &[i64]) -> Result<Tensor> {
        pixels_together(&Tensor::f_from_slice(values)?.f_reshape(shape)?.f_to(self.device)?)
    }

    /// Gradients of the mean loss of some examples of a batch, times their share in it.
    fn learn(&self, job: &Job) -> Result<Learned> {
        let mut chance = Chance::new(job.seed ^ PASSING, job.batch.number.wrapping_mul(64).wrapping_add(job.part));
        let answers = self.run(&job.batch, job.range, &job.leaves, Some(&mut chance))?;
        let loss =
            answers.loss.ok_or_else(|| Error::invalid("the network has no loss in the phase TRAIN: there is nothing to learn from"))?;
        let counted = if job.share < 1.0 { loss.f_mul_scalar(job.share)? } else { loss.shallow_clone() };
        let gradients = job.leaves.gradients(&counted)?;
        Ok(Learned { gradients, loss: loss.f_double_value(&[])?, numbers: numbers(&answers.numbers)? })
    }
}

/// Single numbers as they leave the device.
pub(super) fn numbers(tensors: &[(String, Tensor)]) -> Result<Vec<(String, f64)>> {
    tensors.iter().map(|(name, tensor)| Ok((name.clone(), tensor.f_reshape([1])?.f_double_value(&[0])?))).collect()
}

struct Job {
    batch: Arc<Batch>,
    range: (usize, usize),
    leaves: Leaves,
    seed: u64,
    /// Tells random numbers of parts apart.
    part: u64,
    /// How much of the batch it is.
    share: f64,
}

/// Threads that compute parts of a batch; none where the caller computes it whole.
pub(super) struct Lanes<'a> {
    feed: &'a Feed,
    threads: Vec<(Sender<Job>, Receiver<Result<Learned>>)>,
}

impl<'a> Lanes<'a> {
    /// Starts the threads: one for each part, where there are several.
    ///
    /// # Errors
    /// `Internal` when a thread cannot be started.
    pub(super) fn start<'scope>(scope: &'scope Scope<'scope, '_>, feed: &'a Feed, parts: usize) -> Result<Self>
    where
        'a: 'scope,
    {
        let mut threads = Vec::new();
        let wanted = if parts > 1 { parts } else { 0 };
        for number in 0..wanted {
            let (jobs, taken) = channel::<Job>();
            let (done, results) = channel();
            let work = move || {
                // For this thread alone: the others keep their number.
                tch::set_num_threads(1);
                for job in taken {
                    let learned = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| feed.learn(&job)));
                    let learned = learned.unwrap_or_else(|_| Err(Error::internal("a training thread panicked")));
                    if done.send(learned).is_err() {
                        return;
                    }
                }
            };
            let started = std::thread::Builder::new().name(format!("training {number}")).spawn_scoped(scope, work);
            drop(started.map_err(|error| Error::internal("cannot start a thread for training").because(error))?);
            threads.push((jobs, results));
        }
        Ok(Self { feed, threads })
    }

    /// Gradients of the mean loss of a batch, and the means of its numbers.
    ///
    /// # Errors
    /// `Invalid` for a network without a loss; those of libtorch.
    pub(super) fn learn(&self, batch: Batch, weights: &Weights, seed: u64) -> Result<Learned> {
        let batch = Arc::new(batch);
        let count = batch.count;
        let share = |(from, to): (usize, usize)| (to - from) as f64 / count as f64;
        let job = |part: usize, range: (usize, usize)| {
            let (batch, leaves) = (Arc::clone(&batch), weights.leaves()?);
            Ok::<_, Error>(Job { batch, range, leaves, seed, part: part as u64, share: share(range) })
        };
        if self.threads.is_empty() {
            return self.feed.learn(&job(0, (0, count))?);
        }
        let lanes = self.threads.len();
        let ranges = (0..lanes).map(|lane| (count * lane / lanes, count * (lane + 1) / lanes));
        let busy: Vec<(usize, (usize, usize))> = ranges.enumerate().filter(|(_, (from, to))| from < to).collect();
        let gone = || Error::internal("a training thread ended");
        for &(lane, range) in &busy {
            self.threads[lane].0.send(job(lane, range)?).map_err(|_| gone())?;
        }
        // Every answer is taken before any failure is told: no thread may keep one for the next batch.
        let answers: Vec<Result<Learned>> = busy.iter().map(|&(lane, _)| self.threads[lane].1.recv().map_err(|_| gone())?).collect();
        let parts = answers.into_iter().collect::<Result<Vec<_>>>()?;
        joined(parts, &busy.iter().map(|&(_, range)| share(range)).collect::<Vec<_>>())
    }
}

/// The gradients of all parts together, and the weighted means of their numbers.
fn joined(parts: Vec<Learned>, shares: &[f64]) -> Result<Learned> {
    let mean = |value: &dyn Fn(&Learned) -> f64| parts.iter().zip(shares).map(|(part, share)| value(part) * share).sum::<f64>();
    let loss = mean(&|part: &Learned| part.loss);
    let names = parts.first().map_or(&[][..], |first| first.numbers.as_slice()).iter().map(|(name, _)| name.clone());
    let numbers = names.enumerate().map(|(index, name)| (name, mean(&|part: &Learned| part.numbers[index].1))).collect();
    let mut parts = parts.into_iter().map(|part| part.gradients);
    let mut gradients = parts.next().ok_or_else(|| Error::internal("a batch without examples"))?;
    tch::no_grad(|| {
        for part in parts {
            for (sum, gradient) in gradients.iter_mut().zip(&part) {
                let _ = sum.f_add_(gradient)?;
            }
        }
        Ok(Learned { gradients, loss, numbers })
    })
}
