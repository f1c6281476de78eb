//! What the making of a dataset has found so far. It is written down step by step, so that an interrupted job goes on after the last
//! step, and replies can tell what is known.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::spec::{DatasetSpec, PictureSource};
use super::subset::Subset;

/// Everything found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// The folders that were read, in the order of [`parse_steps`]; empty until all were.
    pub parsed: Vec<ParsedFolder>,
    /// Whether labels and lists are written.
    pub listed: bool,
    /// Names of the classes, by number.
    pub labels: Vec<String>,
    /// The databases that are finished, in the order of the sets.
    pub databases: Vec<BuiltDatabase>,
    /// The databases that existed and were looked at.
    pub analysed: Vec<AnalysedDatabase>,
    /// The sets whose pictures are items, and media where they could be.
    pub itemised: Vec<Subset>,
}

/// What a folder held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedFolder {
    /// Classes with enough pictures.
    pub labels: u64,
    /// Pictures to train with, to validate with and to test with.
    pub counts: [u64; 3],
}

/// A finished database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltDatabase {
    /// Which set it holds.
    pub subset: Subset,
    /// How many entries it has.
    pub entries: u64,
    /// Pictures that could not be read.
    pub failed: u64,
    /// Of each class, by number: entries, and pictures that could not be read. Empty where there are no classes.
    pub classes: Vec<(u64, u64)>,
}

/// A database that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysedDatabase {
    /// Name of the step.
    pub name: String,
    /// How many entries it has.
    pub entries: u64,
    /// Channels, height and width, where all have the same.
    pub shape: Option<[usize; 3]>,
}

/// A reading of folders, as replies show it; numbers are null until they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParseFolderTask {
    /// Number of classes with enough pictures.
    pub label_count: Option<u64>,
    /// Name of the step.
    pub name: String,
    /// Pictures to test with.
    pub test_count: Option<u64>,
    /// Pictures to train with.
    pub train_count: Option<u64>,
    /// Pictures to validate with.
    pub val_count: Option<u64>,
}

/// The making of a database of pictures with classes, as replies show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateDbTask {
    /// `lmdb`.
    pub backend: &'static str,
    /// `none`.
    pub compression: &'static str,
    /// How the pictures are stored.
    pub encoding: &'static str,
    /// Null until it is finished.
    pub entries: Option<u64>,
    /// 1 or 3.
    pub image_channels: u32,
    /// Rows.
    pub image_height: u32,
    /// Pixels per row.
    pub image_width: u32,
    /// Name of the step.
    pub name: String,
}

/// The making of a database by an extension, as replies show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GenericDbTask {
    /// 0 until it is finished.
    pub entry_count: u64,
    /// Relative to the folder; null without entries.
    pub feature_db_path: Option<String>,
    /// Relative to the folder; null without entries.
    pub label_db_path: Option<String>,
    /// Name of the step.
    pub name: String,
    /// Folder of the set.
    pub stage: String,
}

/// Names of the steps that read folders, and the sets that each fills.
pub fn parse_steps(spec: &DatasetSpec) -> Vec<(String, Vec<Subset>)> {
    let DatasetSpec::Classification(spec) = spec else { return Vec::new() };
    let PictureSource::Folder(source) = &spec.source else { return Vec::new() };
    let shares = source.shares();
    let of_train = [(Subset::Train, shares.train), (Subset::Val, shares.val), (Subset::Test, shares.test)];
    let together: Vec<Subset> = of_train.into_iter().filter(|(_, share)| *share > 0).map(|(subset, _)| subset).collect();
    let separate = [(Subset::Val, &source.val), (Subset::Test, &source.test)];
    let separate = separate.into_iter().filter(|(_, folder)| folder.is_some()).map(|(subset, _)| vec![subset]);
    let name = |subsets: &[Subset]| format!("Parse Folder ({})", subsets.iter().map(|subset| subset.word()).collect::<Vec<_>>().join("/"));
    std::iter::once(together).chain(separate).map(|subsets| (name(&subsets), subsets)).collect()
}

impl Findings {
    /// The steps that read folders.
    pub fn parse_folder_tasks(&self, spec: &DatasetSpec) -> Vec<ParseFolderTask> {
        let task = |(place, (name, _)): (usize, (String, Vec<Subset>))| {
            let found = self.parsed.get(place);
            let count = |subset: Subset| found.map(|found| found.counts[subset.place()]);
            ParseFolderTask {
                name,
                label_count: found.map(|found| found.labels),
                train_count: count(Subset::Train),
                val_count: count(Subset::Val),
                test_count: count(Subset::Test),
            }
        };
        parse_steps(spec).into_iter().enumerate().map(task).collect()
    }

    /// The steps that make databases of pictures with classes.
    pub fn create_db_tasks(&self, spec: &DatasetSpec) -> Vec<CreateDbTask> {
        let DatasetSpec::Classification(pictures) = spec else { return Vec::new() };
        let task = |subset: Subset| CreateDbTask {
            backend: "lmdb",
            compression: "none",
            encoding: pictures.encoding.word(),
            entries: self.database(subset).map(|built| built.entries),
            image_channels: pictures.shape.channels,
            image_height: pictures.shape.height,
            image_width: pictures.shape.width,
            name: format!("Create DB ({})", subset.word()),
        };
        spec.subsets().into_iter().map(task).collect()
    }

    /// The steps of an extension: always three.
    pub fn generic_db_tasks(&self) -> Vec<GenericDbTask> {
        let task = |subset: Subset| {
            let (stage, entry_count) = (subset.database_folder(), self.database(subset).map_or(0, |built| built.entries));
            let path = |what: &str| (entry_count > 0).then(|| format!("{stage}/{what}"));
            GenericDbTask {
                entry_count,
                feature_db_path: path("features"),
                label_db_path: path("labels"),
                name: format!("Create {stage} DB"),
                stage: stage.clone(),
            }
        };
        Subset::ALL.into_iter().map(task).collect()
    }

    /// The finished database of a set.
    pub fn database(&self, subset: Subset) -> Option<&BuiltDatabase> {
        self.databases.iter().find(|built| built.subset == subset)
    }

    /// Height, width and channels of the pictures, once they are known.
    pub fn picture_size(&self, spec: &DatasetSpec) -> Option<[usize; 3]> {
        let of = |shape: super::resize::Shape| [shape.height as usize, shape.width as usize, shape.channels as usize];
        match spec {
            DatasetSpec::Classification(spec) => Some(of(spec.shape)),
            DatasetSpec::Gradients(spec) => self.database(Subset::Train).map(|_| of(spec.shape())),
            DatasetSpec::Prebuilt(_) => {
                self.analysed.first().and_then(|first| first.shape).map(|[channels, height, width]| [height, width, channels])
            }
        }
    }

    /// How many entries each class of a set has, the largest first, for a bar chart; `None` until its database is finished.
    pub fn chart(&self, subset: Subset) -> Option<Value> {
        let built = self.database(subset).filter(|built| !built.classes.is_empty())?;
        let mut classes: Vec<(usize, (u64, u64))> = built.classes.iter().copied().enumerate().collect();
        classes.sort_by_key(|(number, (count, _))| (std::cmp::Reverse(*count), *number));
        let column = |name: &str, value: fn(&(u64, u64)) -> u64| {
            let values = classes.iter().map(|(_, counts)| json!(value(counts)));
            Value::Array(std::iter::once(json!(name)).chain(values).collect())
        };
        let mut columns = vec![column("Count", |counts| counts.0)];
        if built.failed > 0 {
            columns.push(column("LoadImageError", |counts| counts.1));
        }
        let label = |number: usize| self.labels.get(number).map_or_else(|| number.to_string(), Clone::clone);
        let categories: Vec<String> = classes.iter().map(|(number, _)| label(*number)).collect();
        Some(json!({
            "data": { "columns": columns, "type": "bar" },
            "axis": { "x": { "type": "category", "categories": categories } },
        }))
    }
}
