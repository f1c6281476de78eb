//! How classes are divided, ids, and what is random.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::dataset::TimedId;
use likeness::dataset::split::{Shares, mix, order, split};

/// Pictures of each digit in MNIST's training set.
const MNIST: [usize; 10] = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

#[test]
fn a_quarter_of_mnist_is_what_digits_says() {
    let parts = MNIST.map(|count| split(count, Shares::new(25, 0)));
    let sum = |place: usize| parts.iter().map(|part| part[place]).sum::<usize>();
    assert_eq!([sum(0), sum(1), sum(2)], [45_002, 14_998, 0]);
}

#[test]
fn every_split_adds_up_and_is_close_to_its_shares() {
    for count in 0..=60 {
        for val in (0..=100).step_by(5) {
            for test in (0..=100 - val).step_by(5) {
                let shares = Shares::new(val, test);
                let parts = split(count, shares);
                assert_eq!(parts.iter().sum::<usize>(), count, "{count} {shares:?}");
                let ideal = [shares.train, shares.val, shares.test].map(|share| count as f64 * f64::from(share) / 100.0);
                for (part, ideal) in parts.iter().zip(ideal) {
                    assert!((*part as f64 - ideal).abs() <= 2.0, "{count} {shares:?}: {parts:?}");
                }
                if count >= shares.wanted() {
                    let wanted = [shares.train, shares.val, shares.test];
                    let forgotten = wanted.iter().zip(parts).any(|(share, part)| *share > 0 && part == 0);
                    assert!(!forgotten, "{count} {shares:?}: {parts:?}");
                }
            }
        }
    }
}

#[test]
fn halves_are_rounded_away_from_zero() {
    assert_eq!(split(2, Shares::new(25, 0)), [1, 1, 0], "one and a half to train with would be two; the other set gets its one");
    assert_eq!(split(6, Shares::new(25, 0)), [5, 1, 0]);
    assert_eq!(split(10, Shares::new(25, 0)), [8, 2, 0]);
    assert_eq!(split(4, Shares::new(100, 0)), [0, 4, 0]);
    assert_eq!(split(4, Shares::new(0, 100)), [0, 0, 4]);
}

#[test]
fn what_is_random_follows_from_the_seed() {
    let mixed = |seed, class| {
        let mut items: Vec<u32> = (0..100).collect();
        mix(&mut items, seed, class);
        items
    };
    assert_eq!(mixed(1, 0), mixed(1, 0));
    assert_ne!(mixed(1, 0), mixed(2, 0));
    assert_ne!(mixed(1, 0), mixed(1, 1), "classes do not share an order");
    let mut sorted = order(1000, 7, true, 0);
    assert_ne!(sorted, order(1000, 7, false, 0));
    sorted.sort_unstable();
    assert_eq!(sorted, order(1000, 7, false, 0), "every entry comes once");
}

#[test]
fn ids_tell_their_time_and_nothing_else_is_one() {
    let now = chrono::Local::now();
    let id = TimedId::new(now, 0x0cbf);
    assert_eq!(id.as_str(), format!("{}-0cbf", now.format("%Y%m%d-%H%M%S")));
    assert_eq!(id.as_str().parse::<TimedId>().unwrap(), id);
    for wrong in ["", "20160809-103210-CCBF", "20160809-103210-ccb", "20160809-103210-ccbf/", "../../20160809-1032", "20160809_103210-ccbf"]
    {
        assert_eq!(wrong.parse::<TimedId>().unwrap_err().message(), "Job not found", "{wrong}");
    }
}
