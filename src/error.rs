//! The one error of the program: a kind that says what a caller can do, and a message for people.
//! It knows nothing of HTTP or exit codes; each door translates the kind at its edge.

use std::fmt;

/// Result with the program's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The thing asked for does not exist.
    NotFound,
    /// The request is wrong and has to be changed.
    Invalid,
    /// The request contradicts what is already there.
    Conflict,
    /// The request is understood, but this format, layer or option is not offered.
    Unsupported,
    /// A limit is exceeded; the message names the limit and where it is set.
    TooLarge,
    /// The caller may not do this.
    Forbidden,
    /// Something has to be done first (download weights, build an index).
    NotReady,
    /// Too much at once; the same request may succeed later.
    Busy,
    /// Somebody asked for the work to stop.
    Cancelled,
    /// Stored or received bytes are damaged.
    Corrupt,
    /// A fault of the program or the machine (disk full, I/O error).
    Internal,
}

/// One wrong field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field as the caller spelled it.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A failure: kind, message for people, wrong fields, and the cause.
pub struct Error {
    kind: Kind,
    message: String,
    fields: Vec<FieldError>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure of this kind; the message says what, where, which limit and what to do.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fields: Vec::new(), source: None }
    }

    /// [`Kind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// [`Kind::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// [`Kind::Unsupported`].
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(Kind::Unsupported, message)
    }

    /// [`Kind::TooLarge`].
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, message)
    }

    /// [`Kind::NotReady`].
    pub fn not_ready(message: impl Into<String>) -> Self {
        Self::new(Kind::NotReady, message)
    }

    /// [`Kind::Corrupt`].
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(Kind::Corrupt, message)
    }

    /// [`Kind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    /// [`Kind::Invalid`] with one wrong field.
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// [`Kind::Invalid`] with every wrong field, collected.
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let message = fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        Self { kind: Kind::Invalid, message, fields, source: None }
    }

    /// Keeps the cause, for the log.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Puts a sentence about the surroundings (file, picture, model) in front of the message.
    #[must_use]
    pub fn context(mut self, surroundings: impl fmt::Display) -> Self {
        self.message = format!("{surroundings}: {}", self.message);
        self
    }

    /// What a caller can do.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The text for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The wrong fields of a request; empty when the failure is not about fields.
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.message)?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Turns a foreign error into ours where it happens, with the words only that place knows.
pub trait ResultExt<T> {
    /// The failure becomes one of this kind; the foreign text follows the message.
    ///
    /// # Errors
    /// The translated failure.
    fn or_error(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: std::error::Error + Send + Sync + 'static> ResultExt<T> for std::result::Result<T, E> {
    fn or_error(self, kind: Kind, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::new(kind, format!("{}: {source}", message())).because(source))
    }
}

/// An I/O failure on a named path, with the remedy where the cause is known.
pub fn io_error(path: &std::path::Path, doing: &str, source: std::io::Error) -> Error {
    let remedy = match source.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            " (the disk is full: free some space, then run the same command again; nothing acknowledged was lost)"
        }
        std::io::ErrorKind::PermissionDenied => " (give the user that runs likeness the right to it)",
        _ => "",
    };
    let kind = if source.kind() == std::io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Internal };
    Error::new(kind, format!("cannot {doing} {}: {source}{remedy}", path.display())).because(source)
}

/// A text in which no address holds a password: `scheme://user:***@host`.
pub fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        rest = after;
        let authority = rest.split(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '"' | '\'')).next().unwrap_or_default();
        if let Some((login, _)) = authority.rsplit_once('@') {
            shown.push_str(login.split_once(':').map_or(login, |(user, _)| user));
            shown.push_str(if login.contains(':') { ":***" } else { "" });
            rest = &rest[login.len()..];
        }
    }
    shown + rest
}
