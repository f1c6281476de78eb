//! The training itself: batches, gradients on two threads, the schedule of the learning rate, and going on after a stop.
//! Everything random follows from the seed and the number of the step, so a resumed run does what an unbroken one does.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use rand::Rng;
use rand::seq::SliceRandom;
use tch::{Device, Kind as Element, Tensor};

use super::augment::generator;
use super::distill::Length;
use super::lesson::Lesson;
use super::optimiser::Optimiser;
use super::student::{DIMENSIONS, Mode, Student};
use super::teacher::unit_rows;
use super::views::two_at_once;
use super::{checkpoint, losses};
use crate::error::{Error, Result};

/// Unit features are multiplied by this before the read-out of classes.
const CLASS_SCALE: f64 = 12.0;
/// Share of the run in which the learning rate rises.
const WARM_UP: f64 = 0.02;
/// Views on which batch normalisation is measured.
const SAMPLE: usize = 1024;
const WEIGHT_DECAY: f64 = 0.05;

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// When to stop.
    pub length: Length,
    /// Pictures per step.
    pub batch: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Weights of the losses: direction, relation, classes.
    pub weights: [f64; 3],
    /// Compute in bfloat16.
    pub half: bool,
    /// Share of the views that are blended with another view of the batch, in 0..=1.
    pub blended: f64,
    /// Seed of weights and order.
    pub seed: u64,
}

/// A training under way.
pub struct Training {
    lesson: Lesson,
    settings: Settings,
    student: Student,
    parameters: Vec<(String, Tensor)>,
    /// The optimiser with its state.
    pub optimiser: Optimiser,
    /// Seconds spent in steps, earlier runs included.
    pub seconds: f64,
    order: (u64, Vec<usize>),
    /// Sums of the three losses and their number since the last report.
    losses: ([f64; 3], f64),
}

/// What one thread works on.
struct Share {
    student: Student,
    leaves: Vec<Tensor>,
    pixels: Tensor,
    targets: Tensor,
    probabilities: Tensor,
    library: Tensor,
}

impl Training {
    /// A training from random weights.
    pub fn new(lesson: Lesson, settings: Settings) -> Self {
        let student = Student::new(settings.seed);
        let classes = lesson.probabilities.size()[1];
        let mut parameters = student.parameters();
        parameters.push(("classes.weight".into(), Tensor::zeros([classes, DIMENSIONS], (Element::Float, Device::Cpu))));
        parameters.push(("classes.bias".into(), Tensor::zeros([classes], (Element::Float, Device::Cpu))));
        let optimiser = Optimiser::new(parameters.iter().map(|(n, t)| (n.clone(), t.shallow_clone())).collect(), WEIGHT_DECAY);
        Self { lesson, settings, student, parameters, optimiser, seconds: 0.0, order: (u64::MAX, Vec::new()), losses: ([0.0; 3], 0.0) }
    }

    /// Writes everything that is needed to go on.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&self, path: &Path) -> Result<()> {
        checkpoint::save(path, &self.optimiser.state(), self.optimiser.step, self.seconds)
    }

    /// Goes on from a file of [`Training::save`].
    ///
    /// # Errors
    /// `NotFound` or `Corrupt`.
    pub fn resume(&mut self, path: &Path) -> Result<()> {
        (self.optimiser.step, self.seconds) = checkpoint::load(path, &self.optimiser.state())?;
        Ok(())
    }

    /// Share of the run that is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        let share = match self.settings.length {
            Length::Minutes(minutes) => self.seconds / (60.0 * minutes),
            Length::Epochs(epochs) => self.optimiser.step as f64 / (epochs * self.steps_per_epoch() as f64).floor().max(1.0),
        };
        share.min(1.0)
    }

    /// The student with the running means of its weights.
    pub fn averaged(&self) -> Student {
        self.student.with_parameters(&self.optimiser.averages())
    }

    /// Batches of the first views, as the student saw them in training: for [`Student::calibrate`].
    pub fn sample(&self) -> Vec<Tensor> {
        let count = self.lesson.views.origins.len().min(SAMPLE);
        let numbers: Vec<usize> = (0..count).collect();
        numbers.chunks(self.settings.batch).map(|chunk| self.lesson.views.batch(chunk, &vec![false; chunk.len()])).collect()
    }

    /// Passes over the views so far.
    pub fn epoch(&self) -> f64 {
        self.optimiser.step as f64 / self.steps_per_epoch() as f64
    }

    /// Mean losses since the last call: direction, relation, classes.
    pub fn take_losses(&mut self) -> [f64; 3] {
        let (sums, count) = std::mem::take(&mut self.losses);
        sums.map(|sum| sum / count.max(1.0))
    }

    /// One step of the optimiser.
    ///
    /// # Errors
    /// `Internal` when a thread fails.
    pub fn step(&mut self) -> Result<()> {
        let started = Instant::now();
        let numbers = self.numbers();
        let shares = [&numbers[..numbers.len() / 2], &numbers[numbers.len() / 2..]].map(|half| Mutex::new(self.share(half)));
        let (weights, precision) = (self.settings.weights, if self.settings.half { Element::BFloat16 } else { Element::Float });
        let halves = two_at_once(|half| {
            let share = shares[half as usize].lock().map_err(|_| Error::internal("a training thread panicked"))?;
            Ok(share.gradients(weights, precision))
        })?;
        let gradients: Vec<Tensor> = (0..self.parameters.len()).map(|i| (&halves[0].0[i] + &halves[1].0[i]) * 0.5).collect();
        for (_, parts) in &halves {
            self.losses.0.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            self.losses.1 += 1.0;
        }
        self.optimiser.update(&gradients, self.rate());
        self.seconds += started.elapsed().as_secs_f64();
        Ok(())
    }

    fn steps_per_epoch(&self) -> u64 {
        (self.lesson.views.origins.len() / self.settings.batch).max(1) as u64
    }

    /// A short rise, then half a cosine down to zero.
    fn rate(&self) -> f64 {
        let progress = self.progress();
        let rise = (progress / WARM_UP + 0.01).min(1.0);
        self.settings.rate * rise * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
    }

    /// The views of the next step; for each, mirrored or not, and its share where it is blended with another.
    fn numbers(&mut self) -> Vec<(usize, bool, f32)> {
        let (epoch, place) = (self.optimiser.step / self.steps_per_epoch(), self.optimiser.step % self.steps_per_epoch());
        if self.order.0 != epoch {
            let mut order: Vec<usize> = (0..self.lesson.views.origins.len()).collect();
            order.shuffle(&mut generator(self.settings.seed, 4, epoch));
            self.order = (epoch, order);
        }
        let coins = &mut generator(self.settings.seed, 5, self.optimiser.step);
        let blended = self.settings.blended;
        let start = place as usize * self.settings.batch;
        self.order
            .1
            .iter()
            .skip(start)
            .take(self.settings.batch)
            .map(|&number| {
                let share = if coins.random_bool(blended) { coins.random() } else { 1.0 };
                (number, coins.random(), share)
            })
            .collect()
    }

    fn share(&self, views: &[(usize, bool, f32)]) -> Share {
        let numbers: Vec<usize> = views.iter().map(|view| view.0).collect();
        let mirrored: Vec<bool> = views.iter().map(|view| view.1).collect();
        let own = Tensor::from_slice(&views.iter().map(|view| view.2).collect::<Vec<_>>());
        let rows = Tensor::from_slice(&numbers.iter().map(|&n| n as i64).collect::<Vec<_>>());
        let leaves: Vec<Tensor> = self.parameters.iter().map(|(_, value)| value.detach().set_requires_grad(true)).collect();
        Share {
            student: self.student.with_parameters(&leaves),
            leaves,
            pixels: blend(&self.lesson.views.batch(&numbers, &mirrored), &own),
            targets: unit_rows(&blend(&self.lesson.targets.index_select(0, &rows), &own)),
            probabilities: blend(&self.lesson.probabilities.index_select(0, &rows), &own),
            library: self.lesson.library.shallow_clone(),
        }
    }
}

/// Each entry of a batch times its own share, plus the entry at the same place from the end times the rest.
fn blend(batch: &Tensor, own: &Tensor) -> Tensor {
    let batch = batch.to_kind(Element::Float);
    let mut shape = vec![1; batch.dim()];
    shape[0] = -1;
    let own = own.reshape(&shape);
    &batch * &own + batch.flip([0]) * (1.0 - own)
}

impl Share {
    /// Gradients in the order of the parameters, and the three losses.
    fn gradients(&self, weights: [f64; 3], precision: Element) -> (Vec<Tensor>, [f64; 3]) {
        let features = self.student.forward(&self.pixels, Mode::Train, precision);
        let (head, bias) = (&self.leaves[self.leaves.len() - 2], &self.leaves[self.leaves.len() - 1]);
        let scores = (unit_rows(&features) * CLASS_SCALE).linear(head, Some(bias));
        let parts = [
            losses::direction(&features, &self.targets),
            losses::relation(&features, &self.targets, &self.library),
            losses::classes(&scores, &self.probabilities),
        ];
        let total =
            parts.iter().zip(weights).map(|(part, weight)| part * weight).reduce(|a, b| a + b).unwrap_or_else(|| parts[0].shallow_clone());
        let gradients = Tensor::run_backward(&[total], &self.leaves, false, false);
        (gradients, parts.map(|part| part.double_value(&[])))
    }
}
