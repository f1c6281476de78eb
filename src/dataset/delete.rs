//! Deleting datasets, and clearing away what killed processes left half-made or half-deleted.

use std::path::Path;
use std::time::{Duration, SystemTime};

use sea_orm::EntityTrait;

use super::records::unknown;
use super::{Datasets, TimedId, blocking, files};
use crate::db::database_error;
use crate::db::entity::dataset::Entity;
use crate::error::{Kind, Result};

/// A folder with this file has no record yet, or none any more.
pub(super) const UNSETTLED: &str = ".unsettled";

/// How long a job that was asked to stop is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// A folder that is still unsettled after this time was left by a process that died.
const ABANDONED: Duration = Duration::from_mins(10);

impl Datasets {
    /// Stops the job of a dataset, forgets the dataset with its labels and items, and removes its folder. Its pictures stay in the
    /// library. Whether something still needs the dataset, who asks has to know.
    ///
    /// # Errors
    /// `NotFound`; those of the database.
    pub async fn delete(&self, id: &TimedId) -> Result<()> {
        let dataset = self.get(id).await?.ok_or_else(unknown)?;
        if !dataset.job.status.is_over() {
            self.stop(id, &dataset.job.uuid).await?;
        }
        let folder = self.folder(id);
        // A folder that somebody removed by hand needs no mark.
        let _ = files::replace(&folder.join(UNSETTLED), b"");
        let transaction = self.db.write().await?;
        let failed = |source| database_error("delete a dataset", source);
        Entity::delete_by_id(id.to_string()).exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        blocking(move || {
            discard(&folder);
            Ok(())
        })
        .await
    }

    /// A worker that does not stop in time finds no record any more, and stops then.
    async fn stop(&self, id: &TimedId, uuid: &str) -> Result<()> {
        match self.jobs.cancel(uuid).await {
            Err(error) if matches!(error.kind(), Kind::Conflict | Kind::NotFound) => return Ok(()),
            asked => drop(asked?),
        }
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE && self.get(id).await?.is_some_and(|dataset| !dataset.job.status.is_over()) {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Removes folders without a record that processes left when they died, and takes the mark from those that have one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep(&self) -> Result<()> {
        let jobs_folder = self.folder.clone();
        let unsettled = blocking(move || Ok(unsettled(&jobs_folder))).await?;
        for id in unsettled {
            let folder = self.folder(&id);
            if self.get(&id).await?.is_some() {
                let _ = std::fs::remove_file(folder.join(UNSETTLED));
            } else {
                tracing::info!(folder = %folder.display(), "removing what is left of a dataset that was never made, or was deleted");
                discard(&folder);
            }
        }
        Ok(())
    }
}

/// Folders that have been unsettled for a while.
fn unsettled(jobs_folder: &Path) -> Vec<TimedId> {
    let entries = std::fs::read_dir(jobs_folder).into_iter().flatten().flatten();
    let is_old = |folder: &Path| {
        let changed = folder.join(UNSETTLED).metadata().and_then(|mark| mark.modified());
        changed.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > ABANDONED))
    };
    entries.filter(|entry| is_old(&entry.path())).filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Removes a folder; the mark goes last, so that what cannot be removed now is swept later.
pub(super) fn discard(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == UNSETTLED) {
            continue;
        }
        let removed =
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        if let Err(error) = removed {
            tracing::warn!(path = %path.display(), %error, "a file of a deleted dataset could not be removed; it is tried again later");
            return;
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}
