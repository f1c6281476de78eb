//! From a model's record and its dataset to what is trained: the network in the words of the data, the plan, and the texts that people
//! and Caffe read. Reads files and may run a network's Lua, so not for an asynchronous thread.

use std::path::{Path, PathBuf};

use super::{Language, Mean, Subtracted, TrainSpec, TrainedKind, TrainedModel, TrainedModels};
use crate::dataset::lmdb::Reader;
use crate::dataset::mean::{MEAN_FILE, MeanImage};
use crate::dataset::{Dataset, DatasetSpec, Datasets, Subset, files};
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::network::torch7::{self, Torch7Parameters};
use crate::train::supervised::{
    Course, DEPLOY_FILE, Databases, Examples, Framework, Label, MeanSubtraction, Prepared, Purpose, Schedule, SolverKind, SolverSettings,
    Task, TrainPlan, prepare, snapshots, solver_text, write_files,
};

/// The plan as it was carried out, in the model's folder: answers prepare pictures by it.
const PLAN_FILE: &str = "plan.json";

/// Names of the classes, in the model's folder.
const LABELS_FILE: &str = "labels.txt";

/// Weights to begin with that were given as several files.
const JOINED_WEIGHTS_FILE: &str = "initial_weights.caffemodel";

/// A training that can begin.
pub struct ReadyTraining {
    /// What to do.
    pub plan: TrainPlan,
    /// What is learnt from.
    pub training: Reader,
    /// What is only looked at.
    pub validation: Option<Reader>,
    /// The network as it answers.
    pub deploy: String,
    /// What a text said while it was read, for the log.
    pub printed: Vec<String>,
    course: Course,
}

impl ReadyTraining {
    /// The snapshots that are in the folder already, oldest first.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn snapshots(&self) -> Result<Vec<super::Snapshot>> {
        let found = snapshots(&self.plan.folder, &self.course, self.plan.framework)?;
        Ok(found.into_iter().map(|found| super::Snapshot { epoch: found.epoch, file: base_name(&found.file) }).collect())
    }
}

/// A file's name without its folders.
pub fn base_name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Language {
    /// Whose habits a training follows.
    pub fn framework(self) -> Framework {
        match self {
            Self::Caffe => Framework::Caffe,
            Self::Torch => Framework::Torch,
        }
    }
}

impl TrainedModels {
    /// Reads network and dataset and writes the texts into the model's folder. Doing it again gives the same.
    ///
    /// # Errors
    /// Everything that is wrong with the network, in the original's words; `NotReady` while the dataset is not done.
    pub fn ready(&self, datasets: &Datasets, model: &TrainedModel, dataset: &Dataset) -> Result<ReadyTraining> {
        let (spec, folder) = (&model.spec, self.folder(&model.id));
        let training = datasets.reader(dataset, Subset::Train)?;
        let has_validation = dataset.spec.subsets().contains(&Subset::Val);
        let validation = if has_validation { Some(datasets.reader(dataset, Subset::Val)?) } else { None };
        let mean = if spec.mean == Mean::None { None } else { datasets.mean(dataset)? };
        let network = NetworkText::read(model, dataset, &training)?;
        let purpose = Purpose {
            task: task(model.kind, dataset, &training)?,
            shape: training.shape(),
            crop: spec.crop.or(network.crop),
            batch_size: spec.batch_size.or(network.batch_size),
            databases: databases(spec, dataset, mean.as_ref()),
        };
        let prepared = prepare(&network.text, &purpose)?;
        let own_validation_batch = network.validation_batch_size.filter(|_| spec.batch_size.is_none());
        let schedule = schedule(spec, &prepared, own_validation_batch);
        let course = Course::new(&schedule, spec.language.framework(), training.len())?;
        let solver = solver(model.kind, spec);
        match spec.language {
            Language::Caffe => {
                let examples = validation.as_ref().map_or(0, Examples::len);
                let text = solver_text(&solver, &schedule, &course, examples, spec.seed);
                write_files(&folder, &spec.network, &prepared, &text)?;
            }
            Language::Torch => files::replace(&folder.join(DEPLOY_FILE), prepared.deploy.as_bytes())?,
        }
        if model.kind == TrainedKind::Classification {
            files::replace(&folder.join(LABELS_FILE), (dataset.findings.labels.join("\n") + "\n").as_bytes())?;
        }
        let plan = TrainPlan {
            network: prepared.network,
            framework: spec.language.framework(),
            solver,
            schedule,
            mean: subtraction(spec.mean, mean),
            augmentation: spec.variation.clone(),
            crop: prepared.crop,
            seed: spec.seed,
            initial_weights: initial_weights(spec, &folder)?,
            threads: None,
            folder: folder.clone(),
        };
        let text = serde_json::to_vec(&plan).or_error(Kind::Internal, || "the plan cannot be written down".into())?;
        files::replace(&folder.join(PLAN_FILE), &text)?;
        Ok(ReadyTraining { plan, training, validation, deploy: prepared.deploy, printed: network.printed, course })
    }

    /// The plan that a model's training followed.
    ///
    /// # Errors
    /// `NotReady` before the training has begun, `Corrupt` for a damaged file.
    pub fn plan(&self, model: &TrainedModel) -> Result<TrainPlan> {
        let file = self.folder(&model.id).join(PLAN_FILE);
        let text = match std::fs::read(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::not_ready(format!("model {} has not begun to train: wait for its first snapshot", model.id)));
            }
            read => read.map_err(|error| io_error(&file, "read", error))?,
        };
        serde_json::from_slice(&text).or_error(Kind::Corrupt, || file.display().to_string())
    }
}

/// A network as a prototxt, and what its own text asks for.
struct NetworkText {
    text: String,
    crop: Option<u32>,
    batch_size: Option<u32>,
    validation_batch_size: Option<u32>,
    printed: Vec<String>,
}

impl NetworkText {
    fn read(model: &TrainedModel, dataset: &Dataset, training: &Reader) -> Result<Self> {
        let spec = &model.spec;
        if spec.language == Language::Caffe {
            let text = spec.network.clone();
            return Ok(Self { text, crop: None, batch_size: None, validation_batch_size: None, printed: Vec::new() });
        }
        let [channels, height, width] = training.shape().map(|side| side as u32);
        let side = |whole: u32| spec.crop.unwrap_or(whole);
        let is_classification = model.kind == TrainedKind::Classification;
        let parameters = Torch7Parameters {
            gpus: 0,
            classes: is_classification.then_some(dataset.findings.labels.len() as u32),
            input_shape: [channels, side(height), side(width)],
            crop_in_form: spec.crop.is_some(),
            label_size: if is_classification { None } else { Some(label_values(training)?) },
            fine_tune: !spec.weights.is_empty(),
        };
        let network = torch7::definition(&spec.network, &parameters)?;
        Ok(Self {
            text: network.prototxt,
            crop: network.crop_length,
            batch_size: network.train_batch_size,
            validation_batch_size: network.validation_batch_size,
            printed: network.printed,
        })
    }
}

fn task(kind: TrainedKind, dataset: &Dataset, training: &Reader) -> Result<Task> {
    Ok(match kind {
        TrainedKind::Classification => Task::Classification { classes: dataset.findings.labels.len() as u32 },
        TrainedKind::Generic => Task::Generic { label_values: label_values(training)? },
    })
}

/// Numbers in a label; the first example tells.
fn label_values(training: &Reader) -> Result<usize> {
    if training.is_empty() {
        return Ok(0);
    }
    Ok(match training.read(0)?.label {
        Label::Values(values) => values.len(),
        Label::Class(_) => 1,
        Label::None => 0,
    })
}

/// Where Caffe finds the same data, as it stands in the texts.
fn databases(spec: &TrainSpec, dataset: &Dataset, mean: Option<&MeanImage>) -> Databases {
    let is_classification = matches!(dataset.spec, DatasetSpec::Classification(_));
    let database = |subset: Subset| dataset.folder.join(subset.database_folder());
    let part = |subset: Subset, name: &str| database(subset).join(name).to_string_lossy().into_owned();
    let whole = |subset: Subset| database(subset).to_string_lossy().into_owned();
    let features = |subset: Subset| if is_classification { whole(subset) } else { part(subset, "features") };
    let labels = |subset: Subset| (!is_classification).then(|| part(subset, "labels"));
    let has_validation = dataset.spec.subsets().contains(&Subset::Val);
    let mean_folder = if is_classification { dataset.folder.clone() } else { dataset.folder.join(Subset::Train.database_folder()) };
    let mean_file = mean_folder.join(MEAN_FILE).to_string_lossy().into_owned();
    Databases {
        training: features(Subset::Train),
        training_labels: labels(Subset::Train),
        validation: has_validation.then(|| features(Subset::Val)),
        validation_labels: labels(Subset::Val).filter(|_| has_validation),
        mean_file: (spec.mean == Mean::Image && mean.is_some()).then_some(mean_file),
        mean_values: mean.filter(|_| spec.mean == Mean::Pixel).map(MeanImage::pixel).unwrap_or_default(),
    }
}

fn schedule(spec: &TrainSpec, prepared: &Prepared, validation_batch_size: Option<u32>) -> Schedule {
    Schedule {
        epochs: spec.epochs,
        policy: spec.policy.clone(),
        batch_size: prepared.batch_size,
        validation_batch_size: validation_batch_size.unwrap_or(prepared.validation_batch_size),
        accumulation: spec.accumulation,
        snapshot_interval: spec.snapshot_interval,
        validation_interval: spec.validation_interval,
        shuffle: spec.shuffle && spec.language == Language::Torch,
    }
}

/// The original's generic models do not look at the decay of the form.
fn solver(kind: TrainedKind, spec: &TrainSpec) -> SolverSettings {
    let mut solver = SolverSettings::new(spec.solver, spec.learning_rate, spec.language.framework());
    if spec.solver == SolverKind::Rmsprop && kind == TrainedKind::Classification {
        solver.rms_decay = spec.rms_decay;
    }
    solver
}

fn subtraction(wanted: Mean, mean: Option<MeanImage>) -> MeanSubtraction {
    match (wanted, mean) {
        (Mean::Image, Some(mean)) => MeanSubtraction::Image { shape: mean.shape, values: mean.values },
        (Mean::Pixel, Some(mean)) => MeanSubtraction::Pixel { values: mean.pixel() },
        _ => MeanSubtraction::None,
    }
}

/// One file of weights. Several are joined into one: messages of protobuf are joined by putting them one after the other.
fn initial_weights(spec: &TrainSpec, folder: &Path) -> Result<Option<PathBuf>> {
    match &spec.weights[..] {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => {
            let mut bytes = Vec::new();
            for file in several {
                bytes.extend(std::fs::read(file).map_err(|error| io_error(file, "read", error))?);
            }
            let joined = folder.join(JOINED_WEIGHTS_FILE);
            files::replace(&joined, &bytes)?;
            Ok(Some(joined))
        }
    }
}

/// What a feature's network subtracts, in its own order of colours, from pictures of this input.
pub(super) fn subtracted(plan: &TrainPlan, [channels, height, width]: [usize; 3]) -> Subtracted {
    match &plan.mean {
        MeanSubtraction::None => Subtracted::Colour(vec![0.0; channels]),
        MeanSubtraction::Pixel { values } => Subtracted::Colour(in_order(plan.framework, values, 1)),
        MeanSubtraction::Image { shape, values } => {
            let cut = centre(values, *shape, [height, width]);
            Subtracted::Picture(in_order(plan.framework, &cut, height * width))
        }
    }
}

/// Planes of blue, green and red as the network sees them.
fn in_order(framework: Framework, planes: &[f32], plane: usize) -> Vec<f32> {
    if framework == Framework::Caffe {
        return planes.to_vec();
    }
    planes.chunks(plane.max(1)).rev().flatten().copied().collect()
}

/// The middle of each plane.
fn centre(values: &[f32], [_, from_height, from_width]: [usize; 3], [height, width]: [usize; 2]) -> Vec<f32> {
    let (top, left) = (from_height.saturating_sub(height) / 2, from_width.saturating_sub(width) / 2);
    let planes = values.chunks((from_height * from_width).max(1));
    let rows = planes.flat_map(|plane| plane.chunks(from_width.max(1)).skip(top).take(height));
    rows.flat_map(|row| row.iter().skip(left).take(width)).copied().collect()
}
