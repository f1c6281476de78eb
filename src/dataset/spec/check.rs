//! Everything that is wrong with a dataset that somebody wants, under the names that the fields of DIGITS' forms have.

use std::path::Path;

use super::texts::{NO_FILE, NO_FOLDER, NO_TEXT_FOLDER, REQUIRED, TOO_MUCH_IN_ALL, at_least, below, between};
use super::{
    ClassFolders, ClassificationSpec, DatasetSpec, FolderSource, GradientsSpec, ListFile, NewDataset, PictureList, PictureSource,
    PrebuiltSpec, TextSource,
};
use crate::dataset::folder;
use crate::dataset::list::MOST_ENTRIES;
use crate::dataset::lmdb::DATA_FILE;
use crate::dataset::source::{Sources, is_url};
use crate::error::{Error, FieldError, Result};

/// Longest name of a dataset or group, in characters.
const MOST_NAME: usize = 255;
/// Longest side of the pictures of a dataset.
const MOST_SIDE: u32 = 8_192;
/// Most samples of one picture; sums for the mean are kept in memory.
const MOST_SAMPLES: u64 = 16 << 20;

/// Checks a dataset before anything is made of it. Addresses are asked, so this blocks for some seconds; `scratch` is a folder for
/// what they answer.
///
/// # Errors
/// `Invalid` with every wrong field.
pub fn check(new: &NewDataset, sources: &Sources, scratch: &Path) -> Result<()> {
    let mut checker = Checker { sources, scratch, wrong: Vec::new() };
    checker.name(&new.name, &new.group);
    match &new.spec {
        DatasetSpec::Classification(spec) => checker.classification(spec),
        DatasetSpec::Prebuilt(spec) => checker.prebuilt(spec),
        DatasetSpec::Gradients(spec) => checker.gradients(spec),
    }
    if checker.wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(checker.wrong)) }
}

struct Checker<'a> {
    sources: &'a Sources,
    scratch: &'a Path,
    wrong: Vec<FieldError>,
}

impl Checker<'_> {
    fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.wrong.push(FieldError { field: field.into(), message: message.into() });
    }

    fn name(&mut self, name: &str, group: &str) {
        if name.trim().is_empty() {
            self.refuse("dataset_name", REQUIRED);
        }
        for (field, text) in [("dataset_name", name), ("group_name", group)] {
            if text.chars().count() > MOST_NAME {
                self.refuse(field, format!("Field cannot be longer than {MOST_NAME} characters."));
            }
        }
    }

    fn side(&mut self, field: &str, side: u32) {
        if side == 0 {
            self.refuse(field, REQUIRED);
        } else if side > MOST_SIDE {
            self.refuse(field, between(1, MOST_SIDE.into()));
        }
    }

    fn area(&mut self, field: &str, width: u32, height: u32, channels: u32) {
        let samples = u64::from(width) * u64::from(height) * u64::from(channels);
        if width <= MOST_SIDE && height <= MOST_SIDE && samples > MOST_SAMPLES {
            self.refuse(field, format!("Pictures of {samples} samples are larger than the limit of {MOST_SAMPLES}: choose smaller sides."));
        }
    }

    fn classification(&mut self, spec: &ClassificationSpec) {
        self.side("resize_width", spec.shape.width);
        self.side("resize_height", spec.shape.height);
        self.area("resize_width", spec.shape.width, spec.shape.height, spec.shape.channels);
        if !matches!(spec.shape.channels, 1 | 3) {
            self.refuse("resize_channels", "Not a valid choice");
        }
        match &spec.source {
            PictureSource::Folder(source) => self.folders(source),
            PictureSource::Textfile(source) => self.texts(source),
        }
    }

    fn folders(&mut self, source: &FolderSource) {
        self.class_folders("folder_train", &source.train, true);
        for (field, share) in [("folder_pct_val", source.val_per_cent), ("folder_pct_test", source.test_per_cent)] {
            if share > 100 {
                self.refuse(field, between(0, 100));
            }
        }
        if source.val_per_cent <= 100 && source.test_per_cent <= 100 && source.val_per_cent + source.test_per_cent > 100 {
            self.refuse("folder_pct_test", TOO_MUCH_IN_ALL);
        }
        if let Some(val) = &source.val {
            // The original looks for this one only when it is read.
            self.class_folders("folder_val", val, false);
        }
        if let Some(test) = &source.test {
            self.class_folders("folder_test", test, true);
        }
    }

    fn class_folders(&mut self, field: &str, folders: &ClassFolders, must_exist: bool) {
        if folders.folder.is_empty() {
            self.refuse(field, REQUIRED);
        } else if must_exist && let Err(error) = self.exists(&folders.folder) {
            self.refuse(field, error.message());
        }
        let (least, most) = (format!("{field}_min_per_class"), format!("{field}_max_per_class"));
        if folders.per_class.least == 0 {
            self.refuse(&least, at_least(1));
        }
        match folders.per_class.most {
            Some(0) => self.refuse(&most, at_least(1)),
            Some(number) if number < folders.per_class.least => self.refuse(&most, below(&least)),
            _ => {}
        }
    }

    fn exists(&self, folder: &str) -> Result<()> {
        if is_url(folder) {
            folder::check_remote(self.sources, folder, self.scratch)
        } else {
            folder::check_local(&self.sources.roots, folder)
        }
    }

    fn texts(&mut self, source: &TextSource) {
        let lists = [("train", Some(&source.train)), ("val", source.val.as_ref()), ("test", source.test.as_ref())];
        for (word, list) in lists {
            let Some(PictureList { list, folder }) = list else { continue };
            self.list_file(&format!("textfile_{word}_images"), &format!("textfile_local_{word}_images"), list);
            let given = folder.as_deref().filter(|folder| !folder.is_empty());
            if given.is_some_and(|folder| self.sources.roots.allowed_folder(Path::new(folder)).is_err()) {
                self.refuse(&format!("textfile_{word}_folder"), NO_TEXT_FOLDER);
            }
        }
        self.list_file("textfile_labels_file", "textfile_local_labels_file", &source.labels);
    }

    fn list_file(&mut self, sent_field: &str, local_field: &str, list: &ListFile) {
        match list {
            ListFile::Sent(path) if !path.is_file() => self.refuse(sent_field, REQUIRED),
            ListFile::Local(path) if path.is_empty() => self.refuse(local_field, REQUIRED),
            ListFile::Local(path) if !self.is_file(path) => self.refuse(local_field, NO_FILE),
            _ => {}
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.sources.roots.allowed(Path::new(path)).is_ok_and(|path| path.is_file())
    }

    fn prebuilt(&mut self, spec: &PrebuiltSpec) {
        let folders = [
            ("prebuilt_train_images", Some(&spec.train_images)),
            ("prebuilt_train_labels", spec.train_labels.as_ref()),
            ("prebuilt_val_images", spec.val_images.as_ref()),
            ("prebuilt_val_labels", spec.val_labels.as_ref()),
        ];
        for (field, folder) in folders {
            let Some(folder) = folder else { continue };
            if folder.is_empty() {
                self.refuse(field, REQUIRED);
            } else if !self.sources.roots.allowed_folder(Path::new(folder)).is_ok_and(|folder| folder.join(DATA_FILE).is_file()) {
                self.refuse(field, NO_FOLDER);
            }
        }
        if spec.mean_file.as_ref().is_some_and(|file| !self.is_file(file)) {
            self.refuse("prebuilt_mean_file", NO_FILE);
        }
    }

    fn gradients(&mut self, spec: &GradientsSpec) {
        self.side("image_width", spec.width);
        self.side("image_height", spec.height);
        self.area("image_width", spec.width, spec.height, 1);
        if spec.train == 0 {
            self.refuse("train_image_count", REQUIRED);
        }
        for (field, count) in [("train_image_count", spec.train), ("val_image_count", spec.val), ("test_image_count", spec.test)] {
            if count > MOST_ENTRIES as u64 {
                self.refuse(field, between(0, MOST_ENTRIES as u64));
            }
        }
    }
}
