//! The three sets of a dataset.

use serde::{Deserialize, Serialize};

/// A part of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subset {
    /// To train with.
    Train,
    /// To validate with.
    Val,
    /// To test with.
    Test,
}

impl Subset {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// The word in file names, forms and replies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
        }
    }

    /// Its place in [`Subset::ALL`].
    pub fn place(self) -> usize {
        self as usize
    }

    /// Its list in the folder of a classification dataset.
    pub fn list_file(self) -> String {
        format!("{}.txt", self.word())
    }

    /// Folder of its database.
    pub fn database_folder(self) -> String {
        format!("{}_db", self.word())
    }
}
