//! The four reports. What they say of each medium is spooled as the originals are copied; their tops are written when the counts
//! are known.

use std::io::{Cursor, Read};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::archive::Archive;
use super::item::Item;
use super::spool::Spool;
use super::{Cover, csv, html, json, markdown};
use crate::error::Result;
use crate::media::collections::Collection;

/// The reports of one export.
pub(super) struct Reports {
    markdown: Spool,
    html: Spool,
    json: Spool,
    csv: Spool,
}

impl Reports {
    /// Empty ones, on the disk of this folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn in_folder(folder: &Path) -> Result<Self> {
        let spool = || Spool::in_folder(folder);
        Ok(Self { markdown: spool()?, html: spool()?, json: spool()?, csv: spool()? })
    }

    /// Says what there is to say about a medium.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn add(&mut self, collection: &Collection, item: &Item) -> Result<()> {
        if self.json.length() > 0 {
            self.json.push(b",\n")?;
        }
        self.json.push(json::item(item).as_bytes())?;
        self.markdown.push(markdown::item(item).as_bytes())?;
        self.html.push(html::item(item).as_bytes())?;
        self.csv.push(&csv::item(collection, item)?)
    }

    /// Puts all of them into the archive.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn finish(self, cover: &Cover, archive: &mut Archive) -> Result<()> {
        let mut put = |name: &str, top: Vec<u8>, middle: Spool, end: &[u8]| {
            let size = (top.len() + end.len()) as u64 + middle.length();
            let content = Cursor::new(top).chain(middle.read()?).chain(end);
            archive.add(name, cover.exported_at, size, content).map(|_| ())
        };
        put("report.md", markdown::top(cover).into_bytes(), self.markdown, markdown::END.as_bytes())?;
        put("report.html", html::top(cover).into_bytes(), self.html, html::END.as_bytes())?;
        put("report.json", json::top(cover).into_bytes(), self.json, json::END.as_bytes())?;
        put("report.csv", csv::top()?, self.csv, b"")
    }
}

/// `YYYY-MM-DD HH:MM:SS+00:00`, as the original wrote times into reports.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S+00:00").to_string()
}

/// "1 original", "2 originals".
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
