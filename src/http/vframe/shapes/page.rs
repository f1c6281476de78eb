//! Which page of a list is wanted.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{Error, Result};
use crate::http::vframe::schema;
use crate::media::{Order, Sort};

/// `offset`, `limit`, `sort`, `order` of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// Rows to skip; 0 when absent.
    #[param(schema_with = schema::count)]
    offset: Option<String>,
    /// Rows wanted; 50 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
    /// `id` (the default) or `date`.
    #[param(example = "id", schema_with = schema::sort)]
    sort: Option<String>,
    /// `asc` (the default) or `desc`.
    #[param(example = "asc", schema_with = schema::order)]
    order: Option<String>,
}

/// Rows of the original's only page.
const DEFAULT_PAGE: u64 = 50;

/// Most rows of one page.
const LARGEST_PAGE: u64 = 1000;

impl Page {
    /// Rows to skip and rows wanted.
    pub(crate) fn window(&self) -> Result<(u64, u64)> {
        let offset = number("offset", self.offset.as_deref(), 0)?;
        let limit = number("limit", self.limit.as_deref(), DEFAULT_PAGE)?;
        Ok((offset, limit.min(LARGEST_PAGE)))
    }

    /// By what to sort, and from which end.
    pub(crate) fn sorting(&self) -> Result<(Sort, Order)> {
        let by_date = choice("sort", self.sort.as_deref(), ["id", "date"])?;
        let descending = choice("order", self.order.as_deref(), ["asc", "desc"])?;
        Ok((if by_date { Sort::Date } else { Sort::Id }, if descending { Order::Desc } else { Order::Asc }))
    }
}

/// A whole number from 0 out of a query string.
pub(crate) fn number(name: &str, text: Option<&str>, default: u64) -> Result<u64> {
    match text {
        None | Some("") => Ok(default),
        Some(text) => {
            // Databases count with a sign.
            let number = text.parse().ok().filter(|number| i64::try_from(*number).is_ok());
            number.ok_or_else(|| Error::invalid(format!("{name} must be a whole number from 0, not `{}`", clipped(text))))
        }
    }
}

/// True for the second word, false for the first or none.
fn choice(name: &str, text: Option<&str>, words: [&str; 2]) -> Result<bool> {
    match text {
        None | Some("") => Ok(false),
        Some(text) if text == words[0] => Ok(false),
        Some(text) if text == words[1] => Ok(true),
        Some(text) => Err(Error::invalid(format!("{name} must be {} or {}, not `{}`", words[0], words[1], clipped(text)))),
    }
}

/// A caller's text, short enough to repeat in an answer.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(80).collect()
}
