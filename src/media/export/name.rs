//! Names of exports: `<title>_<collection>_<YYYYMMDD-HHMMSS>.zip`, of letters, digits, `_`, `.` and `-` alone.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::types::CollectionId;

/// Longest title in a name; titles have at most as many characters.
const LONGEST_TITLE: usize = 64;

const STAMP: &str = "%Y%m%d-%H%M%S";

/// The name of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportName {
    title: String,
    collection: CollectionId,
    at: DateTime<Utc>,
}

impl ExportName {
    /// For a collection of this title, exported at this second.
    pub fn new(title: &str, collection: CollectionId, at: DateTime<Utc>) -> Self {
        let secure = secure(title);
        let title = if secure.chars().any(|c| c.is_ascii_alphabetic()) { secure } else { "collection".into() };
        Self { title, collection, at }
    }

    /// Reads the name of a file; `None` for one that no export could have.
    pub fn parse(file_name: &str) -> Option<Self> {
        let mut parts = file_name.strip_suffix(".zip")?.rsplitn(3, '_');
        let (stamp, collection, title) = (parts.next()?, parts.next()?, parts.next()?);
        let at = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?.and_utc();
        let name = Self { title: title.into(), collection: CollectionId(collection.parse().ok()?), at };
        let is_ours = title.len() <= LONGEST_TITLE && Self::new(title, name.collection, at) == name && name.file_name() == file_name;
        is_ours.then_some(name)
    }

    /// The top folder in the archive.
    pub fn folder(&self) -> String {
        format!("{}_{}_{}", self.title, self.collection, self.at.format(STAMP))
    }

    /// The archive.
    pub fn file_name(&self) -> String {
        format!("{}.zip", self.folder())
    }

    /// What is exported.
    pub fn collection(&self) -> CollectionId {
        self.collection
    }

    /// When, to the second.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Accents go, runs of blanks and slashes become `_`, everything else that is not harmless goes.
fn secure(title: &str) -> String {
    let spaced = title.replace('/', " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let plain: String = words.join("_").chars().map(unaccented).filter(|c| c.is_ascii_alphanumeric() || "_.-".contains(*c)).collect();
    // A leading dash would be read as an option by the programs that unpack it.
    plain.trim_start_matches(['.', '_', '-']).trim_end_matches(['.', '_']).to_owned()
}

/// The letter below an accent, for the Latin letters of Europe; other characters as they are.
fn unaccented(c: char) -> char {
    const ROWS: [(&str, char); 42] = [
        ("ÀÁÂÃÄÅĀĂĄǍ", 'A'),
        ("àáâãäåāăąǎ", 'a'),
        ("ÇĆĈĊČ", 'C'),
        ("çćĉċč", 'c'),
        ("Ď", 'D'),
        ("ď", 'd'),
        ("ÈÉÊËĒĔĖĘĚ", 'E'),
        ("èéêëēĕėęě", 'e'),
        ("ĜĞĠĢ", 'G'),
        ("ĝğġģ", 'g'),
        ("Ĥ", 'H'),
        ("ĥ", 'h'),
        ("ÌÍÎÏĨĪĬĮİ", 'I'),
        ("ìíîïĩīĭį", 'i'),
        ("Ĵ", 'J'),
        ("ĵ", 'j'),
        ("Ķ", 'K'),
        ("ķ", 'k'),
        ("ĹĻĽ", 'L'),
        ("ĺļľ", 'l'),
        ("ÑŃŅŇ", 'N'),
        ("ñńņň", 'n'),
        ("ÒÓÔÕÖŌŎŐ", 'O'),
        ("òóôõöōŏő", 'o'),
        ("ŔŖŘ", 'R'),
        ("ŕŗř", 'r'),
        ("ŚŜŞŠȘ", 'S'),
        ("śŝşšș", 's'),
        ("ŢŤȚ", 'T'),
        ("ţťț", 't'),
        ("ÙÚÛÜŨŪŬŮŰŲ", 'U'),
        ("ùúûüũūŭůűų", 'u'),
        ("Ŵ", 'W'),
        ("ŵ", 'w'),
        ("ÝŶŸ", 'Y'),
        ("ýŷÿ", 'y'),
        ("ŹŻŽ", 'Z'),
        ("źżž", 'z'),
        ("\u{2010}\u{2011}", '-'),
        ("ẞ", 'S'),
        ("ªᵃ", 'a'),
        ("ºᵒ", 'o'),
    ];
    if c.is_ascii() { c } else { ROWS.iter().find(|(row, _)| row.contains(c)).map_or(c, |(_, plain)| *plain) }
}
