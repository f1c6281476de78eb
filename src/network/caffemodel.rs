//! Reads and writes caffemodels: the binary `NetParameter` of Caffe, of which the weights alone matter here.
//! The network's structure is taken from the prototxt, never from this file.

use prost::Message as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::error::{Error, Kind, Result, ResultExt};

/// Most bytes of one caffemodel: protobuf's own limit.
pub const MAX_BYTES: usize = 2 << 30;
/// Most layers of one caffemodel.
const MAX_LAYERS: usize = 16_384;
/// Most weight blobs of one layer; Caffe's own layers have at most five, recurrent ones a dozen.
const MAX_BLOBS: usize = 64;
/// Most dimensions of one blob, as in Caffe.
const MAX_AXES: usize = 32;

/// Weights as stored: row-major, in the order of the dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Blob {
    /// Dimensions; their product is the number of values.
    pub shape: Vec<i64>,
    /// The values.
    pub data: Vec<f32>,
}

/// The weights of one layer, in Caffe's order (for a convolution: kernels, then bias).
#[derive(Debug, Clone, PartialEq)]
pub struct LayerWeights {
    /// Name of the layer; the prototxt's layer of this name takes them.
    pub name: String,
    /// Type such as `Convolution`; empty in files of Caffe's first format.
    pub layer_type: String,
    /// Its blobs.
    pub blobs: Vec<Blob>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct NetParameter {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(message, repeated, tag = "2")]
    layers: Vec<V1LayerParameter>,
    #[prost(message, repeated, tag = "100")]
    layer: Vec<LayerParameter>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LayerParameter {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "2")]
    layer_type: Option<String>,
    #[prost(message, repeated, tag = "7")]
    blobs: Vec<BlobProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct V1LayerParameter {
    #[prost(string, optional, tag = "4")]
    name: Option<String>,
    #[prost(message, repeated, tag = "6")]
    blobs: Vec<BlobProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct BlobProto {
    #[prost(int32, optional, tag = "1")]
    num: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    channels: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    height: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    width: Option<i32>,
    #[prost(float, repeated, tag = "5")]
    data: Vec<f32>,
    #[prost(message, optional, tag = "7")]
    shape: Option<BlobShape>,
    #[prost(double, repeated, tag = "8")]
    double_data: Vec<f64>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct BlobShape {
    #[prost(int64, repeated, tag = "1")]
    dim: Vec<i64>,
}

/// Reads the weights of all layers that have some.
///
/// # Errors
/// `Corrupt` for bytes that are no caffemodel or break off; `TooLarge` above [`MAX_BYTES`].
pub fn decode(bytes: &[u8]) -> Result<Vec<LayerWeights>> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::too_large(format!("the caffemodel has {} bytes; the limit is {MAX_BYTES}", bytes.len())));
    }
    let damaged = || format!("the caffemodel ({} bytes) is damaged or cut off, or is not one; fetch it again", bytes.len());
    check_counts(bytes, 0).map_err(|error| error.context(damaged()))?;
    let net = NetParameter::decode(bytes).or_error(Kind::Corrupt, damaged)?;
    if net.layer.is_empty() && net.layers.is_empty() {
        return Err(Error::corrupt(format!(
            "the file of {} bytes holds no layer: it is not a caffemodel (was the prototxt given in its place?)",
            bytes.len()
        )));
    }
    let first_format = net.layers.into_iter().map(|layer| (layer.name, None, layer.blobs));
    let current = net.layer.into_iter().map(|layer| (layer.name, layer.layer_type, layer.blobs));
    first_format
        .chain(current)
        .filter(|(.., blobs)| !blobs.is_empty())
        .map(|(name, kind, blobs)| layer_weights(name, kind, blobs))
        .collect()
}

/// Writes weights as a caffemodel that Caffe and `OpenCV` read together with the network's prototxt.
pub fn encode(layers: &[LayerWeights]) -> Vec<u8> {
    let layer = layers
        .iter()
        .map(|layer| LayerParameter {
            name: Some(layer.name.clone()),
            layer_type: Some(layer.layer_type.clone()),
            blobs: layer.blobs.iter().map(BlobProto::from_blob).collect(),
        })
        .collect();
    NetParameter { name: None, layers: Vec::new(), layer }.encode_to_vec()
}

fn layer_weights(name: Option<String>, layer_type: Option<String>, blobs: Vec<BlobProto>) -> Result<LayerWeights> {
    let name = name.unwrap_or_default();
    let blobs = blobs
        .into_iter()
        .enumerate()
        .map(|(index, blob)| blob.into_blob().map_err(|error| error.context(format!("caffemodel, layer \"{name}\", blob {index}"))));
    let blobs = blobs.collect::<Result<Vec<_>>>()?;
    Ok(LayerWeights { name, layer_type: layer_type.unwrap_or_default(), blobs })
}

impl BlobProto {
    fn from_blob(blob: &Blob) -> Self {
        Self { shape: Some(BlobShape { dim: blob.shape.clone() }), data: blob.data.clone(), ..Self::default() }
    }

    fn into_blob(self) -> Result<Blob> {
        let legacy = [self.num, self.channels, self.height, self.width];
        let shape = match self.shape {
            Some(shape) => shape.dim,
            None if legacy.iter().any(Option::is_some) => legacy.iter().map(|dim| i64::from(dim.unwrap_or(0))).collect(),
            None => Vec::new(),
        };
        let data = if self.data.is_empty() { self.double_data.iter().map(|&value| value as f32).collect() } else { self.data };
        let count = if shape.len() > MAX_AXES {
            None
        } else {
            shape.iter().try_fold(1_i64, |count, &dim| count.checked_mul(dim).filter(|_| dim >= 0))
        };
        match count {
            Some(count) if usize::try_from(count) == Ok(data.len()) => Ok(Blob { shape, data }),
            _ => Err(Error::corrupt(format!("the shape {shape:?} does not fit the {} values that follow", data.len()))),
        }
    }
}

/// Counts nested messages before anything is allocated for them: two bytes of file must not become hundreds in memory.
/// Level 0 is the network, level 1 a layer of the current format, level 2 one of the first format.
fn check_counts(mut bytes: &[u8], level: u32) -> Result<()> {
    let broken = |error: prost::DecodeError| Error::corrupt(error.to_string()).because(error);
    let mut count = 0;
    while !bytes.is_empty() {
        let (tag, wire_type) = decode_key(&mut bytes).map_err(broken)?;
        let limit = match (level, tag) {
            (0, 2 | 100) => MAX_LAYERS,
            (1, 7) | (2, 6) => MAX_BLOBS,
            _ => {
                skip_field(wire_type, tag, &mut bytes, DecodeContext::default()).map_err(broken)?;
                continue;
            }
        };
        count += 1;
        if count > limit || wire_type != WireType::LengthDelimited {
            return Err(Error::corrupt(format!(
                "more than {limit} {}, or one of a wrong type",
                if level == 0 { "layers" } else { "blobs in a layer" }
            )));
        }
        let length = usize::try_from(decode_varint(&mut bytes).map_err(broken)?).unwrap_or(usize::MAX);
        let (inner, rest) = bytes.split_at_checked(length).ok_or_else(|| Error::corrupt("it ends in the middle of a layer"))?;
        if level == 0 {
            check_counts(inner, if tag == 100 { 1 } else { 2 })?;
        }
        bytes = rest;
    }
    Ok(())
}
