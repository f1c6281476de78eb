//! Names that tell their time: `YYYYMMDD-HHMMSS-xxxx`, the local time to the second and two random bytes. Sorting them sorts by age.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Local};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Length of an id, in characters.
const LENGTH: usize = 20;

/// Id of a dataset or of another thing that DIGITS calls a job, like `20160809-103210-ccbf`. It is also the name of its folder, so
/// nothing else is ever taken for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimedId(String);

impl TimedId {
    /// The id of this moment; `random` tells apart those of one second.
    pub fn new(now: DateTime<Local>, random: u16) -> Self {
        Self(format!("{}-{random:04x}", now.format("%Y%m%d-%H%M%S")))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimedId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let is_id = text.len() == LENGTH
            && text.bytes().enumerate().all(|(place, byte)| match place {
                8 | 15 => byte == b'-',
                16.. => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
                _ => byte.is_ascii_digit(),
            });
        if is_id { Ok(Self(text.to_owned())) } else { Err(Error::not_found("Job not found")) }
    }
}

impl TryFrom<String> for TimedId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<TimedId> for String {
    fn from(id: TimedId) -> Self {
        id.0
    }
}

impl fmt::Display for TimedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
