//! `likeness model speed`: pictures per second of a network's forward pass on this machine.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::config::{Config, PrecisionChoice};
use crate::error::{Error, Result};
use crate::imaging::ResizeFilter;
use crate::model::file;
use crate::network::speed::Bench;
use crate::network::{ColourOrder, Execution, InputSpec, device};

/// What to measure.
#[derive(Args)]
pub struct SpeedArguments {
    /// Key of a model, or a file: TorchScript `.pt`, or `.caffemodel` with its prototxt beside it
    #[arg(value_name = "KEY|FILE")]
    model: String,
    /// Layer whose feature is taken [default: the model's feature, or the output of a file that nothing describes]
    #[arg(long, value_name = "LAYER")]
    layer: Option<String>,
    /// Pictures that are given at once
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1,8,32")]
    batch: Vec<usize>,
    /// Precisions to compare; auto is what searches use
    #[arg(long = "precisions", value_name = "P,...", value_delimiter = ',', default_value = "f32,auto")]
    precisions: Vec<PrecisionChoice>,
    /// Passes to measure; the median counts
    #[arg(long, value_name = "N", default_value_t = 7)]
    rounds: usize,
    /// Side of the input of a file that nothing describes, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 224)]
    side: u32,
    /// Print the fused operators that the network becomes, instead of measuring
    #[arg(long, conflicts_with = "json")]
    plan: bool,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// One line of the answer.
struct Row {
    precision: PrecisionChoice,
    execution: Execution,
    batch: usize,
    times: Vec<Duration>,
}

pub(super) fn run(config: &Config, arguments: &SpeedArguments) -> Result<ExitCode> {
    let rows = tokio::task::block_in_place(|| if arguments.plan { show(config, arguments) } else { measure(config, arguments) })?;
    if arguments.json {
        println!("{}", rows.iter().map(Row::json).collect::<Value>());
        return Ok(ExitCode::SUCCESS);
    }
    for row in &rows {
        let Execution { precision, min_cosine, fused } = &row.execution;
        let way = if *fused { "fused" } else { "layer by layer" };
        println!(
            "batch {:>3}  {precision:<5} {:>8.1} pictures/s  ({way}, least cosine to f32 {min_cosine:.6})",
            row.batch,
            row.pictures_per_second()
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn show(config: &Config, arguments: &SpeedArguments) -> Result<Vec<Row>> {
    let (found, layer) = resolved(config, arguments)?;
    let device = device::choose(config.engine.device)?;
    let bench = Bench::load(&found.source, &layer, device, PrecisionChoice::F32, config.engine.threads)?;
    print!("{}", bench.plan()?);
    Ok(Vec::new())
}

/// The network and the layer that are meant.
fn resolved(config: &Config, arguments: &SpeedArguments) -> Result<(file::Resolved, String)> {
    // What torchvision's networks expect, so that the numbers that flow are of their usual size.
    let assumed = InputSpec {
        width: arguments.side,
        height: arguments.side,
        colour: ColourOrder::Rgb,
        mean: [123.7, 116.3, 103.5],
        scale: 1.0 / 58.0,
        filter: ResizeFilter::Antialias,
    };
    let found = file::resolve(&super::zoo(config), &arguments.model, &assumed)?;
    let layer = arguments.layer.clone().unwrap_or_else(|| found.layer.clone());
    Ok((found, layer))
}

fn measure(config: &Config, arguments: &SpeedArguments) -> Result<Vec<Row>> {
    let (found, layer) = resolved(config, arguments)?;
    if arguments.batch.iter().any(|&batch| batch > 4096) {
        return Err(Error::invalid("--batch: at most 4096 pictures at once"));
    }
    let device = device::choose(config.engine.device)?;
    let mut rows = Vec::new();
    for &precision in &arguments.precisions {
        let bench = Bench::load(&found.source, &layer, device, precision, config.engine.threads)?;
        for &batch in &arguments.batch {
            let times = bench.times(batch, arguments.rounds)?;
            rows.push(Row { precision, execution: bench.execution(), batch, times });
        }
    }
    Ok(rows)
}

impl Row {
    /// By the median time.
    fn pictures_per_second(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        self.batch as f64 / times[times.len() / 2].as_secs_f64()
    }

    fn json(&self) -> Value {
        let Execution { precision, min_cosine, fused } = &self.execution;
        json!({
            "batch": self.batch,
            "asked": format!("{:?}", self.precision).to_lowercase(),
            "precision": precision.to_string(),
            "min_cosine": min_cosine,
            "fused": fused,
            "pictures_per_second": self.pictures_per_second(),
            "seconds": self.times.iter().map(Duration::as_secs_f64).collect::<Vec<_>>(),
        })
    }
}
