//! Questions about what was seen: by medium, by label, and counts. Deleted media are left out.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use super::{Detection, DetectionRun, Detections, DetectorCount, LabelCount, LabelFilter, ROWS_PER_STATEMENT, StoredDetection};
use crate::db::database_error;
use crate::db::entity::{detection, detection::Column, detection_run, media};
use crate::error::Result;
use crate::media::MediaFilter;
use crate::types::{MediaId, Sha256};

impl Detections {
    /// The pictures that this detector, with these weights and settings, has looked at, also those that it could not read.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn looked_at(&self, detector: &str, fingerprint: &Sha256) -> Result<HashSet<i64>> {
        let query = runs_of(detector, fingerprint).select_only().column(detection_run::Column::MediaId);
        let found = query.into_tuple::<i64>().all(self.db.connection()).await;
        Ok(found.map_err(|source| database_error("list what was looked at", source))?.into_iter().collect())
    }

    /// The pictures that could not be looked at, with their reasons, by number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failures(&self, detector: &str, fingerprint: &Sha256) -> Result<Vec<(MediaId, String)>> {
        let failed = runs_of(detector, fingerprint).filter(detection_run::Column::Reason.is_not_null());
        let live = failed.filter(detection_run::Column::MediaId.in_subquery(live_media()));
        let rows = live.order_by_asc(detection_run::Column::MediaId).all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("list failures", source))?;
        Ok(rows.into_iter().map(|row| (MediaId(row.media_id), row.reason.unwrap_or_default())).collect())
    }

    /// What this detector, with these weights and settings, saw in a picture; `None` when it has not looked or could not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn seen(&self, detector: &str, fingerprint: &Sha256, media: MediaId) -> Result<Option<Vec<Detection>>> {
        let run = runs_of(detector, fingerprint).filter(detection_run::Column::MediaId.eq(media.0));
        let run = run.one(self.db.connection()).await.map_err(|source| database_error("look for detections", source))?;
        if run.is_none_or(|run| run.reason.is_some()) {
            return Ok(None);
        }
        let stored = self.of_media(&[media], Some(detector)).await?.remove(&media).unwrap_or_default();
        Ok(Some(stored.into_iter().map(|stored| stored.detection).collect()))
    }

    /// What was seen in these media, by all detectors or one, most confident first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_media(&self, ids: &[MediaId], detector: Option<&str>) -> Result<HashMap<MediaId, Vec<StoredDetection>>> {
        let mut found: HashMap<MediaId, Vec<StoredDetection>> = HashMap::new();
        for chunk in ids.chunks(ROWS_PER_STATEMENT) {
            let mut query = detection::Entity::find().filter(Column::MediaId.is_in(chunk.iter().map(|id| id.0)));
            if let Some(detector) = detector {
                query = query.filter(Column::Detector.eq(detector));
            }
            let rows = query.order_by_desc(Column::Confidence).order_by_asc(Column::Id).all(self.db.connection()).await;
            for row in rows.map_err(|source| database_error("list detections", source))? {
                found.entry(MediaId(row.media_id)).or_default().push(row.into());
            }
        }
        Ok(found)
    }

    /// Which detectors have looked at a medium.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn runs(&self, media: MediaId) -> Result<Vec<DetectionRun>> {
        let query = detection_run::Entity::find().filter(detection_run::Column::MediaId.eq(media.0));
        let rows = query.order_by_asc(detection_run::Column::Detector).all(self.db.connection()).await;
        let run = |row: detection_run::Model| DetectionRun {
            detector: row.detector,
            found: row.found.try_into().unwrap_or_default(),
            reason: row.reason,
            created_at: row.created_at,
        };
        Ok(rows.map_err(|source| database_error("list what was looked at", source))?.into_iter().map(run).collect())
    }

    /// One page of the media in which a label was seen and that pass a filter, most confident first, and how many there are in all.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn media_with_label(
        &self,
        filter: &LabelFilter,
        among: &MediaFilter,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<MediaId>, u64)> {
        let failed = |source| database_error("look for a label", source);
        let found = of_label(filter).filter(Column::MediaId.in_subquery(passing(among)));
        let count = found.clone().select_only().column_as(Expr::col(Column::MediaId).count_distinct(), "media");
        let total = count.into_tuple::<i64>().one(self.db.connection()).await.map_err(failed)?.unwrap_or(0);
        let page = found.select_only().column(Column::MediaId).group_by(Column::MediaId);
        let page = page.order_by_desc(Column::Confidence.max()).order_by_asc(Column::MediaId).offset(offset).limit(limit);
        let ids = page.into_tuple::<i64>().all(self.db.connection()).await.map_err(failed)?;
        Ok((ids.into_iter().map(MediaId).collect(), total.try_into().unwrap_or_default()))
    }

    /// All media in which a label was seen.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_media_with_label(&self, filter: &LabelFilter) -> Result<HashSet<MediaId>> {
        let query = live(of_label(filter)).select_only().column(Column::MediaId).distinct();
        let ids = query.into_tuple::<i64>().all(self.db.connection()).await;
        Ok(ids.map_err(|source| database_error("look for a label", source))?.into_iter().map(MediaId).collect())
    }

    /// How often each detector saw each label, by detector, the most frequent first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn labels(&self) -> Result<Vec<LabelCount>> {
        let query = live(detection::Entity::find()).select_only().column(Column::Detector).column(Column::Label);
        let counted = query.column_as(Column::Id.count(), "boxes").column_as(Expr::col(Column::MediaId).count_distinct(), "media");
        let grouped = counted.group_by(Column::Detector).group_by(Column::Label);
        let rows = grouped.into_tuple::<(String, String, i64, i64)>().all(self.db.connection()).await;
        let count = |(detector, label, boxes, media): (String, String, i64, i64)| LabelCount {
            detector,
            label,
            boxes: boxes.try_into().unwrap_or_default(),
            media: media.try_into().unwrap_or_default(),
        };
        let mut labels: Vec<_> = rows.map_err(|source| database_error("count labels", source))?.into_iter().map(count).collect();
        labels.sort_by(|one, other| (&one.detector, other.boxes, &one.label).cmp(&(&other.detector, one.boxes, &other.label)));
        Ok(labels)
    }

    /// How many pictures each detector has looked at.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn detectors(&self) -> Result<Vec<DetectorCount>> {
        let query = detection_run::Entity::find().filter(detection_run::Column::MediaId.in_subquery(live_media()));
        let counted = query.select_only().column(detection_run::Column::Detector);
        let counted = counted.column_as(detection_run::Column::MediaId.count(), "media");
        let counted = counted.column_as(detection_run::Column::Reason.count(), "failed").group_by(detection_run::Column::Detector);
        let sorted = counted.order_by_asc(detection_run::Column::Detector).into_tuple::<(String, i64, i64)>();
        let rows = sorted.all(self.db.connection()).await.map_err(|source| database_error("count what was looked at", source))?;
        let count = |(detector, media, failed): (String, i64, i64)| DetectorCount {
            detector,
            media: media.try_into().unwrap_or_default(),
            failed: failed.try_into().unwrap_or_default(),
        };
        Ok(rows.into_iter().map(count).collect())
    }
}

fn live_media() -> SelectStatement {
    Query::select().column(media::Column::Id).from(media::Entity).and_where(media::Column::DeletedAt.is_null()).to_owned()
}

fn live(query: Select<detection::Entity>) -> Select<detection::Entity> {
    query.filter(Column::MediaId.in_subquery(live_media()))
}

fn passing(filter: &MediaFilter) -> SelectStatement {
    filter.select().select_only().column(media::Column::Id).into_query()
}

fn of_label(filter: &LabelFilter) -> Select<detection::Entity> {
    let query = detection::Entity::find().filter(Column::Label.eq(&filter.label)).filter(Column::Confidence.gte(filter.min_confidence));
    match &filter.detector {
        Some(detector) => query.filter(Column::Detector.eq(detector)),
        None => query,
    }
}

fn runs_of(detector: &str, fingerprint: &Sha256) -> Select<detection_run::Entity> {
    let runs = detection_run::Entity::find().filter(detection_run::Column::Detector.eq(detector));
    runs.filter(detection_run::Column::Fingerprint.eq(fingerprint.to_string()))
}
