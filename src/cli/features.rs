//! `likeness features`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::error::Result;

/// How to list features.
#[derive(Args)]
pub struct FeaturesArguments {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(app: &App, arguments: FeaturesArguments) -> Result<ExitCode> {
    let features = app.features.list().await?;
    if arguments.json {
        let rows: Vec<_> = features.iter().map(|feature| json!({ "id": feature.id, "active": feature.active, "model": feature.modelzoo_name, "layer": feature.layer, "index": feature.index_type, "settings": feature.index_settings, "extracted_up_to": feature.process_id, "indexed_up_to": feature.index_id })).collect();
        println!("{}", json!(rows));
        return Ok(ExitCode::SUCCESS);
    }
    if features.is_empty() {
        println!("no features yet; `likeness extract` makes the first one");
    }
    for feature in features {
        let layer = if feature.layer.is_empty() { "default layer" } else { &feature.layer };
        println!(
            "{:>4}  {}  {layer}  {}  extracted up to {}, indexed up to {}{}",
            feature.id,
            feature.modelzoo_name,
            feature.index_type,
            feature.process_id,
            feature.index_id,
            if feature.active { "" } else { "  (inactive)" }
        );
    }
    Ok(ExitCode::SUCCESS)
}
