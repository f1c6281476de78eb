//! The reference boxes of SSD: for each place of a feature map, boxes of given sizes and aspect ratios.

use tch::Tensor;

use super::{Layer, Shape, TorchResult, checked, image_shape};
use crate::error::{Error, Result};
use crate::network::network_definition::LayerDefinition;
use crate::network::prototxt::Message;

/// Most boxes per place.
const MAX_BOXES: usize = 1024;

/// Reads a feature map and the picture; makes `[1, 2, places * boxes * 4]`: corners as fractions, then variances.
struct PriorBox {
    /// Width and height of each box of a place, in pixels.
    sizes: Vec<[f32; 2]>,
    variance: [f32; 4],
    clip: bool,
    /// Position of a centre within its place, as a fraction.
    offset: f32,
    /// Height and width of the picture; `None` takes the second input's.
    image: Option<[f32; 2]>,
    /// Pixels from place to place, down and across; `None` divides the picture evenly.
    step: Option<[f32; 2]>,
}

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("prior_box_param")?;
    let variance = match parameters.numbers("variance")?.as_slice() {
        [] => [0.1; 4],
        [one] => [*one; 4],
        [x, y, width, height] => [*x, *y, *width, *height],
        more => return Err(Error::invalid(format!("{} `variance`; one or four are possible", more.len()))),
    };
    Ok(Box::new(PriorBox {
        sizes: box_sizes(&parameters)?,
        variance,
        clip: parameters.flag("clip")?.unwrap_or(false),
        offset: parameters.number("offset")?.unwrap_or(0.5),
        image: sides(&parameters, "img_size", ["img_h", "img_w"])?,
        step: sides(&parameters, "step", ["step_h", "step_w"])?,
    }))
}

/// Height and width, given together or apart; `None` where neither is.
fn sides(parameters: &Message, both: &str, apart: [&str; 2]) -> Result<Option<[f32; 2]>> {
    let together = parameters.number(both)?;
    let (height, width) = (together.or(parameters.number(apart[0])?), together.or(parameters.number(apart[1])?));
    match (height, width) {
        (None, None) => Ok(None),
        (Some(height), Some(width)) if height > 0.0 && width > 0.0 && height.is_finite() && width.is_finite() => Ok(Some([height, width])),
        _ => Err(Error::invalid(format!("`{both}` (or `{}` and `{}`) must be above zero", apart[0], apart[1]))),
    }
}

/// Width and height of every box of a place, in Caffe's order: per minimum size a square, the square of the
/// geometric mean with its maximum size, then the other aspect ratios.
fn box_sizes(parameters: &Message) -> Result<Vec<[f32; 2]>> {
    let (least, most) = (parameters.numbers("min_size")?, parameters.numbers("max_size")?);
    let positive = |size: &f32| *size > 0.0 && size.is_finite();
    if least.is_empty() || !least.iter().all(positive) {
        return Err(Error::invalid("`min_size` must be given and be above zero"));
    }
    if !most.is_empty() && (most.len() != least.len() || most.iter().zip(&least).any(|(most, least)| !positive(most) || most <= least)) {
        return Err(Error::invalid(format!("`max_size` {most:?} must have one value above each `min_size` {least:?}")));
    }
    let ratios = aspect_ratios(parameters)?;
    let mut sizes = Vec::new();
    for (index, &least) in least.iter().enumerate() {
        sizes.push([least; 2]);
        sizes.extend(most.get(index).map(|most| [(least * most).sqrt(); 2]));
        sizes.extend(ratios.iter().map(|ratio| [least * ratio.sqrt(), least / ratio.sqrt()]));
    }
    if sizes.len() > MAX_BOXES {
        Err(Error::invalid(format!("{} boxes per place; the limit is {MAX_BOXES}", sizes.len())))
    } else {
        Ok(sizes)
    }
}

/// The aspect ratios other than one, each once, and with `flip` also their reciprocals.
fn aspect_ratios(parameters: &Message) -> Result<Vec<f32>> {
    let same = |one: f32, other: f32| (one - other).abs() < 1e-6;
    let flip = parameters.flag("flip")?.unwrap_or(true);
    let mut ratios = vec![1.0];
    for ratio in parameters.numbers("aspect_ratio")? {
        if !(ratio > 0.0 && ratio.is_finite()) || ratios.len() > MAX_BOXES {
            return Err(Error::invalid(format!("`aspect_ratio` is {ratio}; at most {MAX_BOXES} are possible, each above zero")));
        }
        if !ratios.iter().any(|&known| same(known, ratio)) {
            ratios.push(ratio);
            ratios.extend(flip.then_some(1.0 / ratio));
        }
    }
    ratios.retain(|&ratio| !same(ratio, 1.0));
    Ok(ratios)
}

impl PriorBox {
    /// Corners of all boxes, place by place, as fractions of the picture.
    fn boxes(&self, [rows, columns]: [i64; 2], image: [f32; 2]) -> Vec<f32> {
        let [step_y, step_x] = self.step.unwrap_or([image[0] / rows as f32, image[1] / columns as f32]);
        let mut corners = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = ((column as f32 + self.offset) * step_x, (row as f32 + self.offset) * step_y);
                for [width, height] in &self.sizes {
                    let (half_width, half_height) = (width / 2.0, height / 2.0);
                    corners.extend([
                        (x - half_width) / image[1],
                        (y - half_height) / image[0],
                        (x + half_width) / image[1],
                        (y + half_height) / image[0],
                    ]);
                }
            }
        }
        if self.clip {
            for corner in &mut corners {
                *corner = corner.clamp(0.0, 1.0);
            }
        }
        corners
    }
}

impl Layer for PriorBox {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let ([_, _, rows, columns], _) = (image_shape(&bottoms[0])?, image_shape(&bottoms[1])?);
        let values = rows.saturating_mul(columns).saturating_mul(4 * self.sizes.len() as i64);
        Ok(vec![checked(vec![1, 2, values])?])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let ([_, _, rows, columns], [_, _, height, width]) = (image_shape(&bottoms[0].size())?, image_shape(&bottoms[1].size())?);
        let mut values = self.boxes([rows, columns], self.image.unwrap_or([height as f32, width as f32]));
        let count = values.len();
        values.extend(self.variance.iter().copied().cycle().take(count));
        let priors = Tensor::f_from_slice(&values).torch()?.f_reshape([1, 2, count as i64]).torch()?;
        Ok(vec![priors.f_to(bottoms[0].device()).torch()?])
    }
}
