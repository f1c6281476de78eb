//! Splits the text of a TorchScript module into words, with the indentation as marks of its own, as in Python.

use crate::error::{Error, Kind, Result};

/// A word of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// As written.
    Number(String),
    Text(String),
    /// A bracket, operator or `->`.
    Symbol(&'static str),
    /// End of a statement.
    Newline,
    Indent,
    Dedent,
}

const SYMBOLS: [&str; 19] = ["->", "==", "(", ")", "[", "]", "{", "}", ",", ":", "=", ".", "-", "+", "*", "/", "@", "<", ">"];

/// # Errors
/// `Corrupt` with the line.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>> {
    let mut found = Vec::new();
    let mut indents = vec![0];
    let mut depth = 0_usize;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start_matches(' ');
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if depth == 0 {
            indent(line.len() - content.len(), &mut indents, &mut found)
                .ok_or_else(|| fault(number, "its indentation fits no line before"))?;
        }
        words(content, &mut depth, &mut found).ok_or_else(|| fault(number, "cannot be read"))?;
        if depth == 0 {
            found.push(Token::Newline);
        }
    }
    found.extend(indents.iter().skip(1).map(|_| Token::Dedent));
    Ok(found)
}

fn fault(line: usize, what: &str) -> Error {
    Error::new(Kind::Corrupt, format!("TorchScript program, line {}: {what}", line + 1))
}

fn indent(width: usize, indents: &mut Vec<usize>, found: &mut Vec<Token>) -> Option<()> {
    if width > *indents.last()? {
        indents.push(width);
        found.push(Token::Indent);
    }
    while width < *indents.last()? {
        indents.pop();
        found.push(Token::Dedent);
    }
    (width == *indents.last()?).then_some(())
}

fn words(mut rest: &str, depth: &mut usize, found: &mut Vec<Token>) -> Option<()> {
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next().filter(|&first| first != '#') else { return Some(()) };
        let length = if first == '_' || first.is_ascii_alphabetic() {
            let length = length_of(rest, |letter| letter == '_' || letter.is_ascii_alphanumeric());
            found.push(Token::Name(rest[..length].to_owned()));
            length
        } else if first.is_ascii_digit() {
            let length = number_length(rest);
            found.push(Token::Number(rest[..length].to_owned()));
            length
        } else if first == '"' || first == '\'' {
            let (text, length) = quoted(rest, first)?;
            found.push(Token::Text(text));
            length
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol))?;
            match *symbol {
                "(" | "[" | "{" => *depth += 1,
                ")" | "]" | "}" => *depth = depth.checked_sub(1)?,
                _ => {}
            }
            found.push(Token::Symbol(symbol));
            symbol.len()
        };
        rest = &rest[length..];
    }
}

fn length_of(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !fits(letter)).unwrap_or(text.len())
}

/// Digits, a point, an exponent with its sign.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(&byte) = bytes.get(length) {
        let signed = matches!(byte, b'+' | b'-') && matches!(bytes[length - 1], b'e' | b'E');
        if !(byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E') || signed) {
            break;
        }
        length += 1;
    }
    length
}

/// The text between quotes and the length with them.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            _ if letter == quote => return Some((value, place + 1)),
            _ => value.push(letter),
        }
    }
    None
}
