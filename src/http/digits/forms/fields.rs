//! A form as a page shows it: fields with their labels, values and mistakes. The template draws any such sheet.

use serde::Serialize;

use super::{Sent, Wrong};

/// One choice of a field.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// One field.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    name: String,
    label: String,
    /// `text`, `number`, `select`, `checkbox`, `file` or `textarea`.
    kind: &'static str,
    value: String,
    checked: bool,
    choices: Vec<Choice>,
    errors: Vec<String>,
}

/// Fields under one heading.
#[derive(Debug, Clone, Serialize)]
pub struct Fieldset {
    title: String,
    fields: Vec<Field>,
}

/// A form that is being laid out. Values are those that were sent, else the defaults.
pub struct Sheet<'a> {
    sent: &'a Sent,
    wrong: &'a Wrong,
    parts: Vec<Fieldset>,
}

impl<'a> Sheet<'a> {
    /// A sheet that shows what was sent and what is wrong with it.
    pub fn new(sent: &'a Sent, wrong: &'a Wrong) -> Self {
        Self { sent, wrong, parts: Vec::new() }
    }

    /// Begins another part.
    #[must_use]
    pub fn part(mut self, title: &str) -> Self {
        self.parts.push(Fieldset { title: title.into(), fields: Vec::new() });
        self
    }

    /// A line of text.
    #[must_use]
    pub fn text(self, name: &str, label: &str, default: &str) -> Self {
        self.valued("text", name, label, default)
    }

    /// A number.
    #[must_use]
    pub fn number(self, name: &str, label: &str, default: &str) -> Self {
        self.valued("number", name, label, default)
    }

    /// Several lines of text.
    #[must_use]
    pub fn long_text(self, name: &str, label: &str) -> Self {
        self.valued("textarea", name, label, "")
    }

    /// A file. What was sent is not shown again: browsers do not allow it.
    #[must_use]
    pub fn file(self, name: &str, label: &str) -> Self {
        self.valued("file", name, label, "")
    }

    /// A yes or no.
    #[must_use]
    pub fn flag(self, name: &str, label: &str, default: bool) -> Self {
        let sent = self.sent.text(name).map(|text| !matches!(text, "" | "false"));
        let checked = sent.unwrap_or(default && self.sent.is_blank());
        let field = self.field("checkbox", name, label, "y".into());
        self.add(Field { checked, ..field })
    }

    /// One of several values, each with its label.
    #[must_use]
    pub fn choice<V: AsRef<str>, L: AsRef<str>>(self, name: &str, label: &str, choices: &[(V, L)], default: &str) -> Self {
        let chosen = self.sent.text(name).unwrap_or(default).to_owned();
        let choices = choices.iter().map(|(value, label)| Choice {
            value: value.as_ref().into(),
            label: label.as_ref().into(),
            chosen: value.as_ref() == chosen,
        });
        let choices = choices.collect();
        let field = self.field("select", name, label, chosen.clone());
        self.add(Field { choices, ..field })
    }

    /// The parts, for the template.
    pub fn finish(self) -> Vec<Fieldset> {
        self.parts
    }

    fn valued(self, kind: &'static str, name: &str, label: &str, default: &str) -> Self {
        let value = self.sent.text(name).unwrap_or(default).to_owned();
        let field = self.field(kind, name, label, value);
        self.add(field)
    }

    fn field(&self, kind: &'static str, name: &str, label: &str, value: String) -> Field {
        let errors = self.wrong.get(name).cloned().unwrap_or_default();
        Field { name: name.into(), label: label.into(), kind, value, checked: false, choices: Vec::new(), errors }
    }

    fn add(mut self, field: Field) -> Self {
        if self.parts.is_empty() {
            self = self.part("");
        }
        if let Some(part) = self.parts.last_mut() {
            part.fields.push(field);
        }
        self
    }
}
