//! Cuts protobuf's text format into words, strings and punctuation, counting lines.

use std::fmt;

use super::at;
use crate::error::Result;

/// The smallest piece with a meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or an unsigned number.
    Word(String),
    /// A quoted string, escapes resolved.
    Text(String),
    /// One of `{ } < > [ ] : , ; -`.
    Mark(char),
    /// Nothing more.
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "`{}`", word.chars().take(40).collect::<String>()),
            Self::Text(text) => write!(f, "the string {:?}", text.chars().take(40).collect::<String>()),
            Self::Mark(mark) => write!(f, "`{mark}`"),
            Self::End => f.write_str("the end of the file"),
        }
    }
}

/// What is left of the text, and the line reached.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 }
    }

    /// Line of the token read last, from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The next token; blanks and `#` comments are passed over.
    pub(super) fn next(&mut self) -> Result<Token> {
        self.skip_blanks();
        let Some(first) = self.rest.chars().next() else { return Ok(Token::End) };
        match first {
            '"' | '\'' => self.quoted(first).map(Token::Text),
            '{' | '}' | '<' | '>' | '[' | ']' | ':' | ',' | ';' | '-' => {
                self.rest = &self.rest[1..];
                Ok(Token::Mark(first))
            }
            _ if first.is_ascii_alphanumeric() || matches!(first, '_' | '.' | '+') => Ok(Token::Word(self.word())),
            _ => Err(at(self.line, &format!("unexpected character {first:?}"))),
        }
    }

    /// A further string right behind the last one: protobuf joins them.
    pub(super) fn adjacent_text(&mut self) -> Result<Option<String>> {
        self.skip_blanks();
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote).map(Some),
            _ => Ok(None),
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            let trimmed = self.rest.trim_start();
            self.line += self.rest[..self.rest.len() - trimmed.len()].bytes().filter(|&byte| byte == b'\n').count();
            self.rest = trimmed;
            if !trimmed.starts_with('#') {
                return;
            }
            self.rest = &trimmed[trimmed.find('\n').unwrap_or(trimmed.len())..];
        }
    }

    /// A name or number. The sign of an exponent belongs to it, so `1e-3` is one word.
    fn word(&mut self) -> String {
        let starts_as_number = self.rest.starts_with(|first: char| first.is_ascii_digit() || first == '.' || first == '+');
        let is_hexadecimal = self.rest.starts_with("0x") || self.rest.starts_with("0X");
        let mut previous = ' ';
        let end = self.rest.find(|next: char| {
            let exponent_sign =
                matches!(next, '-' | '+') && (previous == ' ' || starts_as_number && !is_hexadecimal && matches!(previous, 'e' | 'E'));
            previous = next;
            !(next.is_ascii_alphanumeric() || matches!(next, '_' | '.' | '/') || exponent_sign)
        });
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word.to_owned()
    }

    fn quoted(&mut self, quote: char) -> Result<String> {
        let line = self.line;
        let mut bytes = Vec::new();
        let mut rest = self.rest.as_bytes()[1..].iter().copied().enumerate();
        while let Some((position, byte)) = rest.next() {
            match byte {
                b'\n' => break,
                b'\\' => bytes.extend(escape(&mut rest, line)?),
                _ if char::from(byte) == quote => {
                    self.rest = &self.rest[position + 2..];
                    return String::from_utf8(bytes).map_err(|_| at(line, "the string is not UTF-8"));
                }
                _ => bytes.push(byte),
            }
        }
        Err(at(line, "the string has no closing quotation mark on its line"))
    }
}

/// Resolves what follows a backslash: a letter, up to three octal digits, or `x` and up to two hexadecimal ones.
fn escape(rest: &mut (impl Iterator<Item = (usize, u8)> + Clone), line: usize) -> Result<Vec<u8>> {
    let byte = match rest.next().map(|(_, byte)| byte) {
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'v') => 11,
        Some(byte @ (b'\\' | b'\'' | b'"' | b'?')) => byte,
        Some(b'x' | b'X') => digits(rest, 16, 2, 0).ok_or_else(|| at(line, "`\\x` needs a hexadecimal digit"))?,
        Some(first @ b'0'..=b'7') => {
            digits(rest, 8, 2, u32::from(first - b'0')).ok_or_else(|| at(line, "an octal escape is above \\377"))?
        }
        Some(other) => return Err(at(line, &format!("unknown escape `\\{}` in a string", char::from(other).escape_default()))),
        None => return Err(at(line, "the string has no closing quotation mark on its line")),
    };
    Ok(vec![byte])
}

/// Up to `most` further digits onto `value`; `None` above one byte, or where a hexadecimal escape has none.
fn digits(rest: &mut (impl Iterator<Item = (usize, u8)> + Clone), radix: u32, most: usize, mut value: u32) -> Option<u8> {
    let mut count = 0;
    while count < most {
        let mut ahead = rest.clone();
        let Some(digit) = ahead.next().and_then(|(_, byte)| char::from(byte).to_digit(radix)) else { break };
        *rest = ahead;
        value = value * radix + digit;
        count += 1;
    }
    if radix == 16 && count == 0 { None } else { u8::try_from(value).ok() }
}
