//! `likeness train`: trains a network on class folders or databases, as the form of the DIGITS door does, without a server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::bar;
use crate::config::Config;
use crate::dataset::lmdb::{self, Reader};
use crate::error::{Error, Result, io_error};
use crate::network::device;
use crate::train::supervised::{
    self, Course, Databases, Ended, Examples, FolderExamples, Framework, Label, MeanSubtraction, Prepared, Purpose, Report, Schedule,
    SolverKind, SolverSettings, Task, TrainPlan, prepare, solver_text,
};

mod network;
mod policy;
mod variation;

use network::Network;
use variation::VariationArguments;

/// What to train, and on what.
#[derive(Args)]
pub struct TrainArguments {
    /// Training examples: a folder of class folders, or the folder of an LMDB database
    #[arg(long, value_name = "DIR")]
    train: PathBuf,
    /// Validation examples, of the same kind [default: a share of the class folders]
    #[arg(long, value_name = "DIR")]
    val: Option<PathBuf>,
    /// Percent of the pictures in class folders that are kept for validation where --val is not given
    #[arg(long, value_name = "PERCENT", default_value_t = 25, value_parser = clap::value_parser!(u32).range(0..=90))]
    val_percent: u32,
    /// LMDB database of the training labels, where those are numbers
    #[arg(long, value_name = "DIR")]
    train_labels: Option<PathBuf>,
    /// LMDB database of the validation labels, where those are numbers
    #[arg(long, value_name = "DIR")]
    val_labels: Option<PathBuf>,
    /// Folder for snapshots, curves and texts; a training that stopped there goes on
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The network: `lenet`, a prototxt file with the rules of DIGITS, or a file of Lua for Torch 7 (.lua), whose habits are then followed
    #[arg(long, value_name = "NAME|FILE", default_value = "lenet")]
    network: String,
    /// Width of the pictures of class folders, in pixels
    #[arg(long, default_value_t = 256)]
    width: usize,
    /// Height of the pictures of class folders, in pixels
    #[arg(long, default_value_t = 256)]
    height: usize,
    /// Channels of the pictures of class folders: 1 (grey) or 3 (colour)
    #[arg(long, default_value_t = 3)]
    channels: usize,
    /// Side of the square that the network sees, in pixels
    #[arg(long)]
    crop: Option<u32>,
    /// What is subtracted from every picture
    #[arg(long, value_enum, default_value_t = Mean::Image)]
    mean: Mean,
    /// Passes over the training examples
    #[arg(long, default_value_t = 30)]
    epochs: u32,
    /// Examples of one pass [default: what the network says]
    #[arg(long)]
    batch: Option<u32>,
    /// Passes whose gradients make one change of the weights
    #[arg(long, default_value_t = 1)]
    accumulation: u32,
    /// SGD, NESTEROV, ADAGRAD, RMSPROP, ADADELTA or ADAM
    #[arg(long, default_value = "SGD")]
    solver: String,
    /// Share of the mean square that RMSPROP keeps
    #[arg(long, value_name = "SHARE", default_value_t = 0.99)]
    rms_decay: f64,
    /// Base learning rate
    #[arg(long, default_value_t = 0.01)]
    rate: f64,
    /// How the rate changes, positions in percent of the training: fixed, step:SIZE,GAMMA, multistep:GAMMA,AT,AT..., exp:GAMMA,
    /// inv:GAMMA,POWER, poly:POWER or sigmoid:AT,GAMMA
    #[arg(long, value_name = "POLICY", default_value = "step:33,0.1")]
    policy: String,
    /// Epochs between snapshots; 0 takes the last only
    #[arg(long, default_value_t = 1.0)]
    snapshot_interval: f64,
    /// Epochs between validations; 0 validates at the beginning and at the end
    #[arg(long, default_value_t = 1.0)]
    val_interval: f64,
    /// A caffemodel to begin with; layers of the same names take its weights
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Seed of everything random
    #[arg(long)]
    seed: Option<u64>,
    /// Draw examples at random instead of one after the other (Torch only)
    #[arg(long)]
    shuffle: bool,
    #[command(flatten)]
    variation: VariationArguments,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mean {
    None,
    Pixel,
    Image,
}

/// Examples to learn from and to check with, and the names of their classes where folders tell them.
struct Data {
    training: Box<dyn Examples>,
    validation: Option<Box<dyn Examples>>,
    labels: Vec<String>,
}

/// Trains, and prints a line about each validation and snapshot. Ctrl-C stops it; the same command goes on.
pub(super) fn run(config: &Config, arguments: &TrainArguments) -> Result<ExitCode> {
    let stop = bar::stop_on_interrupt();
    let data = open(config, arguments)?;
    let plan = plan(config, arguments, &data)?;
    let chosen = device::choose(config.engine.device)?;
    let mut pace = Pace { examples: plan.schedule.batch_size * plan.schedule.accumulation, began: None };
    let mut hear = |report: Report| {
        pace.hear(&report);
        say(report);
    };
    let outcome = supervised::train(&plan, &*data.training, data.validation.as_deref(), chosen, stop.flag(), &mut hear);
    match outcome? {
        Ended::Done { iterations } => {
            println!("{iterations} iterations done{}; the network lies in {}", pace.told(iterations), arguments.out.display());
            Ok(ExitCode::SUCCESS)
        }
        Ended::Stopped { iteration } => {
            println!("stopped after {iteration} iterations; the same command goes on from there");
            Ok(ExitCode::from(1))
        }
    }
}

/// How fast a run learns, validations and snapshots included.
struct Pace {
    /// Examples of an iteration.
    examples: u32,
    /// Where the run began, and when.
    began: Option<(u64, Instant)>,
}

impl Pace {
    fn hear(&mut self, report: &Report) {
        if let Report::Iteration { iteration, .. } = report {
            self.began.get_or_insert((*iteration, Instant::now()));
        }
    }

    fn told(&self, iterations: u64) -> String {
        let Some((first, since)) = self.began else { return String::new() };
        let (seconds, examples) = (since.elapsed().as_secs_f64(), (iterations - first) as f64 * f64::from(self.examples));
        format!(" in {seconds:.1} s, {:.0} pictures a second", examples / seconds.max(1e-3))
    }
}

fn say(report: Report) {
    let shown = |outputs: &[(String, f64)]| outputs.iter().map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join(", ");
    match report {
        Report::Train { epoch, outputs, learning_rate } => println!("epoch {epoch:.3}: {} (rate {learning_rate:.3e})", shown(&outputs)),
        Report::Validation { epoch, outputs } => println!("epoch {epoch:.3}, validation: {}", shown(&outputs)),
        Report::Snapshot { epoch, file } => println!("epoch {epoch:.3}: wrote {}", file.display()),
        Report::Iteration { .. } => {}
    }
}

fn open(config: &Config, arguments: &TrainArguments) -> Result<Data> {
    let limits = config.decode.limits();
    let shape = [arguments.channels, arguments.height, arguments.width];
    // The split and the order must be those of the run that is gone on with.
    let seed = arguments.seed.unwrap_or(0);
    if is_database(&arguments.train) {
        let read = |folder: &Path, labels: Option<&PathBuf>| Reader::open(folder, labels.map(PathBuf::as_path), limits);
        let validation = arguments.val.as_ref().map(|folder| read(folder, arguments.val_labels.as_ref())).transpose()?;
        let training = Box::new(read(&arguments.train, arguments.train_labels.as_ref())?);
        return Ok(Data { training, validation: validation.map(|reader| Box::new(reader) as Box<dyn Examples>), labels: Vec::new() });
    }
    let mut training = FolderExamples::open(&arguments.train, shape, limits, seed)?;
    let labels = training.labels().to_vec();
    let validation = match &arguments.val {
        Some(folder) => FolderExamples::open(folder, shape, limits, seed)?,
        None => training.split(arguments.val_percent),
    };
    if validation.labels() != labels {
        return Err(Error::invalid(format!("--val has the classes {:?}, --train has {labels:?}", validation.labels())));
    }
    let validation = Some(validation).filter(|examples| !examples.is_empty()).map(|examples| Box::new(examples) as Box<dyn Examples>);
    Ok(Data { training: Box::new(training), validation, labels })
}

fn is_database(folder: &Path) -> bool {
    folder.join(lmdb::DATA_FILE).is_file()
}

fn plan(config: &Config, arguments: &TrainArguments, data: &Data) -> Result<TrainPlan> {
    let task = task(data)?;
    let network = Network::read(&arguments.network, &task, data.training.shape(), arguments.crop, arguments.weights.is_some())?;
    let prepared = prepare(&network.text, &purpose(arguments, data, task, &network))?;
    let kind = SolverKind::parse(&arguments.solver);
    let kind = kind
        .ok_or_else(|| Error::invalid(format!("--solver {}: use SGD, NESTEROV, ADAGRAD, RMSPROP, ADADELTA or ADAM", arguments.solver)))?;
    let solver = SolverSettings { rms_decay: arguments.rms_decay, ..SolverSettings::new(kind, arguments.rate, network.framework) };
    let schedule = schedule(arguments, &prepared, &network)?;
    let course = Course::new(&schedule, network.framework, data.training.len())?;
    let validation = data.validation.as_ref().map_or(0, |examples| examples.len());
    let texts = solver_text(&solver, &schedule, &course, validation, arguments.seed);
    network.write(&arguments.out, &prepared, &texts)?;
    write_labels(&arguments.out, &data.labels)?;
    let mean = match arguments.mean {
        Mean::None => MeanSubtraction::None,
        Mean::Pixel => MeanSubtraction::measured(&*data.training)?.into_pixel(),
        Mean::Image => MeanSubtraction::measured(&*data.training)?,
    };
    Ok(TrainPlan {
        framework: network.framework,
        network: prepared.network,
        solver,
        schedule,
        mean,
        augmentation: arguments.variation.augmentation(),
        crop: prepared.crop,
        seed: arguments.seed,
        initial_weights: arguments.weights.clone(),
        threads: Some(config.engine.threads).filter(|&threads| threads > 0),
        folder: arguments.out.clone(),
    })
}

fn schedule(arguments: &TrainArguments, prepared: &Prepared, network: &Network) -> Result<Schedule> {
    let own_validation_batch = network.validation_batch_size.filter(|_| arguments.batch.is_none());
    Ok(Schedule {
        epochs: arguments.epochs,
        policy: policy::parse(&arguments.policy)?,
        batch_size: prepared.batch_size,
        validation_batch_size: own_validation_batch.unwrap_or(prepared.validation_batch_size),
        accumulation: arguments.accumulation,
        snapshot_interval: arguments.snapshot_interval,
        validation_interval: arguments.val_interval,
        shuffle: arguments.shuffle && network.framework == Framework::Torch,
    })
}

/// What the first example and the folders tell of the task.
fn task(data: &Data) -> Result<Task> {
    Ok(match data.training.read(0)?.label {
        Label::Class(_) => Task::Classification { classes: classes(data)? },
        Label::Values(values) => Task::Generic { label_values: values.len() },
        Label::None => Task::Generic { label_values: 0 },
    })
}

fn purpose(arguments: &TrainArguments, data: &Data, task: Task, network: &Network) -> Purpose {
    let name = |folder: &Path| folder.display().to_string();
    let databases = Databases {
        training: name(&arguments.train),
        training_labels: arguments.train_labels.as_deref().map(name),
        validation: arguments.val.as_deref().map(name),
        validation_labels: arguments.val_labels.as_deref().map(name),
        ..Databases::default()
    };
    let (crop, batch_size) = (arguments.crop.or(network.crop), arguments.batch.or(network.batch_size));
    Purpose { task, shape: data.training.shape(), crop, batch_size, databases }
}

/// Number of classes: of the folders, else one more than the largest in the database.
fn classes(data: &Data) -> Result<u32> {
    if !data.labels.is_empty() {
        return Ok(data.labels.len() as u32);
    }
    let mut most = 0;
    for place in 0..data.training.len() {
        if let Label::Class(class) = data.training.read(place)?.label {
            most = most.max(class);
        }
    }
    Ok(most.saturating_add(1))
}

fn write_labels(folder: &Path, labels: &[String]) -> Result<()> {
    if labels.is_empty() {
        return Ok(());
    }
    let path = folder.join("labels.txt");
    std::fs::write(&path, labels.join("\n") + "\n").map_err(|error| io_error(&path, "write", error))
}
