//! `likeness model`: list, download and test models, and look at their layers.

mod speed;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::config::{Config, DeviceChoice, EngineConfig};
use crate::error::{Error, Result};
use crate::model::{Entry, Zoo};
use crate::network::{Engine, GraphDefinition};

/// How often the bar of a download moves.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What to do with models.
#[derive(Args)]
pub struct ModelArguments {
    #[command(subcommand)]
    command: ModelCommand,
}

#[derive(Subcommand)]
enum ModelCommand {
    /// List the models of the zoo: key, whether the weights are here, length of the feature, licence, name
    List(ListArguments),
    /// Fetch the weights of a model from the mirror (--mirror) or from where model.yaml says, and verify them
    Download(WhichArguments),
    /// Print every layer with the shape of its output, to choose what `extract --layer` takes
    Layers(LayersArguments),
    /// Measure the forward pass on this machine: pictures per second by batch and precision
    Speed(speed::SpeedArguments),
    /// Test models: are the files here, are they the right ones, has the feature the promised length?
    Test(WhichArguments),
}

/// How to list models.
#[derive(Args)]
pub struct ListArguments {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Exit code 2 when some models failed.")]
struct WhichArguments {
    /// Key of a model; `likeness model list` shows them
    #[arg(required_unless_present = "all", value_name = "KEY")]
    key: Option<String>,
    /// Every model: all that have an address, or, for a test, all that are here
    #[arg(long, conflicts_with = "key")]
    all: bool,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct LayersArguments {
    /// Key of a model; `likeness model list` shows them
    #[arg(value_name = "KEY")]
    key: String,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, arguments: ModelArguments) -> Result<ExitCode> {
    match arguments.command {
        ModelCommand::List(command) => Ok(list(config, &command)),
        ModelCommand::Download(command) => download_all(config, &command).await,
        ModelCommand::Layers(command) => layers(config, &command).await,
        ModelCommand::Speed(command) => speed::run(config, &command),
        ModelCommand::Test(command) => test_all(config, &command).await,
    }
}

/// The models of the program, of the user, and those that were trained in this library.
pub(super) fn zoo(config: &Config) -> Zoo {
    Zoo::new(&config.data_dir, config.models.mirror.clone()).with_trained(&config.jobs_folder())
}

pub(super) fn list(config: &Config, arguments: &ListArguments) -> ExitCode {
    let zoo = zoo(config);
    let models: Vec<_> = zoo.list().into_values().collect();
    if arguments.json {
        let rows: Vec<_> =
            models.iter().map(|entry| json!({ "key": entry.key, "downloaded": zoo.is_downloaded(entry), "model": entry.raw })).collect();
        println!("{}", json!(rows));
        return ExitCode::SUCCESS;
    }
    for entry in models {
        let model = &entry.descriptor;
        let here = if zoo.is_downloaded(&entry) { "ready" } else { "not here" };
        println!("{:<36} {here:<9} {:>4} numbers  {:<18} {}", entry.key, model.dimensions, model.licence, model.name);
    }
    ExitCode::SUCCESS
}

/// The model that was named, or all that pass.
fn chosen(zoo: &Zoo, arguments: &WhichArguments, passes: impl Fn(&Entry) -> bool) -> Result<Vec<Entry>> {
    match &arguments.key {
        Some(key) => Ok(vec![zoo.get(key)?]),
        None => Ok(zoo.list().into_values().filter(|entry| passes(entry)).collect()),
    }
}

async fn download_all(config: &Config, arguments: &WhichArguments) -> Result<ExitCode> {
    let zoo = zoo(config);
    let models = chosen(&zoo, arguments, |entry| zoo.is_downloaded(entry) || !entry.descriptor.url.is_empty())?;
    let mut outcomes = Vec::new();
    for entry in models {
        let already = zoo.is_downloaded(&entry);
        let done = download(&zoo, &entry).await.map(|()| if already { "was here and is right" } else { "downloaded" }.to_owned());
        outcomes.push((entry.key, done));
    }
    Ok(report(&outcomes, arguments.json))
}

async fn download(zoo: &Zoo, entry: &Entry) -> Result<()> {
    let bar = ProgressBar::new(entry.descriptor.size);
    if let Ok(style) = ProgressStyle::with_template("{prefix} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  ETA {eta}") {
        bar.set_style(style);
    }
    bar.set_prefix(entry.key.clone());
    let (inside, wanted) = (zoo.clone(), entry.clone());
    let mut fetching = tokio::task::spawn_blocking(move || inside.source(&wanted).map(drop));
    let done = loop {
        tokio::select! {
            done = &mut fetching => break done,
            () = tokio::time::sleep(LOOK_EVERY) => bar.set_position(zoo.downloaded_bytes(entry)),
        }
    };
    bar.finish_and_clear();
    done.map_err(|error| Error::internal("the download was interrupted").because(error))?
}

async fn test_all(config: &Config, arguments: &WhichArguments) -> Result<ExitCode> {
    let zoo = zoo(config);
    let models = chosen(&zoo, arguments, |entry| zoo.is_downloaded(entry))?;
    // A test is no reason to wait for the GPU of a running server.
    let engine = Engine::start(&EngineConfig { device: DeviceChoice::Cpu, ..config.engine.clone() })?;
    let mut outcomes = Vec::new();
    for entry in models {
        let done = test(&zoo, &engine, &entry).await;
        outcomes.push((entry.key, done));
    }
    Ok(report(&outcomes, arguments.json))
}

/// Files, hashes, and the length of the feature.
async fn test(zoo: &Zoo, engine: &Engine, entry: &Entry) -> Result<String> {
    let missing = tokio::task::block_in_place(|| zoo.verify(entry))?;
    if !missing.is_empty() {
        return Err(Error::not_ready(format!("not here: {} (`likeness model download {}`)", missing.join(", "), entry.key)));
    }
    if entry.descriptor.is_indexable() {
        let (_, signature) = zoo.load(engine, &entry.key, "").await?;
        return Ok(format!("files are right, layer `{}` gives {} numbers", signature.layer, signature.dimension));
    }
    let source = tokio::task::block_in_place(|| zoo.source(entry))?;
    tokio::task::block_in_place(|| crate::network::check(&source))?;
    Ok("files are right, the network loads; it gives no feature".into())
}

/// Prints what became of each model; 2 when some failed, 1 when the only one did.
fn report(outcomes: &[(String, Result<String>)], as_json: bool) -> ExitCode {
    if as_json {
        let row = |(key, outcome): &(String, Result<String>)| match outcome {
            Ok(text) => json!({ "key": key, "ok": true, "message": text }),
            Err(error) => json!({ "key": key, "ok": false, "message": error.message() }),
        };
        println!("{}", outcomes.iter().map(row).collect::<Value>());
    } else {
        for (key, outcome) in outcomes {
            match outcome {
                Ok(text) => println!("{key}: {text}"),
                Err(error) => eprintln!("{key}: {}", error.message()),
            }
        }
    }
    match (outcomes.len(), outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count()) {
        (_, 0) => ExitCode::SUCCESS,
        (1, _) => ExitCode::from(1),
        _ => ExitCode::from(2),
    }
}

/// One layer: its name, what it makes, and the shape of that for one picture.
struct Layer {
    name: String,
    blob: String,
    shape: Vec<i64>,
}

async fn layers(config: &Config, arguments: &LayersArguments) -> Result<ExitCode> {
    let zoo = zoo(config);
    let entry = zoo.get(&arguments.key)?;
    let definition = tokio::task::block_in_place(|| zoo.definition(&entry))?;
    let found = match &definition {
        Some(text) => graph_layers(text).map_err(|error| error.context(format!("model `{}`", entry.key)))?,
        None => module_layers(&zoo, config, &entry).await?,
    };
    let feature = &entry.descriptor.features;
    if arguments.json {
        let row =
            |layer: &Layer| json!({ "layer": layer.name, "output": layer.blob, "shape": layer.shape, "feature": &layer.name == feature });
        println!("{}", found.iter().map(row).collect::<Value>());
        return Ok(ExitCode::SUCCESS);
    }
    let width = found.iter().map(|layer| layer.name.len()).max().unwrap_or_default();
    for layer in &found {
        let shape = layer.shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ");
        let mark = if &layer.name == feature { "  <- the feature" } else { "" };
        println!("{:<width$}  {shape}{mark}", layer.name);
    }
    if definition.is_none() {
        println!("a TorchScript module does not list its inside: its layers are its methods, `forward` and those that model.yaml names");
    }
    Ok(ExitCode::SUCCESS)
}

fn graph_layers(definition: &str) -> Result<Vec<Layer>> {
    let shapes = GraphDefinition::parse(definition)?.infer_shapes(1)?;
    Ok(shapes.into_iter().map(|named| Layer { name: named.layer, blob: named.blob, shape: named.shape }).collect())
}

/// The output of the module, and the layer that its descriptor names, measured with a blank picture.
async fn module_layers(zoo: &Zoo, config: &Config, entry: &Entry) -> Result<Vec<Layer>> {
    let engine = Engine::start(&EngineConfig { device: DeviceChoice::Cpu, ..config.engine.clone() })?;
    let mut names = vec!["forward".to_owned()];
    names.extend(Some(entry.descriptor.features.clone()).filter(|name| !name.is_empty() && name != "forward"));
    let mut found = Vec::new();
    for name in names {
        let (_, signature) = zoo.load(&engine, &entry.key, &name).await?;
        found.push(Layer { blob: name.clone(), name, shape: vec![1, signature.dimension as i64] });
    }
    Ok(found)
}
