//! Uploads: pictures sent in as queries. They are stored like media, but are no part of the library.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use tokio::sync::{Mutex, Semaphore};

use super::blobs::{Existing, upload_key};
use super::fetch::{self, FetchRules};
use super::{Blobs, MediaStore, Order, Sort, now, stored_hash};
use crate::db::entity::upload::{ActiveModel, Column, Entity, Model};
use crate::db::{Database, database_error, is_unique_violation, storable};
use crate::error::{Error, FieldError, Kind, Result};
use crate::imaging::{self, DecodeLimits, PictureFormat, PictureInfo};
use crate::types::{Sha256, UploadId};

/// Longest user name, in characters.
pub const MAX_USERNAME: usize = 16;

/// Pictures that are fetched from the web at the same time.
const MOST_FETCHES: usize = 4;

/// Longest file name taken from an address, in characters.
const LONGEST_NAME: usize = 200;

/// A picture that somebody sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its number.
    pub id: UploadId,
    /// Hash of the bytes.
    pub sha256: Sha256,
    /// Extension of the true format, with its dot.
    pub ext: String,
    /// Who sent it first.
    pub username: String,
    /// Pixels per row, upright.
    pub width: u32,
    /// Rows, upright.
    pub height: u32,
    /// Bytes stored.
    pub byte_size: u64,
    /// File name the sender gave; only for show.
    pub original_name: String,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
}

impl Upload {
    /// Key of its bytes, which is also their path below the data folder: `uploads/ab/cd/<sha256><ext>`.
    pub fn key(&self) -> String {
        upload_key(&self.sha256, &self.ext)
    }

    pub(super) fn from_row(row: Model) -> Result<Self> {
        Ok(Self {
            id: UploadId(row.id),
            sha256: stored_hash(&row.sha256)?,
            ext: row.ext,
            username: row.username,
            width: row.width.try_into().unwrap_or_default(),
            height: row.height.try_into().unwrap_or_default(),
            byte_size: row.byte_size.try_into().unwrap_or_default(),
            original_name: row.original_name,
            created_at: row.created_at,
        })
    }
}

/// Keeper of the uploads; clones share everything.
#[derive(Debug, Clone)]
pub struct Uploads {
    db: Database,
    blobs: Blobs,
    limits: DecodeLimits,
    /// A delete must not remove the bytes that a simultaneous create of the same picture counts on.
    changing: Arc<Mutex<()>>,
    /// Pictures that are fetched at the same time.
    fetching: Arc<Semaphore>,
}

impl Uploads {
    /// The uploads beside this library.
    pub fn open(library: &MediaStore) -> Self {
        let fetching = Arc::new(Semaphore::new(MOST_FETCHES));
        Self { db: library.db.clone(), blobs: library.blobs.clone(), limits: library.limits, changing: Arc::default(), fetching }
    }

    /// Checks and stores a picture; true when the same bytes were there already (the first sender's row is returned then).
    ///
    /// # Errors
    /// `Invalid` with the wrong fields (`image`, `username`); `Unsupported`, `Corrupt` or `TooLarge` when the bytes are no usable picture.
    pub async fn create(&self, bytes: Bytes, original_name: &str, username: &str) -> Result<(Upload, bool)> {
        check_fields(&bytes, original_name, username)?;
        let (sha256, picture) = self.examine(bytes.clone()).await.map_err(|error| error.context("Not a valid image"))?;
        let _changing = self.changing.lock().await;
        let key = upload_key(&sha256, picture.format.extension());
        let byte_size = bytes.len() as i64;
        self.blobs.put(&key, bytes, Existing::Keep).await?;
        if let Some(upload) = self.by_sha256(&sha256).await? {
            return Ok((upload, true));
        }
        let row = ActiveModel {
            id: ActiveValue::NotSet,
            sha256: ActiveValue::Set(sha256.0.to_vec()),
            ext: ActiveValue::Set(picture.format.extension().to_owned()),
            username: ActiveValue::Set(storable(username)),
            width: ActiveValue::Set(picture.width as i32),
            height: ActiveValue::Set(picture.height as i32),
            byte_size: ActiveValue::Set(byte_size),
            original_name: ActiveValue::Set(storable(original_name)),
            created_at: ActiveValue::Set(now()),
        };
        let already = match Entity::insert(row).exec_without_returning(self.db.connection()).await {
            Ok(_) => false,
            Err(source) if is_unique_violation(&source) => true,
            Err(source) => return Err(database_error("store an upload", source)),
        };
        let stored = self.by_sha256(&sha256).await?;
        Ok((stored.ok_or_else(|| Error::internal("an upload vanished while it was stored: send it again"))?, already))
    }

    /// Fetches the picture that a URL leads to and stores it as [`Uploads::create`] does.
    ///
    /// # Errors
    /// `Invalid` naming `url` when it cannot be fetched or is no usable picture, or `username`.
    pub async fn create_from_url(&self, url: &str, rules: FetchRules, username: &str) -> Result<(Upload, bool)> {
        // Each may hold a whole file in memory.
        let _permit = self.fetching.acquire().await.map_err(|source| Error::internal("fetching is closed").because(source))?;
        let url = fetch::check_url(url, rules).map_err(of_url)?;
        let name = url.path_segments().and_then(Iterator::last).unwrap_or_default().to_owned();
        let fetched = tokio::task::spawn_blocking(move || fetch::fetch_bytes(&url, rules)).await;
        let bytes = fetched.map_err(|source| Error::internal("a fetch was interrupted").because(source))?.map_err(of_url)?;
        let format = imaging::probe(&bytes, &self.limits).map_err(of_url)?.format;
        self.create(bytes.into(), &named(&name, format), username).await.map_err(of_url)
    }

    /// The upload with this number.
    ///
    /// # Errors
    /// Those of the database; so for every method here.
    pub async fn get(&self, id: UploadId) -> Result<Option<Upload>> {
        let row = Entity::find_by_id(id.0).one(self.db.connection()).await;
        row.map_err(|source| database_error("look for an upload", source))?.map(Upload::from_row).transpose()
    }

    /// The upload with these bytes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_sha256(&self, sha256: &Sha256) -> Result<Option<Upload>> {
        let row = Entity::find().filter(Column::Sha256.eq(sha256.0.to_vec())).one(self.db.connection()).await;
        row.map_err(|source| database_error("look for an upload", source))?.map(Upload::from_row).transpose()
    }

    /// One page of the uploads, of everybody or of one sender.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, username: Option<&str>, offset: u64, limit: u64, sort: Sort, order: Order) -> Result<Vec<Upload>> {
        let sorted = match sort {
            Sort::Id => sent_by(username),
            Sort::Date => sent_by(username).order_by(Column::CreatedAt, order.into()),
        };
        let rows = sorted.order_by(Column::Id, order.into()).offset(offset).limit(limit).all(self.db.connection()).await;
        rows.map_err(|source| database_error("list the uploads", source))?.into_iter().map(Upload::from_row).collect()
    }

    /// How many uploads there are, of everybody or of one sender.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, username: Option<&str>) -> Result<u64> {
        sent_by(username).count(self.db.connection()).await.map_err(|source| database_error("count the uploads", source))
    }

    /// The bytes as they were sent.
    ///
    /// # Errors
    /// `Corrupt` when the row is there and the bytes are not.
    pub async fn bytes(&self, upload: &Upload) -> Result<Bytes> {
        self.blobs.get(&upload.key()).await.map_err(|error| match error.kind() {
            Kind::NotFound => {
                Error::corrupt(format!("the bytes of upload {} are missing: delete it and send the picture again", upload.id))
            }
            _ => error,
        })
    }

    /// Removes an upload, row and bytes.
    ///
    /// # Errors
    /// `NotFound` when there is no such upload.
    pub async fn delete(&self, id: UploadId) -> Result<()> {
        let _changing = self.changing.lock().await;
        let upload = self.get(id).await?.ok_or_else(|| Error::not_found(format!("there is no upload {id}")))?;
        // Row first: a process killed in between leaves bytes that nobody names, not a row without bytes.
        Entity::delete_by_id(id.0).exec(self.db.connection()).await.map_err(|source| database_error("delete an upload", source))?;
        self.blobs.delete(&upload.key()).await
    }

    async fn examine(&self, bytes: Bytes) -> Result<(Sha256, PictureInfo)> {
        let limits = self.limits;
        let examined = tokio::task::spawn_blocking(move || Ok((Sha256::of(&bytes), imaging::verify(&bytes, &limits)?))).await;
        examined.map_err(|source| Error::internal("checking an upload was interrupted").because(source))?
    }
}

fn sent_by(username: Option<&str>) -> Select<Entity> {
    match username {
        Some(name) => Entity::find().filter(Column::Username.eq(storable(name))),
        None => Entity::find(),
    }
}

/// A failure of the address that was given; those of the machine, and of other fields, stay what they are.
fn of_url(error: Error) -> Error {
    let is_other =
        matches!(error.kind(), Kind::Internal | Kind::Busy | Kind::NotReady) || error.fields().iter().any(|one| one.field != "image");
    if is_other { error } else { Error::invalid_field("url", error.message()).because(error) }
}

/// The end of an address as a file name: many have no ending, or another one than the picture.
fn named(name: &str, format: PictureFormat) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let is_picture = name.rsplit_once('.').is_some_and(|(_, ending)| PictureFormat::from_extension(ending).is_some());
    match name.as_str() {
        _ if is_picture => name,
        "" => format!("picture{}", format.extension()),
        _ => format!("{name}{}", format.extension()),
    }
}

fn check_fields(bytes: &[u8], original_name: &str, username: &str) -> Result<()> {
    let mut wrong = Vec::new();
    let extension = original_name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if PictureFormat::from_extension(extension).is_none() {
        let message = format!("Not a valid image: the file name {original_name:?} must end in jpg, jpeg, png, webp, gif, bmp, tif or tiff");
        wrong.push(FieldError { field: "image".into(), message });
    } else if bytes.is_empty() {
        wrong.push(FieldError { field: "image".into(), message: "Image parse error: the file is empty".into() });
    }
    if original_name.contains('\0') {
        wrong.push(FieldError { field: "image".into(), message: "the file name must not hold a NUL character".into() });
    }
    if username.contains('\0') {
        wrong.push(FieldError { field: "username".into(), message: "must not hold a NUL character".into() });
    }
    let length = username.chars().count();
    if length > MAX_USERNAME {
        wrong.push(FieldError {
            field: "username".into(),
            message: format!("must have at most {MAX_USERNAME} characters, this has {length}"),
        });
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(wrong)) }
}
