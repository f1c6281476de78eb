//! The form of a new model as a page.

use crate::app::App;
use crate::error::Result;
use crate::http::digits::forms::{Fieldset, Sent, Sheet, Wrong};
use crate::http::digits::known;
use crate::model::trained::{SolverKind, TrainedKind};

const POLICIES: [(&str, &str); 7] = [
    ("fixed", "Fixed"),
    ("step", "Step Down"),
    ("multistep", "Step Down (arbitrary steps)"),
    ("exp", "Exponential Decay"),
    ("inv", "Inverse Decay"),
    ("poly", "Polynomial Decay"),
    ("sigmoid", "Sigmoid Decay"),
];

/// The fields of the form; `dataset` is chosen where nothing else was sent.
///
/// # Errors
/// Those of the database.
pub(super) async fn fields(app: &App, kind: TrainedKind, sent: &Sent, dataset: Option<&str>, wrong: &Wrong) -> Result<Vec<Fieldset>> {
    let datasets = known::trainable(app, kind).await?;
    let datasets: Vec<(String, String)> = datasets.into_iter().map(|(id, name)| (id.to_string(), format!("{name} ({id})"))).collect();
    let first = datasets.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let sheet = Sheet::new(sent, wrong).part("Model").text("model_name", "Model Name", "").text("group_name", "Group Name", "").choice(
        "dataset",
        "Select Dataset",
        &datasets,
        dataset.unwrap_or(&first),
    );
    Ok(transformations(rates(solver(network(sheet, kind)))).finish())
}

fn network(sheet: Sheet<'_>, kind: TrainedKind) -> Sheet<'_> {
    let sheet = sheet.part("Network");
    let frameworks = [("caffe", "Caffe"), ("torch", "Torch")];
    let sheet = match kind {
        TrainedKind::Classification => sheet
            .choice(
                "method",
                "Method",
                &[("standard", "Standard network"), ("previous", "Previous network"), ("custom", "Custom network")],
                "standard",
            )
            .choice("standard_networks", "Standard network", &[("lenet", "LeNet (28x28, grayscale)")], "lenet"),
        TrainedKind::Generic => {
            sheet.choice("method", "Method", &[("custom", "Custom network"), ("previous", "Previous network")], "custom")
        }
    };
    sheet
        .choice("framework", "Framework", &frameworks, "caffe")
        .text("previous_networks", "Previous network (id of its job)", "")
        .text("custom_network_snapshot", "Pretrained weights (path on the server)", "")
        .long_text("custom_network", "Custom network")
}

fn solver(sheet: Sheet<'_>) -> Sheet<'_> {
    sheet
        .part("Solver")
        .number("train_epochs", "Training epochs", "30")
        .number("snapshot_interval", "Snapshot interval (in epochs)", "1")
        .number("val_interval", "Validation interval (in epochs)", "1")
        .number("random_seed", "Random seed", "")
        .number("batch_size", "Batch size (several, separated by commas)", "")
        .number("batch_accumulation", "Batch accumulation", "")
        .choice("solver_type", "Solver type", &SolverKind::ALL.map(|kind| (kind.form_name(), kind.form_name())), "SGD")
        .number("rms_decay", "RMS decay value", "0.99")
}

fn rates(sheet: Sheet<'_>) -> Sheet<'_> {
    sheet
        .part("Learning rate")
        .number("learning_rate", "Base learning rate (several, separated by commas)", "0.01")
        .choice("lr_policy", "Policy", &POLICIES, "step")
        .number("lr_step_size", "Step size (%)", "33")
        .number("lr_step_gamma", "Step gamma", "0.1")
        .text("lr_multistep_values", "Step sizes (%)", "50,85")
        .number("lr_multistep_gamma", "Gamma of these steps", "0.5")
        .number("lr_exp_gamma", "Exponential gamma", "0.95")
        .number("lr_inv_gamma", "Inverse gamma", "0.1")
        .number("lr_inv_power", "Inverse power", "0.5")
        .number("lr_poly_power", "Polynomial power", "3")
        .number("lr_sigmoid_step", "Sigmoid step (%)", "50")
        .number("lr_sigmoid_gamma", "Sigmoid gamma", "0.1")
}

fn transformations(sheet: Sheet<'_>) -> Sheet<'_> {
    let flips = [("none", "None"), ("fliplr", "Horizontal"), ("flipud", "Vertical"), ("fliplrud", "Horizontal and vertical")];
    let turns = [("none", "None"), ("rot90", "0, 90 or 270 degrees"), ("rot180", "0 or 180 degrees"), ("rotall", "Any quarter turn")];
    sheet
        .part("Data transformations")
        .choice("use_mean", "Subtract Mean", &[("image", "Image"), ("pixel", "Pixel"), ("none", "None")], "image")
        .number("crop_size", "Crop Size", "")
        .flag("shuffle", "Shuffle the training data", true)
        .part("Augmentation (Torch)")
        .choice("aug_flip", "Flipping", &flips, "none")
        .choice("aug_quad_rot", "Quadrilateral rotation", &turns, "none")
        .number("aug_rot", "Rotation (+- degrees)", "0")
        .number("aug_scale", "Rescale (deviation)", "0")
        .number("aug_noise", "Noise (deviation)", "0")
        .flag("aug_hsv_use", "HSV shifting", false)
        .number("aug_hsv_h", "Hue", "0.02")
        .number("aug_hsv_s", "Saturation", "0.04")
        .number("aug_hsv_v", "Value", "0.06")
}
