//! Reading a form field by field, so that every mistake is answered together.

use serde_json::{Map, Value};

use crate::error::{Error, FieldError, Result};
use crate::types::whole_number;

/// The fields of a request, and what is wrong with them so far.
pub(super) struct Form<'a> {
    fields: &'a Map<String, Value>,
    wrong: Vec<FieldError>,
}

impl<'a> Form<'a> {
    /// Of these fields, nothing wrong yet.
    pub(super) fn of(fields: &'a Map<String, Value>) -> Self {
        Self { fields, wrong: Vec::new() }
    }

    /// Notes a mistake.
    pub(super) fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.wrong.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Puts a text field into `target`; an absent one leaves it as it is.
    pub(super) fn text(&mut self, name: &str, longest: usize, required: bool, target: &mut String) {
        let message = match self.fields.get(name) {
            None | Some(Value::Null) if !required => return,
            None | Some(Value::Null) => "This field is required.".into(),
            Some(Value::String(value)) if required && value.trim().is_empty() => "This field is required.".into(),
            Some(Value::String(value)) if value.chars().count() > longest => format!("Field cannot be longer than {longest} characters."),
            Some(Value::String(value)) => return target.clone_from(value),
            Some(_) => "This field must be a text.".into(),
        };
        self.refuse(name, message);
    }

    /// Whole numbers from 1: a list of numbers or texts, or one text with commas between them.
    pub(super) fn ids(&mut self, name: &str, most: usize) -> Vec<i64> {
        let given: Vec<Value> = match self.fields.get(name) {
            Some(Value::Array(values)) => values.clone(),
            Some(Value::String(text)) => text.split(',').map(|part| Value::from(part.trim())).collect(),
            Some(Value::Number(number)) => vec![Value::Number(number.clone())],
            _ => Vec::new(),
        };
        let number = |value: &Value| whole_number(value).or_else(|| value.as_str()?.parse().ok()).filter(|id| *id > 0);
        match given.iter().map(number).collect::<Option<Vec<i64>>>() {
            Some(ids) if ids.is_empty() => self.refuse(name, "This field is required: a list of numbers."),
            Some(ids) if ids.len() > most => {
                self.refuse(name, format!("has {} entries, more than the limit of {most}: send several requests", ids.len()));
            }
            Some(ids) => return ids,
            None => self.refuse(name, "must be a list of whole numbers from 1"),
        }
        Vec::new()
    }

    /// Everything was read; unknown fields are ignored, as the original did.
    ///
    /// # Errors
    /// `Invalid` with every mistake.
    pub(super) fn finish(self) -> Result<()> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(self.wrong)) }
    }
}

/// The original's idea of a boolean: `false`, `"false"`, `""` and 0 are false, everything else is true.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(value) => !matches!(value.as_str(), "false" | "" | "0"),
        Value::Number(value) => value.as_f64() != Some(0.0),
        _ => true,
    }
}
