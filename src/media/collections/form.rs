//! What people send about collections, read into strict values. All wrong fields are answered together.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use serde_json::{Map, Value};

use super::{MAX_ADDED, MAX_LINK_NOTES_BYTES, MAX_NOTES_BYTES, MAX_TITLE};
use crate::db::entity::collection::ActiveModel;
use crate::error::{Error, FieldError, Result};
use crate::media::uploads::MAX_USERNAME;
use crate::types::{self, MediaId};

/// Most text that one call may write into the notes of many media, in bytes.
const MAX_REPEATED_NOTES_BYTES: usize = 16 << 20;

const REQUIRED: &str = "This field is required.";

/// A collection to be made; every field is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionSpec {
    pub(super) title: String,
    pub(super) username: String,
    pub(super) notes: Option<String>,
    pub(super) archived: bool,
}

impl CollectionSpec {
    /// Reads `title`, `username`, `notes` (absent means empty) and `archived` (absent means no); other fields are ignored.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self> {
        let mut form = Form::new(fields);
        let title = form.text("title", MAX_TITLE, true);
        let username = form.text("username", MAX_USERNAME, true);
        let notes = form.notes(MAX_NOTES_BYTES);
        form.done()?;
        Ok(Self {
            title: title.unwrap_or_default(),
            username: username.unwrap_or_default(),
            notes: notes.or(Some(String::new())),
            archived: fields.get("archived").is_some_and(truth),
        })
    }
}

/// Notes as they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Notes {
    /// Not at all.
    #[default]
    Absent,
    /// These; `null` for none.
    Given(Option<String>),
}

impl Notes {
    /// What to store, where `absent` stands for notes that were not sent.
    fn or(self, absent: Option<String>) -> Option<String> {
        match self {
            Self::Absent => absent,
            Self::Given(notes) => notes,
        }
    }
}

/// What to change of a collection; every field is checked, absent ones stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionChange {
    title: Option<String>,
    username: Option<String>,
    notes: Notes,
    archived: Option<bool>,
}

impl CollectionChange {
    /// Reads the fields of [`CollectionSpec::parse`], none of which has to be there.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self> {
        let mut form = Form::new(fields);
        let change = Self {
            title: form.text("title", MAX_TITLE, false),
            username: form.text("username", MAX_USERNAME, false),
            notes: form.notes(MAX_NOTES_BYTES),
            archived: fields.get("archived").map(truth),
        };
        form.done().map(|()| change)
    }

    pub(super) fn apply_to(self, mut row: ActiveModel, at: DateTime<Utc>) -> ActiveModel {
        if let Some(title) = self.title {
            row.title = Set(title);
        }
        if let Some(username) = self.username {
            row.username = Set(username);
        }
        if let Notes::Given(notes) = self.notes {
            row.notes = Set(notes);
        }
        if let Some(archived) = self.archived {
            row.archived = Set(archived);
        }
        row.updated_at = Set(Some(at));
        row
    }
}

/// Media to be put into a collection; every field is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLinks {
    /// The media in the order given, each once.
    pub media: Vec<MediaId>,
    /// Who puts them there.
    pub username: String,
    /// What is said about each.
    pub notes: Option<String>,
}

impl NewLinks {
    /// Reads `media_id` or the list `media_ids`, `username`, and `notes`; other fields are ignored.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self> {
        let mut form = Form::new(fields);
        let media = form.media();
        let username = form.text("username", MAX_USERNAME, true).unwrap_or_default();
        let notes = form.notes(MAX_LINK_NOTES_BYTES).or(None);
        if notes.as_ref().is_some_and(|notes| notes.len() * media.len() > MAX_REPEATED_NOTES_BYTES) {
            form.wrong("notes", format!("Too long to be repeated for {} media: send them in parts, or shorter notes.", media.len()));
        }
        form.done().map(|()| Self { media, username, notes })
    }
}

/// Where in the order of a collection media are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// Before this one.
    Before(MediaId),
    /// Behind all others.
    Last,
}

/// Media of a collection that are to be moved; every field is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// The media in the order that they are to have, each once.
    pub media: Vec<MediaId>,
    /// Where they are put.
    pub place: Place,
}

impl Arrangement {
    /// Reads `media_id` or the list `media_ids`, and `before`: a medium, or `null` for the end; absent means the beginning.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(fields: &Map<String, Value>) -> Result<Self> {
        let mut form = Form::new(fields);
        let media = form.media();
        let place = form.place(&media);
        form.done().map(|()| Self { media, place })
    }
}

/// Reads the list `media_ids`.
///
/// # Errors
/// `Invalid` naming the field.
pub fn media_ids(fields: &Map<String, Value>) -> Result<Vec<MediaId>> {
    let mut form = Form::new(fields);
    let media = match fields.get("media_ids") {
        None | Some(Value::Null) => {
            form.wrong("media_ids", REQUIRED.into());
            Vec::new()
        }
        Some(_) => form.media(),
    };
    if let Some(MediaId(low)) = media.iter().find(|id| id.0 < 1) {
        form.wrong("media_ids", format!("Numbers of media begin at 1, not at {low}."));
    }
    form.done().map(|()| media)
}

/// Reads the `notes` about one medium of a collection; `null` takes them away.
///
/// # Errors
/// `Invalid` naming the field.
pub fn link_notes(fields: &Map<String, Value>) -> Result<Option<String>> {
    let mut form = Form::new(fields);
    let notes = form.notes(MAX_LINK_NOTES_BYTES);
    if !fields.contains_key("notes") {
        form.wrong("notes", REQUIRED.into());
    }
    form.done().map(|()| notes.or(None))
}

/// The fields of a request, and what is wrong with them so far.
struct Form<'a> {
    fields: &'a Map<String, Value>,
    wrong: Vec<FieldError>,
}

impl<'a> Form<'a> {
    fn new(fields: &'a Map<String, Value>) -> Self {
        Self { fields, wrong: Vec::new() }
    }

    fn wrong(&mut self, field: &str, message: String) {
        self.wrong.push(FieldError { field: field.into(), message });
    }

    fn done(self) -> Result<()> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(self.wrong)) }
    }

    /// A text that must not be blank; `None` when it is absent, or wrong.
    fn text(&mut self, name: &str, longest: usize, required: bool) -> Option<String> {
        let message = match self.fields.get(name) {
            None if !required => return None,
            None | Some(Value::Null) => REQUIRED.into(),
            Some(Value::String(text)) if text.trim().is_empty() => REQUIRED.into(),
            Some(Value::String(text)) if text.chars().count() > longest => format!("Field cannot be longer than {longest} characters."),
            Some(Value::String(text)) if text.contains('\0') => "Not a valid string: it holds a NUL character.".into(),
            Some(Value::String(text)) => return Some(text.clone()),
            Some(_) => "Not a valid string.".into(),
        };
        self.wrong(name, message);
        None
    }

    /// Absent also when they are wrong.
    fn notes(&mut self, most_bytes: usize) -> Notes {
        let message = match self.fields.get("notes") {
            None => return Notes::Absent,
            Some(Value::Null) => return Notes::Given(None),
            Some(Value::String(text)) if text.len() > most_bytes => {
                format!("Field cannot be longer than {most_bytes} bytes of text; this has {}.", text.len())
            }
            Some(Value::String(text)) if text.contains('\0') => "Not a valid string: it holds a NUL character.".into(),
            Some(Value::String(text)) => return Notes::Given(Some(text.clone())),
            Some(_) => "Not a valid string.".into(),
        };
        self.wrong("notes", message);
        Notes::Absent
    }

    fn media(&mut self) -> Vec<MediaId> {
        let (name, values) = match (self.fields.get("media_ids"), self.fields.get("media_id")) {
            (Some(Value::Array(values)), _) => ("media_ids", values.iter().map(whole_number).collect::<Option<Vec<_>>>()),
            (Some(Value::String(text)), _) => ("media_ids", text.split(',').map(|word| word.trim().parse().ok()).collect()),
            (Some(_), _) => ("media_ids", None),
            (None, None | Some(Value::Null)) => {
                self.wrong("media_id", REQUIRED.into());
                return Vec::new();
            }
            (None, Some(value)) => ("media_id", whole_number(value).map(|id| vec![id])),
        };
        let message = match values {
            None if name == "media_id" => "Not a valid integer value.".into(),
            None => "Not a valid list of integer values.".into(),
            Some(values) if values.is_empty() => REQUIRED.into(),
            Some(values) if values.len() > MAX_ADDED => {
                format!("At most {MAX_ADDED} media can be named at once, these are {}: send them in parts.", values.len())
            }
            Some(values) => {
                let mut seen = std::collections::HashSet::new();
                return values.into_iter().filter(|id| seen.insert(*id)).map(MediaId).collect();
            }
        };
        self.wrong(name, message);
        Vec::new()
    }

    /// Where these media are put; the beginning also when that is wrong.
    fn place(&mut self, media: &[MediaId]) -> Place {
        let next = match self.fields.get("before") {
            None => return Place::First,
            Some(Value::Null) => return Place::Last,
            // A form has no null.
            Some(Value::String(text)) if text.is_empty() => return Place::Last,
            Some(value) => whole_number(value).map(MediaId),
        };
        match next {
            Some(next) if !media.contains(&next) => return Place::Before(next),
            Some(_) => self.wrong("before", "Must not be one of the media that are moved.".into()),
            None => self.wrong("before", "Not a valid integer value.".into()),
        }
        Place::First
    }
}

/// A JSON integer, or a text of one.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(_) => types::whole_number(value),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The original's idea of a boolean: `false`, `"false"`, `""` and 0 are false, everything else is true, even null.
fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(value) => !matches!(value.as_str(), "false" | "" | "0"),
        Value::Number(value) => value.as_f64() != Some(0.0),
        _ => true,
    }
}
