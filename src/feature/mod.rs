//! A feature is a model's layer, taken from every picture of the library, and an index over it.
//! Records and rules here; the vectors' file in [`vectors`]; extraction and building are work (`tasks/`).

pub mod picture_map;
pub mod vectors;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::entity::{feature, feature_failure};
use crate::db::{self, Database};
use crate::error::{Error, FieldError, Result};
use crate::index::IndexKind;
use crate::model::{DEFAULT_MODEL, Zoo};
use crate::network::Signature;
use crate::types::{FeatureId, MediaId};

/// A feature's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its number.
    pub id: FeatureId,
    /// Whether *update all* and searches without a choice consider it.
    pub active: bool,
    /// Key of the model.
    pub modelzoo_name: String,
    /// Layer; empty for the one that the model's descriptor names.
    pub layer: String,
    /// `auto`, `codes`, `flat`, `hnsw`, `faiss` or `annoy`.
    pub index_type: String,
    /// JSON settings of the index kind.
    pub index_settings: Option<String>,
    /// Who made it.
    pub username: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When pictures were last extracted.
    pub processed_at: Option<DateTime<Utc>>,
    /// Highest media id whose vector is there.
    pub process_id: i64,
    /// When the index was last built.
    pub indexed_at: Option<DateTime<Utc>>,
    /// Highest media id in the index.
    pub index_id: i64,
}

impl Feature {
    /// Whether both mean the same vectors and the same index.
    pub fn same_vectors_and_index(&self, other: &Self) -> bool {
        self.modelzoo_name == other.modelzoo_name
            && self.layer == other.layer
            && self.index_type == other.index_type
            && self.index_settings == other.index_settings
    }

    /// Kind and parameters of its index.
    ///
    /// # Errors
    /// `Invalid` when the stored settings are not of this kind.
    pub fn index_kind(&self) -> Result<IndexKind> {
        IndexKind::parse(&self.index_type, self.index_settings.as_deref())
    }
}

/// What a caller may decide about a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureSpec {
    /// Key of the model.
    pub modelzoo_name: String,
    /// Layer; empty for the descriptor's.
    pub layer: String,
    /// Kind of index.
    pub index_type: String,
    /// JSON settings of that kind.
    pub index_settings: Option<String>,
    /// Whether it takes part.
    pub active: bool,
    /// Who made it.
    pub username: String,
}

impl Default for FeatureSpec {
    fn default() -> Self {
        Self {
            modelzoo_name: DEFAULT_MODEL.into(),
            layer: String::new(),
            index_type: "auto".into(),
            index_settings: None,
            active: true,
            username: String::new(),
        }
    }
}

impl FeatureSpec {
    /// What a present feature was made with.
    pub fn of(feature: &Feature) -> Self {
        Self {
            modelzoo_name: feature.modelzoo_name.clone(),
            layer: feature.layer.clone(),
            index_type: feature.index_type.clone(),
            index_settings: feature.index_settings.clone(),
            active: feature.active,
            username: feature.username.clone().unwrap_or_default(),
        }
    }

    /// Checks everything that can be checked without loading the network, and answers all mistakes together.
    fn check(&self, zoo: &Zoo) -> Result<()> {
        let mut wrong = Vec::new();
        match zoo.get(&self.modelzoo_name) {
            Err(error) => wrong.push(FieldError { field: "modelzoo_name".into(), message: error.message().into() }),
            Ok(entry) if !entry.descriptor.is_indexable() && self.layer.is_empty() => wrong.push(FieldError {
                field: "modelzoo_name".into(),
                message: format!("model `{}` names no feature layer and cannot be indexed", self.modelzoo_name),
            }),
            Ok(_) => {}
        }
        if let Err(error) = IndexKind::parse(&self.index_type, None) {
            wrong.push(field_error("index_type", &error));
        } else if let Err(error) = IndexKind::parse(&self.index_type, self.index_settings.as_deref()) {
            wrong.push(field_error("index_settings", &error));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(wrong)) }
    }
}

/// Keeper of the features: their records, failures and folders.
#[derive(Clone)]
pub struct Features {
    database: Database,
    zoo: Zoo,
    data_dir: PathBuf,
}

impl Features {
    /// A keeper over the library in `data_dir`.
    pub fn new(database: Database, zoo: Zoo, data_dir: &Path) -> Self {
        Self { database, zoo, data_dir: data_dir.to_path_buf() }
    }

    /// All features by id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self) -> Result<Vec<Feature>> {
        let rows = feature::Entity::find().order_by_asc(feature::Column::Id).all(self.database.connection()).await;
        Ok(rows.map_err(|source| db::database_error("list features", source))?.into_iter().map(Feature::from).collect())
    }

    /// One feature.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn get(&self, id: FeatureId) -> Result<Option<Feature>> {
        let row = feature::Entity::find_by_id(id.0).one(self.database.connection()).await;
        Ok(row.map_err(|source| db::database_error("read a feature", source))?.map(Feature::from))
    }

    /// Makes a feature. Nothing is extracted by that.
    ///
    /// # Errors
    /// `Invalid` with every wrong field; also when model, layer and index kind exist already.
    pub async fn create(&self, spec: FeatureSpec) -> Result<Feature> {
        spec.check(&self.zoo)?;
        let row = feature::ActiveModel { created_at: Set(Utc::now()), process_id: Set(0), index_id: Set(0), ..columns(spec) };
        row.insert(self.database.connection()).await.map(Feature::from).map_err(store_error)
    }

    /// Changes a feature.
    ///
    /// # Errors
    /// As [`Features::create`], and `NotFound`.
    pub async fn update(&self, id: FeatureId, spec: FeatureSpec) -> Result<Feature> {
        spec.check(&self.zoo)?;
        let row = feature::ActiveModel { id: Set(id.0), updated_at: Set(Some(Utc::now())), ..columns(spec) };
        row.update(self.database.connection()).await.map(Feature::from).map_err(store_error)
    }

    /// Forgets a feature and removes its index; vectors that no other feature shares stay for a new one of the same kind.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, id: FeatureId) -> Result<()> {
        let connection = self.database.connection();
        let failures = feature_failure::Entity::delete_many().filter(feature_failure::Column::FeatureId.eq(id.0)).exec(connection);
        failures.await.map_err(|source| db::database_error("delete a feature", source))?;
        let gone =
            feature::Entity::delete_by_id(id.0).exec(connection).await.map_err(|source| db::database_error("delete a feature", source))?;
        if gone.rows_affected == 0 {
            return Err(Error::not_found("not found"));
        }
        let _ = std::fs::remove_dir_all(self.index_folder(id));
        let _ = std::fs::remove_file(self.map_file(id));
        Ok(())
    }

    /// The feature to work with when the user names none: the only or first active one, or a new one of the built-in network.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn default_or_create(&self) -> Result<Feature> {
        match self.list().await?.into_iter().find(|feature| feature.active) {
            Some(feature) => Ok(feature),
            None => self.create(FeatureSpec::default()).await,
        }
    }

    /// Folder of the vectors that this signature gives; features that differ in the index only share it.
    pub fn vectors_folder(&self, signature: &Signature) -> PathBuf {
        let fingerprint = signature.fingerprint.to_string();
        self.data_dir.join("features").join(&signature.model).join(&fingerprint[..16])
    }

    /// Folder of a feature's index snapshots.
    pub fn index_folder(&self, id: FeatureId) -> PathBuf {
        self.data_dir.join("indexes").join(id.to_string())
    }

    /// File of a feature's map; see [`picture_map`].
    pub fn map_file(&self, id: FeatureId) -> PathBuf {
        self.data_dir.join("maps").join(format!("{id}.map"))
    }

    /// Bytes of all vectors, and of all indexes. Blocks; a file that goes meanwhile counts as nothing.
    pub fn bytes_on_disk(&self) -> (u64, u64) {
        let of = |folder: &str| {
            let files = walkdir::WalkDir::new(self.data_dir.join(folder)).into_iter().flatten();
            files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
        };
        (of("features"), of("indexes"))
    }

    /// Records pictures that gave no vector. Recording one again renews its reason.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record_failures(&self, id: FeatureId, failures: &[(MediaId, String)]) -> Result<()> {
        if failures.is_empty() {
            return Ok(());
        }
        let rows = failures.iter().map(|(media, reason)| feature_failure::ActiveModel {
            feature_id: Set(id.0),
            media_id: Set(media.0),
            reason: Set(db::storable(reason)),
            created_at: Set(Utc::now()),
        });
        let renew = OnConflict::columns([feature_failure::Column::FeatureId, feature_failure::Column::MediaId])
            .update_columns([feature_failure::Column::Reason, feature_failure::Column::CreatedAt])
            .to_owned();
        let stored = feature_failure::Entity::insert_many(rows).on_conflict(renew).exec_without_returning(self.database.connection()).await;
        stored.map(drop).map_err(|source| db::database_error("record failed pictures", source))
    }

    /// Pictures that gave no vector, by id, with the reason.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failures(&self, id: FeatureId) -> Result<Vec<(MediaId, String)>> {
        let rows = feature_failure::Entity::find()
            .filter(feature_failure::Column::FeatureId.eq(id.0))
            .order_by_asc(feature_failure::Column::MediaId);
        let rows = rows.all(self.database.connection()).await.map_err(|source| db::database_error("read failed pictures", source))?;
        Ok(rows.into_iter().map(|row| (MediaId(row.media_id), row.reason)).collect())
    }

    /// Ids of the pictures that gave no vector.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failed_ids(&self, id: FeatureId) -> Result<HashSet<i64>> {
        let query = feature_failure::Entity::find()
            .filter(feature_failure::Column::FeatureId.eq(id.0))
            .select_only()
            .column(feature_failure::Column::MediaId);
        let ids: Vec<i64> = query
            .into_tuple()
            .all(self.database.connection())
            .await
            .map_err(|source| db::database_error("read failed pictures", source))?;
        Ok(ids.into_iter().collect())
    }

    /// Forgets the failures, so that the next extraction tries those pictures again. Answers how many there were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_failures(&self, id: FeatureId) -> Result<u64> {
        let gone = feature_failure::Entity::delete_many()
            .filter(feature_failure::Column::FeatureId.eq(id.0))
            .exec(self.database.connection())
            .await;
        gone.map(|gone| gone.rows_affected).map_err(|source| db::database_error("forget failed pictures", source))
    }

    /// Notes that every picture up to this one was extracted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mark_extracted(&self, id: FeatureId, up_to: i64) -> Result<()> {
        self.mark(id, feature::Column::ProcessId, up_to, feature::Column::ProcessedAt).await
    }

    /// Notes that the index holds every vector up to this picture's.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mark_indexed(&self, id: FeatureId, up_to: i64) -> Result<()> {
        self.mark(id, feature::Column::IndexId, up_to, feature::Column::IndexedAt).await
    }

    async fn mark(&self, id: FeatureId, number: feature::Column, up_to: i64, time: feature::Column) -> Result<()> {
        let update = feature::Entity::update_many().col_expr(number, Expr::value(up_to)).col_expr(time, Expr::value(Utc::now()));
        let done = update.filter(feature::Column::Id.eq(id.0)).exec(self.database.connection()).await;
        done.map(drop).map_err(|source| db::database_error("note progress", source))
    }

    /// Number of features.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self) -> Result<u64> {
        feature::Entity::find().count(self.database.connection()).await.map_err(|source| db::database_error("count features", source))
    }
}

/// The message without the field's name in front: the form shows it beside the field.
fn field_error(field: &str, error: &Error) -> FieldError {
    let message = error.message();
    let message = message.strip_prefix(field).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message);
    FieldError { field: field.into(), message: message.into() }
}

fn columns(spec: FeatureSpec) -> feature::ActiveModel {
    feature::ActiveModel {
        active: Set(spec.active),
        modelzoo_name: Set(spec.modelzoo_name),
        layer: Set(db::storable(&spec.layer)),
        index_type: Set(spec.index_type),
        index_settings: Set(spec.index_settings),
        username: Set(Some(db::storable(&spec.username))),
        ..Default::default()
    }
}

fn store_error(source: sea_orm::DbErr) -> Error {
    if db::is_unique_violation(&source) {
        let message = "Already exists.".into();
        return Error::invalid_fields(vec![FieldError { field: "modelzoo_name".into(), message }]);
    }
    if matches!(source, sea_orm::DbErr::RecordNotUpdated) {
        return Error::not_found("not found");
    }
    db::database_error("store a feature", source)
}

impl From<feature::Model> for Feature {
    fn from(row: feature::Model) -> Self {
        Self {
            id: FeatureId(row.id),
            active: row.active,
            modelzoo_name: row.modelzoo_name,
            layer: row.layer,
            index_type: row.index_type,
            index_settings: row.index_settings,
            username: row.username,
            created_at: row.created_at,
            processed_at: row.processed_at,
            process_id: row.process_id,
            indexed_at: row.indexed_at,
            index_id: row.index_id,
        }
    }
}
