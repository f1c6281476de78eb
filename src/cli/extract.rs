//! `likeness extract` and `likeness index`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::bar;
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::{Feature, FeatureSpec};
use crate::model::DEFAULT_MODEL;
use crate::tasks::{build_index, extract};
use crate::types::FeatureId;

/// Which feature to work on, or how to make it.
#[derive(Default, Args)]
pub struct ExtractArguments {
    /// Number of an existing feature [default: the first active one]
    #[arg(long)]
    feature: Option<i64>,
    /// Model of the zoo; the feature is made when there is none of this model, layer and index kind
    #[arg(long, conflicts_with = "feature")]
    model: Option<String>,
    /// Layer whose output is the feature [default: the one that the model names]
    #[arg(long, conflicts_with = "feature")]
    layer: Option<String>,
    /// Kind of index: auto, codes, flat, hnsw or faiss [default: auto]
    #[arg(long, conflicts_with = "feature")]
    index: Option<String>,
    /// Settings of the index kind, as JSON
    #[arg(long, conflicts_with = "feature")]
    index_settings: Option<String>,
    /// Try pictures again that failed before
    #[arg(long)]
    retry_failed: bool,
    /// Leave the index as it is; new pictures are searched exactly until it is built
    #[arg(long)]
    no_index: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Which feature's index to build.
#[derive(Args)]
pub struct IndexArguments {
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

pub(super) async fn run(app: &App, arguments: ExtractArguments) -> Result<ExitCode> {
    let feature = chosen(app, &arguments).await?;
    if arguments.retry_failed {
        app.features.forget_failures(feature.id).await?;
    }
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("extracting");
    let report = extract::extract(app, &feature, &stop, &|progress| bar::show(&shown, progress)).await?;
    shown.finish_and_clear();
    let rate = report.extracted as f64 / report.seconds.max(1e-9);
    let built = if arguments.no_index {
        None
    } else {
        Some(build_index::build_index(app, &feature, false, &stop, &|progress| bar::show(&shown, progress)).await?)
    };
    if arguments.json {
        let failed: Vec<_> = report.failed.iter().map(|(id, reason)| json!({ "id": id, "reason": reason })).collect();
        println!(
            "{}",
            json!({ "feature": feature.id, "model": feature.modelzoo_name, "extracted": report.extracted, "already": report.already, "failed": failed, "seconds": report.seconds, "images_per_second": rate, "stages": report.stages, "index": built })
        );
    } else {
        println!(
            "feature {} ({}): {} extracted, {} from before, {} failed; {rate:.1} pictures per second on {}",
            feature.id,
            feature.modelzoo_name,
            report.extracted,
            report.already,
            report.failed.len(),
            app.engine.device()
        );
        for (id, reason) in report.failed.iter().take(20) {
            eprintln!("  picture {id}: {reason}");
        }
        if let Some(built) = built {
            println!("{built}");
        }
    }
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

pub(super) async fn run_index(app: &App, arguments: IndexArguments) -> Result<ExitCode> {
    let feature = match arguments.feature {
        Some(id) => existing(app, id).await?,
        None => app
            .features
            .list()
            .await?
            .into_iter()
            .find(|feature| feature.active)
            .ok_or_else(|| Error::not_ready("there is no feature yet: run `likeness extract`"))?,
    };
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

async fn existing(app: &App, id: i64) -> Result<Feature> {
    app.features
        .get(FeatureId(id))
        .await?
        .ok_or_else(|| Error::not_found(format!("there is no feature {id}; `likeness features` lists them")))
}

async fn chosen(app: &App, arguments: &ExtractArguments) -> Result<Feature> {
    if let Some(id) = arguments.feature {
        return existing(app, id).await;
    }
    if arguments.model.is_none() && arguments.layer.is_none() && arguments.index.is_none() && arguments.index_settings.is_none() {
        return app.features.default_or_create().await;
    }
    let default = FeatureSpec::default();
    let spec = FeatureSpec {
        modelzoo_name: arguments.model.clone().unwrap_or_else(|| DEFAULT_MODEL.into()),
        layer: arguments.layer.clone().unwrap_or_default(),
        index_type: arguments.index.clone().unwrap_or_else(|| default.index_type.clone()),
        index_settings: arguments.index_settings.clone(),
        ..default
    };
    let same = |feature: &Feature| {
        feature.modelzoo_name == spec.modelzoo_name && feature.layer == spec.layer && feature.index_type == spec.index_type
    };
    match app.features.list().await?.into_iter().find(same) {
        Some(feature) if arguments.index_settings.is_some() && feature.index_settings != spec.index_settings => {
            app.features.update(feature.id, spec).await
        }
        Some(feature) => Ok(feature),
        None => {
            // A model or layer that cannot be used leaves no record behind.
            extract::vectoriser(app, &spec.modelzoo_name, &spec.layer).await?;
            app.features.create(spec).await
        }
    }
}
