//! Layers that compare an answer with the truth: the losses that are learned from, and the accuracy that people read.
//! Caffe's labels are numbers from 0, one for each place; Torch's criteria are means over all values.

use tch::{Kind, Reduction, Tensor};

use super::{Layer, Shape, TorchResult, axis_of, count};
use crate::error::{Error, Result};
use crate::network::network_definition::LayerDefinition;

/// What the sum of a loss is divided by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Divisor {
    /// All places.
    Full,
    /// Places whose label is not ignored.
    Valid,
    /// Pictures.
    BatchSize,
    /// Nothing.
    One,
}

/// The negative logarithm of the softmax of the true class.
struct SoftmaxLoss {
    axis: i64,
    ignore: Option<i64>,
    divisor: Divisor,
    tops: usize,
}

/// Share of places whose true class is among the `top_k` highest scores; equal scores count against it.
struct Accuracy {
    axis: i64,
    ignore: Option<i64>,
    top_k: i64,
}

/// Losses without parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Criterion {
    /// Caffe's: sum of squares over twice the number of pictures.
    Euclidean,
    /// Mean of squares.
    MeanSquare,
    /// Mean of absolute differences.
    MeanAbsolute,
    /// Mean of the negative log-probability of the true class; the input holds log-probabilities.
    LogLikelihood,
}

pub(super) fn build_softmax_loss(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("loss_param")?;
    // The older flag: true is VALID, false is BATCH_SIZE.
    let default = if parameters.flag("normalize")?.unwrap_or(true) { "VALID" } else { "BATCH_SIZE" };
    let divisor = match parameters.word("normalization")?.unwrap_or(default) {
        "FULL" | "0" => Divisor::Full,
        "VALID" | "1" => Divisor::Valid,
        "BATCH_SIZE" | "2" => Divisor::BatchSize,
        "NONE" | "3" => Divisor::One,
        other => return Err(Error::invalid(format!("`normalization` must be FULL, VALID, BATCH_SIZE or NONE, found `{other}`"))),
    };
    Ok(Box::new(SoftmaxLoss {
        axis: definition.parameters("softmax_param")?.integer("axis")?.unwrap_or(1),
        ignore: parameters.integer("ignore_label")?,
        divisor,
        tops: definition.tops.len(),
    }))
}

pub(super) fn build_accuracy(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("accuracy_param")?;
    Ok(Box::new(Accuracy {
        axis: parameters.integer("axis")?.unwrap_or(1),
        ignore: parameters.integer("ignore_label")?,
        top_k: super::bounded(&parameters, "top_k", 1, 1..=i64::from(i32::MAX))?,
    }))
}

pub(super) fn build_criterion(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(match definition.kind.as_str() {
        "EuclideanLoss" => Criterion::Euclidean,
        "MSECriterion" => Criterion::MeanSquare,
        "AbsCriterion" => Criterion::MeanAbsolute,
        "ClassNLLCriterion" => Criterion::LogLikelihood,
        other => return Err(Error::internal(format!("{other} is no criterion"))),
    }))
}

/// Scores as pictures, classes and places: sizes before the axis of the classes, along it, and behind it.
fn extents(scores: &[i64], labels: &[i64], axis: i64) -> Result<[i64; 3]> {
    let axis = axis_of(axis, scores.len())?;
    let extents = [count(&scores[..axis])?, scores[axis], count(&scores[axis + 1..])?];
    if count(labels)? == extents[0] * extents[2] {
        return Ok(extents);
    }
    Err(Error::invalid(format!(
        "scores of shape {scores:?} need {} labels (one for each place, a number from 0 to {}), the second bottom has the shape {labels:?}",
        extents[0] * extents[2],
        extents[1] - 1
    )))
}

/// Scores as `[pictures, classes, places]` (without the last where there is one place) and labels to match.
fn aligned(scores: &Tensor, labels: &Tensor, axis: i64) -> Result<(Tensor, Tensor, [i64; 3])> {
    let extents = extents(&scores.size(), &labels.size(), axis)?;
    let shape = if extents[2] == 1 { &extents[..2] } else { &extents[..] };
    let places = if extents[2] == 1 { vec![extents[0]] } else { vec![extents[0], extents[2]] };
    let scores = scores.f_reshape(shape).torch()?;
    let labels = labels.f_reshape(places).torch()?.f_to_kind(Kind::Int64).torch()?;
    Ok((scores, labels, extents))
}

/// A label that libtorch leaves out and that no data has.
const NO_LABEL: i64 = -100;

impl SoftmaxLoss {
    fn divisor(&self, labels: &Tensor, [pictures, _, places]: [i64; 3]) -> Result<Tensor> {
        let fixed = match (self.divisor, self.ignore) {
            (Divisor::Full, _) | (Divisor::Valid, None) => pictures * places,
            (Divisor::BatchSize, _) => pictures,
            (Divisor::One, _) => 1,
            (Divisor::Valid, Some(ignored)) => {
                let valid = labels.f_ne(ignored).torch()?.f_sum(Kind::Float).torch()?;
                return valid.f_clamp_min(1.0).torch();
            }
        };
        Tensor::f_full([1], fixed as f64, (Kind::Float, labels.device())).torch()?.f_reshape([0_i64; 0]).torch()
    }
}

impl Layer for SoftmaxLoss {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        extents(&bottoms[0], &bottoms[1], self.axis)?;
        Ok([vec![], bottoms[0].clone()].into_iter().take(self.tops).collect())
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let (scores, labels, extents) = aligned(bottoms[0], bottoms[1], self.axis)?;
        let logarithms = scores.f_log_softmax(1, Kind::Float).torch()?;
        let ignored = self.ignore.unwrap_or(NO_LABEL);
        let sum = logarithms.f_nll_loss_nd(&labels, None::<Tensor>, Reduction::Sum, ignored).torch()?;
        let mut outputs = vec![sum.f_div(&self.divisor(&labels, extents)?).torch()?];
        if self.tops > 1 {
            outputs.push(bottoms[0].f_softmax(axis_of(self.axis, bottoms[0].dim())? as i64, Kind::Float).torch()?);
        }
        Ok(outputs)
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.ignore.is_none() && self.divisor != Divisor::One && self.axis == 1
    }

    fn classes(&self, bottoms: &[Shape]) -> Result<Option<i64>> {
        // A label that is ignored need not be a class.
        Ok(if self.ignore.is_some() { None } else { Some(bottoms[0][axis_of(self.axis, bottoms[0].len())?]) })
    }
}

impl Layer for Accuracy {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [_, classes, _] = extents(&bottoms[0], &bottoms[1], self.axis)?;
        if self.top_k > classes {
            return Err(Error::invalid(format!("`top_k` is {}, and there are only {classes} classes", self.top_k)));
        }
        Ok(vec![vec![]])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let (scores, labels, [_, classes, _]) = aligned(&bottoms[0].f_detach().torch()?, bottoms[1], self.axis)?;
        let named = labels.f_clamp(0, classes - 1).torch()?.f_unsqueeze(1).torch()?;
        let own = scores.f_gather(1, &named, false).torch()?;
        let at_least = scores.f_ge_tensor(&own).torch()?.f_sum_dim_intlist([1_i64].as_slice(), false, Kind::Int64).torch()?;
        // A score that is no number is at least as high as nothing, not even itself.
        let right = at_least.f_le(self.top_k).torch()?.f_logical_and(&at_least.f_ge(1_i64).torch()?).torch()?;
        let counted = match self.ignore {
            Some(ignored) => labels.f_ne(ignored).torch()?,
            None => right.f_ones_like().torch()?,
        };
        let found = right.f_logical_and(&counted).torch()?.f_sum(Kind::Float).torch()?;
        Ok(vec![found.f_div(&counted.f_sum(Kind::Float).torch()?.f_clamp_min(1.0).torch()?).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.ignore.is_none() && self.axis == 1
    }

    fn classes(&self, bottoms: &[Shape]) -> Result<Option<i64>> {
        Ok(if self.ignore.is_some() { None } else { Some(bottoms[0][axis_of(self.axis, bottoms[0].len())?]) })
    }
}

impl Layer for Criterion {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let (answer, truth) = (&bottoms[0], &bottoms[1]);
        if *self == Self::LogLikelihood {
            extents(answer, truth, 1)?;
        } else if answer.first() != truth.first() || count(answer)? != count(truth)? {
            return Err(Error::invalid(format!("the inputs must have as many values as each other, found {answer:?} and {truth:?}")));
        }
        Ok(vec![vec![]])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let answer = bottoms[0];
        if *self == Self::LogLikelihood {
            let (logarithms, labels, _) = aligned(answer, bottoms[1], 1)?;
            return Ok(vec![logarithms.f_nll_loss_nd(&labels, None::<Tensor>, Reduction::Mean, NO_LABEL).torch()?]);
        }
        let truth = bottoms[1].f_reshape(answer.size()).torch()?;
        Ok(vec![match self {
            Self::MeanSquare => answer.f_mse_loss(&truth, Reduction::Mean).torch()?,
            Self::MeanAbsolute => answer.f_l1_loss(&truth, Reduction::Mean).torch()?,
            Self::Euclidean | Self::LogLikelihood => {
                let half = 0.5 / answer.size().first().copied().unwrap_or(1) as f64;
                answer.f_mse_loss(&truth, Reduction::Sum).torch()?.f_mul_scalar(half).torch()?
            }
        }])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }

    fn classes(&self, bottoms: &[Shape]) -> Result<Option<i64>> {
        Ok(if *self == Self::LogLikelihood { Some(bottoms[0][axis_of(1, bottoms[0].len())?]) } else { None })
    }
}
