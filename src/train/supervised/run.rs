//! The course of a training: validate, learn, write down, again and again, until it is done or stopped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tch::{Device, Tensor};

use super::gradients::{Lanes, Learned};
use super::loader::{Batches, with_batches};
use super::series::{Point, finite};
use super::session::{Learner, Setup, begin};
use super::validation::validate;
use super::{Ended, Examples, Framework, Report, TrainPlan, snapshots};
use crate::error::{Error, Kind, Result};

/// How often the state is written between snapshots: what a kill costs at most.
const STATE_INTERVAL: Duration = Duration::from_secs(30);
/// How often progress is told.
const TELL_INTERVAL: Duration = Duration::from_millis(200);
/// A stopped training writes its state if that is done within a moment: up to this many learned numbers.
const QUICKLY_WRITTEN: usize = 8 << 20;

/// Trains as [`train`](super::train) says.
pub(super) fn run(
    plan: &TrainPlan,
    training: &dyn Examples,
    validation: Option<&dyn Examples>,
    device: Device,
    stop: &AtomicBool,
    report: &mut dyn FnMut(Report),
) -> Result<Ended> {
    let (setup, mut learner) = begin(plan, training, validation, device)?;
    if !setup.feed.graph.has_loss() {
        return Err(Error::invalid("the network has no loss in the phase TRAIN: there is nothing to learn from"));
    }
    let _threads = (setup.lanes > 1).then(SingleThread::begin);
    let source = setup.training_source()?;
    let accumulation = setup.accumulation();
    let numbers = learner.position * accumulation..setup.course.iterations * accumulation;
    let outcome = std::thread::scope(|scope| {
        let lanes = Lanes::start(scope, &setup.feed, setup.lanes)?;
        with_batches(&source, numbers, setup.threads, |batches| {
            Run { setup: &setup, learner: &mut learner, lanes: &lanes, batches, stop, report, told: Instant::now() }.go()
        })
    });
    match outcome {
        Err(error) if error.kind() == Kind::Cancelled && stop.load(Ordering::Relaxed) => {
            if learner.weights.parameters() <= QUICKLY_WRITTEN {
                learner.save(&setup)?;
            }
            Ok(Ended::Stopped { iteration: learner.position })
        }
        other => other,
    }
}

struct Run<'r> {
    setup: &'r Setup<'r>,
    learner: &'r mut Learner,
    lanes: &'r Lanes<'r>,
    batches: &'r Batches<'r>,
    stop: &'r AtomicBool,
    report: &'r mut dyn FnMut(Report),
    told: Instant,
}

impl Run<'_> {
    fn go(&mut self) -> Result<Ended> {
        self.tell();
        let iterations = self.setup.course.iterations;
        loop {
            if self.setup.course.validates_at(self.learner.position) {
                self.validate()?;
            }
            if self.learner.position >= iterations {
                self.tell();
                return Ok(Ended::Done { iterations });
            }
            self.step()?;
            if self.setup.course.snapshots_at(self.learner.position) {
                self.snapshot()?;
            } else if self.learner.saved.elapsed() >= STATE_INTERVAL {
                self.learner.save(self.setup)?;
            }
            if self.told.elapsed() >= TELL_INTERVAL {
                self.tell();
            }
        }
    }

    /// One change of the weights.
    fn step(&mut self) -> Result<()> {
        let Setup { plan, course, .. } = self.setup;
        let iteration = self.learner.position;
        let rate = plan.schedule.policy.rate(plan.solver.learning_rate, iteration, course.iterations, plan.framework);
        let Learned { gradients, numbers, .. } = self.gradients()?;
        self.learner.solver.update(self.learner.weights.learned(), &gradients, rate, iteration)?;
        self.learner.position += 1;
        self.note(numbers);
        if course.displays_at(iteration) {
            self.display(iteration, rate)?;
        }
        Ok(())
    }

    /// Mean gradients and numbers of as many batches as are gathered.
    fn gradients(&mut self) -> Result<Learned> {
        let passes = self.setup.accumulation();
        let mut sum: Option<Learned> = None;
        for _ in 0..passes {
            let batch = self.batches.next(self.stop)?.ok_or_else(|| Error::internal("the batches ended before the training"))?;
            let learned = self.lanes.learn(batch, &self.learner.weights, self.setup.seed)?;
            refuse_divergence(self.setup.plan.framework, "Train", &learned)?;
            sum = Some(match sum {
                Some(sum) => added(sum, &learned)?,
                None => learned,
            });
        }
        let sum = sum.ok_or_else(|| Error::internal("an iteration without a batch"))?;
        if passes == 1 { Ok(sum) } else { divided(sum, passes as f64) }
    }

    fn note(&mut self, numbers: Vec<(String, f64)>) {
        if self.learner.summed == 0 || !self.setup.course.displays_means() {
            self.learner.sums = numbers;
            self.learner.summed = 1;
            return;
        }
        self.learner.sums.iter_mut().zip(numbers).for_each(|((_, sum), (_, number))| *sum += number);
        self.learner.summed += 1;
    }

    /// A line about the training.
    fn display(&mut self, iteration: u64, learning_rate: f64) -> Result<()> {
        let count = self.learner.summed.max(1) as f64;
        let outputs: Vec<(String, f64)> = self.learner.sums.drain(..).map(|(name, sum)| (name, sum / count)).collect();
        self.learner.summed = 0;
        let epoch = self.setup.course.display_epoch(iteration);
        self.learner.recorder.train(Point { iteration, epoch, outputs: finite(&outputs), learning_rate: Some(learning_rate) })?;
        (self.report)(Report::Train { epoch, outputs, learning_rate });
        Ok(())
    }

    fn validate(&mut self) -> Result<()> {
        let Some((feed, examples)) = &self.setup.validation else { return Ok(()) };
        let source = self.setup.validation_source(feed, *examples)?;
        let outputs = validate(feed, &source, &self.learner.weights, self.setup.threads, self.stop)?;
        if self.setup.plan.framework == Framework::Caffe {
            refuse(self.setup.plan.framework, "Val", &outputs)?;
        }
        let (iteration, epoch) = (self.learner.position, self.setup.course.epoch(self.learner.position));
        self.learner.recorder.validation(Point { iteration, epoch, outputs: finite(&outputs), learning_rate: None })?;
        (self.report)(Report::Validation { epoch, outputs });
        Ok(())
    }

    fn snapshot(&mut self) -> Result<()> {
        let Setup { plan, course, .. } = self.setup;
        let file = plan.folder.join(snapshots::file_name(course, plan.framework, self.learner.position));
        snapshots::write(&file, &self.learner.weights)?;
        self.learner.save(self.setup)?;
        (self.report)(Report::Snapshot { epoch: course.snapshot_epoch(self.learner.position), file });
        Ok(())
    }

    fn tell(&mut self) {
        let (iteration, course) = (self.learner.position, &self.setup.course);
        (self.report)(Report::Iteration { iteration, iterations: course.iterations, epoch: course.epoch(iteration) });
        self.told = Instant::now();
    }
}

/// A training whose numbers are none any more is at its end, in the words of DIGITS.
fn refuse_divergence(framework: Framework, phase: &str, learned: &Learned) -> Result<()> {
    refuse(framework, phase, &learned.numbers)?;
    refuse(framework, phase, &[("loss".to_owned(), learned.loss)])
}

fn refuse(framework: Framework, phase: &str, numbers: &[(String, f64)]) -> Result<()> {
    let Some((name, value)) = numbers.iter().find(|(_, value)| !value.is_finite()) else { return Ok(()) };
    let value = if value.is_nan() { "NaN" } else { "inf" };
    Err(Error::invalid(match framework {
        Framework::Caffe => format!("Network outputted {value} for \"{name}\" ({phase} phase). Try decreasing your learning rate."),
        Framework::Torch => {
            format!("Network reported {} for training loss. Try decreasing your learning rate.", value.to_lowercase())
        }
    }))
}

fn added(mut sum: Learned, other: &Learned) -> Result<Learned> {
    tch::no_grad(|| {
        for (sum, gradient) in sum.gradients.iter_mut().zip(&other.gradients) {
            *sum = sum.f_add(gradient)?;
        }
        sum.numbers.iter_mut().zip(&other.numbers).for_each(|((_, sum), (_, number))| *sum += number);
        sum.loss += other.loss;
        Ok(sum)
    })
}

fn divided(mut sum: Learned, count: f64) -> Result<Learned> {
    let mean = |gradient: &Tensor| gradient.f_mul_scalar(1.0 / count);
    sum.gradients = tch::no_grad(|| sum.gradients.iter().map(mean).collect::<std::result::Result<Vec<_>, _>>())?;
    sum.numbers.iter_mut().for_each(|(_, number)| *number /= count);
    sum.loss /= count;
    Ok(sum)
}

/// The calling thread computes alone while others have the cores; its number of threads comes back at the end.
struct SingleThread(i32);

impl SingleThread {
    fn begin() -> Self {
        let before = tch::get_num_threads();
        tch::set_num_threads(1);
        Self(before)
    }
}

impl Drop for SingleThread {
    fn drop(&mut self) {
        tch::set_num_threads(self.0);
    }
}
