//! The last layer of SSD: offsets, class scores and reference boxes become a list of detections.

use tch::{Device, Kind as ElementKind, Tensor};

use super::{Layer, Shape, TorchResult, bounded};
use crate::error::{Error, Result};
use crate::network::detect::{BoundingBox, BoxCode, Suppression, decode_box, suppress};
use crate::network::network_definition::LayerDefinition;

/// Columns of the output: picture, label, confidence, left, top, right, bottom.
const COLUMNS: i64 = 7;

/// Reads offsets `[batch, priors * classes or 1 * 4]`, scores `[batch, priors * classes]`, priors `[1, 2, priors * 4]`.
struct DetectionOutput {
    classes: usize,
    share_location: bool,
    background: Option<usize>,
    code: BoxCode,
    variance_in_target: bool,
    suppression: Suppression,
    /// Most detections per picture; `None` keeps all.
    keep: Option<usize>,
}

/// One class's box in one picture, before it becomes a row.
struct Candidate {
    label: usize,
    confidence: f32,
    corners: BoundingBox,
}

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("detection_output_param")?;
    let nms = parameters.message_or_empty("nms_param")?;
    let unlimited = |count: i64| usize::try_from(count).ok();
    let code = match parameters.word("code_type")?.unwrap_or("CORNER") {
        "CORNER" | "1" => BoxCode::Corner,
        "CENTER_SIZE" | "2" => BoxCode::CenterSize,
        "CORNER_SIZE" | "3" => BoxCode::CornerSize,
        other => return Err(Error::invalid(format!("`code_type` must be CORNER, CENTER_SIZE or CORNER_SIZE, found `{other}`"))),
    };
    let suppression = Suppression {
        least_confidence: parameters.number("confidence_threshold")?.unwrap_or(f32::MIN),
        most_overlap: nms.number("nms_threshold")?.unwrap_or(0.3),
        eta: nms.number("eta")?.unwrap_or(1.0),
        top: unlimited(bounded(&nms, "top_k", -1, -1..=i64::from(i32::MAX))?),
    };
    Ok(Box::new(DetectionOutput {
        classes: bounded(&parameters, "num_classes", 0, 1..=65_536)? as usize,
        share_location: parameters.flag("share_location")?.unwrap_or(true),
        background: usize::try_from(parameters.integer("background_label_id")?.unwrap_or(0)).ok(),
        code,
        variance_in_target: parameters.flag("variance_encoded_in_target")?.unwrap_or(false),
        suppression,
        keep: unlimited(bounded(&parameters, "keep_top_k", -1, -1..=i64::from(i32::MAX))?),
    }))
}

impl DetectionOutput {
    /// Boxes that one prior has: one for all classes, or one for each.
    fn location_classes(&self) -> usize {
        if self.share_location { 1 } else { self.classes }
    }

    /// All detections of one picture, by class and falling confidence.
    fn picture(&self, offsets: &[f32], scores: &[f32], priors: &[f32], variances: &[f32]) -> Vec<Candidate> {
        let mut kept = Vec::new();
        for label in (0..self.classes).filter(|&label| Some(label) != self.background) {
            let boxes: Vec<BoundingBox> = self.class_boxes(if self.share_location { 0 } else { label }, offsets, priors, variances);
            let confidences: Vec<f32> = scores.iter().skip(label).step_by(self.classes).copied().collect();
            let survivors = suppress(&boxes, &confidences, &self.suppression);
            kept.extend(survivors.into_iter().map(|index| Candidate { label, confidence: confidences[index], corners: boxes[index] }));
        }
        if let Some(limit) = self.keep.filter(|&limit| kept.len() > limit) {
            kept.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
            kept.truncate(limit);
            kept.sort_by_key(|candidate| candidate.label);
        }
        kept
    }

    fn class_boxes(&self, label: usize, offsets: &[f32], priors: &[f32], variances: &[f32]) -> Vec<BoundingBox> {
        let stride = self.location_classes() * 4;
        let quad = |values: &[f32], start: usize| [values[start], values[start + 1], values[start + 2], values[start + 3]];
        (0..priors.len() / 4)
            .map(|index| {
                let variance = if self.variance_in_target { [1.0; 4] } else { quad(variances, index * 4) };
                decode_box(self.code, quad(priors, index * 4), variance, quad(offsets, index * stride + label * 4))
            })
            .collect()
    }
}

fn values_of(tensor: &Tensor) -> Result<Vec<f32>> {
    let flat = tensor.f_to(Device::Cpu).torch()?.f_to_kind(ElementKind::Float).torch()?.f_contiguous().torch()?;
    let mut values = vec![0.0; flat.numel()];
    flat.f_copy_data(&mut values, flat.numel()).torch()?;
    Ok(values)
}

impl Layer for DetectionOutput {
    /// The number of rows depends on the picture; one is given, as in Caffe.
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [offsets, scores, priors] = bottoms else { return Err(Error::invalid("it needs offsets, scores and priors")) };
        let &[1, 2, prior_values] = priors.as_slice() else {
            return Err(Error::invalid(format!("the priors must be 1 x 2 x n, found {priors:?}")));
        };
        let count = prior_values / 4;
        let of_picture = |shape: &Shape, per_prior: usize| {
            shape.len() >= 2 && super::count(&shape[1..]).is_ok_and(|values| values == count * per_prior as i64)
        };
        if prior_values % 4 != 0
            || !of_picture(offsets, self.location_classes() * 4)
            || !of_picture(scores, self.classes)
            || offsets[0] != scores[0]
        {
            return Err(Error::invalid(format!(
                "offsets {offsets:?}, scores {scores:?} and priors {priors:?} do not fit each other with `num_classes` {}",
                self.classes
            )));
        }
        Ok(vec![vec![1, 1, 1, COLUMNS]])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let (offsets, scores, priors) = (values_of(bottoms[0])?, values_of(bottoms[1])?, values_of(bottoms[2])?);
        let (priors, variances) = priors.split_at(priors.len() / 2);
        let count = priors.len() / 4;
        let pictures = offsets.chunks_exact(count * self.location_classes() * 4).zip(scores.chunks_exact(count * self.classes));
        let mut rows: Vec<f32> = Vec::new();
        for (picture, (offsets, scores)) in pictures.enumerate() {
            for Candidate { label, confidence, corners } in self.picture(offsets, scores, priors, variances) {
                rows.extend([picture as f32, label as f32, confidence, corners.x1, corners.y1, corners.x2, corners.y2]);
            }
        }
        if rows.is_empty() {
            // Caffe's sign for "nothing found": a blob cannot be empty.
            rows.extend((0..bottoms[0].size()[0]).flat_map(|picture| [picture as f32, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]));
        }
        let table = Tensor::f_from_slice(&rows).torch()?.f_reshape([1, 1, -1, COLUMNS]).torch()?;
        Ok(vec![table.f_to(bottoms[0].device()).torch()?])
    }
}
