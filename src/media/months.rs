//! How many media there are of each month, for a date scrubber: counted from an index, and again only after something changed.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbBackend, IdenStatic, QuerySelect};

use super::{DateKind, MediaFilter, MediaStore};
use crate::db::database_error;
use crate::db::entity::media::Column;
use crate::error::Result;

/// A month and how many media are of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// `2026-11`, in UTC; `None` for media that have no such date.
    pub month: Option<String>,
    /// Media.
    pub count: u64,
}

/// The last answer: the library's counter then, the filter as text, the months.
pub(super) type LastMonths = Arc<Mutex<Option<(i64, String, Vec<Month>)>>>;

impl MediaStore {
    /// The months of the media that pass a filter, newest first and unknown ones last, by the date that the filter names.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn months(&self, filter: &MediaFilter) -> Result<Vec<Month>> {
        // Asked for first: what changes meanwhile makes the answer old, never wrong.
        let (change, text) = (self.library_change().await?, format!("{filter:?}"));
        let kept = self.months.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((.., months)) = kept.filter(|(at, asked, _)| *at == change && *asked == text) {
            return Ok(months);
        }
        let months = self.count_months(filter).await?;
        *self.months.lock().unwrap_or_else(PoisonError::into_inner) = Some((change, text, months.clone()));
        Ok(months)
    }

    async fn count_months(&self, filter: &MediaFilter) -> Result<Vec<Month>> {
        let column = match filter.date {
            DateKind::Imported => Column::CreatedAt,
            DateKind::Captured => Column::CapturedAt,
        };
        let name = column.as_str();
        let month = match (self.db.connection().get_database_backend(), filter.date) {
            (DbBackend::Postgres, DateKind::Imported) => Expr::cust(format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM')")),
            (DbBackend::Postgres, DateKind::Captured) => Expr::cust(format!("to_char({name}, 'YYYY-MM')")),
            // Rows are written as text that begins with the date, in UTC.
            _ => Expr::cust(format!("substr({name}, 1, 7)")),
        };
        let query = filter.select().select_only().expr(month.clone()).expr(Column::Id.count().cast_as("bigint"));
        let rows = query.group_by(month).into_tuple::<(Option<String>, i64)>();
        let rows = rows.all(self.db.connection()).await.map_err(|source| database_error("count the months", source))?;
        let mut months: Vec<_> = rows.into_iter().map(|(month, count)| Month { month, count: count as u64 }).collect();
        months.sort_unstable_by(|left, right| right.month.cmp(&left.month));
        Ok(months)
    }
}
