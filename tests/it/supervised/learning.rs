//! Small trainings on the processor: they learn, go on after a stop as if nothing had been, begin with stored weights, and tell when
//! they diverge.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use likeness::network::caffemodel;
use likeness::train::supervised::{Ended, Framework, RatePolicy, Report, Series, SolverKind, SolverSettings, snapshots, train};
use tch::Device;

use super::{Halves, NETWORK, plan, trained};

fn last_weights(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("snapshot_iter_28.caffemodel")).unwrap()
}

fn accuracies(reports: &[Report]) -> Vec<f64> {
    let accuracy = |report: &Report| match report {
        Report::Validation { outputs, .. } => outputs.iter().find(|(name, _)| name == "accuracy").map(|(_, value)| *value),
        _ => None,
    };
    reports.iter().filter_map(accuracy).collect()
}

#[test]
fn every_solver_learns_what_is_easy() {
    for (kind, rate) in [
        (SolverKind::Sgd, 0.05),
        (SolverKind::Nesterov, 0.05),
        (SolverKind::Adagrad, 0.05),
        (SolverKind::Rmsprop, 0.01),
        (SolverKind::Adadelta, 1.0),
        (SolverKind::Adam, 0.01),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = plan(NETWORK, folder.path());
        plan.solver = SolverSettings::new(kind, rate, Framework::Caffe);
        plan.schedule.policy = RatePolicy::Fixed;
        plan.schedule.epochs = if kind == SolverKind::Adadelta { 40 } else { 4 };
        let (ended, reports) = trained(&plan, &AtomicBool::new(false)).unwrap();
        assert!(matches!(ended, Ended::Done { .. }));
        let accuracies = accuracies(&reports);
        assert!(accuracies.last().is_some_and(|&accuracy| accuracy > 0.99), "{kind:?}: {accuracies:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let folders = [0, 1, 2].map(|_| tempfile::tempdir().unwrap());
    let mut weights = Vec::new();
    for (folder, seed) in folders.iter().zip([1, 1, 2]) {
        let mut plan = plan(NETWORK, folder.path());
        plan.seed = Some(seed);
        trained(&plan, &AtomicBool::new(false)).unwrap();
        weights.push(last_weights(folder.path()));
    }
    assert!(weights[0] == weights[1] && weights[0] != weights[2]);
}

#[test]
fn a_stopped_training_goes_on_as_if_nothing_had_been() {
    let (whole, parted) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    trained(&plan(NETWORK, whole.path()), &AtomicBool::new(false)).unwrap();
    let plan = plan(NETWORK, parted.path());
    // Stopped after each snapshot, so begun four times.
    for _ in 0..8 {
        let stop = AtomicBool::new(false);
        let mut reports = Vec::new();
        let mut hear = |report: Report| {
            if matches!(report, Report::Snapshot { .. }) {
                stop.store(true, Ordering::Relaxed);
            }
            reports.push(report);
        };
        let ended = train(&plan, &Halves(40), Some(&Halves(10)), Device::Cpu, &stop, &mut hear).unwrap();
        if matches!(ended, Ended::Done { iterations: 28 }) {
            break;
        }
    }
    assert!(last_weights(whole.path()) == last_weights(parted.path()), "weights differ");
    let [one, other] = [&whole, &parted].map(|folder| Series::read(folder.path()).unwrap());
    assert!(one == other, "curves differ: {one:?} {other:?}");
    assert_eq!(one.validation.len(), 5, "at the beginning and after each of four epochs");
}

#[test]
fn a_state_of_another_plan_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(NETWORK, folder.path());
    trained(&plan, &AtomicBool::new(false)).unwrap();
    plan.schedule.epochs = 5;
    let error = trained(&plan, &AtomicBool::new(false)).unwrap_err();
    assert!(error.message().contains("another training"), "{error}");
}

#[test]
fn a_training_that_diverges_says_so_in_the_words_of_the_original() {
    for (framework, words) in [
        (Framework::Caffe, "for \"loss\" (Train phase). Try decreasing your learning rate."),
        (Framework::Torch, "for training loss. Try decreasing your learning rate."),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = plan(NETWORK, folder.path());
        plan.framework = framework;
        plan.solver = SolverSettings::new(SolverKind::Sgd, 1e15, framework);
        let error = trained(&plan, &AtomicBool::new(false)).unwrap_err();
        assert!(error.message().starts_with("Network ") && error.message().ends_with(words), "{error}");
    }
}

#[test]
fn a_training_begins_with_stored_weights_by_name() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    trained(&plan(NETWORK, first.path()), &AtomicBool::new(false)).unwrap();
    let mut plan = plan(NETWORK, second.path());
    plan.initial_weights = Some(first.path().join("snapshot_iter_28.caffemodel"));
    let (_, reports) = trained(&plan, &AtomicBool::new(false)).unwrap();
    assert!(accuracies(&reports)[0] > 0.99, "before the first step: {:?}", accuracies(&reports));
    // Names that fit nothing are no start at all.
    let renamed = NETWORK.replace("\"ip1\" type", "\"other1\" type").replace("\"ip2\" type", "\"other2\" type");
    let third = tempfile::tempdir().unwrap();
    let mut plan = super::plan(&renamed, third.path());
    plan.initial_weights = Some(first.path().join("snapshot_iter_28.caffemodel"));
    let error = trained(&plan, &AtomicBool::new(false)).unwrap_err();
    assert!(error.message().contains("their names differ"), "{error}");
    // Weights of another shape name the layer.
    let wider = NETWORK.replace("num_output: 12", "num_output: 13");
    let fourth = tempfile::tempdir().unwrap();
    let mut plan = super::plan(&wider, fourth.path());
    plan.initial_weights = Some(first.path().join("snapshot_iter_28.caffemodel"));
    let error = trained(&plan, &AtomicBool::new(false)).unwrap_err();
    assert!(error.message().contains("layer \"ip1\""), "{error}");
}

#[test]
fn snapshots_are_found_again_and_hold_all_weights() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(NETWORK, folder.path());
    trained(&plan, &AtomicBool::new(false)).unwrap();
    let course = likeness::train::supervised::Course::new(&plan.schedule, plan.framework, 40).unwrap();
    let found = snapshots(folder.path(), &course, plan.framework).unwrap();
    assert_eq!(found.iter().map(|snapshot| snapshot.epoch).collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
    let layers = caffemodel::decode(&last_weights(folder.path())).unwrap();
    let sizes: Vec<(&str, usize)> =
        layers.iter().map(|layer| (layer.name.as_str(), layer.blobs.iter().map(|blob| blob.data.len()).sum())).collect();
    assert_eq!(sizes, [("ip1", 64 * 12 + 12), ("ip2", 12 * 2 + 2)]);
}

#[test]
fn a_damaged_state_is_told_and_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(NETWORK, folder.path());
    trained(&plan, &AtomicBool::new(false)).unwrap();
    let state = folder.path().join("training.state");
    let mut bytes = std::fs::read(&state).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&state, bytes).unwrap();
    let error = trained(&plan, &AtomicBool::new(false)).unwrap_err();
    assert!(error.message().contains("is damaged"), "{error}");
}
