//! The parameters of a task as a client sends them: read field by field, with every mistake answered together.

use serde_json::{Map, Value};

use crate::error::{Error, FieldError, Result};
use crate::types::whole_number;

/// Parameters that are being read.
pub struct Params {
    given: Map<String, Value>,
    wrong: Vec<FieldError>,
}

impl Params {
    /// Of an object; anything else counts as empty.
    pub fn of(value: Value) -> Self {
        let given = if let Value::Object(given) = value { given } else { Map::new() };
        Self { given, wrong: Vec::new() }
    }

    /// Notes a mistake.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.wrong.push(FieldError { field: field.into(), message: message.into() });
    }

    /// A field as it is; `null` counts as absent.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.given.remove(field).filter(|value| !value.is_null())
    }

    /// A whole number, given as one or as text.
    pub fn optional_number(&mut self, field: &str, least: u64, most: u64) -> Option<u64> {
        let value = self.take(field)?;
        let number = value
            .as_u64()
            .or_else(|| whole_number(&value)?.try_into().ok())
            .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        let found = number.filter(|number| (least..=most).contains(number));
        if found.is_none() {
            self.refuse(field, format!("must be a whole number from {least} to {most}"));
        }
        found
    }

    /// A yes or no; absent is no.
    pub fn flag(&mut self, field: &str) -> bool {
        match self.take(field) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(Value::String(text)) if matches!(text.as_str(), "true" | "1") => true,
            Some(Value::String(text)) if matches!(text.as_str(), "false" | "0" | "") => false,
            Some(_) => {
                self.refuse(field, "must be true or false");
                false
            }
        }
    }

    /// A text.
    pub fn text(&mut self, field: &str, most_characters: usize) -> Option<String> {
        match self.take(field)? {
            Value::String(text) if text.contains('\0') => self.refuse(field, "must not hold a NUL character"),
            Value::String(text) if text.chars().count() > most_characters => {
                self.refuse(field, format!("Field cannot be longer than {most_characters} characters."));
            }
            Value::String(text) => return Some(text),
            _ => self.refuse(field, "must be a text"),
        }
        None
    }

    /// A list of texts; a single text is a list of one. Absent is empty.
    pub fn texts(&mut self, field: &str, most: usize) -> Vec<String> {
        let values = self.list(field, most);
        let texts: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        match texts {
            Some(texts) if texts.iter().any(|text| text.contains('\0') || text.len() > 8192) => {
                self.refuse(field, "holds a text with a NUL character or of more than 8192 bytes");
                Vec::new()
            }
            Some(texts) => texts,
            None => {
                self.refuse(field, "must be a list of texts");
                Vec::new()
            }
        }
    }

    /// A list of whole numbers from 1, as numbers or texts. Absent is empty.
    pub fn ids(&mut self, field: &str, most: usize) -> Vec<i64> {
        let values = self.list(field, most);
        let number = |value: &Value| whole_number(value).or_else(|| value.as_str()?.trim().parse().ok()).filter(|id| *id > 0);
        let ids: Option<Vec<i64>> = values.iter().map(number).collect();
        ids.unwrap_or_else(|| {
            self.refuse(field, "must be a list of whole numbers from 1");
            Vec::new()
        })
    }

    /// The entries of a list; a single value is a list of one.
    fn list(&mut self, field: &str, most: usize) -> Vec<Value> {
        let values = match self.take(field) {
            None => Vec::new(),
            Some(Value::Array(values)) => values,
            Some(value) => vec![value],
        };
        if values.len() <= most {
            return values;
        }
        self.refuse(field, format!("has {} entries, more than the limit of {most}: send several requests", values.len()));
        Vec::new()
    }

    /// Everything was read. What is left over is nobody's and is ignored, as the original did.
    ///
    /// # Errors
    /// `Invalid` with every mistake.
    pub fn finish(self) -> Result<()> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(self.wrong)) }
    }
}
