//! Typed access to the fields of a message; every refusal names field and line.

use super::{Field, Message, Value, at};
use crate::error::Result;

impl Message {
    /// All fields of this name, in the order of the file.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.name == name)
    }

    /// The last field of this name: protobuf lets the last one win.
    pub fn last(&self, name: &str) -> Option<&Field> {
        self.fields.iter().rev().find(|field| field.name == name)
    }

    /// True if the field occurs.
    pub fn has(&self, name: &str) -> bool {
        self.last(name).is_some()
    }

    /// The nested message, or an empty one where it is not written: all its fields then have their defaults.
    ///
    /// # Errors
    /// `Invalid` if the field is no message.
    pub fn message_or_empty(&self, name: &str) -> Result<Self> {
        self.last(name).map_or_else(|| Ok(Self { line: self.line, fields: Vec::new() }), |field| field.message().cloned())
    }

    /// A string.
    ///
    /// # Errors
    /// `Invalid` if the field is no string.
    pub fn text(&self, name: &str) -> Result<Option<&str>> {
        self.last(name).map(Field::text).transpose()
    }

    /// All strings of a repeated field.
    ///
    /// # Errors
    /// `Invalid` if one is no string.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.all(name).map(|field| field.text().map(str::to_owned)).collect()
    }

    /// The name of an enumeration value.
    ///
    /// # Errors
    /// `Invalid` if the field is a message or a quoted string.
    pub fn word(&self, name: &str) -> Result<Option<&str>> {
        self.last(name).map(Field::word).transpose()
    }

    /// A whole number.
    ///
    /// # Errors
    /// `Invalid` if the field is none, or exceeds 64 bits.
    pub fn integer(&self, name: &str) -> Result<Option<i64>> {
        self.last(name).map(Field::integer).transpose()
    }

    /// All whole numbers of a repeated field.
    ///
    /// # Errors
    /// As [`Message::integer`].
    pub fn integers(&self, name: &str) -> Result<Vec<i64>> {
        self.all(name).map(Field::integer).collect()
    }

    /// A number.
    ///
    /// # Errors
    /// `Invalid` if the field is none.
    pub fn number(&self, name: &str) -> Result<Option<f32>> {
        self.last(name).map(Field::number).transpose()
    }

    /// All numbers of a repeated field.
    ///
    /// # Errors
    /// As [`Message::number`].
    pub fn numbers(&self, name: &str) -> Result<Vec<f32>> {
        self.all(name).map(Field::number).collect()
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// `Invalid` for anything else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.last(name).map(Field::flag).transpose()
    }
}

impl Field {
    /// The value as a message.
    ///
    /// # Errors
    /// `Invalid` if it is none.
    pub fn message(&self) -> Result<&Message> {
        match &self.value {
            Value::Message(message) => Ok(message),
            _ => Err(self.refuse("a message in `{ }`")),
        }
    }

    /// The value as a string.
    ///
    /// # Errors
    /// `Invalid` if it is none.
    pub fn text(&self) -> Result<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.refuse("a string in quotation marks")),
        }
    }

    /// The value as an enumeration's name.
    ///
    /// # Errors
    /// `Invalid` if it is none.
    pub fn word(&self) -> Result<&str> {
        match &self.value {
            Value::Word(word) => Ok(word),
            _ => Err(self.refuse("a name without quotation marks")),
        }
    }

    /// The value as a whole number: decimal, `0x` hexadecimal or `0` octal.
    ///
    /// # Errors
    /// `Invalid` if it is none.
    pub fn integer(&self) -> Result<i64> {
        let wrong = || self.refuse("a whole number");
        let Value::Word(word) = &self.value else { return Err(wrong()) };
        let (sign, digits) = word.strip_prefix('-').map_or(("", word.as_str()), |digits| ("-", digits));
        let (radix, digits) = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
            [b'0', _, ..] => (8, &digits[1..]),
            _ => (10, digits),
        };
        if !digits.starts_with(|digit: char| digit.is_digit(radix)) {
            return Err(wrong());
        }
        i64::from_str_radix(&format!("{sign}{digits}"), radix).map_err(|_| wrong())
    }

    /// The value as a number: any spelling of a float or a whole number.
    ///
    /// # Errors
    /// `Invalid` if it is none.
    pub fn number(&self) -> Result<f32> {
        let Value::Word(word) = &self.value else { return Err(self.refuse("a number")) };
        let digits = word.trim_start_matches('-');
        if digits.starts_with("0x") || digits.starts_with("0X") {
            return self.integer().map(|whole| whole as f32);
        }
        // A trailing `f` is C++'s, and is allowed; `inf` ends in one that is not.
        let plain =
            if digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') { word.trim_end_matches(['f', 'F']) } else { word };
        plain.parse().map_err(|_| self.refuse("a number"))
    }

    /// The value as `true` or `false`.
    ///
    /// # Errors
    /// `Invalid` if it is neither.
    pub fn flag(&self) -> Result<bool> {
        match &self.value {
            Value::Word(word) => match word.as_str() {
                "true" | "True" | "t" | "1" => Ok(true),
                "false" | "False" | "f" | "0" => Ok(false),
                _ => Err(self.refuse("`true` or `false`")),
            },
            _ => Err(self.refuse("`true` or `false`")),
        }
    }

    fn refuse(&self, expected: &str) -> crate::error::Error {
        let found = match &self.value {
            Value::Message(_) => "a message".to_owned(),
            Value::Text(text) => format!("the string {:?}", text.chars().take(40).collect::<String>()),
            Value::Word(word) => format!("`{}`", word.chars().take(40).collect::<String>()),
        };
        at(self.line, &format!("`{}` must be {expected}, found {found}", self.name))
    }
}
