//! The words by which lists and searches are narrowed to a part of the library, read and checked. An empty word is none.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::shapes;
use crate::error::{Error, Result};
use crate::media::DateKind;
use crate::types::MediaType;

/// Longest part of a name to look for, in characters.
const LONGEST_NAME: usize = 256;

/// Most collections of one filter.
pub(super) const MOST_COLLECTIONS: usize = 100;

/// Most media that one search leaves out.
pub(super) const MOST_MEDIA: usize = 10_000;

/// The last moment that a database keeps of a day.
const END_OF_DAY: NaiveTime = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time of day");

fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// `image`, `video` or `video_frame`.
///
/// # Errors
/// `Invalid` for any other word; so for every function here.
pub(super) fn kind(word: Option<&str>) -> Result<Option<MediaType>> {
    one_of(word, &[("image", MediaType::Image), ("video", MediaType::Video), ("video_frame", MediaType::VideoFrame)])
}

/// `image`, `video_frame`, or both with a comma between.
pub(super) fn picture_kinds(words: Option<&str>) -> Result<Vec<MediaType>> {
    let read = |word| one_of(Some(word), &[("image", MediaType::Image), ("video_frame", MediaType::VideoFrame)]);
    let kinds: Vec<_> = given(words).map_or(Ok(Vec::new()), |words| words.split(',').map(read).collect())?;
    if kinds.contains(&None) {
        return Err(Error::invalid_field("type", "must name a kind between its commas: image or video_frame"));
    }
    Ok(kinds.into_iter().flatten().collect())
}

/// `imported` or `captured`.
pub(super) fn date_kind(word: Option<&str>) -> Result<DateKind> {
    Ok(if choice("date", word, ["imported", "captured"])? { DateKind::Captured } else { DateKind::Imported })
}

/// True for the second word, false for the first or none.
pub(super) fn choice(name: &str, text: Option<&str>, words: [&str; 2]) -> Result<bool> {
    match given(text) {
        None => Ok(false),
        Some(text) if text == words[0] => Ok(false),
        Some(text) if text == words[1] => Ok(true),
        Some(text) => Err(Error::invalid_field(name, format!("must be {} or {}, not `{}`", words[0], words[1], shapes::clipped(text)))),
    }
}

/// Yes or no; absent is no.
pub(super) fn flag(name: &str, text: Option<&str>) -> Result<bool> {
    match text {
        None | Some("" | "0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(text) => Err(Error::invalid_field(name, format!("must be 1 or 0, not `{}`", shapes::clipped(text)))),
    }
}

fn one_of(word: Option<&str>, kinds: &[(&str, MediaType)]) -> Result<Option<MediaType>> {
    let Some(word) = given(word) else { return Ok(None) };
    let found = kinds.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind);
    let names: Vec<_> = kinds.iter().map(|(name, _)| *name).collect();
    let (last, first) = names.split_last().map_or(("", String::new()), |(last, first)| (*last, first.join(", ")));
    let wrong = || Error::invalid_field("type", format!("must be {first} or {last}, not `{}`", shapes::clipped(word)));
    found.map(Some).ok_or_else(wrong)
}

/// First and last moment.
type Period = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// From when until when: dates or moments.
pub(super) fn period(since: Option<&str>, until: Option<&str>) -> Result<Period> {
    let since = given(since).map(|text| moment("since", text, NaiveTime::MIN)).transpose()?;
    let until = given(until).map(|text| moment("until", text, END_OF_DAY)).transpose()?;
    Ok((since, until))
}

/// A date, or a moment with its time zone. Before it came here, the `+` of a time zone became a space.
fn moment(name: &str, text: &str, time_of_day: NaiveTime) -> Result<DateTime<Utc>> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| date.and_time(time_of_day).and_utc());
    let found = date.or_else(|| DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok().map(|time| time.to_utc()));
    // Databases know no years of five digits.
    found.filter(|time| ("0001"..="9999").contains(&&*time.format("%Y").to_string())).ok_or_else(|| {
        let text = shapes::clipped(text);
        Error::invalid_field(name, format!("must be a date like 2026-01-31 or a moment like 2026-01-31T12:00:00Z, not `{text}`"))
    })
}

/// Part of a file name or path.
pub(super) fn name(text: Option<&str>) -> Result<Option<String>> {
    match given(text) {
        Some(text) if text.chars().count() > LONGEST_NAME => {
            Err(Error::invalid_field("name", format!("cannot be longer than {LONGEST_NAME} characters")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

/// Numbers from 0 of things, with commas between them.
pub(super) fn numbers(name: &str, text: Option<&str>, most: usize) -> Result<Vec<i64>> {
    let Some(text) = given(text) else { return Ok(Vec::new()) };
    let wrong = |part: &str| {
        let part = shapes::clipped(part);
        Error::invalid_field(name, format!("must be whole numbers with commas between them, like 1,2; this is not one: `{part}`"))
    };
    let read = |part: &str| {
        let is_plain = !part.is_empty() && part.len() <= 18 && part.bytes().all(|digit| digit.is_ascii_digit());
        part.parse().ok().filter(|_| is_plain).ok_or_else(|| wrong(part))
    };
    let count = text.split(',').count();
    if count > most {
        return Err(Error::invalid_field(name, format!("has {count} numbers, more than the limit of {most}")));
    }
    text.split(',').map(read).collect()
}

/// Number of a thing.
pub(super) fn number(name: &str, text: Option<&str>) -> Result<Option<i64>> {
    let wrong = |text: &str| Error::invalid_field(name, format!("must be a whole number, not `{}`", shapes::clipped(text)));
    given(text).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}
