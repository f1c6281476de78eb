//! The forms of new datasets as pages.

use super::form::FormKind;
use crate::http::digits::forms::{Fieldset, Sent, Sheet, Wrong};

/// Modes of resizing with their names for people.
const MODES: [(&str, &str); 4] = [("crop", "Crop"), ("squash", "Squash"), ("fill", "Fill"), ("half_crop", "Half crop, half fill")];
const ENCODINGS: [(&str, &str); 3] = [("png", "PNG (lossless)"), ("jpg", "JPEG (lossy, 90% quality)"), ("none", "None")];

/// Title and address of a form.
pub(super) fn head(kind: FormKind) -> (&'static str, &'static str) {
    match kind {
        FormKind::Classification => ("New Image Classification Dataset", "/datasets/images/classification"),
        FormKind::Prebuilt => ("New Image Dataset", "/datasets/images/generic"),
        FormKind::Gradients => ("New Gradients Dataset", "/datasets/generic/create/image-gradients"),
    }
}

/// The fields of a form.
pub(super) fn fields(kind: FormKind, sent: &Sent, wrong: &Wrong) -> Vec<Fieldset> {
    let sheet = Sheet::new(sent, wrong).part("Dataset").text("dataset_name", "Dataset Name", "").text("group_name", "Group Name", "");
    match kind {
        FormKind::Classification => classification(sheet),
        FormKind::Prebuilt => prebuilt(sheet),
        FormKind::Gradients => gradients(sheet),
    }
    .finish()
}

fn classification(sheet: Sheet<'_>) -> Sheet<'_> {
    let sheet = sheet
        .part("Images")
        .choice("resize_channels", "Image Type", &[("1", "Grayscale"), ("3", "Color")], "3")
        .number("resize_width", "Width", "256")
        .number("resize_height", "Height", "256")
        .choice("resize_mode", "Resize Transformation", &MODES, "squash")
        .choice("encoding", "Image Encoding", &ENCODINGS, "png")
        .choice("backend", "DB backend", &[("lmdb", "LMDB")], "lmdb")
        .part("Where the images come from")
        .choice("method", "Method", &[("folder", "Image folder"), ("textfile", "Text files")], "folder");
    textfile(folders(sheet))
}

fn folders(sheet: Sheet<'_>) -> Sheet<'_> {
    let sheet = sheet
        .part("Image folder")
        .text("folder_train", "Training Images (folder with one sub-folder per class)", "")
        .number("folder_train_min_per_class", "Minimum samples per class", "2")
        .number("folder_train_max_per_class", "Maximum samples per class", "")
        .number("folder_pct_val", "% for validation", "25")
        .number("folder_pct_test", "% for testing", "0");
    with_own(with_own(sheet, "val", "Validation"), "test", "Test")
}

fn with_own<'a>(sheet: Sheet<'a>, word: &str, label: &str) -> Sheet<'a> {
    sheet
        .flag(&format!("has_{word}_folder"), &format!("Separate {label} images folder"), false)
        .text(&format!("folder_{word}"), &format!("{label} images"), "")
        .number(&format!("folder_{word}_min_per_class"), "Minimum samples per class", "2")
        .number(&format!("folder_{word}_max_per_class"), "Maximum samples per class", "")
}

fn textfile(sheet: Sheet<'_>) -> Sheet<'_> {
    let sheet = list(sheet.part("Text files").flag("textfile_use_local_files", "Use local paths on server", false), "train", "Training");
    let sheet = list(sheet.flag("textfile_use_val", "Validation set", true), "val", "Validation");
    list(sheet.flag("textfile_use_test", "Test set", false), "test", "Test")
        .choice("textfile_shuffle", "Shuffle lines", &[("1", "Yes"), ("0", "No")], "1")
        .file("textfile_labels_file", "Labels (upload)")
        .text("textfile_local_labels_file", "Labels (path on server)", "")
}

fn list<'a>(sheet: Sheet<'a>, word: &str, label: &str) -> Sheet<'a> {
    sheet
        .file(&format!("textfile_{word}_images"), &format!("{label} images (upload)"))
        .text(&format!("textfile_local_{word}_images"), &format!("{label} images (path on server)"), "")
        .text(&format!("textfile_{word}_folder"), &format!("{label} image folder (optional)"), "")
}

fn prebuilt(sheet: Sheet<'_>) -> Sheet<'_> {
    sheet
        .part("LMDB folders on the server")
        .text("prebuilt_train_images", "Training Images", "")
        .text("prebuilt_train_labels", "Training Labels", "")
        .text("prebuilt_val_images", "Validation Images", "")
        .text("prebuilt_val_labels", "Validation Labels", "")
        .text("prebuilt_mean_file", "Mean image (.binaryproto)", "")
        .choice("force_same_shape", "Enforce same shape", &[("1", "Yes"), ("0", "No")], "1")
}

fn gradients(sheet: Sheet<'_>) -> Sheet<'_> {
    sheet
        .part("Gradients")
        .number("train_image_count", "Train Image count", "1000")
        .number("val_image_count", "Validation Image count", "250")
        .number("test_image_count", "Test Image count", "0")
        .number("image_width", "Image Width", "32")
        .number("image_height", "Image Height", "32")
        .part("Databases")
        .choice("dsopts_feature_encoding", "Feature Encoding", &ENCODINGS, "png")
        .choice("dsopts_label_encoding", "Label Encoding", &ENCODINGS, "none")
        .number("dsopts_batch_size", "Encoder batch size", "32")
        .number("dsopts_num_threads", "Number of encoder threads", "4")
        .choice("dsopts_backend", "DB backend", &[("lmdb", "LMDB")], "lmdb")
        .choice("dsopts_force_same_shape", "Enforce same shape", &[("1", "Yes"), ("0", "No")], "1")
}
