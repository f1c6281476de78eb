//! The sentences of DIGITS' forms that are said about datasets.

pub(super) const REQUIRED: &str = "This field is required.";
pub(super) const NO_FOLDER: &str = "Folder does not exist";
pub(super) const NO_FILE: &str = "File does not exist";
pub(super) const NO_TEXT_FOLDER: &str = "folder does not exist";
pub(super) const TOO_MUCH_IN_ALL: &str = "the sum of percent_val and percent_test must not exceed 100";

/// A number outside its range.
pub(super) fn between(least: u64, most: u64) -> String {
    format!("Number must be between {least} and {most}.")
}

/// A number below its least.
pub(super) fn at_least(least: u64) -> String {
    format!("Number must be at least {least}.")
}

/// A number below that of another field.
pub(super) fn below(other: &str) -> String {
    format!("Field must be greater than {other}.")
}
