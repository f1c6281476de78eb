//! `likeness index`, `likeness index tune` and `likeness index verify`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::bar;
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::vectors::Vectors;
use crate::feature::{Feature, FeatureSpec};
use crate::index::{self, IndexKind, Rows};
use crate::tasks::{Progress, build_index};
use crate::types::FeatureId;

/// Settings measured by `tune`, as a request would name them.
const TUNED: [(&str, &str); 9] = [
    ("flat", "{}"),
    ("codes", r#"{"recall":0.95}"#),
    ("codes", r#"{"recall":0.99}"#),
    ("codes", r#"{"recall":0.999}"#),
    ("hnsw", r#"{"ef_search":64}"#),
    ("hnsw", "{}"),
    ("faiss", r#"{"factory_type":"HNSW32","ef_search":32}"#),
    ("faiss", r#"{"factory_type":"HNSW32","ef_search":96}"#),
    ("faiss", r#"{"factory_type":"IVF,Flat"}"#),
];

/// Which feature's index to build, or what else to do with it.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct IndexArguments {
    #[command(subcommand)]
    action: Option<IndexAction>,
    /// Number of the feature [default: the first active one]
    #[arg(long)]
    feature: Option<i64>,
    /// Build even if the index holds every vector already
    #[arg(long)]
    force: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What else can be done with an index.
#[derive(Subcommand)]
enum IndexAction {
    /// Measure the kinds of index on the feature's own vectors, and pick one
    Tune(TuneArguments),
    /// Read every file of the index and compare it with its checksum
    Verify(VerifyArguments),
}

/// What to measure.
#[derive(Args)]
pub struct TuneArguments {
    /// Number of the feature [default: the first active one]
    #[arg(long)]
    feature: Option<i64>,
    /// Share of the ten closest that the picked kind has to find
    #[arg(long, default_value_t = 0.99, value_name = "SHARE")]
    recall: f64,
    /// Vectors to measure with; larger libraries are sampled evenly
    #[arg(long, default_value_t = 50_000, value_name = "VECTORS")]
    limit: usize,
    /// Store the pick as the feature's kind of index; `likeness index` then builds it
    #[arg(long)]
    apply: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Which index to read.
#[derive(Args)]
pub struct VerifyArguments {
    /// Number of the feature [default: the first active one]
    #[arg(long)]
    feature: Option<i64>,
}

pub(super) async fn run(app: &App, arguments: IndexArguments) -> Result<ExitCode> {
    match arguments.action {
        Some(IndexAction::Tune(arguments)) => tune(app, arguments).await,
        Some(IndexAction::Verify(arguments)) => verify(app, &arguments).await,
        None => build(app, &arguments).await,
    }
}

async fn build(app: &App, arguments: &IndexArguments) -> Result<ExitCode> {
    let feature = chosen(app, arguments.feature).await?;
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("indexing");
    let built = build_index::build_index(app, &feature, arguments.force, &stop, &|progress| bar::show(&shown, progress)).await?;
    shown.finish_and_clear();
    if arguments.json {
        println!("{}", json!(built));
    } else {
        println!("{built}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(app: &App, arguments: &VerifyArguments) -> Result<ExitCode> {
    let feature = chosen(app, arguments.feature).await?;
    let folder = app.features.index_folder(feature.id);
    let bytes = tokio::task::block_in_place(|| index::verify_current(&folder))?;
    println!("the index of feature {} is whole: {bytes} bytes have their checksums", feature.id);
    Ok(ExitCode::SUCCESS)
}

async fn tune(app: &App, arguments: TuneArguments) -> Result<ExitCode> {
    if !(0.5..=1.0).contains(&arguments.recall) {
        return Err(Error::invalid(format!("--recall is {}, allowed are 0.5 to 1", arguments.recall)));
    }
    let feature = chosen(app, arguments.feature).await?;
    let (_, signature) = crate::tasks::extract::vectoriser(app, &feature.modelzoo_name, &feature.layer).await?;
    let vectors = Vectors::open(&app.features.vectors_folder(&signature), signature.dimension, &signature.fingerprint.to_string())?;
    let kinds = TUNED.iter().map(|(name, settings)| IndexKind::parse(name, Some(settings))).collect::<Result<Vec<_>>>()?;
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("measuring");
    let progress = |done: usize, total: usize| bar::show(&shown, Progress { done: done as u64, total: total as u64 });
    let tuning = tokio::task::block_in_place(|| index::tune(&vectors, &kinds, arguments.recall, arguments.limit, &progress, stop.flag()))?;
    shown.finish_and_clear();
    if arguments.json {
        println!("{}", json!(tuning));
    } else {
        print(&tuning, vectors.len());
    }
    if let Some(pick) = tuning.pick.filter(|_| arguments.apply) {
        apply(app, &feature, &pick, arguments.json).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Stores the pick with the feature.
async fn apply(app: &App, feature: &Feature, pick: &IndexKind, is_quiet: bool) -> Result<()> {
    let settings = json!(pick).get("settings").map(ToString::to_string);
    let spec = FeatureSpec { index_type: pick.name().into(), index_settings: settings, ..FeatureSpec::of(feature) };
    app.features.update(feature.id, spec).await?;
    if !is_quiet {
        println!("stored; `likeness index --feature {} --force` builds it", feature.id);
    }
    Ok(())
}

fn print(tuning: &index::Tuning, rows: usize) {
    let sampled = if tuning.indexed + tuning.queries < rows { format!(", an even sample of {rows}") } else { String::new() };
    println!("{} vectors indexed{sampled}; {} others asked, ten answers each, one query at a time", tuning.indexed, tuning.queries);
    println!("{:>9} {:>11} {:>9} {:>13}  kind", "recall@10", "queries/s", "build s", "bytes/vector");
    for one in &tuning.measured {
        let mark = if tuning.pick.as_ref() == Some(&one.kind) { "  <- pick" } else { "" };
        println!(
            "{:>9.4} {:>11.0} {:>9.1} {:>13.1}  {}{mark}",
            one.recall_at_10,
            one.queries_per_second,
            one.build_seconds,
            one.bytes_per_vector,
            described(&one.kind)
        );
    }
    for (kind, reason) in &tuning.refused {
        println!("not built: {}: {reason}", described(kind));
    }
}

/// Kind and settings in one line.
fn described(kind: &IndexKind) -> String {
    let settings = json!(kind).get("settings").map(|settings| format!(" {settings}")).unwrap_or_default();
    format!("{}{settings}", kind.name())
}

/// The feature of this number, or the first active one.
async fn chosen(app: &App, number: Option<i64>) -> Result<Feature> {
    if let Some(id) = number {
        let missing = || Error::not_found(format!("there is no feature {id}; `likeness features` lists them"));
        return app.features.get(FeatureId(id)).await?.ok_or_else(missing);
    }
    let missing = || Error::not_ready("there is no feature yet: run `likeness extract`");
    app.features.list().await?.into_iter().find(|feature| feature.active).ok_or_else(missing)
}
