//! The texts of a training that people and Caffe read, as DIGITS names them.

use std::path::Path;

use super::state::replace;
use super::{Course, Prepared, Schedule, SolverKind, SolverSettings};
use crate::error::{Result, io_error};
use crate::network::prototxt::Message;

/// The network as the user wrote it.
pub const ORIGINAL_FILE: &str = "original.prototxt";
/// The network for training and validation.
pub const TRAIN_VAL_FILE: &str = "train_val.prototxt";
/// The network for answering.
pub const DEPLOY_FILE: &str = "deploy.prototxt";
/// The solver.
pub const SOLVER_FILE: &str = "solver.prototxt";

/// Writes the four texts into a folder; each is replaced as a whole.
///
/// # Errors
/// Those of the disk.
pub fn write_files(folder: &Path, original: &str, prepared: &Prepared, solver: &str) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create", error))?;
    let texts = [
        (ORIGINAL_FILE, original),
        (TRAIN_VAL_FILE, prepared.train_val.as_str()),
        (DEPLOY_FILE, prepared.deploy.as_str()),
        (SOLVER_FILE, solver),
    ];
    for (name, text) in texts {
        let path = folder.join(name);
        replace(&path, |writer| writer.write_all(text.as_bytes()).map_err(|error| io_error(&path, "write", error)))?;
    }
    Ok(())
}

/// The text of a Caffe solver that does what the settings and the schedule say. `validation` is the number of validation examples.
pub fn solver_text(settings: &SolverSettings, schedule: &Schedule, course: &Course, validation: usize, seed: Option<u64>) -> String {
    let mut solver = Message::default();
    solver.push_text("net", TRAIN_VAL_FILE);
    if validation > 0 {
        solver.push_word("test_iter", (validation as u64).div_ceil(u64::from(schedule.validation_batch_size.max(1))));
        solver.push_word("test_interval", course.validation);
    }
    solver.push_word("base_lr", settings.learning_rate);
    solver.push_word("display", course.display);
    solver.push_word("max_iter", course.iterations);
    solver.push_text("lr_policy", schedule.policy.name());
    for (field, value) in schedule.policy.solver_fields(course.iterations) {
        solver.push_word(field, value);
    }
    rule_fields(settings, &mut solver);
    solver.push_word("weight_decay", settings.weight_decay);
    solver.push_word("snapshot", course.snapshot);
    solver.push_text("snapshot_prefix", "snapshot");
    solver.push_text("type", settings.kind.caffe_name());
    if schedule.accumulation > 1 {
        solver.push_word("iter_size", schedule.accumulation);
    }
    if let Some(seed) = seed {
        solver.push_word("random_seed", seed);
    }
    for (state, stage) in [("train_state", "train"), ("test_state", "val")] {
        let mut rule = Message::default();
        rule.push_text("stage", stage);
        if state == "train_state" || validation > 0 {
            solver.push_message(state, rule);
        }
    }
    solver.to_text()
}

/// The numbers that a rule uses.
fn rule_fields(settings: &SolverSettings, solver: &mut Message) {
    let with_momentum = !matches!(settings.kind, SolverKind::Adagrad | SolverKind::Rmsprop);
    if with_momentum {
        solver.push_word("momentum", settings.momentum);
    }
    match settings.kind {
        SolverKind::Adam => solver.push_word("momentum2", settings.second_momentum),
        SolverKind::Rmsprop => solver.push_word("rms_decay", settings.rms_decay),
        _ => {}
    }
    if !matches!(settings.kind, SolverKind::Sgd | SolverKind::Nesterov) {
        solver.push_word("delta", settings.delta);
    }
}
