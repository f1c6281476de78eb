//! Numbers and times for people.

use chrono::{DateTime, Local, Utc};
use serde_json::{Value, json};

const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];

/// A length of time in its two largest units: `3 minutes, 5 seconds`.
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 0.0 {
        return "Negative Time".into();
    }
    let mut left = seconds.round() as u64;
    let mut words = Vec::new();
    for (length, unit) in UNITS {
        let count = left / length;
        left %= length;
        if count > 0 {
            words.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        } else if !words.is_empty() {
            break;
        }
        if words.len() == 2 {
            break;
        }
    }
    if words.is_empty() { "0 seconds".into() } else { words.join(", ") }
}

/// A moment on this machine's clock.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The same to the microsecond.
pub(super) fn exact_moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// Bytes in the largest fitting unit.
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.2} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.2} TB")
}

/// An epoch, to three digits; a whole one as a whole number.
pub(super) fn epoch(epoch: f64) -> Value {
    let rounded = (epoch * 1000.0).round() / 1000.0;
    if rounded.fract() == 0.0 { json!(rounded as i64) } else { json!(rounded) }
}

/// `1 job`, `2 jobs`.
pub(super) fn jobs(count: usize) -> String {
    if count == 1 { "1 job".into() } else { format!("{count} jobs") }
}
