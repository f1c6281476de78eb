//! A trained model's record, and the file that its folder begins with.

use std::path::Path;

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::ActiveValue::Set;
use serde_json::Value;

use super::spec::{TrainSpec, TrainedKind};
use crate::dataset::{TimedId, files};
use crate::db::entity::trained_model::{ActiveModel, Model};
use crate::db::storable;
use crate::error::{Error, Kind, Result, ResultExt};

/// A model that was, or is being, trained.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// Its id, also the name of its folder.
    pub id: TimedId,
    /// What it answers.
    pub kind: TrainedKind,
    /// For people.
    pub name: String,
    /// Who asked for it.
    pub username: Option<String>,
    /// A word that its maker sorts by; may be empty.
    pub group: String,
    /// Remarks.
    pub notes: Option<String>,
    /// The dataset that it learns from.
    pub dataset: TimedId,
    /// What is trained and how.
    pub spec: TrainSpec,
    /// The form that it was made with: values by name of field.
    pub form: Value,
    /// Its work.
    pub job_uuid: String,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// A model that somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTrained {
    /// What it answers.
    pub kind: TrainedKind,
    /// For people.
    pub name: String,
    /// Who asks.
    pub username: Option<String>,
    /// A word that its maker sorts by; may be empty.
    pub group: String,
    /// The dataset that it learns from.
    pub dataset: TimedId,
    /// What is trained and how.
    pub spec: TrainSpec,
    /// The form that it is made with: values by name of field.
    pub form: Value,
}

impl TrainedModel {
    pub(super) fn from_row(row: Model) -> Result<Self> {
        let damaged = |field: &str| format!("model {}: {field} cannot be read by this version of likeness", row.id);
        Ok(Self {
            id: row.id.parse().map_err(|_| Error::corrupt(damaged("id")))?,
            kind: TrainedKind::parse(&row.kind).ok_or_else(|| Error::corrupt(damaged("kind")))?,
            dataset: row.dataset_id.parse().map_err(|_| Error::corrupt(damaged("dataset_id")))?,
            spec: serde_json::from_str(&row.spec).or_error(Kind::Corrupt, || damaged("spec"))?,
            form: serde_json::from_str(&row.form).or_error(Kind::Corrupt, || damaged("form"))?,
            name: row.name,
            username: row.username,
            group: row.group_name,
            notes: row.notes,
            job_uuid: row.job_uuid,
            created_at: row.created_at,
        })
    }
}

/// The row of a new model.
pub(super) fn row(id: &TimedId, new: NewTrained, job_uuid: String) -> Result<ActiveModel> {
    let spec = serde_json::to_string(&new.spec).or_error(Kind::Internal, || "the training cannot be written down".into())?;
    Ok(ActiveModel {
        id: Set(id.to_string()),
        kind: Set(new.kind.word().into()),
        name: Set(storable(&new.name)),
        username: Set(new.username),
        group_name: Set(storable(&new.group)),
        notes: Set(None),
        dataset_id: Set(new.dataset.to_string()),
        spec: Set(storable(&spec)),
        form: Set(storable(&new.form.to_string())),
        job_uuid: Set(job_uuid),
        created_at: Set(Utc::now().trunc_subsecs(6)),
    })
}

/// Writes the network's text into the folder, and waits for the disk.
pub(super) fn write_network(folder: &Path, spec: &TrainSpec) -> Result<()> {
    files::replace(&folder.join(spec.language.network_file()), spec.network.as_bytes())
}
