//! What a training begins with: a network that is built in, one of an earlier model, or one that was sent, and its weights.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::dataset::TimedId;
use crate::error::Result;
use crate::http::digits::forms::Form;
use crate::http::digits::known;
use crate::model::trained::{Language, TrainedKind, TrainedModel, standard_text};
use crate::network::prototxt::{self, Field, Message, Value};

/// What was chosen, as far as the form alone tells.
pub(super) enum Start {
    /// A text that is built in, or was sent with these files of weights.
    Text { network: String, weights: Vec<String> },
    /// The network of an earlier model, at this epoch of it.
    Previous { model: String, epoch: f64 },
    /// Something is wrong, and noted.
    Wrong,
}

/// Network and weights.
#[derive(Default)]
pub(super) struct StartingPoint {
    pub(super) network: String,
    pub(super) weights: Vec<PathBuf>,
}

impl Start {
    /// Reads the fields of the chosen method; those of the others are not looked at.
    pub(super) fn read(form: &mut Form<'_>, kind: TrainedKind, language: Language) -> Self {
        match form.choice("method", &["standard", "previous", "pretrained", "custom"], "standard") {
            "custom" => custom(form, language),
            "previous" => previous(form),
            "pretrained" => {
                form.refuse("pretrained_networks", "Not a valid choice");
                Self::Wrong
            }
            _ => standard(form, kind, language),
        }
    }

    /// Looks up files and earlier models.
    ///
    /// # Errors
    /// Those of the database; what is wrong with the choice is noted in the form.
    pub(super) async fn resolve(
        self,
        app: &App,
        kind: TrainedKind,
        dataset: Option<&TimedId>,
        form: &mut Form<'_>,
    ) -> Result<StartingPoint> {
        match self {
            Self::Text { network, weights } => Ok(StartingPoint { network, weights: files(app, form, &weights) }),
            Self::Previous { model, epoch } => earlier(app, kind, dataset, form, &model, epoch).await,
            Self::Wrong => Ok(StartingPoint::default()),
        }
    }
}

fn standard(form: &mut Form<'_>, kind: TrainedKind, language: Language) -> Start {
    if kind == TrainedKind::Generic {
        form.refuse("method", "Unrecognized method: \"standard\"");
        return Start::Wrong;
    }
    let Some(name) = form.radio("standard_networks", &["lenet", "alexnet", "googlenet"]) else {
        if !form.is_wrong("standard_networks") {
            form.refuse("standard_networks", "Not a valid choice");
        }
        return Start::Wrong;
    };
    if let Some(network) = standard_text(name, language) {
        Start::Text { network, weights: Vec::new() }
    } else {
        form.refuse("standard_networks", format!("{name} is not built in yet: send its text as custom_network with method=custom"));
        Start::Wrong
    }
}

fn custom(form: &mut Form<'_>, language: Language) -> Start {
    let network = form.required_text("custom_network");
    if language == Language::Caffe
        && !form.is_wrong("custom_network")
        && let Err(error) = prototxt::parse(&network)
    {
        form.refuse("custom_network", format!("Bad network: Not a valid NetParameter: {}", error.message()));
    }
    let named = form.text("custom_network_snapshot", "");
    let weights = named.split(':').map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect();
    Start::Text { network, weights }
}

/// Files of weights below the folders that clients may name; another one is not there.
fn files(app: &App, form: &mut Form<'_>, weights: &[String]) -> Vec<PathBuf> {
    let roots = known::roots(app);
    let mut found = Vec::new();
    for path in weights {
        match roots.allowed(Path::new(path)) {
            Ok(file) if file.is_file() => found.push(file),
            _ => form.refuse("custom_network_snapshot", format!("File \"{path}\" does not exist")),
        }
    }
    found
}

fn previous(form: &mut Form<'_>) -> Start {
    let model = form.required_text("previous_networks");
    if form.is_wrong("previous_networks") {
        return Start::Wrong;
    }
    let field = format!("{model}-snapshot");
    let text = form.required_text(&field);
    if let Ok(epoch) = text.trim().parse() {
        Start::Previous { model, epoch }
    } else {
        if !form.is_wrong(&field) {
            form.refuse(&field, "Not a valid float value");
        }
        Start::Wrong
    }
}

async fn earlier(
    app: &App,
    kind: TrainedKind,
    dataset: Option<&TimedId>,
    form: &mut Form<'_>,
    id: &str,
    epoch: f64,
) -> Result<StartingPoint> {
    let found = match id.parse::<TimedId>() {
        Ok(id) => app.trained.get(&id).await?.filter(|model| model.kind == kind),
        Err(_) => None,
    };
    let Some(model) = found else {
        form.refuse("previous_networks", "Selected job doesn't exist. Maybe it was deleted by another user.");
        return Ok(StartingPoint::default());
    };
    let Some(weights) = weights_of(app, &model, epoch).await? else {
        let message = format!("For the job {id}, selected pretrained_model for epoch {epoch} is invalid!");
        form.refuse(&format!("{id}-snapshot"), message);
        return Ok(StartingPoint::default());
    };
    let is_other = dataset.is_some_and(|dataset| *dataset != model.dataset);
    let network = if is_other && model.spec.language == Language::Caffe { with_fresh_end(&model.spec.network) } else { model.spec.network };
    Ok(StartingPoint { network, weights })
}

/// The weights after an epoch of a model: 0 is none at all, -1 those that it began with itself.
async fn weights_of(app: &App, model: &TrainedModel, epoch: f64) -> Result<Option<Vec<PathBuf>>> {
    if epoch == 0.0 {
        return Ok(Some(Vec::new()));
    }
    if (epoch + 1.0).abs() < 1e-9 {
        return Ok(Some(model.spec.weights.clone()));
    }
    let snapshots = app.trained.snapshots(&model.id).await?;
    let found = snapshots.into_iter().find(|snapshot| (snapshot.epoch - epoch).abs() < 5e-4);
    Ok(found.map(|snapshot| vec![app.trained.folder(&model.id).join(snapshot.file)]))
}

/// The network with its last `InnerProduct` renamed to `<name>_retrain`, so that no old weights fit it. Only the name changes, not the
/// blobs that it reads and makes.
fn with_fresh_end(network: &str) -> String {
    let Some((line, name)) = last_inner_product(network) else { return network.to_owned() };
    let mut lines: Vec<String> = network.lines().map(str::to_owned).collect();
    let quoted = [format!("\"{name}\""), format!("'{name}'")];
    if let Some(text) = lines.get_mut(line - 1)
        && let Some(begin) = text.find("name")
        && let Some(place) = quoted.iter().filter_map(|quoted| text[begin..].find(quoted.as_str())).min()
    {
        text.insert_str(begin + place + 1 + name.len(), "_retrain");
    }
    lines.join("\n") + "\n"
}

/// Line and name of the last `InnerProduct`.
fn last_inner_product(network: &str) -> Option<(usize, String)> {
    let root = prototxt::parse(network).ok()?;
    let mut layers = root.fields.iter().filter_map(|field| match &field.value {
        Value::Message(layer) if field.name == "layer" => Some(layer),
        _ => None,
    });
    let of = |layer: &Message, name: &str| layer.fields.iter().find(|field| field.name == name).cloned();
    let is_last = |layer: &&Message| of(layer, "type").is_some_and(|field| field.value == Value::Text("InnerProduct".into()));
    let Field { line, value, .. } = of(layers.rfind(is_last)?, "name")?;
    match value {
        Value::Text(name) => Some((line, name)),
        _ => None,
    }
}
