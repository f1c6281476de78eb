//! Boxes of detectors: decoding of offsets, overlap, suppression of doubles, and detections read from a network's output.

use tch::{Device, Kind as ElementKind, Tensor};

use crate::error::{Error, Result};
use crate::network::layers::TorchResult;

/// Something found in a picture; corners as fractions of its width and height, not clipped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// Number of the class.
    pub label: i64,
    /// 0 to 1.
    pub confidence: f32,
    /// Left.
    pub x1: f32,
    /// Top.
    pub y1: f32,
    /// Right.
    pub x2: f32,
    /// Bottom.
    pub y2: f32,
}

/// A box by its corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Left.
    pub x1: f32,
    /// Top.
    pub y1: f32,
    /// Right.
    pub x2: f32,
    /// Bottom.
    pub y2: f32,
}

/// What the four offsets of a box mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxCode {
    /// Distances of the corners.
    Corner,
    /// Distance of the centre in box sizes, and logarithms of the sides' ratios.
    CenterSize,
    /// Distances of the corners in box sizes.
    CornerSize,
}

/// How doubles are suppressed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suppression {
    /// Only boxes above this confidence take part.
    pub least_confidence: f32,
    /// Of two boxes that overlap more than this (intersection over union), the less confident goes.
    pub most_overlap: f32,
    /// Factor on `most_overlap` after each kept box while it is above one half; 1 leaves it alone.
    pub eta: f32,
    /// Only this many of the most confident boxes take part; `None` for all.
    pub top: Option<usize>,
}

impl Detection {
    /// Reads the rows `picture, label, confidence, left, top, right, bottom` of a `DetectionOutput`
    /// (`[1, 1, rows, 7]`): one list per picture of the batch. Rows of label -1 mean that nothing was found.
    ///
    /// # Errors
    /// `Invalid` if the tensor is no such output, or names a picture outside the batch.
    pub fn from_output(output: &Tensor, batch: usize) -> Result<Vec<Vec<Self>>> {
        if output.size().last() != Some(&7) {
            return Err(Error::invalid(format!("detections have rows of 7 values, found the shape {:?}", output.size())));
        }
        let flat = output.f_to(Device::Cpu).torch()?.f_to_kind(ElementKind::Float).torch()?.f_contiguous().torch()?;
        let mut values = vec![0.0_f32; flat.numel()];
        flat.f_copy_data(&mut values, flat.numel()).torch()?;
        Self::from_rows(&values, batch)
    }

    /// As [`Detection::from_output`], from the rows' values.
    ///
    /// # Errors
    /// `Invalid` if a row names a picture outside the batch.
    pub fn from_rows(values: &[f32], batch: usize) -> Result<Vec<Vec<Self>>> {
        let mut pictures = vec![Vec::new(); batch];
        for row in values.chunks_exact(7).filter(|row| row[1] >= 0.0) {
            let picture = pictures
                .get_mut(row[0] as usize)
                .ok_or_else(|| Error::invalid(format!("a detection names picture {}, the batch has {batch}", row[0])))?;
            picture.push(Self { label: row[1] as i64, confidence: row[2], x1: row[3], y1: row[4], x2: row[5], y2: row[6] });
        }
        Ok(pictures)
    }
}

impl From<&Detection> for BoundingBox {
    fn from(found: &Detection) -> Self {
        Self { x1: found.x1, y1: found.y1, x2: found.x2, y2: found.y2 }
    }
}

impl BoundingBox {
    /// Area; zero for a box turned inside out.
    pub fn area(&self) -> f32 {
        if self.x2 < self.x1 || self.y2 < self.y1 { 0.0 } else { (self.x2 - self.x1) * (self.y2 - self.y1) }
    }

    /// Intersection over union with another box, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let (width, height) = (self.x2.min(other.x2) - self.x1.max(other.x1), self.y2.min(other.y2) - self.y1.max(other.y1));
        if width <= 0.0 || height <= 0.0 {
            return 0.0;
        }
        let intersection = width * height;
        intersection / (self.area() + other.area() - intersection)
    }
}

/// Applies a network's offsets to a reference box (corners), each offset times its variance.
pub fn decode_box(code: BoxCode, prior: [f32; 4], variance: [f32; 4], offset: [f32; 4]) -> BoundingBox {
    let (width, height) = (prior[2] - prior[0], prior[3] - prior[1]);
    let shift: [f32; 4] = std::array::from_fn(|index| variance[index] * offset[index]);
    let [x1, y1, x2, y2] = match code {
        BoxCode::Corner => std::array::from_fn(|index| prior[index] + shift[index]),
        BoxCode::CornerSize => std::array::from_fn(|index| prior[index] + shift[index] * [width, height][index % 2]),
        BoxCode::CenterSize => {
            let (x, y) = (shift[0] * width + f32::midpoint(prior[0], prior[2]), shift[1] * height + f32::midpoint(prior[1], prior[3]));
            let (half_width, half_height) = (shift[2].exp() * width / 2.0, shift[3].exp() * height / 2.0);
            [x - half_width, y - half_height, x + half_width, y + half_height]
        }
    };
    BoundingBox { x1, y1, x2, y2 }
}

/// Indices of the boxes that stay, by falling confidence.
///
/// Greedy non-maximum suppression, as in Caffe's SSD: a box goes if it overlaps a kept one too much.
pub fn suppress(boxes: &[BoundingBox], confidences: &[f32], settings: &Suppression) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..boxes.len().min(confidences.len())).filter(|&index| confidences[index] > settings.least_confidence).collect();
    order.sort_by(|&one, &other| confidences[other].total_cmp(&confidences[one]));
    order.truncate(settings.top.unwrap_or(usize::MAX));
    let mut most_overlap = settings.most_overlap;
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        if kept.iter().all(|&stronger| boxes[index].overlap(&boxes[stronger]) <= most_overlap) {
            kept.push(index);
            if settings.eta < 1.0 && most_overlap > 0.5 {
                most_overlap *= settings.eta;
            }
        }
    }
    kept
}
