//! What several topics need: the folder of optional real data, and a temporary folder per test.
#![allow(clippy::unwrap_used, missing_docs, dead_code, reason = "tests")]

use std::path::PathBuf;

/// A file or folder of the optional development data beside the checkout. `None`, with a line that
/// says what was skipped, where it is not there.
pub fn shared_data(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("SKIPPED: needs the development data `{path}`");
    None
}
