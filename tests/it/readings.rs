//! What a distance means: strangers are noise, a true likeness stands out, and few pictures say nothing.

use likeness::search::Reading;

/// Scores of strangers: an even spread of normal quantiles around 0.3, wide 0.1.
fn strangers(count: usize) -> Vec<f32> {
    (0..count).map(|place| 0.3 + 0.1 * quantile((place as f64 + 0.5) / count as f64) as f32).collect()
}

/// Quantile of the normal distribution (Tukey's lambda approximation, good to 0.01 up to three deviations).
fn quantile(share: f64) -> f64 {
    (share.powf(0.1349) - (1.0 - share).powf(0.1349)) / 0.1975
}

#[test]
fn a_score_in_the_middle_is_closer_than_half() {
    let reading = Reading::new(strangers(4000), 1_000_000).unwrap();
    assert!((reading.closer_than(0.3) - 0.5).abs() < 0.01);
    assert!((reading.closer_than(0.4) - 0.841).abs() < 0.01);
    assert!((reading.closer_than(0.5) - 0.977).abs() < 0.005, "{}", reading.closer_than(0.5));
    let far = reading.closer_than(0.9);
    assert!(far > 0.9999 && far < 1.0, "{far}");
    assert!(reading.closer_than(-1.0) < 0.001 && reading.closer_than(1.0) <= 1.0);
}

#[test]
fn closer_scores_never_read_as_farther() {
    let reading = Reading::new(strangers(500), 500).unwrap();
    let readings: Vec<f64> = (-100..=100).map(|step| reading.closer_than(step as f32 / 100.0)).collect();
    assert!(readings.is_sorted(), "{readings:?}");
}

#[test]
fn copies_stand_out_and_strangers_do_not() {
    let (count, sample) = (10_000, strangers(10_000));
    let reading = Reading::new(sample.clone(), count).unwrap();
    let mut best: Vec<f32> = sample.into_iter().rev().take(30).collect();
    assert!(reading.standing_out(&best) <= 3, "of strangers alone {} stand out", reading.standing_out(&best));
    best.splice(0..0, [0.99, 0.98, 0.97, 0.95, 0.95, 0.94]);
    let standing = reading.standing_out(&best);
    assert!((6..=9).contains(&standing), "{standing} of 6 stand out");
}

#[test]
fn few_or_broken_scores_say_nothing() {
    assert_eq!(Reading::new(vec![0.5; 49], 49), None);
    assert_eq!(Reading::new(vec![f32::NAN; 500], 500), None);
    let same = Reading::new(vec![0.5; 100], 100).unwrap();
    assert!(same.closer_than(0.6) > 0.94 && same.closer_than(0.4) < 1e-9);
    assert_eq!(same.standing_out(&[]), 0);
}
