//! The trained student as a Caffe network: batch normalisation becomes part of the convolutions.
//! `network.prototxt` and `weights.caffemodel` run wherever Caffe networks run; the input is `(pixel - MEAN) * SCALE`, RGB.

use std::fmt::Write as _;
use std::path::Path;

use tch::{Kind as Element, Tensor};

use super::student::{Block, DIMENSIONS, EPSILON, Layer, SIDE, Student};
use crate::error::{Error, Result, io_error};
use crate::network::caffemodel::{Blob, LayerWeights, encode};

/// Name of the layer that holds the feature.
pub const FEATURE_LAYER: &str = "feature";
/// File name of the network's structure.
pub const STRUCTURE_FILE: &str = "network.prototxt";
/// File name of the network's weights.
pub const WEIGHTS_FILE: &str = "weights.caffemodel";

/// Writes both files into the folder; each is replaced as a whole.
///
/// # Errors
/// Those of the disk.
pub fn write(student: &Student, folder: &Path) -> Result<()> {
    let (prototxt, caffemodel) = caffe(student)?;
    for (name, bytes) in [(STRUCTURE_FILE, prototxt.as_bytes()), (WEIGHTS_FILE, &caffemodel)] {
        let (fresh, path) = (folder.join(format!("{name}.new")), folder.join(name));
        std::fs::write(&fresh, bytes).map_err(|e| io_error(&fresh, "write", e))?;
        std::fs::rename(&fresh, &path).map_err(|e| io_error(&path, "replace", e))?;
    }
    Ok(())
}

/// The network's prototxt and caffemodel.
///
/// # Errors
/// `Internal` when the weights cannot be read out.
pub fn caffe(student: &Student) -> Result<(String, Vec<u8>)> {
    let mut network = Network { text: format!("name: \"likeness_small\"\n{}", input()), weights: Vec::new(), top: "data".into() };
    for block in &student.body {
        match block {
            Block::Plain(only) => network.convolution(only, true)?,
            Block::Residual(first, second) => {
                let kept = network.top.clone();
                network.convolution(first, true)?;
                network.convolution(second, false)?;
                network.sum(&kept, &format!("{}_sum", second.name));
            }
        }
    }
    network.feature(student)?;
    Ok((network.text, encode(&network.weights)))
}

/// The network so far: text, weights, and the name of the last blob.
struct Network {
    text: String,
    weights: Vec<LayerWeights>,
    top: String,
}

impl Network {
    fn convolution(&mut self, layer: &Layer, relu: bool) -> Result<()> {
        let size = layer.weight.size();
        let factor = &layer.gamma / (&layer.variance + EPSILON).sqrt();
        let kernels = &layer.weight * factor.reshape([-1, 1, 1, 1]);
        let bias = &layer.beta - &layer.mean * &factor;
        let parameters = format!(
            "convolution_param {{ num_output: {} kernel_size: {} stride: {} pad: {} }}",
            size[0],
            size[2],
            layer.stride,
            size[2] / 2
        );
        let bottom = std::mem::replace(&mut self.top, layer.name.into());
        self.layer(layer.name, "Convolution", &[&bottom], layer.name, &parameters);
        if relu {
            self.relu(layer.name);
        }
        self.weigh(layer.name, "Convolution", &[&kernels, &bias])
    }

    fn sum(&mut self, kept: &str, name: &str) {
        let last = std::mem::replace(&mut self.top, name.into());
        self.layer(name, "Eltwise", &[kept, &last], name, "eltwise_param { operation: SUM }");
        self.relu(name);
    }

    fn feature(&mut self, student: &Student) -> Result<()> {
        let bottom = self.top.clone();
        self.layer("pool", "Pooling", &[&bottom], "pool", "pooling_param { pool: AVE global_pooling: true }");
        self.layer(FEATURE_LAYER, "InnerProduct", &["pool"], FEATURE_LAYER, &format!("inner_product_param {{ num_output: {DIMENSIONS} }}"));
        self.weigh(FEATURE_LAYER, "InnerProduct", &[&student.projection, &student.bias])
    }

    fn relu(&mut self, blob: &str) {
        self.layer(&format!("{blob}_relu"), "ReLU", &[blob], blob, "");
    }

    fn layer(&mut self, name: &str, kind: &str, bottoms: &[&str], top: &str, parameters: &str) {
        let bottoms: String = bottoms.iter().fold(String::new(), |text, bottom| text + "bottom: \"" + bottom + "\" ");
        let space = if parameters.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "layer {{ name: \"{name}\" type: \"{kind}\" {bottoms}top: \"{top}\"{space}{parameters} }}");
    }

    fn weigh(&mut self, name: &str, kind: &str, tensors: &[&Tensor]) -> Result<()> {
        let blobs = tensors.iter().map(|tensor| blob(tensor)).collect::<Result<Vec<_>>>()?;
        self.weights.push(LayerWeights { name: name.into(), layer_type: kind.into(), blobs });
        Ok(())
    }
}

fn input() -> String {
    format!(
        "layer {{ name: \"data\" type: \"Input\" top: \"data\" input_param {{ shape {{ dim: 1 dim: 3 dim: {SIDE} dim: {SIDE} }} }} }}\n"
    )
}

fn blob(tensor: &Tensor) -> Result<Blob> {
    let flat = tensor.detach().to_kind(Element::Float).contiguous().flatten(0, -1);
    let data = Vec::try_from(flat).map_err(|e: tch::TchError| Error::internal(format!("cannot read weights: {e}")))?;
    Ok(Blob { shape: tensor.size(), data })
}
