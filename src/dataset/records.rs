//! Records of datasets: made together with their job, listed, changed, and noted in as their making goes on.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::Local;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::delete::{UNSETTLED, discard};
use super::list::{MOST_LABEL_BYTES, MOST_LIST_BYTES};
use super::spec::{ListFile, PictureSource};
use super::{Dataset, DatasetSpec, Datasets, Findings, JobState, NewDataset, Payload, Subset, TASK, TimedId, blocking, files, now, spec};
use crate::db::entity::dataset::{ActiveModel, Column, Entity, Model};
use crate::db::entity::job;
use crate::db::{database_error, storable};
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::job::{JobProgress, NewJob, Status};
use crate::types::JobId;

/// How often a free id is looked for.
const ATTEMPTS: usize = 100;
/// Most characters of a user's name that a job keeps.
const MOST_JOB_USERNAME: usize = 16;
/// Most characters of a name in the title of a job.
const MOST_JOB_TITLE: usize = 200;
/// Ids in one query; databases bound the number of parameters.
const IDS_PER_QUERY: usize = 1_000;
/// Names of the classes, in the folder of a dataset.
pub(super) const LABELS_FILE: &str = "labels.txt";

/// What changes about a dataset; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct DatasetChange {
    /// Its name; must not be blank.
    pub name: Option<String>,
    /// What somebody writes about it; blank for nothing.
    pub notes: Option<String>,
    /// Its group; may be empty.
    pub group: Option<String>,
}

impl Datasets {
    /// Checks what is wanted, makes the folder, and writes record and job down together. Lists that were sent are copied.
    ///
    /// # Errors
    /// `Invalid` with every wrong field; those of the disk and of the database.
    pub async fn create(&self, new: NewDataset) -> Result<Dataset> {
        let (sources, jobs_folder) = (self.sources.clone(), self.folder.clone());
        let (new, id) = blocking(move || {
            std::fs::create_dir_all(&jobs_folder).map_err(|source| io_error(&jobs_folder, "create the folder", source))?;
            spec::check(&new, &sources, &jobs_folder)?;
            let id = fresh_folder(&jobs_folder)?;
            let folder = jobs_folder.join(id.as_str());
            match copy_lists(&new.spec, &sources, &folder) {
                Ok(()) => Ok((new, id)),
                Err(error) => {
                    discard(&folder);
                    Err(error)
                }
            }
        })
        .await?;
        let written = self.write_down(&id, new).await;
        let folder = self.folder(&id);
        match written {
            Ok(()) => {
                // What cannot be removed now is swept at a later time.
                let _ = std::fs::remove_file(folder.join(UNSETTLED));
                self.jobs.wake();
                self.get(&id).await?.ok_or_else(unknown)
            }
            Err(error) => {
                discard(&folder);
                Err(error)
            }
        }
    }

    async fn write_down(&self, id: &TimedId, new: NewDataset) -> Result<()> {
        let failed = |source| database_error("write a dataset down", source);
        let transaction = self.db.write().await?;
        let job = self.jobs.enqueue_in(&transaction, new_job(id, &new)?).await?;
        let row = ActiveModel {
            id: Set(id.to_string()),
            kind: Set(new.spec.kind().into()),
            name: Set(storable(&new.name)),
            group_name: Set(storable(&new.group)),
            username: Set(new.username.as_deref().map(storable)),
            notes: Set(None),
            form: Set(new.form.to_string()),
            spec: Set(text_of(&new.spec)?),
            seed: Set(new.seed.unwrap_or_else(rand::random).cast_signed()),
            findings: Set(text_of(&Findings::default())?),
            job_id: Set(job.id.0),
            created_at: Set(now()),
            updated_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    /// The dataset with this id.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn get(&self, id: &TimedId) -> Result<Option<Dataset>> {
        let row = Entity::find_by_id(id.to_string()).one(self.db.connection()).await;
        let row = row.map_err(|source| database_error("read a dataset", source))?;
        Ok(self.with_jobs(row.into_iter().collect()).await?.pop())
    }

    /// All datasets, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self) -> Result<Vec<Dataset>> {
        let rows = Entity::find().order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).all(self.db.connection()).await;
        self.with_jobs(rows.map_err(|source| database_error("list the datasets", source))?).await
    }

    /// Changes what people say about a dataset.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a blank name.
    pub async fn change(&self, id: &TimedId, change: DatasetChange) -> Result<Dataset> {
        if change.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Error::invalid("name cannot be blank"));
        }
        let failed = |source| database_error("change a dataset", source);
        let transaction = self.db.write().await?;
        let row = Entity::find_by_id(id.to_string()).one(&transaction).await.map_err(failed)?.ok_or_else(unknown)?;
        let mut form: Value = parsed(&row.form, "form", &row.id)?;
        let mut changed: ActiveModel = row.into();
        if let Some(name) = change.name {
            // A copy of the form gets the new name too.
            if let Some(fields) = form.as_object_mut() {
                fields.insert("dataset_name".into(), json!(name));
            }
            changed.name = Set(storable(&name));
            changed.form = Set(form.to_string());
        }
        if let Some(notes) = change.notes {
            changed.notes = Set(Some(storable(&notes)).filter(|notes| !notes.trim().is_empty()));
        }
        if let Some(group) = change.group {
            changed.group_name = Set(storable(&group));
        }
        changed.updated_at = Set(Some(now()));
        changed.update(&transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        self.get(id).await?.ok_or_else(unknown)
    }

    /// Asks the job of a dataset to stop; it sees that within a second.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is over.
    pub async fn abort(&self, id: &TimedId) -> Result<()> {
        let dataset = self.get(id).await?.ok_or_else(unknown)?;
        self.jobs.cancel(&dataset.job.uuid).await.map(drop)
    }

    /// The dataset that a job is to make: from now on it is this job that makes it.
    ///
    /// # Errors
    /// `Cancelled` when it was deleted.
    pub async fn take_up(&self, id: &TimedId, job: JobId) -> Result<Dataset> {
        let failed = |source| database_error("take up a dataset", source);
        let taken = Entity::update_many()
            .col_expr(Column::JobId, sea_orm::sea_query::Expr::value(job.0))
            .filter(Column::Id.eq(id.to_string()))
            .exec(self.db.connection())
            .await
            .map_err(failed)?;
        if taken.rows_affected == 0 {
            return Err(deleted(id));
        }
        self.get(id).await?.ok_or_else(|| deleted(id))
    }

    /// Writes down what is known by now.
    pub(super) async fn note(&self, connection: &impl ConnectionTrait, dataset: &Dataset) -> Result<()> {
        let noted = Entity::update_many()
            .col_expr(Column::Findings, sea_orm::sea_query::Expr::value(text_of(&dataset.findings)?))
            .filter(Column::Id.eq(dataset.id.to_string()))
            .exec(connection)
            .await
            .map_err(|source| database_error("note how far a dataset is", source))?;
        if noted.rows_affected == 0 { Err(deleted(&dataset.id)) } else { Ok(()) }
    }

    async fn with_jobs(&self, rows: Vec<Model>) -> Result<Vec<Dataset>> {
        let mut jobs: HashMap<i64, job::Model> = HashMap::new();
        let ids: Vec<i64> = rows.iter().map(|row| row.job_id).collect();
        for ids in ids.chunks(IDS_PER_QUERY) {
            let found = job::Entity::find().filter(job::Column::Id.is_in(ids.iter().copied())).all(self.db.connection()).await;
            let found = found.map_err(|source| database_error("read the jobs of datasets", source))?;
            jobs.extend(found.into_iter().map(|job| (job.id, job)));
        }
        rows.into_iter().map(|row| self.record(&row, jobs.get(&row.job_id))).collect()
    }

    fn record(&self, row: &Model, job: Option<&job::Model>) -> Result<Dataset> {
        let id: TimedId = row.id.parse().map_err(|_| Error::corrupt(format!("the database holds a dataset with the id {}", row.id)))?;
        Ok(Dataset {
            folder: self.folder(&id),
            name: row.name.clone(),
            group: row.group_name.clone(),
            username: row.username.clone(),
            notes: row.notes.clone(),
            form: parsed(&row.form, "form", &row.id)?,
            spec: parsed(&row.spec, "spec", &row.id)?,
            seed: row.seed.cast_unsigned(),
            findings: parsed(&row.findings, "findings", &row.id)?,
            job: job.map_or_else(|| Ok(lost_job(row.job_id)), job_state)?,
            created_at: row.created_at,
            id,
        })
    }
}

fn new_job(id: &TimedId, new: &NewDataset) -> Result<NewJob> {
    let payload = serde_json::to_value(Payload { dataset: id.clone() });
    Ok(NewJob {
        kind: TASK.into(),
        title: new.name.chars().take(MOST_JOB_TITLE).collect(),
        payload: payload.or_error(Kind::Internal, || "cannot write the job down".into())?,
        exclusive_key: format!("dataset:{id}"),
        username: new.username.as_deref().unwrap_or_default().chars().take(MOST_JOB_USERNAME).collect(),
        retry_of: None,
    })
}

/// Makes a folder that nobody has; a mark in it says that its record is not written yet.
fn fresh_folder(jobs_folder: &Path) -> Result<TimedId> {
    for _ in 0..ATTEMPTS {
        let id = TimedId::new(Local::now(), rand::random());
        let folder = jobs_folder.join(id.as_str());
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => {
                made.map_err(|source| io_error(&folder, "create the folder", source))?;
                files::replace(&folder.join(UNSETTLED), b"")?;
                files::sync_folder(jobs_folder)?;
                return Ok(id);
            }
        }
    }
    Err(Error::new(Kind::Busy, "too many jobs were made in this second: try again"))
}

/// Lists are kept as they are now: what is sent goes, and what lies on the server may change.
fn copy_lists(spec: &DatasetSpec, sources: &super::source::Sources, folder: &Path) -> Result<()> {
    let DatasetSpec::Classification(pictures) = spec else { return Ok(()) };
    let PictureSource::Textfile(source) = &pictures.source else { return Ok(()) };
    let place = |file: &ListFile| -> Result<PathBuf> {
        match file {
            ListFile::Sent(path) => Ok(path.clone()),
            ListFile::Local(path) => sources.roots.allowed(Path::new(path)),
        }
    };
    files::copy_bounded(&place(&source.labels)?, &folder.join(LABELS_FILE), MOST_LABEL_BYTES)?;
    for subset in Subset::ALL {
        if let Some(list) = source.list(subset) {
            files::copy_bounded(&place(&list.list)?, &folder.join(subset.list_file()), MOST_LIST_BYTES)?;
        }
    }
    Ok(())
}

fn job_state(row: &job::Model) -> Result<JobState> {
    Ok(JobState {
        id: JobId(row.id),
        uuid: row.uuid.clone(),
        status: Status::parse(&row.status).map_err(|error| Error::corrupt(format!("job {}: {error}", row.id)))?,
        error: row.error.clone(),
        progress: JobProgress {
            current: row.progress_current.try_into().unwrap_or_default(),
            total: row.progress_total.try_into().unwrap_or_default(),
            message: row.progress_message.clone(),
        },
        started_at: row.started_at,
        ended_at: row.ended_at,
    })
}

/// Of a job whose row somebody removed.
fn lost_job(id: i64) -> JobState {
    JobState {
        id: JobId(id),
        uuid: String::new(),
        status: Status::Failed,
        error: Some("the job of this dataset is no longer recorded: make the dataset again".into()),
        progress: JobProgress::default(),
        started_at: None,
        ended_at: None,
    }
}

fn text_of(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).or_error(Kind::Internal, || "cannot write a dataset down".into())
}

fn parsed<T: DeserializeOwned>(text: &str, what: &str, id: &str) -> Result<T> {
    serde_json::from_str(text).or_error(Kind::Corrupt, || format!("the {what} of dataset {id} cannot be read"))
}

/// The contract's words.
pub(super) fn unknown() -> Error {
    Error::not_found("Job not found")
}

fn deleted(id: &TimedId) -> Error {
    Error::new(Kind::Cancelled, format!("dataset {id} was deleted"))
}
