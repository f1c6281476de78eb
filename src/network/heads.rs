//! How a network's outputs are read: as classes, as SSD's table of detections, or as boxes with scores. Works on plain numbers;
//! thresholds and labels are the caller's.

use serde::{Deserialize, Serialize};

use super::Output;
use super::detect::{BoundingBox, BoxCode, Detection, decode_box};
use crate::error::{Error, Result};

/// Values of a row of SSD's table.
const COLUMNS: usize = 7;

/// Most reference boxes of one picture: a bound against nonsense in a descriptor.
const MOST_PRIORS: usize = 1 << 20;

/// Reference boxes of a detector whose graph does not make them itself: squares on a grid for each stride.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priors {
    /// Pixels from place to place, for each feature map.
    pub strides: Vec<u32>,
    /// Sides of the squares at each place, in pixels, for each feature map.
    pub sizes: Vec<Vec<f32>>,
    /// Factors on a box's offsets: of the centre, and of the logarithm of the sides.
    pub variances: [f32; 2],
}

impl Priors {
    /// Checks what a descriptor says.
    ///
    /// # Errors
    /// `Invalid` naming the field.
    pub fn check(&self) -> Result<()> {
        if self.strides.is_empty() || self.strides.len() != self.sizes.len() || self.strides.contains(&0) {
            return Err(Error::invalid("priors need `strides` above zero and as many lists of `sizes`"));
        }
        let mut numbers = self.sizes.iter().flatten().chain(&self.variances);
        if numbers.any(|number| !number.is_finite() || *number <= 0.0) {
            return Err(Error::invalid("`sizes` and `variances` of priors must be above zero"));
        }
        Ok(())
    }

    /// Corners as fractions of a picture of this size; place by place, row by row, as `UltraFace` counts them. Centres and sides
    /// are cut to the picture as in training.
    fn boxes(&self, width: u32, height: u32) -> Result<Vec<[f32; 4]>> {
        let mut boxes = Vec::new();
        for (&stride, sizes) in self.strides.iter().zip(&self.sizes) {
            let (columns, rows) = (width.div_ceil(stride), height.div_ceil(stride));
            if boxes.len() + columns as usize * rows as usize * sizes.len() > MOST_PRIORS {
                return Err(Error::invalid(format!("stride {stride} makes more than {MOST_PRIORS} reference boxes")));
            }
            let centre = |place: u32, side: u32| ((place as f32 + 0.5) * stride as f32 / side as f32).min(1.0);
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                let (x, y) = (centre(column, width), centre(row, height));
                boxes.extend(sizes.iter().map(|size| {
                    let (half_width, half_height) = ((size / width as f32).min(1.0) / 2.0, (size / height as f32).min(1.0) / 2.0);
                    [x - half_width, y - half_height, x + half_width, y + half_height]
                }));
            }
        }
        Ok(boxes)
    }
}

/// How to read a network's outputs.
#[derive(Debug, Clone, PartialEq)]
pub enum Head {
    /// One score for each class.
    Classes {
        /// Layer of the scores.
        layer: String,
    },
    /// Rows `picture, label, confidence, left, top, right, bottom`: the output of SSD's last layer.
    Table {
        /// Layer of the rows.
        layer: String,
    },
    /// Four numbers and the class scores of each reference box. The first of several classes is the background.
    Boxes {
        /// Layer of the numbers.
        boxes: String,
        /// Layer of the scores.
        scores: String,
        /// Reference boxes that the numbers are offsets of; `None` when the numbers are corners.
        priors: Option<Vec<[f32; 4]>>,
        /// Factors on the offsets.
        variances: [f32; 2],
    },
}

impl Head {
    /// Classes, read from a network's only output.
    ///
    /// # Errors
    /// `Unsupported` when there are several outputs and none is named.
    pub fn of_classifier(outputs: &[Output]) -> Result<Self> {
        match outputs {
            [only] => Ok(Self::Classes { layer: only.name.clone() }),
            _ => Err(Error::unsupported(format!("it has {}: name the one with the classes as `output` in model.yaml", named(outputs)))),
        }
    }

    /// Boxes, from a detector's outputs for one picture of `width` x `height`.
    ///
    /// # Errors
    /// `Unsupported` when they are neither SSD's table nor boxes with scores; `Invalid` for priors that do not fit.
    pub fn of_detector(outputs: &[Output], priors: Option<&Priors>, width: u32, height: u32) -> Result<Self> {
        if let [table] = outputs
            && table.shape.len() == 4
            && table.shape.last() == Some(&(COLUMNS as i64))
        {
            return Ok(Self::Table { layer: table.name.clone() });
        }
        let of_name = |name: &str| outputs.iter().find(|output| output.name == name && output.shape.len() == 3);
        let (Some(boxes), Some(scores)) = (of_name("boxes"), of_name("scores")) else {
            return Err(Error::unsupported(format!(
                "it has {}; a detector must end in a DetectionOutput layer (rows of {COLUMNS}) or in `boxes` [1, n, 4] and `scores` [1, n, classes]",
                named(outputs)
            )));
        };
        let made = priors.map(|priors| priors.boxes(width, height)).transpose()?;
        let count = boxes.shape[1];
        let misfit = made.as_ref().is_some_and(|made| made.len() as i64 != count);
        if misfit || boxes.shape[2] != 4 || scores.shape[1] != count || scores.shape[2] < 1 {
            let expected = made.map(|made| format!("; the priors of model.yaml are {}", made.len())).unwrap_or_default();
            return Err(Error::invalid(format!("boxes {:?} and scores {:?} do not fit{expected}", boxes.shape, scores.shape)));
        }
        let variances = priors.map_or([1.0; 2], |priors| priors.variances);
        Ok(Self::Boxes { boxes: boxes.name.clone(), scores: scores.name.clone(), priors: made, variances })
    }

    /// The layers to ask for.
    pub fn layers(&self) -> Vec<String> {
        match self {
            Self::Classes { layer } | Self::Table { layer } => vec![layer.clone()],
            Self::Boxes { boxes, scores, .. } => vec![boxes.clone(), scores.clone()],
        }
    }

    /// Whether several pictures may share a forward pass. Detectors with boxes and scores often fold the batch into the list of
    /// boxes (a `Reshape` to 1 x n x 4), which mixes the pictures up.
    pub fn takes_batches(&self) -> bool {
        !matches!(self, Self::Boxes { .. })
    }

    /// Reads the outputs of a batch: one list per picture, most confident first. Of classes only the best is answered, with the
    /// whole picture as its box. What is not a number is left out.
    ///
    /// # Errors
    /// `Invalid` when the numbers do not fit the batch.
    pub fn read(&self, outputs: &[Output], batch: usize) -> Result<Vec<Vec<Detection>>> {
        let mut pictures = match (self, outputs) {
            (Self::Classes { .. }, [scores]) => classes(scores, batch)?,
            (Self::Table { .. }, [table]) => Detection::from_rows(&table.values, batch)?,
            (Self::Boxes { priors, variances, .. }, [boxes, scores]) if batch == 1 => {
                vec![scored_boxes(boxes, scores, priors.as_deref(), *variances)?]
            }
            _ => return Err(Error::internal(format!("{} outputs for {batch} pictures cannot be read", outputs.len()))),
        };
        for found in &mut pictures {
            found.retain(|one| [one.confidence, one.x1, one.y1, one.x2, one.y2].iter().all(|number| number.is_finite()));
            found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        }
        Ok(pictures)
    }
}

fn named(outputs: &[Output]) -> String {
    let shown: Vec<_> = outputs.iter().map(|output| format!("`{}` {:?}", output.name, output.shape)).collect();
    format!("the outputs {}", shown.join(", "))
}

/// The best class of each picture. Scores that are no probabilities go through a softmax.
fn classes(scores: &Output, batch: usize) -> Result<Vec<Vec<Detection>>> {
    let count = scores.values.len() / batch.max(1);
    if count == 0 || scores.values.len() != count * batch || scores.shape.first() != Some(&(batch as i64)) {
        return Err(Error::invalid(format!("the class scores have the shape {:?} for {batch} pictures", scores.shape)));
    }
    let best = |row: &[f32]| {
        let (label, &score) = row.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1).then(other.0.cmp(&one.0)))?;
        let sum: f32 = row.iter().sum();
        let are_probabilities = (sum - 1.0).abs() < 1e-2 && row.iter().all(|value| (-1e-6..=1.0 + 1e-3).contains(value));
        let confidence = if are_probabilities { score } else { 1.0 / row.iter().map(|value| (value - score).exp()).sum::<f32>() };
        Some(Detection { label: label as i64, confidence, x1: 0.0, y1: 0.0, x2: 1.0, y2: 1.0 })
    };
    Ok(scores.values.chunks_exact(count).map(|row| best(row).into_iter().collect()).collect())
}

/// One detection for each reference box: that of its best class.
fn scored_boxes(boxes: &Output, scores: &Output, priors: Option<&[[f32; 4]]>, variances: [f32; 2]) -> Result<Vec<Detection>> {
    let classes = scores.shape.last().map_or(0, |&classes| classes as usize);
    let count = boxes.values.len() / 4;
    if classes == 0 || scores.values.len() != count * classes || priors.is_some_and(|priors| priors.len() != count) {
        return Err(Error::invalid(format!("boxes {:?} and scores {:?} do not fit each other", boxes.shape, scores.shape)));
    }
    let [centre, side] = variances;
    let corners = |index: usize, numbers: [f32; 4]| match priors {
        Some(priors) => decode_box(BoxCode::CenterSize, priors[index], [centre, centre, side, side], numbers),
        None => BoundingBox { x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3] },
    };
    let first = usize::from(classes > 1);
    let rows = boxes.values.chunks_exact(4).zip(scores.values.chunks_exact(classes)).enumerate();
    let read = |(index, (numbers, row)): (usize, (&[f32], &[f32]))| {
        let best = row.iter().enumerate().skip(first).max_by(|one, other| one.1.total_cmp(other.1).then(other.0.cmp(&one.0)))?;
        let BoundingBox { x1, y1, x2, y2 } = corners(index, [numbers[0], numbers[1], numbers[2], numbers[3]]);
        Some(Detection { label: best.0 as i64, confidence: *best.1, x1, y1, x2, y2 })
    };
    Ok(rows.filter_map(read).collect())
}
