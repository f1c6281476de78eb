//! `likeness evaluate`: how good is a model on one's own labelled pictures?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::bar;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::imaging::ResizeFilter;
use crate::index::IndexKind;
use crate::model::DEFAULT_MODEL;
use crate::model::file::{Resolved, resolve};
use crate::network::{ColourOrder, Engine, InputSpec};
use crate::tasks::evaluate::{Evaluation, evaluate};
use crate::tasks::vectorise::Vectoriser;

/// What to measure.
#[derive(Args)]
pub struct EvaluateArguments {
    /// Folder whose sub-folders are classes: the pictures that are searched
    #[arg(long, value_name = "DIR")]
    gallery: PathBuf,
    /// Folder whose sub-folders are the same classes: the pictures that are searched with
    #[arg(long, value_name = "DIR")]
    queries: PathBuf,
    /// Model: a key of the zoo, a file (.pt, .caffemodel) or a folder with a model.yaml
    #[arg(long, value_name = "KEY|FILE", default_value = DEFAULT_MODEL)]
    model: String,
    /// Layer whose output is the feature [default: the one that the model names]
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// Kind of index: auto, codes, flat, hnsw or faiss
    #[arg(long, value_name = "KIND", default_value = "flat")]
    index: String,
    /// Settings of the index kind, as JSON
    #[arg(long, value_name = "JSON")]
    index_settings: Option<String>,
    /// Input side in pixels, for a model file that nothing describes
    #[arg(long, default_value_t = 224)]
    input_size: u32,
    /// Mean that is subtracted from each channel, 0..255, for a model file that nothing describes
    #[arg(long, value_delimiter = ',', default_values_t = [123.675, 116.28, 103.53])]
    mean: Vec<f32>,
    /// Factor after the subtraction, for a model file that nothing describes
    #[arg(long, default_value_t = 0.017_124_754)]
    scale: f32,
    /// The model wants blue, green, red
    #[arg(long)]
    bgr: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, arguments: EvaluateArguments) -> Result<ExitCode> {
    let kind = IndexKind::parse(&arguments.index, arguments.index_settings.as_deref())?;
    let zoo = super::model::zoo(&config);
    let Resolved { source, layer, is_described } = resolve(&zoo, &arguments.model, &assumed_input(&arguments)?)?;
    if !is_described {
        eprintln!("note: nothing describes {}; its input is taken as {:?}", arguments.model, source.input);
    }
    let layer = arguments.layer.clone().unwrap_or(layer);
    let engine = Engine::start(&config.engine)?;
    let (network, signature) = engine.load(source, &layer).await?;
    let vectoriser = Vectoriser::new(&engine, network, &signature, config.decode.limits());
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("extracting");
    let mut evaluation =
        evaluate(&vectoriser, &arguments.gallery, &arguments.queries, &kind, &stop, &|progress| bar::show(&shown, progress)).await?;
    shown.finish_and_clear();
    evaluation.model = signature.model;
    evaluation.layer = layer;
    engine.device().clone_into(&mut evaluation.device);
    if arguments.json {
        println!("{}", json!(evaluation));
    } else {
        print(&evaluation);
    }
    Ok(if evaluation.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn assumed_input(arguments: &EvaluateArguments) -> Result<InputSpec> {
    let mean = <[f32; 3]>::try_from(&arguments.mean[..]).map_err(|_| Error::invalid("--mean needs three numbers: one per channel"))?;
    if !(1..=4096).contains(&arguments.input_size) {
        return Err(Error::invalid("--input-size must be 1 to 4096 pixels"));
    }
    let colour = if arguments.bgr { ColourOrder::Bgr } else { ColourOrder::Rgb };
    Ok(InputSpec {
        width: arguments.input_size,
        height: arguments.input_size,
        colour,
        mean,
        scale: arguments.scale,
        filter: ResizeFilter::Antialias,
    })
}

fn print(evaluation: &Evaluation) {
    let Evaluation {
        model,
        layer,
        dimension,
        index,
        gallery,
        queries,
        classes,
        p_at_1,
        map,
        recall_at_10,
        images_per_second,
        search_p50_ms,
        search_p95_ms,
        device,
        failed,
    } = evaluation;
    let layer = if layer.is_empty() { "final output" } else { layer };
    println!("model      {model}, {layer}, {dimension} numbers, on {device}");
    println!("pictures   {gallery} in the gallery ({classes} classes), {queries} queries");
    println!("P@1        {p_at_1:.4}   share of queries whose closest picture is of their class");
    println!("mAP        {map:.4}   mean average precision of the exact ranking");
    println!("recall@10  {recall_at_10:.4}   {index} against the exact ten closest");
    println!("extraction {images_per_second:.1} pictures per second, from file to vector");
    println!("search     p50 {search_p50_ms:.3} ms, p95 {search_p95_ms:.3} ms");
    for one in failed.iter().take(20) {
        eprintln!("  failed: {}: {}", one.path.display(), one.reason);
    }
}
