//! Models that are trained here: their records, how their trainings went, and the weights they wrote. The training itself is work
//! (`tasks/train_model.rs`); what is trained lies in the model's folder, which a program of the original can read.

mod answering;
mod curves;
mod folders;
mod plan;
mod record;
mod source;
mod spec;
mod standard;

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;

pub use answering::Answering;
pub use curves::{Curve, Phase, Snapshot};
pub use folders::JobFolders;
pub use plan::{ReadyTraining, base_name};
pub use record::{NewTrained, TrainedModel};
pub use source::{FeatureSource, Subtracted};
pub use spec::{Language, Mean, TrainSpec, TrainedKind};
pub use standard::standard_text;

use crate::dataset::TimedId;
use crate::db::entity::model_snapshot;
use crate::db::entity::trained_model::{ActiveModel, Column, Entity};
use crate::db::{Database, database_error, storable};
use crate::error::{Error, Result};
use crate::job::{Job, Jobs, NewJob};

pub use crate::train::supervised::{Augmentation, ColourNoise, Flip, QuarterTurns, RatePolicy, SolverKind};

/// Name of the task that trains.
pub const TASK: &str = "train_model";

/// One training has the device; the next one waits.
const EXCLUSIVE_KEY: &str = "train_model";

/// Most characters of a user's name that a job keeps.
const LONGEST_JOB_USERNAME: usize = 16;

/// So long a deletion waits for the training to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Keeper of the trained models; clones share everything.
#[derive(Debug, Clone)]
pub struct TrainedModels {
    db: Database,
    jobs: Jobs,
    folders: JobFolders,
}

impl TrainedModels {
    /// Over this database and these folders.
    pub fn new(db: Database, jobs: Jobs, folders: JobFolders) -> Self {
        Self { db, jobs, folders }
    }

    /// Writes a model down and asks for its training. The network's text lies in its folder when this returns.
    ///
    /// # Errors
    /// Those of the disk and the database; nothing is left of it then.
    pub async fn create(&self, new: NewTrained) -> Result<TrainedModel> {
        let id = self.folders.create()?;
        let made = self.create_in(id.clone(), new).await;
        if made.is_err() {
            let _ = self.folders.remove(&id);
        }
        made
    }

    async fn create_in(&self, id: TimedId, new: NewTrained) -> Result<TrainedModel> {
        record::write_network(&self.folders.path(&id), &new.spec)?;
        let job = NewJob {
            kind: TASK.into(),
            title: format!("Train {}", new.name),
            payload: serde_json::json!({ "model": id }),
            exclusive_key: EXCLUSIVE_KEY.into(),
            username: new.username.as_deref().unwrap_or_default().chars().take(LONGEST_JOB_USERNAME).collect(),
            retry_of: None,
        };
        let failed = |source| database_error("write a model down", source);
        let transaction = self.db.write().await?;
        let job = self.jobs.enqueue_in(&transaction, job).await?;
        let row = record::row(&id, new, job.uuid)?.insert(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        self.jobs.wake();
        TrainedModel::from_row(row)
    }

    /// One model.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn get(&self, id: &TimedId) -> Result<Option<TrainedModel>> {
        let row = Entity::find_by_id(id.as_str()).one(self.db.connection()).await;
        row.map_err(|source| database_error("read a model", source))?.map(TrainedModel::from_row).transpose()
    }

    /// All models, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self) -> Result<Vec<TrainedModel>> {
        let rows = Entity::find().order_by_desc(Column::Id).all(self.db.connection()).await;
        rows.map_err(|source| database_error("list the models", source))?.into_iter().map(TrainedModel::from_row).collect()
    }

    /// The models that learn from a dataset, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_dataset(&self, dataset: &TimedId) -> Result<Vec<TrainedModel>> {
        let rows = Entity::find().filter(Column::DatasetId.eq(dataset.as_str())).order_by_asc(Column::Id);
        let rows = rows.all(self.db.connection()).await.map_err(|source| database_error("list the models", source))?;
        rows.into_iter().map(TrainedModel::from_row).collect()
    }

    /// The work of a model; `None` when somebody removed its record.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn job(&self, model: &TrainedModel) -> Result<Option<Job>> {
        self.jobs.by_uuid(&model.job_uuid).await
    }

    /// Notes that another job does the work from now on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn adopt(&self, id: &TimedId, job: &Job) -> Result<()> {
        self.change(id, |row| row.job_uuid = Set(job.uuid.clone())).await
    }

    /// Gives a model another name; its saved form gets it too.
    ///
    /// # Errors
    /// `NotFound`; so for every change.
    pub async fn rename(&self, id: &TimedId, name: &str, form: &Value) -> Result<()> {
        self.change(id, |row| {
            row.name = Set(storable(name));
            row.form = Set(storable(&form.to_string()));
        })
        .await
    }

    /// Replaces the remarks; `None` clears them.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_notes(&self, id: &TimedId, notes: Option<&str>) -> Result<()> {
        self.change(id, |row| row.notes = Set(notes.map(storable))).await
    }

    /// Puts a model into a group; an empty name is none.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_group(&self, id: &TimedId, group: &str) -> Result<()> {
        self.change(id, |row| row.group_name = Set(storable(group))).await
    }

    async fn change(&self, id: &TimedId, change: impl FnOnce(&mut ActiveModel)) -> Result<()> {
        let failed = |source| database_error("change a model", source);
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id(id.as_str()).one(&transaction).await.map_err(failed)?;
        let mut row: ActiveModel = row.ok_or_else(|| Error::not_found("Job not found"))?.into();
        change(&mut row);
        row.update(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// Stops the training, forgets the model and removes its folder.
    ///
    /// # Errors
    /// Those of the disk and the database. A model that is gone already is no error.
    pub async fn delete(&self, model: &TrainedModel) -> Result<()> {
        self.stop(model).await?;
        let failed = |source| database_error("delete a model", source);
        let transaction = self.db.write().await?;
        let snapshots = model_snapshot::Entity::delete_many().filter(model_snapshot::Column::ModelId.eq(model.id.as_str()));
        snapshots.exec(&transaction).await.map_err(failed)?;
        Entity::delete_by_id(model.id.as_str()).exec(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        self.folders.remove(&model.id)
    }

    /// Asks the training to stop and waits until it has, for a while: a dead worker must not hold up a deletion.
    async fn stop(&self, model: &TrainedModel) -> Result<()> {
        let is_over = |job: &Option<Job>| job.as_ref().is_none_or(|job| job.status.is_over());
        if is_over(&self.job(model).await?) {
            return Ok(());
        }
        if let Err(error) = self.jobs.cancel(&model.job_uuid).await {
            tracing::debug!(model = %model.id, %error, "the training ended by itself");
        }
        let ended = async {
            while !is_over(&self.job(model).await?) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok::<_, Error>(())
        };
        tokio::time::timeout(PATIENCE, ended).await.unwrap_or(Ok(()))
    }

    /// Folder of a model's files.
    pub fn folder(&self, id: &TimedId) -> PathBuf {
        self.folders.path(id)
    }
}
