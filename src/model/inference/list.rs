//! The lists of pictures that people upload: a path or address a line, perhaps with the number of its class.

use std::io::BufRead;
use std::path::Path;

use crate::error::{Error, Kind, Result};

/// Longest line, in bytes.
pub const MAX_LINE_BYTES: usize = 64 << 10;

/// A line that names a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Path or address, joined to the folder of the list where it is relative.
    pub place: String,
    /// The class that the line says it has.
    pub truth: Option<u32>,
}

impl Line {
    /// Reads a line; `None` for a blank one. Digits at its end are the class, and cut off; `x.png -1` is a path as a whole.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let classed = text.rsplit_once(char::is_whitespace).filter(|(_, class)| class.bytes().all(|byte| byte.is_ascii_digit()));
        let (place, truth) = classed.map_or((text, None), |(place, class)| (place.trim_end(), class.parse().ok()));
        Some(Self { place: place.to_owned(), truth })
    }

    /// The same picture, found from this folder if its path is relative.
    #[must_use]
    pub fn within(self, folder: Option<&str>) -> Self {
        let is_address = self.place.starts_with("http://") || self.place.starts_with("https://");
        match folder {
            Some(folder) if !is_address && Path::new(&self.place).is_relative() => {
                Self { place: Path::new(folder).join(&self.place).to_string_lossy().into_owned(), ..self }
            }
            _ => self,
        }
    }
}

/// Reads a list line by line, with as much memory as its longest line takes.
pub struct Lines<R> {
    reader: R,
    folder: Option<String>,
    left: u64,
    number: u64,
    is_over: bool,
}

impl<R: BufRead> Lines<R> {
    /// Reads from here. Relative paths are joined to `folder`; at most `most` pictures are named.
    pub fn new(reader: R, folder: Option<String>, most: Option<u64>) -> Self {
        let folder = folder.filter(|folder| !folder.is_empty());
        Self { reader, folder, left: most.unwrap_or(u64::MAX), number: 0, is_over: false }
    }

    /// The next line that names a picture; `None` at the end.
    fn advance(&mut self) -> Result<Option<Line>> {
        while self.left > 0 {
            let Some(text) = self.text()? else { return Ok(None) };
            if let Some(line) = Line::parse(&text) {
                self.left -= 1;
                return Ok(Some(line.within(self.folder.as_deref())));
            }
        }
        Ok(None)
    }

    fn text(&mut self) -> Result<Option<String>> {
        let mut bytes = Vec::new();
        let limit = MAX_LINE_BYTES as u64 + 1;
        let read = std::io::Read::take(&mut self.reader, limit).read_until(b'\n', &mut bytes);
        read.map_err(|source| Error::new(Kind::Internal, format!("cannot read the list: {source}")).because(source))?;
        self.number += 1;
        if bytes.len() > MAX_LINE_BYTES {
            let number = self.number;
            return Err(Error::too_large(format!(
                "line {number} of the list has more than {MAX_LINE_BYTES} bytes: is it a list of paths?"
            )));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let wrong = |_| Error::invalid(format!("line {} of the list is not UTF-8: save it as UTF-8 text", self.number));
        String::from_utf8(bytes).map(Some).map_err(wrong)
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.advance().transpose();
        // After a failure there is nothing that could be relied on.
        self.is_over = !matches!(next, Some(Ok(_)));
        next
    }
}
