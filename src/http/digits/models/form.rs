//! The form of a new model: its fields become what is trained and how. Lists of learning rates and batch sizes make one model for each
//! combination.

use std::ffi::OsStr;
use std::path::Path;

use super::start::{Start, StartingPoint};
use crate::app::App;
use crate::dataset::TimedId;
use crate::error::Result;
use crate::http::digits::forms::{Form, Number, Presence, Sent, Wrong};
use crate::http::digits::known;
use crate::model::trained::{
    Augmentation, ColourNoise, Flip, Language, Mean, QuarterTurns, RatePolicy, SolverKind, TrainSpec, TrainedKind,
};

/// A checked form.
pub(super) struct ModelForm {
    pub(super) name: String,
    pub(super) group: String,
    pub(super) dataset: TimedId,
    /// With the words that tell each from the others; one without words for a form without lists.
    pub(super) variants: Vec<(String, TrainSpec)>,
}

/// Reads a form.
///
/// # Errors
/// The inner ones are the form's mistakes by field, the outer ones those of the database.
pub(super) async fn read(app: &App, kind: TrainedKind, sent: &Sent) -> Result<std::result::Result<ModelForm, Wrong>> {
    let mut form = Form::of(sent);
    let name = form.required_text("model_name");
    let group = form.text("group_name", "");
    let dataset = dataset(app, kind, &mut form).await?;
    let language = language(&mut form);
    let start = Start::read(&mut form, kind, language);
    let start = start.resolve(app, kind, dataset.as_ref(), &mut form).await?;
    python_layer(&mut form);
    let (batch_sizes, rates) = (batch_sizes(&mut form), rates(&mut form));
    let spec = spec(&mut form, language, start);
    if let Err(wrong) = form.finish() {
        return Ok(Err(wrong));
    }
    let Some(dataset) = dataset else { return Ok(Err(Wrong::new())) };
    Ok(Ok(ModelForm { name, group, dataset, variants: variants(&spec, &batch_sizes, &rates) }))
}

/// One of the datasets that fit and are not lost.
async fn dataset(app: &App, kind: TrainedKind, form: &mut Form<'_>) -> Result<Option<TimedId>> {
    let id = form.sent().text("dataset").and_then(|text| text.parse::<TimedId>().ok());
    let found = match &id {
        Some(id) => known::trainable(app, kind).await?.iter().any(|(known, _)| known == id),
        None => false,
    };
    if !found {
        form.refuse("dataset", "Not a valid choice");
    }
    Ok(id.filter(|_| found))
}

fn language(form: &mut Form<'_>) -> Language {
    match form.sent().text("framework").unwrap_or_default() {
        "" | "caffe" => Language::Caffe,
        "torch" => Language::Torch,
        _ => {
            form.refuse("framework", "The framework you choose is not currently supported.");
            Language::Caffe
        }
    }
}

/// A layer written in Python cannot be part of a network here; what is wrong with its name is said as the original says it.
fn python_layer(form: &mut Form<'_>) {
    let sent = form.sent();
    let client = sent.file("python_layer_client_file").map(|file| ("python_layer_client_file", file.name.as_str()));
    let server = sent.filled("python_layer_server_file").map(|name| ("python_layer_server_file", name));
    for (field, name) in client.into_iter().chain(server) {
        let is_python = matches!(Path::new(name).extension().and_then(OsStr::to_str), Some("py" | "pyc"));
        form.refuse(
            field,
            if is_python {
                "Layers written in Python are not run here: use the layers that Caffe has.".to_owned()
            } else {
                format!("Python file, {name}, needs .py or .pyc extension.")
            },
        );
    }
}

fn batch_sizes(form: &mut Form<'_>) -> Vec<Option<u32>> {
    let rule = Number { presence: Presence::Optional, least: Some(1), ..Number::default() };
    let sizes = form.integers("batch_size", rule);
    let sizes: Vec<_> = sizes.into_iter().map(|size| small(form, "batch_size", Some(size))).collect();
    if sizes.is_empty() { vec![None] } else { sizes }
}

fn rates(form: &mut Form<'_>) -> Vec<f64> {
    form.floats("learning_rate", Number { default: Some(0.01), least: Some(0.0), ..Number::default() })
}

/// A whole number that is far below every limit of the arithmetic.
fn small(form: &mut Form<'_>, name: &str, value: Option<i64>) -> Option<u32> {
    const MOST: u32 = 1_000_000_000;
    let found = value.and_then(|value| u32::try_from(value).ok()).filter(|value| *value <= MOST);
    if value.is_some() && found.is_none() {
        form.refuse(name, format!("Number must be at most {MOST}."));
    }
    found
}

fn whole(form: &mut Form<'_>, name: &str, rule: Number<i64>) -> Option<u32> {
    let value = form.integer(name, rule);
    small(form, name, value)
}

fn float(form: &mut Form<'_>, name: &str, default: f64, most: Option<f64>) -> f64 {
    form.float(name, Number { default: Some(default), least: Some(0.0), most, ..Number::default() }).unwrap_or(default)
}

fn spec(form: &mut Form<'_>, language: Language, start: StartingPoint) -> TrainSpec {
    let optional = Number { presence: Presence::Optional, least: Some(1), ..Number::default() };
    let epochs = whole(form, "train_epochs", Number { default: Some(30), least: Some(1), ..Number::default() });
    let seed = form.integer("random_seed", Number { presence: Presence::Optional, least: Some(0), ..Number::default() });
    form.integer("select_gpu_count", Number { default: Some(1), least: Some(1), most: Some(1), ..Number::default() });
    let mean = match form.choice("use_mean", &["none", "image", "pixel"], "image") {
        "none" => Mean::None,
        "pixel" => Mean::Pixel,
        _ => Mean::Image,
    };
    TrainSpec {
        language,
        network: start.network,
        weights: start.weights,
        epochs: epochs.unwrap_or(1),
        snapshot_interval: float(form, "snapshot_interval", 1.0, None),
        validation_interval: float(form, "val_interval", 1.0, None),
        seed: seed.and_then(|seed| seed.try_into().ok()),
        batch_size: None,
        accumulation: whole(form, "batch_accumulation", optional).unwrap_or(1),
        solver: solver(form),
        rms_decay: float(form, "rms_decay", 0.99, None),
        learning_rate: 0.0,
        policy: policy(form),
        crop: whole(form, "crop_size", optional),
        mean,
        shuffle: form.flag("shuffle", true),
        variation: variation(form),
    }
}

/// How the learning rate changes. The fields of the other policies are read too: what is wrong with them is wrong.
fn policy(form: &mut Form<'_>) -> RatePolicy {
    let chosen = form.choice("lr_policy", &["fixed", "step", "multistep", "exp", "inv", "poly", "sigmoid"], "step");
    let mut number = |name: &str, default: f64| {
        let value = form.float(name, Number { default: Some(default), ..Number::default() });
        value.unwrap_or(default)
    };
    let (step_size, step_gamma) = (number("lr_step_size", 33.0), number("lr_step_gamma", 0.1));
    let multistep_gamma = number("lr_multistep_gamma", 0.5);
    let exp_gamma = number("lr_exp_gamma", 0.95);
    let (inv_gamma, inv_power) = (number("lr_inv_gamma", 0.1), number("lr_inv_power", 0.5));
    let poly_power = number("lr_poly_power", 3.0);
    let (sigmoid_step, sigmoid_gamma) = (number("lr_sigmoid_step", 50.0), number("lr_sigmoid_gamma", 0.1));
    match chosen {
        "fixed" => RatePolicy::Fixed,
        "multistep" => RatePolicy::Multistep { values: multistep_values(form), gamma: multistep_gamma },
        "exp" => RatePolicy::Exp { gamma: exp_gamma },
        "inv" => RatePolicy::Inv { gamma: inv_gamma, power: inv_power },
        "poly" => RatePolicy::Poly { power: poly_power },
        "sigmoid" => RatePolicy::Sigmoid { step: sigmoid_step, gamma: sigmoid_gamma },
        _ => RatePolicy::Step { size: step_size, gamma: step_gamma },
    }
}

fn multistep_values(form: &mut Form<'_>) -> Vec<f64> {
    let text = form.text("lr_multistep_values", "50,85");
    let number = |part: &str| part.trim().parse().ok().filter(|value: &f64| value.is_finite());
    let values: Option<Vec<f64>> = text.split(',').map(number).collect();
    values.unwrap_or_else(|| {
        form.refuse("lr_multistep_values", "invalid value");
        Vec::new()
    })
}

fn solver(form: &mut Form<'_>) -> SolverKind {
    let words = SolverKind::ALL.map(SolverKind::form_name);
    SolverKind::parse(form.choice("solver_type", &words, "SGD")).unwrap_or(SolverKind::Sgd)
}

fn variation(form: &mut Form<'_>) -> Augmentation {
    let flip = match form.choice("aug_flip", &["none", "fliplr", "flipud", "fliplrud"], "none") {
        "fliplr" => Flip::FlipLr,
        "flipud" => Flip::FlipUd,
        "fliplrud" => Flip::FlipLrUd,
        _ => Flip::None,
    };
    let quarter_turns = match form.choice("aug_quad_rot", &["none", "rot90", "rot180", "rotall"], "none") {
        "rot90" => QuarterTurns::Rot90,
        "rot180" => QuarterTurns::Rot180,
        "rotall" => QuarterTurns::RotAll,
        _ => QuarterTurns::None,
    };
    let rotation = whole(form, "aug_rot", Number { default: Some(0), least: Some(0), most: Some(180), ..Number::default() });
    let (scale, noise) = (float(form, "aug_scale", 0.0, Some(1.0)), float(form, "aug_noise", 0.0, Some(1.0)));
    let (contrast, whitening) = (float(form, "aug_contrast", 0.0, Some(5.0)), form.flag("aug_whitening", false));
    let uses_hsv = form.flag("aug_hsv_use", false);
    let [hue, saturation, value] =
        [("aug_hsv_h", 0.02), ("aug_hsv_s", 0.04), ("aug_hsv_v", 0.06)].map(|(name, default)| float(form, name, default, Some(0.5)));
    Augmentation {
        flip,
        quarter_turns,
        rotation: f64::from(rotation.unwrap_or(0)),
        scale,
        noise,
        contrast,
        whitening,
        colour: uses_hsv.then_some(ColourNoise { hue, saturation, value }),
    }
}

/// One training for each combination: batch sizes outside, learning rates inside. Only what differs is named.
fn variants(spec: &TrainSpec, batch_sizes: &[Option<u32>], rates: &[f64]) -> Vec<(String, TrainSpec)> {
    let mut variants = Vec::new();
    for &batch_size in batch_sizes {
        for &learning_rate in rates {
            let rate = (rates.len() > 1).then(|| format!(" learning_rate:{learning_rate}"));
            let size = batch_size.filter(|_| batch_sizes.len() > 1).map(|size| format!(" batch_size:{size}"));
            let words = rate.into_iter().chain(size).collect();
            variants.push((words, TrainSpec { batch_size, learning_rate, ..spec.clone() }));
        }
    }
    variants
}
