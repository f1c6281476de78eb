//! Rows of many pictures in a few statements, in the transaction of their batch. Only pictures of their own: frames and videos have
//! rules that concern single rows, and are written one by one.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::commit::{Outcome, new_row, new_source};
use super::prepare::ReadyPicture;
use super::walk::Origin;
use crate::db::entity::{media, media_source};
use crate::db::storable;

/// Rows in one statement; databases bound the number of parameters.
const ROWS_AT_ONCE: usize = 250;

type Stored<T> = std::result::Result<T, DbErr>;

/// A row that a picture's bytes have already.
struct Known {
    id: i64,
    deleted: bool,
}

/// Writes the rows of pictures that are no frames, in their order.
///
/// # Errors
/// Those of the database; a unique key that somebody else filled first is among them.
pub(super) async fn store(transaction: &DatabaseTransaction, pictures: &[(&Origin, &ReadyPicture)]) -> Stored<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(pictures.len());
    for part in pictures.chunks(ROWS_AT_ONCE) {
        outcomes.extend(store_part(transaction, part).await?);
    }
    Ok(outcomes)
}

async fn store_part(transaction: &DatabaseTransaction, pictures: &[(&Origin, &ReadyPicture)]) -> Stored<Vec<Outcome>> {
    let mut known = find(transaction, pictures.iter().map(|(_, picture)| picture.sha256.0.to_vec()).collect()).await?;
    let mut fresh: HashMap<[u8; 32], usize> = HashMap::new();
    for (place, (_, picture)) in pictures.iter().enumerate() {
        if !known.contains_key(&picture.sha256.0[..]) {
            fresh.entry(picture.sha256.0).or_insert(place);
        }
    }
    let is_fresh = |place: usize, picture: &ReadyPicture| fresh.get(&picture.sha256.0) == Some(&place);
    if !fresh.is_empty() {
        // In the order of the pictures: that is the order of their numbers.
        let new = pictures.iter().enumerate().filter(|(place, (_, picture))| is_fresh(*place, picture));
        let (rows, hashes): (Vec<_>, Vec<_>) = new.map(|(_, (_, picture))| (new_row(picture), picture.sha256.0.to_vec())).unzip();
        media::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        known.extend(find(transaction, hashes).await?);
    }
    add_sources(transaction, pictures, &known).await?;
    let outcome = |(place, (_, picture)): (usize, &(&Origin, &ReadyPicture))| {
        let Known { id, deleted } = *known.get(&picture.sha256.0[..]).ok_or_else(missing)?;
        Ok(if is_fresh(place, picture) { Outcome::Added } else { Outcome::AlreadyThere { media: id, deleted } })
    };
    pictures.iter().enumerate().map(outcome).collect()
}

fn missing() -> DbErr {
    DbErr::RecordNotFound("a picture that was just stored".into())
}

/// The rows of these hashes that are no frames.
async fn find(transaction: &DatabaseTransaction, hashes: Vec<Vec<u8>>) -> Stored<HashMap<Vec<u8>, Known>> {
    let rows = media::Entity::find()
        .filter(media::Column::Sha256.is_in(hashes))
        .filter(media::Column::Frame.is_null())
        .select_only()
        .columns([media::Column::Id, media::Column::Sha256, media::Column::DeletedAt])
        .into_tuple::<(i64, Vec<u8>, Option<chrono::DateTime<chrono::Utc>>)>()
        .all(transaction)
        .await?;
    Ok(rows.into_iter().map(|(id, sha256, deleted_at)| (sha256, Known { id, deleted: deleted_at.is_some() })).collect())
}

/// Remembers where the pictures were found; a path that is known for a medium gets the file's new size and time.
async fn add_sources(
    transaction: &DatabaseTransaction,
    pictures: &[(&Origin, &ReadyPicture)],
    known: &HashMap<Vec<u8>, Known>,
) -> Stored<()> {
    let mut places: HashMap<(i64, String), usize> = HashMap::new();
    let mut rows: Vec<media_source::ActiveModel> = Vec::with_capacity(pictures.len());
    for (origin, picture) in pictures {
        let id = known.get(&picture.sha256.0[..]).ok_or_else(missing)?.id;
        let mut row = new_source(id, origin);
        // One statement must not write a row twice: of two files of one path the later one counts.
        let place = (id, storable(&origin.path));
        if let Some(place) = places.get(&place) {
            std::mem::swap(&mut rows[*place], &mut row);
            rows[*place].imported_at = row.imported_at;
        } else {
            places.insert(place, rows.len());
            rows.push(row);
        }
    }
    let renew = OnConflict::columns([media_source::Column::MediaId, media_source::Column::Path])
        .update_columns([media_source::Column::Location, media_source::Column::ByteSize, media_source::Column::ModifiedAt])
        .to_owned();
    debug_assert!(rows.iter().all(|row| matches!(row.id, ActiveValue::NotSet)), "numbers are given by the database");
    media_source::Entity::insert_many(rows).on_conflict(renew).exec_without_returning(transaction).await.map(drop)
}
