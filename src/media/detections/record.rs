//! Writing down what was seen, a page of pictures in one transaction, and forgetting it.

use std::collections::HashSet;

use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::{Detection, Detections, Look, ROWS_PER_STATEMENT};
use crate::db::database_error;
use crate::db::entity::{detection, detection_run, media};
use crate::error::Result;
use crate::media::now;
use crate::types::{MediaId, Sha256};

impl Detections {
    /// Writes a page down in place of what this detector saw in the same pictures before. Pictures whose row is gone are left out.
    ///
    /// # Errors
    /// Those of the database; nothing is written then.
    pub async fn record(&self, detector: &str, fingerprint: &Sha256, looks: &[Look]) -> Result<()> {
        let transaction = self.db.write().await?;
        for page in looks.chunks(ROWS_PER_STATEMENT) {
            let present = present(&transaction, page).await?;
            let page: Vec<&Look> = page.iter().filter(|look| present.contains(&look.media.0)).collect();
            replace(&transaction, detector, fingerprint, &page).await?;
        }
        transaction.commit().await.map_err(|source| database_error("write detections", source))
    }

    /// Forgets what a detector saw; the number of pictures that it had looked at.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn clear(&self, detector: &str) -> Result<u64> {
        let transaction = self.db.write().await?;
        let failed = |source| database_error("forget detections", source);
        let boxes = detection::Entity::delete_many().filter(detection::Column::Detector.eq(detector));
        boxes.exec(&transaction).await.map_err(failed)?;
        let runs = detection_run::Entity::delete_many().filter(detection_run::Column::Detector.eq(detector));
        let forgotten = runs.exec(&transaction).await.map_err(failed)?.rows_affected;
        transaction.commit().await.map_err(failed)?;
        Ok(forgotten)
    }

    /// Forgets which pictures a detector could not look at: they are tried again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_failures(&self, detector: &str) -> Result<()> {
        let runs = detection_run::Entity::delete_many().filter(detection_run::Column::Detector.eq(detector));
        let failures = runs.filter(detection_run::Column::Reason.is_not_null());
        failures.exec(self.db.connection()).await.map(|_| ()).map_err(|source| database_error("forget failures", source))
    }
}

/// Which of a page's pictures still have a row.
async fn present(transaction: &DatabaseTransaction, page: &[Look]) -> Result<HashSet<i64>> {
    let ids = page.iter().map(|look| look.media.0);
    let query = media::Entity::find().filter(media::Column::Id.is_in(ids)).select_only().column(media::Column::Id);
    let found = query.into_tuple::<i64>().all(transaction).await;
    Ok(found.map_err(|source| database_error("write detections", source))?.into_iter().collect())
}

async fn replace(transaction: &DatabaseTransaction, detector: &str, fingerprint: &Sha256, page: &[&Look]) -> Result<()> {
    if page.is_empty() {
        return Ok(());
    }
    let failed = |source| database_error("write detections", source);
    let ids = || page.iter().map(|look| look.media.0);
    let boxes = detection::Entity::delete_many().filter(detection::Column::Detector.eq(detector));
    boxes.filter(detection::Column::MediaId.is_in(ids())).exec(transaction).await.map_err(failed)?;
    let runs = detection_run::Entity::delete_many().filter(detection_run::Column::Detector.eq(detector));
    runs.filter(detection_run::Column::MediaId.is_in(ids())).exec(transaction).await.map_err(failed)?;
    let seen = page.iter().flat_map(|look| look.outcome.iter().flatten().map(|detection| row(detector, look.media, detection)));
    let rows: Vec<detection::ActiveModel> = seen.collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        detection::Entity::insert_many(chunk.to_vec()).exec(transaction).await.map_err(failed)?;
    }
    let runs = page.iter().map(|look| run(detector, fingerprint, look));
    detection_run::Entity::insert_many(runs).exec_without_returning(transaction).await.map(|_| ()).map_err(failed)
}

fn row(detector: &str, media: MediaId, found: &Detection) -> detection::ActiveModel {
    detection::ActiveModel {
        media_id: Set(media.0),
        detector: Set(detector.into()),
        label: Set(found.label.clone()),
        label_index: Set(found.index),
        confidence: Set(found.confidence),
        x1: Set(found.rect.x1),
        y1: Set(found.rect.y1),
        x2: Set(found.rect.x2),
        y2: Set(found.rect.y2),
        ..Default::default()
    }
}

fn run(detector: &str, fingerprint: &Sha256, look: &Look) -> detection_run::ActiveModel {
    detection_run::ActiveModel {
        detector: Set(detector.into()),
        media_id: Set(look.media.0),
        fingerprint: Set(fingerprint.to_string()),
        found: Set(look.outcome.as_ref().map_or(0, |found| found.len() as i32)),
        reason: Set(look.outcome.as_ref().err().cloned()),
        created_at: Set(now()),
    }
}
