//! Reads and writes protobuf's text format, in which Caffe writes networks and solvers, as a small generic tree.
//! It knows the grammar and line numbers only; what the fields mean is said in `network_definition`.

use crate::error::{Error, Result};

mod fields;
mod tokens;
mod write;

use tokens::{Token, Tokens};

/// Most bytes of one prototxt; the largest published networks stay below a tenth of it.
pub const MAX_BYTES: usize = 16 << 20;
/// Deepest nesting of messages; Caffe's own need five levels.
pub const MAX_DEPTH: usize = 32;

/// A message: its fields in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// Line on which it begins, from 1.
    pub line: usize,
    /// Fields; repeated ones appear once per value.
    pub fields: Vec<Field>,
}

/// One `name: value` or `name { ... }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name as written.
    pub name: String,
    /// Line of the name, from 1.
    pub line: usize,
    /// Its value.
    pub value: Value,
}

/// The three things a value can be before its type is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A nested message.
    Message(Message),
    /// A string in quotation marks, with its escapes resolved and its adjacent parts joined.
    Text(String),
    /// A number, `true`, `false` or the name of an enumeration value, as written.
    Word(String),
}

/// Parses a whole prototxt.
///
/// # Errors
/// `Invalid` with the line of the mistake; `TooLarge` above [`MAX_BYTES`].
pub fn parse(text: &str) -> Result<Message> {
    if text.len() > MAX_BYTES {
        return Err(Error::too_large(format!("the prototxt has {} bytes; the limit is {MAX_BYTES}", text.len())));
    }
    let mut tokens = Tokens::new(text);
    fields_until(&mut tokens, None, 0)
}

/// Reads fields up to the closing bracket, or up to the end of the text where there is none to wait for.
fn fields_until(tokens: &mut Tokens<'_>, closing: Option<char>, depth: usize) -> Result<Message> {
    let mut message = Message { line: tokens.line(), fields: Vec::new() };
    if depth > MAX_DEPTH {
        return Err(at(message.line, &format!("messages are nested deeper than {MAX_DEPTH} levels")));
    }
    loop {
        match (tokens.next()?, closing) {
            (Token::End, None) => return Ok(message),
            (Token::End, Some(bracket)) => {
                return Err(at(
                    tokens.line(),
                    &format!("the file ends before the `{bracket}` of the message begun on line {}", message.line),
                ));
            }
            (Token::Mark(mark), Some(bracket)) if mark == bracket => return Ok(message),
            (Token::Mark(',' | ';'), _) => {}
            (Token::Word(name), _) if is_name(&name) => field(tokens, &name, depth, &mut message.fields)?,
            (token, _) => return Err(at(tokens.line(), &format!("expected the name of a field, found {token}"))),
        }
    }
}

/// Reads what follows a field's name and appends its value, or its values if they stand in `[...]`.
fn field(tokens: &mut Tokens<'_>, name: &str, depth: usize, fields: &mut Vec<Field>) -> Result<()> {
    let line = tokens.line();
    let mut token = tokens.next()?;
    let colon = token == Token::Mark(':');
    if colon {
        token = tokens.next()?;
    } else if !matches!(token, Token::Mark('{' | '<')) {
        return Err(at(line, &format!("expected `:` or `{{` after `{name}`, found {token}")));
    }
    let mut push = |value| fields.push(Field { name: name.to_owned(), line, value });
    if token != Token::Mark('[') {
        push(value(tokens, token, name, depth)?);
        return Ok(());
    }
    let mut token = tokens.next()?;
    while token != Token::Mark(']') {
        push(value(tokens, token, name, depth)?);
        token = tokens.next()?;
        if token == Token::Mark(',') {
            token = tokens.next()?;
        } else if token != Token::Mark(']') {
            return Err(at(tokens.line(), &format!("expected `,` or `]` in the list of `{name}`, found {token}")));
        }
    }
    Ok(())
}

/// Reads one value that begins with this token.
fn value(tokens: &mut Tokens<'_>, first: Token, name: &str, depth: usize) -> Result<Value> {
    Ok(match first {
        Token::Mark('{') => Value::Message(fields_until(tokens, Some('}'), depth + 1)?),
        Token::Mark('<') => Value::Message(fields_until(tokens, Some('>'), depth + 1)?),
        Token::Word(word) => Value::Word(word),
        Token::Text(mut text) => {
            while let Some(part) = tokens.adjacent_text()? {
                text.push_str(&part);
            }
            Value::Text(text)
        }
        Token::Mark('-') => match tokens.next()? {
            Token::Word(word) => Value::Word(format!("-{word}")),
            token => return Err(at(tokens.line(), &format!("expected a number after `-` in `{name}`, found {token}"))),
        },
        token => return Err(at(tokens.line(), &format!("expected a value for `{name}`, found {token}"))),
    })
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
}

/// An `Invalid` that begins with the line.
pub(crate) fn at(line: usize, message: &str) -> Error {
    Error::invalid(format!("line {line}: {message}"))
}
