//! Reading a form field by field, with every mistake answered together and in the original's words.

use super::numbers::{Number, Numeric};
use super::{REQUIRED, Sent, SentFile, Wrong};

/// A form that is being read.
pub struct Form<'a> {
    sent: &'a Sent,
    wrong: Wrong,
}

impl<'a> Form<'a> {
    /// Of this request; nothing is wrong yet.
    pub fn of(sent: &'a Sent) -> Self {
        Self { sent, wrong: Wrong::new() }
    }

    /// What was sent.
    pub fn sent(&self) -> &'a Sent {
        self.sent
    }

    /// Notes a mistake.
    pub fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.wrong.entry(name.into()).or_default().push(message.into());
    }

    /// Whether something is wrong with a field.
    pub fn is_wrong(&self, name: &str) -> bool {
        self.wrong.contains_key(name)
    }

    /// A text. Absent is empty: its default counts only when the form has no field at all.
    pub fn text(&mut self, name: &str, default: &str) -> String {
        let absent = if self.sent.is_blank() { default } else { "" };
        self.sent.text(name).unwrap_or(absent).to_owned()
    }

    /// A text that must hold more than white space.
    pub fn required_text(&mut self, name: &str) -> String {
        self.required_text_if(name, true)
    }

    /// The same where `needed`; otherwise whatever was sent is taken.
    pub fn required_text_if(&mut self, name: &str, needed: bool) -> String {
        let text = self.text(name, "");
        if needed && text.trim().is_empty() {
            self.refuse(name, REQUIRED);
        }
        text
    }

    /// A whole number; `None` also when it is wrong.
    pub fn integer(&mut self, name: &str, rule: Number<i64>) -> Option<i64> {
        self.number(name, &rule)
    }

    /// A number; `None` also when it is wrong.
    pub fn float(&mut self, name: &str, rule: Number<f64>) -> Option<f64> {
        self.number(name, &rule)
    }

    /// Several whole numbers; none also when they are wrong.
    pub fn integers(&mut self, name: &str, rule: Number<i64>) -> Vec<i64> {
        self.numbers(name, &rule)
    }

    /// Several numbers; none also when they are wrong.
    pub fn floats(&mut self, name: &str, rule: Number<f64>) -> Vec<f64> {
        self.numbers(name, &rule)
    }

    /// One of these words; absent is the default.
    pub fn choice(&mut self, name: &str, words: &[&'static str], default: &'static str) -> &'static str {
        let Some(text) = self.sent.text(name) else { return default };
        let found = words.iter().find(|word| **word == text);
        found.copied().unwrap_or_else(|| {
            self.refuse(name, "Not a valid choice");
            default
        })
    }

    /// One of these words, where there need not be one.
    pub fn radio(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.sent.text(name)?;
        let found = words.iter().find(|word| **word == text).copied();
        if found.is_none() {
            self.refuse(name, "Not a valid choice");
        }
        found
    }

    /// A choice between 1 and 0, as a yes or no; absent is the default.
    pub fn switch(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.sent.text(name) else { return default };
        match text.trim().parse::<i64>() {
            Ok(1) => return true,
            Ok(0) => return false,
            Ok(_) => {}
            Err(_) => self.refuse(name, "Invalid Choice: could not coerce"),
        }
        self.refuse(name, "Not a valid choice");
        default
    }

    /// A yes or no: any text but the empty one and `false` is a yes, absence a no. The default counts only for a blank form.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.sent.text(name) {
            None => default && self.sent.is_blank(),
            Some(text) => !matches!(text, "" | "false"),
        }
    }

    /// A file, where one was sent.
    pub fn file(&self, name: &str) -> Option<&'a SentFile> {
        self.sent.file(name)
    }

    /// A file that is needed.
    pub fn required_file(&mut self, name: &str) -> Option<&'a SentFile> {
        let found = self.sent.file(name);
        if found.is_none() {
            self.refuse(name, REQUIRED);
        }
        found
    }

    /// Refuses a greatest value below its smallest.
    pub fn not_below(&mut self, name: &str, value: Option<i64>, other: &str, least: Option<i64>) {
        if let (Some(value), Some(least)) = (value, least)
            && value < least
        {
            self.refuse(name, format!("Field must be greater than {other}."));
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Every mistake, by field.
    pub fn finish(self) -> Result<(), Wrong> {
        if self.wrong.is_empty() { Ok(()) } else { Err(self.wrong) }
    }

    fn number<T: Numeric>(&mut self, name: &str, rule: &Number<T>) -> Option<T> {
        rule.read(self.sent.text(name)).unwrap_or_else(|message| {
            self.refuse(name, message);
            None
        })
    }

    fn numbers<T: Numeric>(&mut self, name: &str, rule: &Number<T>) -> Vec<T> {
        rule.read_list(self.sent.text(name)).unwrap_or_else(|message| {
            self.refuse(name, message);
            Vec::new()
        })
    }
}
