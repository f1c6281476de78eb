//! What a request sent: its query string, the fields of its form, its files.

use axum::RequestExt;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::digits::failure::Problem;

/// Most fields of one form.
const MOST_FIELDS: usize = 10_000;

/// A file of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    /// Its name, as the sender spelled it; only for show.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Everything that a request sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    query: Vec<(String, String)>,
    texts: Vec<(String, String)>,
    files: Vec<(String, SentFile)>,
}

impl Sent {
    /// Of these parts.
    pub fn new(query: Vec<(String, String)>, texts: Vec<(String, String)>, files: Vec<(String, SentFile)>) -> Self {
        Self { query, texts, files }
    }

    /// An argument of the kind that is looked for in the query string first, then in the form.
    pub fn argument(&self, name: &str) -> Option<&str> {
        first(&self.query, name).or_else(|| first(&self.texts, name))
    }

    /// A value of the query string.
    pub fn query(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// A field of the form; of several values the first.
    pub fn text(&self, name: &str) -> Option<&str> {
        first(&self.texts, name)
    }

    /// A field of the form that is there and not empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// All values of a field of the form.
    pub fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A file; one without a name is what a browser sends for a file field that nobody filled, and is none.
    pub fn file(&self, name: &str) -> Option<&SentFile> {
        self.files.iter().find(|(known, _)| known == name).map(|(_, file)| file)
    }

    /// Whether the form has no field at all: then every default stands.
    pub fn is_blank(&self) -> bool {
        self.texts.is_empty() && self.files.is_empty()
    }

    /// The texts of the form as they are kept with a job, so that it can be cloned: of several values of a field the first.
    pub fn saved(&self) -> Value {
        let kept = self.texts.iter().rev().filter(|(name, _)| !matches!(name.as_str(), "username" | "clone" | "next"));
        Value::Object(kept.map(|(name, value)| (name.clone(), json!(value))).collect())
    }

    /// A form as a job keeps it.
    pub fn of_saved(saved: &Value) -> Self {
        let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        Self { texts: saved.as_object().into_iter().flatten().filter_map(pair).collect(), ..Self::default() }
    }

    /// This request with another job's form in place of its own; only the files stay, because files are not kept.
    #[must_use]
    pub fn with_saved(self, saved: &Value) -> Self {
        let username = self.text("username").map(|name| ("username".to_owned(), name.to_owned()));
        let texts = Self::of_saved(saved).texts.into_iter().chain(username).collect();
        Self { texts, ..self }
    }
}

/// A saved form in which a field has another value.
pub fn with_field(saved: &Value, name: &str, value: &str) -> Value {
    let mut fields = saved.as_object().cloned().unwrap_or_default();
    fields.insert(name.to_owned(), json!(value));
    Value::Object(fields)
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.to_ascii_lowercase();
        if media_type.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, state).await;
            let (texts, files) = parts_of(parts.map_err(|error| Problem::bad_request(error.body_text()))?).await?;
            return Ok(Self { query, texts, files });
        }
        let body = request.extract::<Bytes, _>().await.map_err(|error| unread(error.status(), &error.body_text()))?;
        let is_form = media_type.starts_with("application/x-www-form-urlencoded");
        Ok(Self { query, texts: if is_form { pairs(&body) } else { Vec::new() }, files: Vec::new() })
    }
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().take(MOST_FIELDS).collect()
}

type Parts = (Vec<(String, String)>, Vec<(String, SentFile)>);

async fn parts_of(mut parts: Multipart) -> Result<Parts, Problem> {
    let (mut texts, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(|error| unread(error.status(), &error.body_text()))? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let file_name = part.file_name().map(str::to_owned);
        let bytes = part.bytes().await.map_err(|error| unread(error.status(), &error.body_text()))?;
        match file_name {
            None => texts.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            Some(file_name) if file_name.is_empty() && bytes.is_empty() => {}
            Some(file_name) => files.push((name, SentFile { name: file_name, bytes })),
        }
        if texts.len() + files.len() > MOST_FIELDS {
            return Err(Problem::bad_request(format!("the form has more than {MOST_FIELDS} fields")));
        }
    }
    Ok((texts, files))
}

fn unread(status: StatusCode, text: &str) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let remedy =
            "the form is larger than this server takes (setting server.max_upload_mib); files on the server can be named by their path";
        return Problem::refusal(status, remedy);
    }
    Problem::bad_request(format!("the body broke off or is no form: {text}"))
}
