//! How many searches this process answered in each minute, and how long they took: the last day, kept in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Minutes that are kept.
pub const KEPT_MINUTES: usize = 24 * 60;

/// Classes of one doubling of the time: each is 9 % wide, so a percentile is told to within 5 %.
const CLASSES_PER_DOUBLING: f64 = 8.0;

/// From 16 microseconds to some minutes.
const CLASSES: usize = 192;

/// The least time that is told apart, in microseconds.
const LEAST_MICROSECONDS: f64 = 16.0;

/// What happened in one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct MinuteOfWork {
    /// When it began.
    pub at: DateTime<Utc>,
    /// How much was done.
    pub count: u64,
    /// Half of it took no longer, in milliseconds.
    pub p50_ms: Option<f64>,
    /// All but a twentieth of it took no longer, in milliseconds.
    pub p95_ms: Option<f64>,
}

/// Counts searches.
#[derive(Debug)]
pub(super) struct Meter {
    started: Instant,
    minutes: Mutex<VecDeque<Minute>>,
}

#[derive(Debug)]
struct Minute {
    /// Since 1970.
    number: i64,
    classes: Box<[u32; CLASSES]>,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), minutes: Mutex::default() }
    }

    /// How long this process has been there.
    pub(super) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Counts a search that ended now.
    pub(super) fn record(&self, took: Duration) {
        let number = minute_of(Utc::now());
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        if minutes.back().is_none_or(|last| last.number < number) {
            minutes.push_back(Minute { number, classes: Box::new([0; CLASSES]) });
        }
        if minutes.len() > KEPT_MINUTES {
            minutes.pop_front();
        }
        if let Some(minute) = minutes.back_mut() {
            let count = &mut minute.classes[class_of(took)];
            *count = count.saturating_add(1);
        }
    }

    /// The last minutes, oldest first, the present one last; those without a search too.
    pub(super) fn series(&self, minutes: usize) -> Vec<MinuteOfWork> {
        let kept = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        last_minutes(minutes).map(|number| kept.iter().find(|minute| minute.number == number).map_or_else(|| idle(number), told)).collect()
    }
}

/// The numbers of the last minutes, the present one last.
pub fn last_minutes(minutes: usize) -> impl Iterator<Item = i64> {
    let now = minute_of(Utc::now());
    let first = now + 1 - minutes.clamp(1, KEPT_MINUTES) as i64;
    first..=now
}

/// A minute in which nothing is known to have happened.
pub fn idle(number: i64) -> MinuteOfWork {
    let at = DateTime::from_timestamp(number * 60, 0).unwrap_or_default();
    MinuteOfWork { at, count: 0, p50_ms: None, p95_ms: None }
}

fn told(minute: &Minute) -> MinuteOfWork {
    let count = minute.classes.iter().map(|count| u64::from(*count)).sum();
    let percentile = |share: f64| {
        let wanted = (share * count as f64).ceil() as u64;
        let mut so_far = 0;
        let class = minute.classes.iter().position(|count| {
            so_far += u64::from(*count);
            so_far >= wanted
        });
        class.map(|class| LEAST_MICROSECONDS / 1e3 * ((class as f64 + 0.5) / CLASSES_PER_DOUBLING).exp2())
    };
    MinuteOfWork { count, p50_ms: percentile(0.5), p95_ms: percentile(0.95), ..idle(minute.number) }
}

fn minute_of(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(60)
}

fn class_of(took: Duration) -> usize {
    let doublings = (took.as_secs_f64() * 1e6 / LEAST_MICROSECONDS).max(1.0).log2();
    ((doublings * CLASSES_PER_DOUBLING) as usize).min(CLASSES - 1)
}
