//! How a training went: its outputs point by point, which it keeps itself in its folder, and the snapshots of its weights. A snapshot
//! that is told twice, because a killed training went on from an earlier state, replaces itself.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::TrainedModels;
use crate::dataset::TimedId;
use crate::db::entity::model_snapshot;
use crate::db::{database_error, storable};
use crate::error::{Error, Result};
use crate::train::supervised::Series;

/// Parts of an epoch that are told apart.
const PER_EPOCH: f64 = 1e6;

/// Which pictures an output is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Those that are learnt from.
    Train,
    /// Those that are only looked at.
    Validation,
}

impl Phase {
    /// The word in the database and in answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "val",
        }
    }
}

/// One output over the epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Which pictures it is about.
    pub phase: Phase,
    /// Name of the output, or `learning_rate`.
    pub name: String,
    /// Epoch and value, by rising epoch. Accuracy is in 0..=1.
    pub points: Vec<(f64, f64)>,
}

/// Weights that a training wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// After how many epochs.
    pub epoch: f64,
    /// File name inside the model's folder.
    pub file: String,
}

impl TrainedModels {
    /// Keeps that a snapshot was written.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record_snapshot(&self, id: &TimedId, snapshot: &Snapshot) -> Result<()> {
        use model_snapshot::Column as C;
        let row = model_snapshot::ActiveModel {
            model_id: Set(id.to_string()),
            file: Set(storable(&snapshot.file)),
            micro_epoch: Set(micro(snapshot.epoch)),
        };
        let renew = OnConflict::columns([C::ModelId, C::File]).update_column(C::MicroEpoch).to_owned();
        let stored = model_snapshot::Entity::insert(row).on_conflict(renew).exec_without_returning(self.db.connection()).await;
        stored.map(drop).map_err(|source| database_error("keep a snapshot", source))
    }

    /// The outputs of a training, by phase and name.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn curves(&self, id: &TimedId) -> Result<Vec<Curve>> {
        let folder = self.folder(id);
        let read = tokio::task::spawn_blocking(move || Series::read(&folder)).await;
        let series = read.map_err(|error| Error::internal("reading curves failed inside").because(error))??;
        let mut curves: BTreeMap<(Phase, String), Vec<(f64, f64)>> = BTreeMap::new();
        let phases = [(Phase::Train, &series.train), (Phase::Validation, &series.validation)];
        for (phase, point) in phases.into_iter().flat_map(|(phase, points)| points.iter().map(move |point| (phase, point))) {
            let rate = point.learning_rate.map(|rate| ("learning_rate", rate));
            let outputs = point.outputs.iter().filter_map(|(name, value)| Some((name.as_str(), (*value)?)));
            for (name, value) in outputs.chain(rate) {
                curves.entry((phase, name.to_owned())).or_default().push((point.epoch, value));
            }
        }
        Ok(curves.into_iter().map(|((phase, name), points)| Curve { phase, name, points }).collect())
    }

    /// The snapshots of a training, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn snapshots(&self, id: &TimedId) -> Result<Vec<Snapshot>> {
        let rows = model_snapshot::Entity::find().filter(model_snapshot::Column::ModelId.eq(id.as_str()));
        let rows = rows.order_by_asc(model_snapshot::Column::MicroEpoch).all(self.db.connection()).await;
        let rows = rows.map_err(|source| database_error("read the snapshots", source))?;
        Ok(rows.into_iter().map(|row| Snapshot { epoch: row.micro_epoch as f64 / PER_EPOCH, file: row.file }).collect())
    }
}

fn micro(epoch: f64) -> i64 {
    (epoch * PER_EPOCH).round() as i64
}
