//! `long_task`: does nothing for a while, to show how work is reported.

use std::time::Duration;

use rand::Rng;
use rand::seq::IndexedRandom;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Work;
use super::params::Params;
use crate::error::Result;
use crate::job::NewJob;

/// Length of one step.
const STEP: Duration = Duration::from_millis(500);

const VERBS: [&str; 5] = ["Sorting", "Polishing", "Counting", "Comparing", "Dusting"];
const NOUNS: [&str; 5] = ["negatives", "postcards", "contact sheets", "slides", "film reels"];

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    steps: u64,
}

/// Ten to twenty steps of half a second; `steps` says how many (an addition, at most 7,200).
///
/// # Errors
/// `Invalid` naming the parameter.
pub fn new_job(params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let given = params.optional_number("steps", 1, 7200);
    params.finish()?;
    let payload = Payload { steps: given.unwrap_or_else(|| rand::rng().random_range(10..=20)) };
    Ok(NewJob { title: "Long task".into(), payload: json!(payload), ..NewJob::default() })
}

/// Takes its steps.
///
/// # Errors
/// `Cancelled`.
pub async fn run(work: &Work) -> Result<Value> {
    let Payload { steps } = work.payload()?;
    for step in 0..steps {
        work.stop().check()?;
        work.progress(step, steps, nonsense());
        tokio::time::sleep(STEP).await;
    }
    work.progress(steps, steps, "Task completed!");
    Ok(json!({ "status": "done" }))
}

fn nonsense() -> String {
    let mut random = rand::rng();
    let mut word = |words: &[&'static str]| *words.choose(&mut random).unwrap_or(&"");
    format!("{} {}...", word(&VERBS), word(&NOUNS))
}
