//! `likeness query`: rank, distance, file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::error::{Error, Result, io_error};
use crate::search::{Probe, Query};
use crate::types::{FeatureId, Region};

/// What to search for.
#[derive(Args)]
pub struct QueryArguments {
    /// Picture file to search with
    picture: PathBuf,
    /// Number of the feature [default: the first active one]
    #[arg(long)]
    feature: Option<i64>,
    /// Most hits
    #[arg(long, default_value_t = 30)]
    limit: usize,
    /// Hits to skip
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// Part of the picture, as x,y,w,h in 0..1
    #[arg(long, value_name = "X,Y,W,H", value_delimiter = ',')]
    region: Vec<f32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(app: &App, arguments: QueryArguments) -> Result<ExitCode> {
    let bytes = std::fs::read(&arguments.picture).map_err(|error| io_error(&arguments.picture, "read", error))?;
    let region = match arguments.region[..] {
        [] => None,
        [x, y, w, h] => Some(Region::new(x, y, w, h)?),
        _ => return Err(Error::invalid("--region needs four numbers: x,y,w,h")),
    };
    let feature = arguments.feature.map(FeatureId);
    let query = Query { region, feature, offset: arguments.offset, limit: arguments.limit, ..Query::default() };
    let answer = app.search.search(Probe::Bytes(bytes.into()), query).await.map_err(|error| error.context(arguments.picture.display()))?;
    let mut rows = Vec::new();
    for (place, hit) in answer.matches.iter().enumerate() {
        let file =
            app.media.sources(hit.media.id).await?.into_iter().next().map_or_else(|| hit.media.sha256.to_string(), |source| source.path);
        rows.push((arguments.offset + place + 1, hit.distance, hit.media.id, file));
    }
    if arguments.json {
        let hits: Vec<_> =
            rows.iter().map(|(rank, distance, id, file)| json!({ "rank": rank, "distance": distance, "id": id, "file": file })).collect();
        println!(
            "{}",
            json!({ "feature": answer.feature, "searched": answer.searched, "seconds": answer.took.as_secs_f64(), "results": hits })
        );
    } else {
        for (rank, distance, _, file) in rows {
            println!("{rank:>4}  {distance:.4}  {file}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
