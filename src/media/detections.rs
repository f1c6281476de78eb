//! What detectors saw in the pictures of the library.

use crate::db::Database;

/// Keeper of the detections; clones share everything.
#[derive(Debug, Clone)]
pub struct Detections {
    #[expect(dead_code, reason = "the queries come next")]
    db: Database,
}

impl Detections {
    /// Over this database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}
