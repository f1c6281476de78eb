//! What an import did, and how it is counted.

use serde::Serialize;

use super::ImportProgress;
use crate::media::commit::Outcome;
use crate::media::walk::Found;
use crate::types::MediaId;

/// Files that were there before are named up to this many; of the others only the number is told.
pub const MOST_KNOWN: usize = 10_000;

/// A file that was not imported, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedFile {
    /// Path as given, or `archive.zip!/inner/name`.
    pub path: String,
    /// Why, and what would help.
    pub reason: String,
}

/// A file whose picture or video was in the library before, or met twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Path as given, or `archive.zip!/inner/name`.
    pub path: String,
    /// The medium that it is.
    pub media: MediaId,
    /// Whether that medium is deleted; an import does not bring it back.
    pub deleted: bool,
}

/// What an import did; `found = added + already_there + failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Pictures and videos met, and things that could not be looked at.
    pub found: u64,
    /// New in the library; a video counts as one.
    pub added: u64,
    /// New frames of the videos that were added.
    pub frames: u64,
    /// In the library before, or met twice.
    pub already_there: u64,
    /// Of those already there, how many are deleted; an import does not bring them back.
    pub deleted: u64,
    /// Files in folders and archives that do not claim to be pictures or videos.
    pub ignored: u64,
    /// Videos of which only a part was imported, and why, in the order they were met.
    pub partial: Vec<FailedFile>,
    /// Not imported, in the order they were met.
    pub failed: Vec<FailedFile>,
    /// The first [`MOST_KNOWN`] of those already there, in the order they were met.
    #[serde(skip)]
    pub known: Vec<KnownFile>,
    /// Somebody asked to stop; the same command goes on from here.
    pub cancelled: bool,
}

impl ImportReport {
    /// Counts what became of the candidate from this path.
    pub(super) fn count_outcome(&mut self, outcome: Outcome, path: String) {
        self.found += 1;
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::AddedVideo { frames, note } => {
                self.added += 1;
                self.frames += frames;
                self.partial.extend(note.map(|reason| FailedFile { path, reason }));
            }
            Outcome::AlreadyThere { media, deleted } => {
                self.already_there += 1;
                self.deleted += u64::from(deleted);
                if self.known.len() < MOST_KNOWN {
                    self.known.push(KnownFile { path, media: MediaId(media), deleted });
                }
            }
            Outcome::Failed(reason) => self.failed.push(FailedFile { path, reason }),
        }
    }

    /// Counts what was no candidate.
    pub(super) fn count_seen(&mut self, seen: Found, progress: &dyn ImportProgress) {
        match seen {
            Found::Failed { path, reason } => {
                self.found += 1;
                self.failed.push(FailedFile { path, reason });
            }
            Found::Ignored(files) => self.ignored += files,
            Found::Expect(more) => progress.expect(more),
            Found::Candidate(_) => {}
        }
    }
}
