//! Training: solvers and rates against numbers of other programs, what happens at which iteration, going on after a stop, and what is
//! refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::atomic::AtomicBool;

use likeness::error::Result;
use likeness::train::supervised::{
    Augmentation, Databases, Ended, Example, Examples, Framework, Label, MeanSubtraction, Pixels, Purpose, RatePolicy, Report, Schedule,
    SolverKind, SolverSettings, Task, TrainPlan, prepare, train,
};
use tch::Device;

mod courses;
mod learning;
mod networks;
mod rates;
mod solvers;

/// Pictures of 8 x 8 pixels: the bright half tells the class, the place in it differs from picture to picture.
pub(crate) struct Halves(pub(crate) usize);

impl Examples for Halves {
    fn len(&self) -> usize {
        self.0
    }

    fn shape(&self) -> [usize; 3] {
        [1, 8, 8]
    }

    fn read(&self, place: usize) -> Result<Example> {
        let class = place % 2;
        let mut pixels = vec![10_u8; 64];
        for row in 0..8 {
            for column in 0..4 {
                pixels[row * 8 + column + class * 4] = (100 + (place * 37 + row * 11 + column * 5) % 150) as u8;
            }
        }
        Ok(Example { pixels: Pixels::Bytes(pixels), label: Label::Class(class as u32) })
    }
}

/// A small network with all that is random: fillers and dropout.
pub(crate) const NETWORK: &str = r#"
layer { name: "scale" type: "Power" bottom: "data" top: "scaled" power_param { scale: 0.01 } }
layer { name: "ip1" type: "InnerProduct" bottom: "scaled" top: "ip1" inner_product_param { num_output: 12 weight_filler { type: "xavier" } } }
layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }
layer { name: "drop1" type: "Dropout" bottom: "ip1" top: "ip1" dropout_param { dropout_ratio: 0.25 } }
layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { weight_filler { type: "xavier" } } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip2" bottom: "label" top: "accuracy" include { stage: "val" } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" exclude { stage: "deploy" } }
layer { name: "softmax" type: "Softmax" bottom: "ip2" top: "softmax" include { stage: "deploy" } }
"#;

/// What two classes of pictures of 8 x 8 pixels are learned for.
pub(crate) fn purpose() -> Purpose {
    Purpose {
        task: Task::Classification { classes: 2 },
        shape: [1, 8, 8],
        crop: None,
        batch_size: Some(6),
        databases: Databases::default(),
    }
}

/// A plan for a network of two classes.
pub(crate) fn plan(network: &str, folder: &Path) -> TrainPlan {
    let prepared = prepare(network, &purpose()).unwrap();
    TrainPlan {
        network: prepared.network,
        framework: Framework::Caffe,
        solver: SolverSettings::new(SolverKind::Sgd, 0.05, Framework::Caffe),
        schedule: schedule(),
        mean: MeanSubtraction::None,
        augmentation: Augmentation::default(),
        crop: None,
        seed: Some(0xcafe_babe),
        initial_weights: None,
        threads: Some(2),
        folder: folder.to_owned(),
    }
}

/// Four epochs in batches of six.
pub(crate) fn schedule() -> Schedule {
    Schedule {
        epochs: 4,
        policy: RatePolicy::Step { size: 33.0, gamma: 0.1 },
        batch_size: 6,
        validation_batch_size: 4,
        accumulation: 1,
        snapshot_interval: 1.0,
        validation_interval: 1.0,
        shuffle: false,
    }
}

/// Trains on the processor and answers how it ended, with all reports.
pub(crate) fn trained(plan: &TrainPlan, stop: &AtomicBool) -> Result<(Ended, Vec<Report>)> {
    let mut reports = Vec::new();
    let ended = train(plan, &Halves(40), Some(&Halves(10)), Device::Cpu, stop, &mut |report| reports.push(report))?;
    Ok((ended, reports))
}
