//! Builds messages and writes them as protobuf's text format, two spaces a level, as Caffe's own tools do.

use std::fmt::{Display, Write as _};

use super::{Field, Message, Value};

impl Message {
    /// Appends a string.
    pub fn push_text(&mut self, name: &str, text: &str) {
        self.push(name, Value::Text(text.to_owned()));
    }

    /// Appends a number, a flag or the name of an enumeration value.
    pub fn push_word(&mut self, name: &str, word: impl Display) {
        self.push(name, Value::Word(word.to_string()));
    }

    /// Appends a nested message.
    pub fn push_message(&mut self, name: &str, message: Self) {
        self.push(name, Value::Message(message));
    }

    /// Takes out every field of this name.
    pub fn remove(&mut self, name: &str) {
        self.fields.retain(|field| field.name != name);
    }

    /// Puts a value in the place of all fields of this name.
    pub fn set(&mut self, name: &str, value: Value) {
        self.remove(name);
        self.push(name, value);
    }

    /// The text, from which [`parse`](super::parse) reads the same message.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text
    }

    fn push(&mut self, name: &str, value: Value) {
        self.fields.push(Field { name: name.to_owned(), line: self.line, value });
    }

    fn write(&self, text: &mut String, level: usize) {
        let indent = "  ".repeat(level);
        for Field { name, value, .. } in &self.fields {
            // Writing to a string cannot fail.
            let _ = match value {
                Value::Text(value) => writeln!(text, "{indent}{name}: \"{}\"", escaped(value)),
                Value::Word(word) => writeln!(text, "{indent}{name}: {word}"),
                Value::Message(_) => writeln!(text, "{indent}{name} {{"),
            };
            if let Value::Message(message) = value {
                message.write(text, level + 1);
                text.push_str(&indent);
                text.push_str("}\n");
            }
        }
    }
}

/// Escapes what would end the string or its line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            other => escaped.push(other),
        }
    }
    escaped
}
