//! `likeness speed`: how fast is this machine, and what holds it up?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::bar;
use crate::config::Config;
use crate::error::Result;
use crate::model::DEFAULT_MODEL;
use crate::network::Engine;
use crate::tasks::speed::{Speed, measure, pictures_in};
use crate::tasks::vectorise::Vectoriser;

/// What to measure.
#[derive(Args)]
pub struct SpeedArguments {
    /// Folder with pictures, in sub-folders or not
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Model of the zoo
    #[arg(long, value_name = "KEY", default_value = DEFAULT_MODEL)]
    model: String,
    /// Layer whose output is the feature [default: the one that the model names]
    #[arg(long, value_name = "NAME", default_value = "")]
    layer: String,
    /// How often to measure
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, arguments: SpeedArguments) -> Result<ExitCode> {
    let files = pictures_in(&arguments.folder)?;
    let engine = Engine::start(&config.engine)?;
    let zoo = super::model::zoo(&config);
    let (network, signature) = zoo.load(&engine, &arguments.model, &arguments.layer).await?;
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("measuring");
    let mut rounds = Vec::new();
    for _ in 0..arguments.rounds {
        let vectoriser = Vectoriser::new(&engine, network, &signature, config.decode.limits());
        rounds.push(measure(&vectoriser, &files, engine.on_processor(), &stop, &|progress| bar::show(&shown, progress)).await?);
    }
    shown.finish_and_clear();
    if arguments.json {
        println!("{}", json!({ "model": signature.model, "layer": signature.layer, "device": engine.device(), "rounds": rounds }));
    } else {
        println!("{} on {}, {} pictures", signature.model, engine.device(), files.len());
        rounds.iter().for_each(print);
    }
    Ok(if rounds.iter().any(|round| round.failed > 0) { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn print(speed: &Speed) {
    let Speed { failed, decode_alone, forward_alone, together, possible, share_of_possible, .. } = speed;
    println!(
        "decoding alone {decode_alone:.1}/s, network alone {forward_alone:.1}/s, together {together:.1}/s: {:.0} % of the possible {possible:.1}/s",
        share_of_possible * 100.0
    );
    if *failed > 0 {
        println!("{failed} pictures gave no vector");
    }
}
