//! Collections: curated lists of media. The list is the record; the media stay where they are.

use crate::db::Database;

/// Keeper of the collections; clones share everything.
#[derive(Debug, Clone)]
pub struct Collections {
    #[expect(dead_code, reason = "the queries come next")]
    db: Database,
}

impl Collections {
    /// Over this database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }
}
