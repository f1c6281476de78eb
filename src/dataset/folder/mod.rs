//! A folder with a sub-folder for each class, on this machine or behind an address, read into lists of pictures and classes.

pub mod listing;
mod local;
mod remote;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Watch;
use super::list::{ListEntry, MOST_CLASSES, MOST_ENTRIES};
use super::source::{Sources, is_url};
use super::split::{Shares, mix, split};
use super::subset::Subset;
use crate::error::{Error, Result};

pub use local::check as check_local;
pub use remote::check as check_remote;

/// Most lines about what was skipped that are kept.
const MOST_NOTES: usize = 1_000;

/// Endings of pictures, in any letter case.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "bmp", "ppm", "pgm"];

/// What is taken of a folder.
#[derive(Debug, Clone, Copy)]
pub struct FolderRules {
    /// A class with fewer pictures is left out.
    pub least_per_class: usize,
    /// Of a class with more pictures only so many are taken: the first that are found.
    pub most_per_class: Option<usize>,
    /// How each class is divided.
    pub shares: Shares,
}

/// What a folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Names of the classes, by number; empty where the numbers were given.
    pub labels: Vec<String>,
    /// How many classes had enough pictures.
    pub class_count: usize,
    /// Pictures to train with, to validate with and to test with.
    pub lists: [Vec<ListEntry>; 3],
    /// What was skipped, and why.
    pub notes: Vec<String>,
}

impl Parsed {
    /// The pictures of a set.
    pub fn of(&self, subset: Subset) -> &[ListEntry] {
        &self.lists[subset.place()]
    }

    fn note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
    }
}

/// A sub-folder.
struct ClassFolder {
    label: String,
    /// Path or URL.
    place: String,
}

/// What a walk through a class found: pictures, and whether it was stopped because there were enough.
struct Found {
    places: Vec<String>,
    is_cut: bool,
    skipped: usize,
}

/// What a parse works with.
pub struct Parse<'a> {
    /// Where pictures may come from.
    pub sources: &'a Sources,
    /// A folder of ours, for pages that are fetched.
    pub scratch: &'a Path,
    /// Mixes the pictures of a class.
    pub seed: u64,
    /// Progress and the wish to stop.
    pub watch: &'a Watch,
}

impl Parse<'_> {
    /// Reads a folder. With `known` the classes get the numbers of these labels, and others are skipped; else the numbers are those
    /// of the folders in byte order.
    ///
    /// # Errors
    /// `NotFound` without the folder; `Invalid`, in DIGITS' words, with fewer than two classes; `TooLarge` above a limit.
    pub fn run(&self, folder: &str, rules: FolderRules, known: Option<&[String]>) -> Result<Parsed> {
        let mut classes = self.classes(folder)?;
        classes.sort_by(|one, other| one.place.as_bytes().cmp(other.place.as_bytes()));
        if classes.len() < 2 {
            return Err(Error::invalid("folder must contain at least two subdirectories"));
        }
        if classes.len() > MOST_CLASSES {
            return Err(Error::too_large(format!("{folder} has {} sub-folders; the limit is {MOST_CLASSES}", classes.len())));
        }
        let numbers = known.map(numbers);
        let (mut parsed, total) = (Parsed::default(), classes.len());
        for (place, class) in classes.into_iter().enumerate() {
            (self.watch.check)()?;
            (self.watch.progress)(place as u64, total as u64, "Reading folders");
            let number = match &numbers {
                None => parsed.labels.len() as u32,
                Some(numbers) => {
                    if let Some(number) = numbers.get(class.label.as_str()) {
                        *number
                    } else {
                        parsed.note(format!("Category \"{}\" not found in labels_file. Skipping.", class.label));
                        continue;
                    }
                }
            };
            self.class(class, number, rules, known.is_none(), &mut parsed)?;
        }
        if parsed.class_count < 2 {
            return Err(Error::invalid("Did not find two valid categories"));
        }
        Ok(parsed)
    }

    fn classes(&self, folder: &str) -> Result<Vec<ClassFolder>> {
        if is_url(folder) { remote::classes(self, folder) } else { local::classes(self.sources, Path::new(folder)) }
    }

    fn class(&self, class: ClassFolder, number: u32, rules: FolderRules, is_new: bool, parsed: &mut Parsed) -> Result<()> {
        let most = rules.most_per_class.unwrap_or(usize::MAX);
        let found =
            if is_url(&class.place) { remote::pictures(self, &class.place, most)? } else { local::pictures(self, &class.place, most)? };
        if found.is_cut {
            parsed.note(format!("{}: Reached maximum limit for this category", class.label));
        }
        if found.skipped > 0 {
            parsed.note(format!(
                "{}: {} files skipped: their names cannot stand in a list, or they cannot be read",
                class.label, found.skipped
            ));
        }
        let count = found.places.len();
        if count < rules.least_per_class.max(rules.shares.wanted()) {
            parsed.note(format!("{}: Not enough images for this category ({count})", class.label));
            return Ok(());
        }
        let so_far: usize = parsed.lists.iter().map(Vec::len).sum();
        if so_far + count > MOST_ENTRIES {
            return Err(Error::too_large(format!("there are more than {MOST_ENTRIES} pictures: take fewer per class")));
        }
        let mut places = found.places;
        mix(&mut places, self.seed, u64::from(number));
        let mut places = places.into_iter().map(|place| ListEntry { place, class: number });
        for (list, count) in parsed.lists.iter_mut().zip(split(count, rules.shares)) {
            list.extend(places.by_ref().take(count));
        }
        parsed.class_count += 1;
        if is_new {
            parsed.labels.push(class.label);
        }
        Ok(())
    }
}

/// Number of each label; of two equal ones the first counts.
fn numbers(labels: &[String]) -> HashMap<&str, u32> {
    let mut numbers = HashMap::with_capacity(labels.len());
    for (number, label) in labels.iter().enumerate() {
        numbers.entry(label.as_str()).or_insert(number as u32);
    }
    numbers
}

/// A sub-folder's name as a label: underscores are spaces, and it stays one line.
fn label(name: &str) -> String {
    name.chars().map(|c| if c == '_' || c.is_control() { ' ' } else { c }).collect()
}

/// True for names that end like a picture's.
fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// An absolute path as text, if it can stand in a list.
fn listable(path: &Path) -> Option<String> {
    path.to_str().filter(|text| super::list::can_be_listed(text)).map(str::to_owned)
}

/// A path without a slash at its end, so that names can be put behind it.
fn without_end(path: &Path) -> PathBuf {
    path.components().collect()
}
