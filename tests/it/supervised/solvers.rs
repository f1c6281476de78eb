//! Four steps of each solver, compared with PyTorch's optimisers of the same rules (their numbers were computed in double precision).

use likeness::network::network_definition::Multipliers;
use likeness::train::supervised::{Framework, Solver, SolverKind, SolverSettings};
use tch::Tensor;

const WEIGHTS: [f32; 4] = [0.5, -1.25, 2.0, 0.03];
const BIASES: [f32; 2] = [0.7, -0.2];
/// Gradients of weights and biases, step by step.
const GRADIENTS: [([f32; 4], [f32; 2]); 4] = [
    ([0.1, -0.2, 0.3, 0.4], [0.3, -0.1]),
    ([0.05, 0.25, -0.35, 0.0], [0.2, 0.6]),
    ([-0.6, 0.01, 0.02, 0.5], [-0.4, 0.05]),
    ([0.2, 0.2, -0.1, -0.3], [0.1, 0.1]),
];

/// Weights (rate 0.05, decay 0.02) and biases (rate 0.1, no decay) after the four steps.
const EXPECTED: [(SolverKind, [f64; 4], [f64; 2]); 6] = [
    (SolverKind::Sgd, [0.518_537_031, -1.249_183_285, 1.980_939_529, -0.071_345_569], [0.608_63, -0.347_71]),
    (SolverKind::Nesterov, [0.527_191_435, -1.257_327_616, 1.981_455_628, -0.091_017_385], [0.597_767, -0.397_939]),
    (SolverKind::Adagrad, [0.458_915_768, -1.257_199_846, 1.983_776_31, -0.037_678_705], [0.600_550_701, -0.223_000_761]),
    (SolverKind::Rmsprop, [0.123_623_058, -1.335_382_715, 1.851_292_526, -0.621_786_975], [-0.295_163_171, -0.432_168_483]),
    (SolverKind::Adadelta, [0.499_985_396, -1.250_012_98, 1.999_999_754, 0.029_979_067], [0.699_969_216, -0.200_028_663]),
    (SolverKind::Adam, [0.435_547_294, -1.218_000_886, 1.947_398_894, -0.112_604_632], [0.487_418_345, -0.268_187_042]),
];

#[test]
fn every_solver_steps_as_an_independent_one() {
    for (kind, weights, biases) in EXPECTED {
        let mut settings = SolverSettings::new(kind, 0.05, Framework::Caffe);
        settings.weight_decay = 0.02;
        let blobs = [Tensor::from_slice(&WEIGHTS), Tensor::from_slice(&BIASES)];
        let multipliers = [Multipliers { rate: 1.0, decay: 1.0 }, Multipliers { rate: 2.0, decay: 0.0 }];
        let mut solver = Solver::new(settings, blobs.iter()).unwrap();
        for (iteration, (of_weights, of_biases)) in GRADIENTS.iter().enumerate() {
            let gradients = [Tensor::from_slice(of_weights), Tensor::from_slice(of_biases)];
            solver.update(blobs.iter().zip(multipliers), &gradients, 0.05, iteration as u64).unwrap();
        }
        for (blob, expected) in blobs.iter().zip([&weights[..], &biases[..]]) {
            let found = Vec::<f32>::try_from(blob).unwrap();
            for (found, expected) in found.iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 1e-5, "{kind:?}: {found} and {expected}");
            }
        }
    }
}

#[test]
fn the_numbers_of_a_rule_are_those_of_the_original() {
    let settings = SolverSettings::new(SolverKind::Sgd, 0.01, Framework::Caffe);
    assert!((settings.weight_decay - 1e-4).abs() < 1e-12 && (settings.momentum - 0.9).abs() < 1e-12);
    let torch = SolverSettings::new(SolverKind::Sgd, 0.5, Framework::Torch);
    assert!((torch.weight_decay - 1e-4).abs() < 1e-12);
    for kind in SolverKind::ALL {
        assert_eq!(SolverKind::parse(kind.form_name()), Some(kind));
    }
    assert_eq!(SolverKind::parse("sgd"), None);
}
