//! Learning rates: every policy against the formulas of Caffe's solver texts, which another program computed.

use likeness::train::supervised::{Framework, RatePolicy};

const ITERATIONS: u64 = 210;
const AT: [u64; 8] = [0, 1, 69, 70, 105, 178, 179, 209];

fn policies() -> Vec<(RatePolicy, [f64; 8])> {
    let step = RatePolicy::Step { size: 33.0, gamma: 0.1 };
    let multistep = RatePolicy::Multistep { values: vec![50.0, 85.0], gamma: 0.5 };
    let exp = RatePolicy::Exp { gamma: 0.95 };
    let inv = RatePolicy::Inv { gamma: 0.1, power: 0.5 };
    let poly = RatePolicy::Poly { power: 3.0 };
    let sigmoid = RatePolicy::Sigmoid { step: 50.0, gamma: 0.1 };
    vec![
        (RatePolicy::Fixed, [0.01; 8]),
        (step, [0.01, 0.01, 0.01, 0.001, 0.001, 0.0001, 0.0001, 0.0001]),
        (multistep, [0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025]),
        (
            exp,
            [
                0.01,
                0.009_758_705_07,
                0.001_853_793_34,
                0.001_809_062_24,
                0.000_769_449_753,
                0.000_129_363_082,
                0.000_126_241_616,
                6.066_920_94e-5,
            ],
        ),
        (
            inv,
            [
                0.01,
                0.009_770_084_21,
                0.004_830_458_92,
                0.004_803_844_61,
                0.004_082_482_9,
                0.003_248_501_78,
                0.003_240_370_35,
                0.003_021_660_93,
            ],
        ),
        (poly, [0.01, 0.009_857_822_05, 0.003_026_909_62, 0.002_962_962_96, 0.001_25, 3.538_278_8e-5, 3.216_823_24e-5, 1.079_797e-9]),
        (
            sigmoid,
            [
                0.009_933_071_49,
                0.009_929_830_22,
                0.008_473_913_35,
                0.008_411_308_95,
                0.005,
                0.000_299_973_291,
                0.000_286_423_171,
                7.016_977_81e-5,
            ],
        ),
    ]
}

#[test]
fn every_policy_gives_the_rates_of_its_formula() {
    for (policy, expected) in policies() {
        for (iteration, expected) in AT.into_iter().zip(expected) {
            let found = policy.rate(0.01, iteration, ITERATIONS, Framework::Caffe);
            assert!((found - expected).abs() <= 1e-5 * expected, "{} at {iteration}: {found} and {expected}", policy.name());
        }
    }
}

#[test]
fn the_preview_has_a_rate_for_every_percent() {
    let step = RatePolicy::Step { size: 33.0, gamma: 0.1 }.preview(0.01);
    assert_eq!(step.len(), 101);
    for (percent, expected) in [(0, 0.01), (32, 0.01), (33, 0.001), (66, 0.0001), (99, 0.000_01)] {
        assert!((step[percent] - expected).abs() < 1e-9, "{percent}: {}", step[percent]);
    }
    let poly = RatePolicy::Poly { power: 3.0 }.preview(0.01);
    assert!(poly[100].abs() < 1e-12, "{}", poly[100]);
}

#[test]
fn steps_of_the_shortest_training_still_differ() {
    let step = RatePolicy::Step { size: 33.0, gamma: 0.1 };
    let rates: Vec<f64> = (0..2).map(|iteration| step.rate(1.0, iteration, 2, Framework::Caffe)).collect();
    assert!((rates[0] - 1.0).abs() < 1e-12 && (rates[1] - 0.1).abs() < 1e-12, "{rates:?}");
}
