//! A trained network that answers: pictures of a dataset's shape in, named outputs out, in f32.

use tch::{Device, Tensor};

use super::preparation::Preparation;
use super::wiring::transform;
use super::{Augmentation, Framework, MeanSubtraction, Pixels};
use crate::error::{Error, Result};
use crate::network::network_definition::NetworkState;
use crate::network::{CaffeGraph, GraphDefinition, Output, caffemodel};

/// How pictures were prepared when the network learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Preprocessing {
    /// Channels, height, width of the pictures.
    pub shape: [usize; 3],
    /// Decides the order of the colours.
    pub framework: Framework,
    /// What is subtracted.
    pub mean: MeanSubtraction,
    /// Side of the square that is cut out of the centre.
    pub crop: Option<u32>,
    /// Whether every picture is brought to mean 0 and deviation 1.
    pub whitening: bool,
}

/// A network with its weights.
pub struct TrainedNetwork {
    graph: CaffeGraph,
    preparation: Preparation,
}

#[expect(unsafe_code, reason = "tensors are not marked as shareable, because some of their methods write through a shared reference")]
// SAFETY: after it is loaded a network is only read, and libtorch lets any number of threads read a tensor. Nothing in `src/network`
// hides a change behind a shared reference; `tests/it/tidy.rs` looks.
unsafe impl Sync for TrainedNetwork {}

impl TrainedNetwork {
    /// Puts the weights of a caffemodel into a network that is wired for answering.
    ///
    /// # Errors
    /// `Invalid` where they do not fit each other, naming layer and shapes; `Corrupt` for a damaged caffemodel.
    pub fn load(network: GraphDefinition, weights: &[u8], preprocessing: Preprocessing, device: Device) -> Result<Self> {
        let Preprocessing { shape, framework, mean, crop, whitening } = preprocessing;
        // A factor in the layer of validation data belongs to the preparation, too; a text for answering alone has no such layer.
        let scale = transform(&network, &NetworkState::validation()).map_or(1.0, |transform| transform.scale);
        let augmentation = Augmentation { whitening, ..Augmentation::default() };
        let crop = crop.map(|side| side as usize);
        let preparation = Preparation { shape, framework, mean, augmentation, crop, scale, mirror: false };
        let graph = CaffeGraph::with_weights(network, caffemodel::decode(weights)?, device)?;
        Ok(Self { graph, preparation })
    }

    /// Channels, height, width of the pictures.
    pub fn shape(&self) -> [usize; 3] {
        self.preparation.shape
    }

    /// Names of the outputs, in the order of [`TrainedNetwork::forward`].
    pub fn outputs(&self) -> Vec<&str> {
        self.graph.outputs()
    }

    /// All outputs for a batch of pictures of the network's shape; the first dimension of each is the batch.
    ///
    /// # Errors
    /// `Invalid` for a picture of another size; those of libtorch.
    pub fn forward(&self, pictures: &[Pixels]) -> Result<Vec<Output>> {
        self.forward_as(pictures, &self.preparation)
    }

    /// As [`TrainedNetwork::forward`] for pictures of another size, all of the same. A mean picture counts as its channels' means
    /// then.
    ///
    /// # Errors
    /// As there; `Invalid` where the layers cannot take the size, naming the layer.
    pub fn forward_sized(&self, pictures: &[Pixels], shape: [usize; 3]) -> Result<Vec<Output>> {
        let mean = if shape == self.preparation.shape { self.preparation.mean.clone() } else { self.preparation.mean.clone().into_pixel() };
        self.forward_as(pictures, &Preparation { shape, mean, ..self.preparation.clone() })
    }

    fn forward_as(&self, pictures: &[Pixels], preparation: &Preparation) -> Result<Vec<Output>> {
        if pictures.is_empty() {
            return Err(Error::invalid("no picture to answer"));
        }
        let mut values = Vec::new();
        pictures.iter().try_for_each(|picture| preparation.append(picture, None, &mut values))?;
        let mut shape = vec![pictures.len() as i64];
        shape.extend(preparation.output().iter().map(|&side| side as i64));
        let input = Tensor::f_from_slice(&values)?.f_reshape(shape)?;
        self.graph.forward_outputs(&input)?.iter().map(|(name, tensor)| Output::of(name, tensor)).collect()
    }
}
