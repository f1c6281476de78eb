//! The forms of new datasets: their fields become what a dataset is made of. What needs a look at files or addresses is checked where
//! the dataset is made.

use std::io::Write;

use tempfile::NamedTempFile;

use crate::dataset::datum::Encoding;
use crate::dataset::resize::{ResizeMode, Shape};
use crate::dataset::spec::{
    ClassFolders, ClassificationSpec, DatasetSpec, FolderSource, GradientsSpec, LEAST_PER_CLASS, ListFile, PerClass, PictureList,
    PictureSource, PrebuiltSpec, TextSource,
};
use crate::error::{Kind, Result, ResultExt};
use crate::http::digits::forms::{Form, Number, Presence, REQUIRED, Sent, SentFile, Wrong};

/// A checked form.
pub(super) struct DatasetForm {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) spec: DatasetSpec,
    /// Lists that were sent; they lie on the disk until the dataset is made.
    pub(super) sent_lists: Vec<NamedTempFile>,
}

/// Which form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormKind {
    /// Pictures with classes.
    Classification,
    /// Databases that exist.
    Prebuilt,
    /// Rendered gradients.
    Gradients,
}

/// Reads a form.
///
/// # Errors
/// The inner ones are the form's mistakes by field, the outer ones those of the disk.
pub(super) fn read(kind: FormKind, sent: &Sent) -> Result<std::result::Result<DatasetForm, Wrong>> {
    let mut form = Form::of(sent);
    let mut sent_lists = Vec::new();
    let name = form.required_text("dataset_name");
    let group = form.text("group_name", "");
    let spec = match kind {
        FormKind::Classification => classification(&mut form, &mut sent_lists)?,
        FormKind::Prebuilt => prebuilt(&mut form),
        FormKind::Gradients => gradients(&mut form),
    };
    Ok(form.finish().map(|()| DatasetForm { name, group, spec, sent_lists }))
}

fn classification(form: &mut Form<'_>, sent_lists: &mut Vec<NamedTempFile>) -> Result<DatasetSpec> {
    let shape = shape(form);
    let mode = form.choice("resize_mode", &["crop", "squash", "fill", "half_crop"], "squash");
    let encoding = encoding(form, "encoding", "png");
    storage(form, "backend");
    form.choice("compression", &["none", "gzip"], "none");
    let source = match form.choice("method", &["folder", "textfile"], "folder") {
        "textfile" => PictureSource::Textfile(textfile(form, sent_lists)?),
        _ => PictureSource::Folder(folder(form)),
    };
    let mode = ResizeMode::parse(mode).unwrap_or_default();
    Ok(DatasetSpec::Classification(ClassificationSpec { shape, mode, encoding, source, into_library: true }))
}

fn shape(form: &mut Form<'_>) -> Shape {
    let channels = match form.sent().text("resize_channels").map(str::trim) {
        None | Some("3") => 3,
        Some("1") => 1,
        Some(text) => {
            if text.parse::<i64>().is_err() {
                form.refuse("resize_channels", "Invalid Choice: could not coerce");
            }
            form.refuse("resize_channels", "Not a valid choice");
            3
        }
    };
    let side = Number { default: Some(256), presence: Presence::Required, ..Number::default() };
    Shape { width: count(form, "resize_width", side), height: count(form, "resize_height", side), channels }
}

/// A number of pixels or pictures; 0 also when it is wrong.
fn count(form: &mut Form<'_>, name: &str, rule: Number<i64>) -> u32 {
    let value = form.integer(name, rule);
    let found = value.and_then(|value| u32::try_from(value).ok());
    if let (Some(value), None) = (value, found) {
        let bound = if value < 0 { "at least 0".to_owned() } else { format!("at most {}", u32::MAX) };
        form.refuse(name, format!("Number must be {bound}."));
    }
    found.unwrap_or(0)
}

fn encoding(form: &mut Form<'_>, name: &str, default: &'static str) -> Encoding {
    Encoding::parse(form.choice(name, &["none", "png", "jpg"], default)).unwrap_or_default()
}

fn storage(form: &mut Form<'_>, name: &str) {
    if form.choice(name, &["lmdb", "hdf5"], "lmdb") == "hdf5" {
        form.refuse(name, "hdf5 is not written yet: choose lmdb");
    }
}

fn folder(form: &mut Form<'_>) -> FolderSource {
    let share = |default| Number { default: Some(default), least: Some(0), most: Some(100), ..Number::default() };
    let train = class_folders(form, "folder_train", true);
    let (val_per_cent, test_per_cent) = (count(form, "folder_pct_val", share(25)), count(form, "folder_pct_test", share(0)));
    let (has_val, has_test) = (form.flag("has_val_folder", false), form.flag("has_test_folder", false));
    let val = class_folders(form, "folder_val", has_val);
    let test = class_folders(form, "folder_test", has_test);
    FolderSource { train, val_per_cent, test_per_cent, val: has_val.then_some(val), test: has_test.then_some(test) }
}

/// A folder and how many pictures of each of its classes; what is not wanted is read as if it were empty.
fn class_folders(form: &mut Form<'_>, field: &str, wanted: bool) -> ClassFolders {
    let (least, most) = (format!("{field}_min_per_class"), format!("{field}_max_per_class"));
    if !wanted {
        return ClassFolders { folder: String::new(), per_class: PerClass::default() };
    }
    let folder = form.required_text(field);
    let optional = |default| Number { default, presence: Presence::Optional, least: Some(1), ..Number::default() };
    let fewest = form.integer(&least, optional(Some(i64::from(LEAST_PER_CLASS))));
    let greatest = form.integer(&most, optional(None));
    form.not_below(&most, greatest, &least, fewest);
    // More than there can be is no limit.
    let per_class = PerClass {
        least: fewest.map_or(1, |number| u32::try_from(number).unwrap_or(u32::MAX)),
        most: greatest.map(|number| u32::try_from(number).unwrap_or(u32::MAX)),
    };
    ClassFolders { folder, per_class }
}

fn textfile(form: &mut Form<'_>, sent_lists: &mut Vec<NamedTempFile>) -> Result<TextSource> {
    let local = form.flag("textfile_use_local_files", false);
    let (use_val, use_test) = (form.flag("textfile_use_val", true), form.flag("textfile_use_test", false));
    let train = picture_list(form, "train", local, sent_lists)?;
    let val = if use_val { Some(picture_list(form, "val", local, sent_lists)?) } else { None };
    let test = if use_test { Some(picture_list(form, "test", local, sent_lists)?) } else { None };
    let labels = list_file(form, "textfile_labels_file", "textfile_local_labels_file", local, sent_lists)?;
    Ok(TextSource { train, val, test, labels, shuffle: form.switch("textfile_shuffle", true) })
}

fn picture_list(form: &mut Form<'_>, word: &str, local: bool, sent_lists: &mut Vec<NamedTempFile>) -> Result<PictureList> {
    let (sent, named) = (format!("textfile_{word}_images"), format!("textfile_local_{word}_images"));
    let list = list_file(form, &sent, &named, local, sent_lists)?;
    let folder = form.sent().filled(&format!("textfile_{word}_folder")).map(str::to_owned);
    Ok(PictureList { list, folder })
}

fn list_file(form: &mut Form<'_>, sent: &str, named: &str, local: bool, sent_lists: &mut Vec<NamedTempFile>) -> Result<ListFile> {
    if local {
        return Ok(ListFile::Local(form.required_text(named)));
    }
    let Some(file) = form.required_file(sent) else { return Ok(ListFile::Local(String::new())) };
    let kept = kept(file)?;
    let path = kept.path().to_owned();
    sent_lists.push(kept);
    Ok(ListFile::Sent(path))
}

fn kept(file: &SentFile) -> Result<NamedTempFile> {
    let write = || {
        let mut kept = NamedTempFile::new()?;
        kept.write_all(&file.bytes)?;
        Ok::<_, std::io::Error>(kept)
    };
    write().or_error(Kind::Internal, || "a list that was sent cannot be kept on the disk".into())
}

fn prebuilt(form: &mut Form<'_>) -> DatasetSpec {
    form.choice("method", &["prebuilt"], "prebuilt");
    let train_images = form.required_text("prebuilt_train_images");
    let optional = |name: &str| form.sent().filled(name).map(str::to_owned);
    let (train_labels, val_images) = (optional("prebuilt_train_labels"), optional("prebuilt_val_images"));
    let (val_labels, mean_file) = (optional("prebuilt_val_labels"), optional("prebuilt_mean_file"));
    if val_labels.is_some() && val_images.is_none() {
        form.refuse("prebuilt_val_images", REQUIRED);
    }
    let same_shape = form.switch("force_same_shape", true);
    DatasetSpec::Prebuilt(PrebuiltSpec { train_images, train_labels, val_images, val_labels, same_shape, mean_file })
}

fn gradients(form: &mut Form<'_>) -> DatasetSpec {
    let defaults = GradientsSpec::default();
    let needed = |default: u64| Number { default: Some(default as i64), presence: Presence::Required, least: Some(1), ..Number::default() };
    let optional =
        |default: u64| Number { default: Some(default as i64), presence: Presence::Optional, least: Some(0), ..Number::default() };
    let encoding = encoding(form, "dsopts_feature_encoding", "png");
    form.choice("dsopts_label_encoding", &["none", "png", "jpg"], "none");
    form.integer("dsopts_batch_size", needed(32));
    form.integer("dsopts_num_threads", needed(4));
    form.choice("dsopts_backend", &["lmdb"], "lmdb");
    DatasetSpec::Gradients(GradientsSpec {
        train: count(form, "train_image_count", needed(defaults.train)).into(),
        val: count(form, "val_image_count", optional(defaults.val)).into(),
        test: count(form, "test_image_count", optional(defaults.test)).into(),
        width: count(form, "image_width", needed(defaults.width.into())),
        height: count(form, "image_height", needed(defaults.height.into())),
        encoding,
        same_shape: form.switch("dsopts_force_same_shape", true),
    })
}
