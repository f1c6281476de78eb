//! The distillation: photos become views with the teacher's answers, and the student learns to give the same answers.
//! Writes a checkpoint and the exported network again and again, so that a run may be stopped at any time.

use std::path::PathBuf;

use super::examination::Examination;
use super::export;
use super::lesson::Lesson;
use super::metrics::Retrieval;
use super::photos::Photos;
use super::teacher::Teacher;
use super::training::{Settings, Training};
use crate::error::{Result, io_error};

/// How long to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// Until this much time has been spent in training steps, earlier runs included.
    Minutes(f64),
    /// Passes over all views.
    Epochs(f64),
}

/// Everything a run needs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Folders of class folders with the photos to learn from.
    pub photos: Vec<PathBuf>,
    /// The teacher's `TorchScript` file.
    pub teacher: PathBuf,
    /// Photos that are searched for the validation figures, and the queries.
    pub validation: Option<(PathBuf, PathBuf)>,
    /// Folder of the checkpoint and the exported network.
    pub out: PathBuf,
    /// File of the views; made or continued where needed.
    pub stock: PathBuf,
    /// Views to learn from.
    pub views: u64,
    /// How to train.
    pub settings: Settings,
    /// Go on from the checkpoint in `out`.
    pub resume: bool,
}

/// What a finished run says.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Steps done, earlier runs included.
    pub steps: u64,
    /// Seconds spent in steps, earlier runs included.
    pub seconds: f64,
    /// Quality on the validation folders.
    pub validation: Option<Retrieval>,
}

const SECONDS_BETWEEN_CHECKS: f64 = 180.0;

/// Runs the plan; `say` gets one line about each stage and check.
///
/// # Errors
/// Those of the folders, the teacher and the disk.
pub fn run(plan: &Plan, mut say: impl FnMut(&str)) -> Result<Outcome> {
    std::fs::create_dir_all(&plan.out).map_err(|e| io_error(&plan.out, "create", e))?;
    // Two threads of our own do the work; an operation split over threads would stall whenever another program takes a core.
    tch::set_num_threads(1);
    let teacher = Teacher::load(&plan.teacher, plan.settings.half)?;
    let photos = Photos::load(&plan.photos)?;
    say(&format!("{} photos in {} classes", photos.len(), photos.classes.len()));
    let lesson = Lesson::prepare(&photos, &teacher, &plan.stock, plan.views, plan.settings.seed, &mut say)?;
    let examination = plan.validation.clone().map(|(gallery, queries)| Examination::load(gallery, queries)).transpose()?;
    if let Some(examination) = &examination {
        let [own, target] = examination.of_teacher(&teacher, &lesson.target)?;
        say(&format!("teacher: {}; as target: {}", figures(own), figures(target)));
    }
    let mut training = Training::new(lesson, plan.settings);
    let path = plan.out.join("checkpoint.ot");
    if plan.resume {
        training.resume(&path)?;
    }
    let mut checked = training.seconds;
    loop {
        let done = training.progress() >= 1.0;
        if done || training.seconds - checked >= SECONDS_BETWEEN_CHECKS {
            checked = training.seconds;
            training.save(&path)?;
            let student = training.averaged();
            student.calibrate(training.sample().into_iter());
            export::write(&student, &plan.out)?;
            let validation = examination.as_ref().map(|e| e.of_student(&student)).transpose()?;
            say(&report(&mut training, validation));
            if done {
                return Ok(Outcome { steps: training.optimiser.step, seconds: training.seconds, validation });
            }
        }
        training.step()?;
    }
}

fn report(training: &mut Training, validation: Option<Retrieval>) -> String {
    let [direction, relation, classes] = training.take_losses();
    let minutes = training.seconds / 60.0;
    let validation = validation.map(figures).unwrap_or_default();
    format!(
        "{minutes:.1} min, step {}, epoch {:.2}: direction {direction:.4}, relation {relation:.4}, classes {classes:.4}; {validation}",
        training.optimiser.step,
        training.epoch()
    )
}

fn figures(retrieval: Retrieval) -> String {
    format!("P@1 {:.3}, mAP {:.3}", retrieval.precision_at_1, retrieval.mean_average_precision)
}
