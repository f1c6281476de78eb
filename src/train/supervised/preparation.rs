//! From an example to what the network sees: mean subtracted, cut, mirrored or changed at random, colours in the network's order.

use super::augmentation::{Augmentation, Planes};
use super::{Framework, MeanSubtraction, Pixels};
use crate::error::{Error, Result};
use crate::network::chance::Chance;

/// How pictures of one shape are prepared.
#[derive(Debug, Clone)]
pub(super) struct Preparation {
    /// Channels, height, width of the examples.
    pub(super) shape: [usize; 3],
    pub(super) framework: Framework,
    pub(super) mean: MeanSubtraction,
    pub(super) augmentation: Augmentation,
    pub(super) crop: Option<usize>,
    /// Factor after the mean was subtracted.
    pub(super) scale: f32,
    /// Mirrors half of the training pictures.
    pub(super) mirror: bool,
}

impl Preparation {
    /// Channels, height, width of what the network sees.
    pub(super) fn output(&self) -> [usize; 3] {
        let [channels, height, width] = self.shape;
        self.crop.map_or([channels, height, width], |side| [channels, side, side])
    }

    /// Appends a prepared picture; with `chance` it is changed as in training.
    ///
    /// # Errors
    /// `Invalid` for a picture of another size, or one that is smaller than the cut.
    pub(super) fn append(&self, pixels: &Pixels, chance: Option<&mut Chance>, values: &mut Vec<f32>) -> Result<()> {
        let [channels, height, width] = self.shape;
        if pixels.len() != channels * height * width {
            return Err(Error::invalid(format!("a picture has {} values, and needs {:?}", pixels.len(), self.shape)));
        }
        let mut planes = Planes { channels, height, width, values: pixels.to_floats() };
        match chance {
            Some(chance) => self.change(&mut planes, chance)?,
            None => self.settle(&mut planes)?,
        }
        if (self.scale - 1.0).abs() > f32::EPSILON {
            planes.values.iter_mut().for_each(|value| *value *= self.scale);
        }
        self.write(&planes, values);
        Ok(())
    }

    /// As at validation: the centre is cut out.
    fn settle(&self, planes: &mut Planes) -> Result<()> {
        self.subtract(planes);
        if self.whitens() {
            planes.whiten();
        }
        self.cut(planes, |room| room / 2)
    }

    fn change(&self, planes: &mut Planes, chance: &mut Chance) -> Result<()> {
        if self.framework == Framework::Torch {
            self.augmentation.change_values(planes, chance);
        }
        self.subtract(planes);
        if self.whitens() {
            planes.whiten();
        }
        if self.framework == Framework::Torch {
            self.augmentation.change_places(planes, chance);
        }
        self.cut(planes, |room| chance.below(room + 1))?;
        if self.mirror && chance.uniform() < 0.5 {
            planes.mirror();
        }
        Ok(())
    }

    fn whitens(&self) -> bool {
        self.augmentation.whitening && self.framework == Framework::Torch
    }

    fn subtract(&self, planes: &mut Planes) {
        match &self.mean {
            MeanSubtraction::None => {}
            MeanSubtraction::Image { shape, values } if *shape == self.shape => {
                planes.values.iter_mut().zip(values).for_each(|(value, mean)| *value -= mean);
            }
            // A picture of another size than the mean picture: each channel has its mean.
            image @ MeanSubtraction::Image { .. } => {
                if let MeanSubtraction::Pixel { values } = image.clone().into_pixel() {
                    subtract_channels(planes, &values);
                }
            }
            MeanSubtraction::Pixel { values } => subtract_channels(planes, values),
        }
    }

    /// Cuts a square out; `start` chooses where, given how many places there are beyond the first.
    fn cut(&self, planes: &mut Planes, mut start: impl FnMut(usize) -> usize) -> Result<()> {
        let Some(side) = self.crop else { return Ok(()) };
        if side > planes.height || side > planes.width {
            return Err(Error::invalid_field("crop_size", "crop_size is larger than the image size"));
        }
        let (top, left) = (start(planes.height - side), start(planes.width - side));
        *planes = planes.cut(top, left, side);
        Ok(())
    }

    fn write(&self, planes: &Planes, values: &mut Vec<f32>) {
        if self.framework == Framework::Torch && planes.channels == 3 {
            planes.values.chunks_exact(planes.height * planes.width).rev().for_each(|plane| values.extend_from_slice(plane));
        } else {
            values.extend_from_slice(&planes.values);
        }
    }
}

fn subtract_channels(planes: &mut Planes, means: &[f32]) {
    let plane = planes.height * planes.width;
    for (channel, mean) in planes.values.chunks_exact_mut(plane).zip(means) {
        for value in channel {
            *value -= mean;
        }
    }
}
