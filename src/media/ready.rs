//! Whether the library can be used at this moment.

use super::MediaStore;
use crate::db;
use crate::error::{Error, Result, io_error};

impl MediaStore {
    /// Asks the database a question and writes a file into the data folder.
    ///
    /// # Errors
    /// Whatever of the two does not work.
    pub async fn is_ready(&self) -> Result<()> {
        db::ping(&self.db).await?;
        let folder = self.data_dir.clone();
        let written = tokio::task::spawn_blocking(move || {
            let probe = tempfile::Builder::new().prefix("ready-").tempfile_in(folder.join("staging"));
            probe.map(drop).map_err(|source| io_error(&folder, "write into", source))
        });
        written.await.map_err(|source| Error::internal("the check of the data folder was interrupted").because(source))?
    }
}
