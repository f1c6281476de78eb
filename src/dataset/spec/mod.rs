//! What a dataset is to be made of: strict values, and all that can be wrong with them, told for the fields of DIGITS' forms.

mod check;
mod texts;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::datum::Encoding;
use super::resize::{ResizeMode, Shape};
use super::split::Shares;
use super::subset::Subset;

pub use check::check;

/// Pictures that a class has at least where a form says nothing.
pub const LEAST_PER_CLASS: u32 = 2;

/// A dataset that somebody wants.
#[derive(Debug, Clone)]
pub struct NewDataset {
    /// For people.
    pub name: String,
    /// Datasets of a group are shown together; may be empty.
    pub group: String,
    /// Whose it is.
    pub username: Option<String>,
    /// What was said in the form, for a copy of it.
    pub form: Value,
    /// What it is made of.
    pub spec: DatasetSpec,
    /// Decides everything random; drawn when absent.
    pub seed: Option<u64>,
}

/// What a dataset is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DatasetSpec {
    /// Pictures with classes.
    Classification(ClassificationSpec),
    /// Databases that exist.
    Prebuilt(PrebuiltSpec),
    /// Rendered gradients, and how steep they are.
    Gradients(GradientsSpec),
}

/// Pictures with classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassificationSpec {
    /// What the pictures become.
    pub shape: Shape,
    /// How those of another shape are made to fit.
    pub mode: ResizeMode,
    /// How the database stores them.
    pub encoding: Encoding,
    /// Where they come from.
    pub source: PictureSource,
    /// Whether they also become media of the library, with their labels.
    pub into_library: bool,
}

/// Where pictures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum PictureSource {
    /// Folders with a sub-folder for each class.
    Folder(FolderSource),
    /// Lists of files and classes.
    Textfile(TextSource),
}

/// How many pictures of a class are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerClass {
    /// A class with fewer is left out.
    pub least: u32,
    /// Of one with more, only so many are taken.
    pub most: Option<u32>,
}

impl Default for PerClass {
    fn default() -> Self {
        Self { least: LEAST_PER_CLASS, most: None }
    }
}

/// A folder with a sub-folder for each class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassFolders {
    /// Absolute path, or address of a page that lists it.
    pub folder: String,
    /// How many of a class.
    pub per_class: PerClass,
}

/// Folders with a sub-folder for each class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSource {
    /// To train with; and what the two shares are taken from.
    pub train: ClassFolders,
    /// Share to validate with, in per cent; without meaning where there is a folder of its own.
    pub val_per_cent: u32,
    /// Share to test with, in per cent; without meaning where there is a folder of its own.
    pub test_per_cent: u32,
    /// A folder of its own to validate with.
    pub val: Option<ClassFolders>,
    /// A folder of its own to test with.
    pub test: Option<ClassFolders>,
}

impl FolderSource {
    /// How the training folder is divided.
    pub fn shares(&self) -> Shares {
        let val = if self.val.is_some() { 0 } else { self.val_per_cent };
        let test = if self.test.is_some() { 0 } else { self.test_per_cent };
        Shares::new(val, test)
    }
}

/// A list file that somebody named or sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListFile {
    /// Sent; here it lies until it is copied.
    Sent(PathBuf),
    /// Of the server.
    Local(String),
}

/// A list of pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureList {
    /// The list.
    pub list: ListFile,
    /// What relative paths are relative to.
    pub folder: Option<String>,
}

/// Lists of files and classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSource {
    /// To train with.
    pub train: PictureList,
    /// To validate with.
    pub val: Option<PictureList>,
    /// To test with.
    pub test: Option<PictureList>,
    /// Names of the classes.
    pub labels: ListFile,
    /// Whether entries are mixed on their way into the database.
    pub shuffle: bool,
}

impl TextSource {
    /// The list of a set.
    pub fn list(&self, subset: Subset) -> Option<&PictureList> {
        match subset {
            Subset::Train => Some(&self.train),
            Subset::Val => self.val.as_ref(),
            Subset::Test => self.test.as_ref(),
        }
    }
}

/// Databases that exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrebuiltSpec {
    /// Folder of the pictures to train with.
    pub train_images: String,
    /// Folder of their labels.
    pub train_labels: Option<String>,
    /// Folder of the pictures to validate with.
    pub val_images: Option<String>,
    /// Folder of their labels.
    pub val_labels: Option<String>,
    /// Whether all must have one shape.
    pub same_shape: bool,
    /// A mean file.
    pub mean_file: Option<String>,
}

/// Rendered gradients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradientsSpec {
    /// How many to train with.
    pub train: u64,
    /// How many to validate with.
    pub val: u64,
    /// How many to test with.
    pub test: u64,
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// How the database stores the pictures.
    pub encoding: Encoding,
    /// Without it no mean is made.
    pub same_shape: bool,
}

impl Default for GradientsSpec {
    fn default() -> Self {
        Self { train: 1000, val: 250, test: 0, width: 32, height: 32, encoding: Encoding::Png, same_shape: true }
    }
}

impl GradientsSpec {
    /// How many pictures of a set.
    pub fn count(&self, subset: Subset) -> u64 {
        match subset {
            Subset::Train => self.train,
            Subset::Val => self.val,
            Subset::Test => self.test,
        }
    }

    /// What each picture is.
    pub fn shape(&self) -> Shape {
        Shape { width: self.width, height: self.height, channels: 1 }
    }
}

impl DatasetSpec {
    /// Kind of the dataset in DIGITS' words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Classification(_) => "Image Classification Dataset",
            Self::Prebuilt(_) => "Generic Image Dataset",
            Self::Gradients(_) => "Generic Dataset",
        }
    }

    /// The word in the database.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Classification(_) => "classification",
            Self::Prebuilt(_) => "prebuilt",
            Self::Gradients(_) => "gradients",
        }
    }

    /// The sets that get a database.
    pub fn subsets(&self) -> Vec<Subset> {
        let has = |subset: Subset| match self {
            Self::Classification(spec) => spec.has(subset),
            Self::Prebuilt(spec) => subset == Subset::Train || (subset == Subset::Val && spec.val_images.is_some()),
            Self::Gradients(spec) => spec.count(subset) > 0,
        };
        Subset::ALL.into_iter().filter(|subset| has(*subset)).collect()
    }
}

impl ClassificationSpec {
    fn has(&self, subset: Subset) -> bool {
        match &self.source {
            PictureSource::Textfile(source) => source.list(subset).is_some(),
            PictureSource::Folder(source) => match subset {
                Subset::Train => true,
                Subset::Val => source.val.is_some() || source.shares().val > 0,
                Subset::Test => source.test.is_some() || source.shares().test > 0,
            },
        }
    }
}
