//! The order of a collection, made by hand. Every link has a position far from its neighbours', so that others can come between
//! without touching them; only when there is no room left are all numbered anew.

use sea_orm::sea_query::CaseStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::links::{ROWS_PER_STATEMENT, must_exist, present};
use super::{Arrangement, Collections, Place};
use crate::db::database_error;
use crate::db::entity::collection_media::{Column, Entity};
use crate::error::{Error, Result};
use crate::media::Order;
use crate::types::{CollectionId, MediaId};

/// Between two neighbours to begin with: more than one call may move.
pub(super) const APART: i64 = 1 << 20;

/// Positions in one statement: it looks through them for each of its rows.
const MOVED_AT_ONCE: usize = 250;

/// Unknown media that a message names.
const NAMED_UNKNOWN: usize = 10;

impl Collections {
    /// Moves media of a collection to another place of its order, in the order given; the others stay as they are.
    ///
    /// # Errors
    /// `NotFound` when there is no such collection, or naming the media that are not in it; nothing is moved then.
    pub async fn arrange(&self, id: CollectionId, wanted: &Arrangement) -> Result<()> {
        let transaction = self.db.write().await?;
        must_exist(&transaction, id).await?;
        all_in(&transaction, id, &wanted.media).await?;
        let mut positions = room(&transaction, id, wanted).await?.positions(wanted.media.len());
        if positions.is_none() {
            number_anew(&transaction, id).await?;
            positions = room(&transaction, id, wanted).await?.positions(wanted.media.len());
        }
        let positions = positions.ok_or_else(|| Error::internal(format!("the order of collection {id} is damaged; please report it")))?;
        let moved: Vec<(MediaId, i64)> = wanted.media.iter().copied().zip(positions).collect();
        for chunk in moved.chunks(MOVED_AT_ONCE) {
            put(&transaction, id, chunk).await?;
        }
        transaction.commit().await.map_err(failed)
    }
}

/// What lies on both sides of a place; nothing beyond the ends.
struct Room {
    above: Option<i64>,
    below: Option<i64>,
}

impl Room {
    /// Positions for so many, ascending and evenly apart; nothing when there is no room for them.
    fn positions(&self, count: usize) -> Option<Vec<i64>> {
        let count = i64::try_from(count).ok()?;
        let (first, step) = match (self.above, self.below) {
            (Some(above), Some(below)) => {
                let step = below.checked_sub(above)? / (count + 1);
                (above.checked_add(step)?, step)
            }
            (Some(above), None) => (above.checked_add(APART)?, APART),
            (None, Some(below)) => (below.checked_sub(count.checked_mul(APART)?)?, APART),
            (None, None) => (APART, APART),
        };
        if step < 1 {
            return None;
        }
        (0..count).map(|place| first.checked_add(place.checked_mul(step)?)).collect()
    }
}

async fn room(transaction: &DatabaseTransaction, id: CollectionId, wanted: &Arrangement) -> Result<Room> {
    let moved = wanted.media.iter().map(|media| media.0);
    let others = Entity::find().filter(Column::CollectionId.eq(id.0)).filter(Column::MediaId.is_not_in(moved));
    match wanted.place {
        Place::First => Ok(Room { above: None, below: edge(transaction, others, Order::Asc).await? }),
        Place::Last => Ok(Room { above: edge(transaction, others, Order::Desc).await?, below: None }),
        Place::Before(next) => {
            let below = Entity::find_by_id((id.0, next.0)).one(transaction).await.map_err(failed)?;
            let below = below.ok_or_else(|| not_in(&[next]))?.position;
            let same = Condition::all().add(Column::Position.eq(below)).add(Column::MediaId.lt(next.0));
            let above = others.filter(Condition::any().add(Column::Position.lt(below)).add(same));
            Ok(Room { above: edge(transaction, above, Order::Desc).await?, below: Some(below) })
        }
    }
}

/// The smallest or the largest position.
async fn edge(transaction: &DatabaseTransaction, links: Select<Entity>, order: Order) -> Result<Option<i64>> {
    let one = links.select_only().column(Column::Position).order_by(Column::Position, order.into()).limit(1);
    one.into_tuple::<i64>().one(transaction).await.map_err(failed)
}

async fn all_in(transaction: &DatabaseTransaction, id: CollectionId, media: &[MediaId]) -> Result<()> {
    let mut missing = Vec::new();
    for chunk in media.chunks(ROWS_PER_STATEMENT) {
        let present = present(transaction, id, chunk).await?;
        missing.extend(chunk.iter().copied().filter(|media| !present.contains(&media.0)));
    }
    if missing.is_empty() { Ok(()) } else { Err(not_in(&missing)) }
}

fn not_in(media: &[MediaId]) -> Error {
    let named: Vec<String> = media.iter().take(NAMED_UNKNOWN).map(ToString::to_string).collect();
    let more = if media.len() > NAMED_UNKNOWN { format!(" and {} more", media.len() - NAMED_UNKNOWN) } else { String::new() };
    Error::not_found(format!("media {}{more} is not in this collection; nothing was moved", named.join(", ")))
}

async fn put(transaction: &DatabaseTransaction, id: CollectionId, moved: &[(MediaId, i64)]) -> Result<()> {
    let by_medium = |case: CaseStatement, (media, position): &(MediaId, i64)| case.case(Column::MediaId.eq(media.0), *position);
    let positions = moved.iter().fold(CaseStatement::new(), by_medium);
    let update = Entity::update_many().col_expr(Column::Position, positions.into()).filter(Column::CollectionId.eq(id.0));
    let update = update.filter(Column::MediaId.is_in(moved.iter().map(|(media, _)| media.0)));
    update.exec(transaction).await.map(drop).map_err(failed)
}

async fn number_anew(transaction: &DatabaseTransaction, id: CollectionId) -> Result<()> {
    let id = id.0;
    let statement = format!(
        "UPDATE collection_media SET position = numbered.place * {APART} FROM \
         (SELECT media_id, ROW_NUMBER() OVER (ORDER BY position, media_id) AS place FROM collection_media WHERE collection_id = {id}) \
         AS numbered WHERE collection_media.collection_id = {id} AND collection_media.media_id = numbered.media_id"
    );
    transaction.execute_unprepared(&statement).await.map(drop).map_err(failed)
}

fn failed(source: DbErr) -> Error {
    database_error("arrange a collection", source)
}
