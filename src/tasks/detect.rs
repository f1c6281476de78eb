//! `detect`: runs a detector over the whole library and keeps what it saw.

use serde_json::Value;

use super::Work;
use crate::app::App;
use crate::error::{Error, Result};
use crate::job::NewJob;

/// Checks the parameters and names the job.
///
/// # Errors
/// `Invalid` naming the parameter.
pub async fn new_job(_app: &App, _params: Value) -> Result<NewJob> {
    Err(Error::internal("not there yet"))
}

/// Does it.
///
/// # Errors
/// What makes the whole job fail.
pub async fn run(_app: &App, _work: &Work) -> Result<Value> {
    Err(Error::internal("not there yet"))
}
