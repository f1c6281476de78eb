//! Media read straight from the `SQLite` file, for searches: one statement, prepared once, for all rows of a page, and no
//! hand-over to another thread. Tells the same as the queries in `listing`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use rusqlite::types::{FromSqlError, FromSqlResult, Type, Value as Bound, ValueRef};
use rusqlite::{Connection, Row};
use sea_orm::{Statement, Value};

use super::{Media, MediaStore};
use crate::error::Result;
use crate::types::{MediaId, MediaType, Sha256};

/// One medium that is not deleted.
const BY_ID: &str = "SELECT id, media_type, sha256, frame, content_sha256, ext, width, height, byte_size, captured_at, camera, \
                     time_ms, duration_ms, frame_rate, created_at, preview, graphic FROM media WHERE id = ?1 AND deleted_at IS NULL";

impl MediaStore {
    /// As [`MediaStore::by_ids`], at once and on this thread, and only the first `wanted` of them; `None` where the database cannot
    /// be read so.
    ///
    /// # Errors
    /// Those of the database.
    pub fn by_ids_now(&self, ids: &[MediaId], wanted: usize) -> Option<Result<Vec<Media>>> {
        let reader = self.db.reader()?;
        Some(reader.read("list the media", |connection| {
            let mut statement = connection.prepare_cached(BY_ID)?;
            let found = ids.iter().filter_map(|id| by_id(&mut statement, *id).transpose());
            found.take(wanted).collect()
        }))
    }

    /// As [`MediaStore::get`], at once and on this thread; `None` where the database cannot be read so.
    pub(super) fn get_now(&self, id: MediaId) -> Option<Result<Option<Media>>> {
        Some(self.db.reader()?.read("look for a medium", |connection| by_id(&mut *connection.prepare_cached(BY_ID)?, id)))
    }
}

/// The first column of every row that a built question finds.
pub(super) fn numbers(connection: &Connection, question: &Statement) -> rusqlite::Result<Vec<i64>> {
    let values = question.values.as_ref().map(|values| values.iter().map(bound).collect::<rusqlite::Result<Vec<_>>>());
    let values = values.transpose()?.unwrap_or_default();
    let mut statement = connection.prepare(&question.sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut numbers = Vec::new();
    while let Some(row) = rows.next()? {
        numbers.push(row.get(0)?);
    }
    Ok(numbers)
}

/// A value as the other queries write it to the file.
fn bound(value: &Value) -> rusqlite::Result<Bound> {
    Ok(match value {
        Value::Bool(Some(truth)) => i64::from(*truth).into(),
        Value::Int(Some(number)) => i64::from(*number).into(),
        Value::BigInt(Some(number)) => (*number).into(),
        Value::BigUnsigned(Some(number)) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
        Value::Float(Some(number)) => f64::from(*number).into(),
        Value::Double(Some(number)) => (*number).into(),
        Value::String(Some(text)) => text.clone().into(),
        Value::Bytes(Some(bytes)) => bytes.clone().into(),
        Value::ChronoDateTimeUtc(Some(time)) => time.to_rfc3339_opts(SecondsFormat::AutoSi, false).into(),
        Value::ChronoDateTime(Some(time)) => time.format("%F %T%.f").to_string().into(),
        other => return Err(rusqlite::Error::ToSqlConversionFailure(format!("no filter holds {other:?}").into())),
    })
}

fn by_id(statement: &mut rusqlite::Statement<'_>, id: MediaId) -> rusqlite::Result<Option<Media>> {
    let mut rows = statement.query([id.0])?;
    rows.next()?.map(medium).transpose()
}

fn medium(row: &Row<'_>) -> rusqlite::Result<Media> {
    Ok(Media {
        id: MediaId(row.get(0)?),
        media_type: MediaType::from_number(row.get(1)?),
        sha256: read(row, 2, hash)?,
        frame: row.get(3)?,
        content_sha256: read(row, 4, hash)?,
        ext: row.get(5)?,
        width: row.get::<_, i64>(6)?.try_into().unwrap_or_default(),
        height: row.get::<_, i64>(7)?.try_into().unwrap_or_default(),
        byte_size: row.get::<_, i64>(8)?.try_into().unwrap_or_default(),
        captured_at: read(row, 9, |value| if value == ValueRef::Null { Ok(None) } else { civil(value).map(|(time, _)| Some(time)) })?,
        camera: row.get(10)?,
        time_ms: row.get(11)?,
        duration_ms: row.get(12)?,
        frame_rate: row.get(13)?,
        created_at: read(row, 14, moment)?,
        deleted_at: None,
        preview: row.get(15)?,
        graphic: row.get(16)?,
    })
}

fn read<T>(row: &Row<'_>, column: usize, convert: impl FnOnce(ValueRef<'_>) -> FromSqlResult<T>) -> rusqlite::Result<T> {
    convert(row.get_ref(column)?).map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

fn hash(value: ValueRef<'_>) -> FromSqlResult<Sha256> {
    let bytes = value.as_blob()?;
    let exact = bytes.try_into().map_err(|_| FromSqlError::InvalidBlobSize { expected_size: 32, blob_size: bytes.len() })?;
    Ok(Sha256(exact))
}

/// A moment in UTC, `2026-11-21T17:26:46.5+00:00`: the way in which every row is written.
fn moment(value: ValueRef<'_>) -> FromSqlResult<DateTime<Utc>> {
    let (time, zone) = civil(value)?;
    match zone {
        "" | "Z" | "+00:00" => Ok(time.and_utc()),
        // Not written by this program, but by somebody's own hands.
        _ => DateTime::parse_from_rfc3339(value.as_str()?).map(|time| time.to_utc()).map_err(FromSqlError::other),
    }
}

/// `YYYY-MM-DD hh:mm:ss[.fraction]`, with a space or a `T`, and what follows.
fn civil(value: ValueRef<'_>) -> FromSqlResult<(NaiveDateTime, &str)> {
    let text = value.as_str()?;
    parse_civil(text).ok_or_else(|| FromSqlError::Other(format!("`{text}` is no moment").into()))
}

fn parse_civil(text: &str) -> Option<(NaiveDateTime, &str)> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let date = NaiveDate::from_ymd_opt(number(0, 4)? as i32, number(5, 7)?, number(8, 10)?)?;
    let rest = text.get(19..)?;
    let digits = rest.strip_prefix('.').map_or(0, |fraction| fraction.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, zone) = if digits == 0 { ("", rest) } else { (rest.get(1..=digits)?, rest.get(digits + 1..)?) };
    let nanoseconds = fraction.bytes().chain(std::iter::repeat(b'0')).take(9).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let is_written_so = matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, b' ' | b'T', _, _, b':', _, _, b':', ..]);
    let time = date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanoseconds)?;
    is_written_so.then_some((time, zone))
}
