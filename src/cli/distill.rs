//! `likeness distill`: trains the small network that ships with the program.

use std::path::PathBuf;

use clap::Args;

use crate::error::{Error, Result};
use crate::train::distill::{self, Length, Plan};
use crate::train::training::Settings;

/// Train the small default network from photos in class folders and a teacher.
#[derive(Debug, Clone, Args)]
pub struct DistillArguments {
    /// Folder that holds one folder of photos per class; may be given several times
    #[arg(long, value_name = "DIR", required = true)]
    pub photos: Vec<PathBuf>,
    /// The teacher, a scripted network (.pt): RGB 224x224, (pixel - 127) / 127.5, one feature a picture
    #[arg(long, value_name = "FILE")]
    pub teacher: PathBuf,
    /// Photos that are searched for the validation figures
    #[arg(long, value_name = "DIR", requires = "validation_queries")]
    pub validation_gallery: Option<PathBuf>,
    /// Photos that are searched for in the validation gallery
    #[arg(long, value_name = "DIR", requires = "validation_gallery")]
    pub validation_queries: Option<PathBuf>,
    /// Folder for the checkpoint and the network
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// File of the rendered views with the teacher's answers [default: views.bin in --out]
    #[arg(long, value_name = "FILE")]
    pub stock: Option<PathBuf>,
    /// Views to render from the photos
    #[arg(long, default_value_t = 36_864)]
    pub views: u64,
    /// Minutes of training steps
    #[arg(long, conflicts_with = "epochs")]
    pub minutes: Option<f64>,
    /// Passes over all views
    #[arg(long)]
    pub epochs: Option<f64>,
    /// Pictures per step
    #[arg(long, default_value_t = 128)]
    pub batch: usize,
    /// Highest learning rate
    #[arg(long, default_value_t = 0.003)]
    pub rate: f64,
    /// Weight of the loss on the direction of the feature
    #[arg(long, default_value_t = 3.0)]
    pub direction: f64,
    /// Weight of the loss on the order of the photos
    #[arg(long, default_value_t = 1.0)]
    pub relation: f64,
    /// Weight of the loss on the class folders
    #[arg(long, default_value_t = 0.5)]
    pub classes: f64,
    /// Share of the views that are blended with another view, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    pub blended: f64,
    /// Compute in bfloat16: more than twice as fast on processors that have it (AVX512-BF16, AMX), slower on others
    #[arg(long)]
    pub half: bool,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Go on from the checkpoint in --out
    #[arg(long)]
    pub resume: bool,
}

/// Trains, and prints one line about each stage.
///
/// # Errors
/// `Invalid` for arguments that contradict each other; those of the training.
pub fn run(arguments: DistillArguments) -> Result<()> {
    let plan = plan(arguments)?;
    let outcome = distill::run(&plan, |line| println!("{line}"))?;
    println!("{} steps in {:.1} minutes; the network lies in {}", outcome.steps, outcome.seconds / 60.0, plan.out.display());
    Ok(())
}

fn plan(a: DistillArguments) -> Result<Plan> {
    let length = match (a.minutes, a.epochs) {
        (Some(minutes), _) => Length::Minutes(minutes),
        (None, Some(epochs)) => Length::Epochs(epochs),
        (None, None) => return Err(Error::invalid("say how long to train: --minutes N or --epochs N")),
    };
    if a.batch < 4 || a.views < a.batch as u64 {
        return Err(Error::invalid(format!("--batch {} must be at least 4 and at most --views {}", a.batch, a.views)));
    }
    let settings = Settings {
        length,
        batch: a.batch,
        rate: a.rate,
        weights: [a.direction, a.relation, a.classes],
        half: a.half,
        blended: a.blended.clamp(0.0, 1.0),
        seed: a.seed,
    };
    Ok(Plan {
        photos: a.photos,
        teacher: a.teacher,
        validation: a.validation_gallery.zip(a.validation_queries),
        stock: a.stock.unwrap_or_else(|| a.out.join("views.bin")),
        out: a.out,
        views: a.views,
        settings,
        resume: a.resume,
    })
}
